"""Onboarding decided: which sequence a person is in, where they stand, which mail goes out and why.

Theory.  A run is a pass of one person through one sequence; it always stands at one step.  Each call takes in what
happened, then moves every running run as far as it can go *now*; where it stops it says when it wants to be woken.

* A run starts when the topic's consent is confirmed, and not again within 30 days of its last start or end, so
  nobody is welcomed twice for confirming twice.
* It ends at the bottom, at ``end``, on the goal, on withdrawal, or when the workspace lost its step or sequence
  without a map to a new one.
* A wait for an event counts all that is known of the person.  When it is over, an event that happened before the
  deadline but was told late still counts.
* The mail decided in the moment of confirmation goes at once; any other keeps the quiet hours.
* A mail whose reason was that something did not happen is dropped when it happens after all.
* Ways that take no time form no circle (:mod:`onboarding.language.check`); if one did, the run would wait an hour.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from domain.decision import Context, Fact, Outcome, Reason
from domain.effects import Count, SendMail
from domain.events import AnyEvent, ProductEvent
from domain.record import Run, RunStatus, Subscriber
from onboarding.engine.behaviour import note, reached
from onboarding.engine.step_rules import Move, Place, broken, judge
from onboarding.language.catalog import Sequence, SequenceBook, WaitFor
from onboarding.language.model import END

COOL_DOWN = timedelta(days=30)
"""A sequence does not start again within this time of its last start or end."""

STALE = timedelta(days=7)
"""A mail that could not be sent for so long has missed its moment."""

HOLD = timedelta(hours=1)


def decide(
    book: SequenceBook, record: Subscriber, event: AnyEvent | None, facts: Iterable[Fact], context: Context
) -> Outcome:
    """Decide what an event (None: a timer is due) and the facts of this pass mean for all sequences."""
    facts = tuple(facts)
    heard = _heard(event, facts, context)
    for name, at in heard:
        record = note(record, name, at, context.now)
    outcome = Outcome(record=record)
    for fact in facts:
        outcome = outcome.then(_take(book, outcome.record, fact, context))
    for name, run in sorted(outcome.record.runs.items()):
        if run.status == "running":
            outcome = outcome.then(_follow(book, outcome.record, name, frozenset(one for one, _ in heard), context))
    return outcome


def wake_at(book: SequenceBook, record: Subscriber) -> datetime | None:
    """Return the earliest moment at which a running sequence of the book wants to be woken."""
    running = (run for name, run in record.runs.items() if run.status == "running" and name in book.sequences)
    return min((run.due_at for run in running if run.due_at), default=None)


def gate(book: SequenceBook, record: Subscriber, mail: SendMail, now: datetime) -> str:
    """Return why a mail of a sequence or flow may not go now; empty if it may.  Asked right before each sending.

    A flow's mail was asked for by a person, so it has no run; but it can have missed its moment.
    """
    if not mail.sequence:
        return _missed(mail, now) if mail.flow else ""
    sequence, run = book.sequences.get(mail.sequence), record.runs.get(mail.sequence)
    step = sequence.steps.get(sequence.present(mail.step)) if sequence else None
    if sequence is None or step is None:
        return f"{mail.sequence} no longer has the step {mail.step}"
    if run is None or run.number != mail.run:
        return f"{mail.sequence} is in another pass by now"
    if run.status == "left" or not _consented(record, sequence):
        return f"the person left {mail.sequence}"
    if run.status == "goal" or reached(sequence.goal, record, run):
        return f"the goal of {mail.sequence} was reached"
    if premise := broken(record, step):
        return f"{premise.event} happened meanwhile"
    return _missed(mail, now)


def _missed(mail: SendMail, now: datetime) -> str:
    if mail.calendar and mail.calendar.starts <= now:
        return "its appointment has begun"
    return f"it could not be sent for {STALE.days} days" if now - mail.queued_at > STALE else ""


def _heard(event: AnyEvent | None, facts: tuple[Fact, ...], context: Context) -> tuple[tuple[str, datetime], ...]:
    told = [(fact.name, fact.at) for fact in facts]
    if isinstance(event, ProductEvent):
        told.append((event.name, event.at))
    return tuple((name, at) for name, at in told if name in context.config.events)


def _reason(sequence: str, text: str, step: str = "") -> Reason:
    return Reason(room="onboarding", text=text, about=sequence, step=step)


def _consented(record: Subscriber, sequence: Sequence) -> bool:
    consent = record.consents.get(sequence.topic)
    return consent is not None and consent.status == "confirmed"


def _take(book: SequenceBook, record: Subscriber, fact: Fact, context: Context) -> Outcome:
    outcome = Outcome(record=record)
    for sequence in book.sequences.values():
        if fact.name not in ("confirmed", "withdrawn") or sequence.topic != fact.topic:
            continue
        run = outcome.record.runs.get(sequence.name)
        if fact.name == "confirmed":
            outcome = outcome.then(_start(outcome.record, sequence, run, fact, context))
        elif run and run.status == "running":
            text = f"{fact.topic} was withdrawn"
            outcome = outcome.then(_end(outcome.record, sequence.name, "left", text, context))
    return outcome


def _start(record: Subscriber, sequence: Sequence, run: Run | None, fact: Fact, context: Context) -> Outcome:
    if run and run.status == "running":
        return Outcome(record=_with(record, sequence.name, replace(run, address=fact.address)))
    if run and context.now - max(run.started_at, run.ended_at or run.started_at) < COOL_DOWN:
        text = f"{sequence.name} does not start again: its last pass was less than {COOL_DOWN.days} days ago."
        return Outcome(record=record, reasons=(_reason(sequence.name, text),))
    fresh = Run(
        number=run.number + 1 if run else 1,
        sequence_hash=sequence.hash,
        step=sequence.first,
        started_at=context.now,
        entered_at=context.now,
        address=fact.address,
    )
    return Outcome(
        record=_with(record, sequence.name, fresh),
        effects=(Count(name=f"started:{sequence.name}"),),
        reasons=(_reason(sequence.name, f"{sequence.name} starts: {fact.topic} was confirmed.", sequence.first),),
    )


def _with(record: Subscriber, name: str, run: Run) -> Subscriber:
    return replace(record, runs={**record.runs, name: run})


def _end(record: Subscriber, name: str, status: RunStatus, because: str, context: Context) -> Outcome:
    run = replace(record.runs[name], status=status, due_at=None, ended_at=context.now)
    how = {"left": "is left", "goal": "reached its goal", "finished": "is finished"}[status]
    return Outcome(
        record=_with(record, name, run),
        effects=(Count(name=f"{status}:{name}"),),
        reasons=(_reason(name, f"{name} {how}: {because}.", run.step),),
    )


def _follow(book: SequenceBook, record: Subscriber, name: str, heard: frozenset[str], context: Context) -> Outcome:
    """Move one running run as far as it goes now."""
    sequence, run = book.sequences.get(name), record.runs[name]
    if sequence is None:
        return _end(record, name, "left", "the workspace no longer has it", context)
    if not _consented(record, sequence):
        return _end(record, name, "left", f"{sequence.topic} is not confirmed", context)
    if sequence.goal and reached(sequence.goal, record, run):
        return _end(record, name, "goal", f"{sequence.goal.event} happened", context)
    present = sequence.present(run.step)
    if present == END:
        return _end(record, name, "left", f"its new version lets everybody go who stood at {run.step}", context)
    if present not in sequence.steps:
        return _end(record, name, "left", f"its new version has no step {run.step}", context)
    reasons = _moved(sequence, run.step, present)
    run = replace(run, sequence_hash=sequence.hash, step=present, sent=tuple(map(sequence.present, run.sent)))
    return _walk(Outcome(record=_with(record, name, run), reasons=reasons), sequence, heard, context)


def _moved(sequence: Sequence, old: str, present: str) -> tuple[Reason, ...]:
    text = f"{sequence.name} has changed: who stood at {old} goes on at {present}."
    return () if old == present else (_reason(sequence.name, text, present),)


def _walk(outcome: Outcome, sequence: Sequence, heard: frozenset[str], context: Context) -> Outcome:
    started = outcome.record.runs[sequence.name].started_at == context.now
    place = Place(
        sequence=sequence,
        record=outcome.record,
        context=context,
        because=f"{sequence.topic} was confirmed" if started else "",
    )
    passed: set[str] = set()
    while True:
        name = place.run.step
        round_again = Move(due=context.now + HOLD, says=f"{name} goes round without a wait; it goes on in an hour.")
        move = round_again if name in passed else judge(place)
        passed.add(name)
        outcome = outcome.then(_carry_out(place, move, heard))
        if move.to is None:
            return outcome
        if move.to == END:
            return outcome.then(_end(outcome.record, sequence.name, "finished", move.because, context))
        place = Place(sequence=sequence, record=outcome.record, context=context, because=move.because)


def _carry_out(place: Place, move: Move, heard: frozenset[str]) -> Outcome:
    """Return the outcome of one move: the run, its mail, and the sentence if there is news in it."""
    run, action, name = place.run, place.step.action, place.sequence.name
    awaited = isinstance(action, WaitFor) and action.event in heard
    news = move.says and (move.to is not None or run.due_at != move.due or awaited)
    if move.mail:
        run = replace(run, sent=(*run.sent, run.step))
    if move.to is None:
        run = replace(run, due_at=move.due)
    elif move.to != END:
        run = replace(run, step=move.to, entered_at=place.context.now, due_at=None)
    return Outcome(
        record=_with(place.record, name, run),
        effects=(move.mail,) if move.mail else (),
        reasons=(_reason(name, move.says, place.run.step),) if news else (),
    )
