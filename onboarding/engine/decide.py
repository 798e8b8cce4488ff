"""Decides about onboarding: which sequences a person is in, at which step, which mail goes out and why.  Pure.

Theory.  A run is one pass of a person through one sequence; it is always at one step.  Each call takes in what
happened, then moves every running run as far as it can go *now*.  Where it stops, it sets when it is to be woken.

* A run starts when the topic's consent is confirmed, or with an event; when it may start again the file says.  Without
  a word of it, a confirmation starts no second pass within 30 days: a person who confirms twice is welcomed once.
* It ends at the bottom, at ``end``, on the goal, on an ``exit``, on withdrawal, or when a new workspace version drops
  its step or sequence without mapping it to another.
* A wait for an event counts everything known about the person, but for what an earlier pass had for itself.  When it is
  over, an event that happened before the deadline still counts if it was reported late.
* The mail decided in the moment of confirmation goes at once; any other respects the quiet hours.
* A mail is dropped when what it rests on is gone (:mod:`onboarding.engine.mail_basis`): what did not happen happens
  after all, a tag or a field changes.
* All running runs are decided together: those that want to send stand in line by priority, and each keeps the caps of
  ``limits`` (:mod:`onboarding.engine.walk`, :mod:`onboarding.engine.send_time`).
* A goal reached after the last mail counts too, until its time is over.
* What is told as history changes what is known of the person; nothing starts or moves in that moment.
* Steps that take no time never form a circle (:mod:`onboarding.language.check`); if they did, the run would wait an
  hour.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from domain.decision import Context, Fact, Outcome, Reason
from domain.deeds import second_of
from domain.effects import SendMail
from domain.event_types.team import BeginAllowed, DraftsSettled
from domain.events import AnyEvent
from domain.questions.task_state import rename_steps
from domain.record import Subscriber
from domain.sequence_runs import Run
from language.conditions.sequence_tests import sequence_of
from onboarding.engine.drafts import find_next_try, take_drafts
from onboarding.engine.goals import is_goal_reached, may_still_come, note_goal_looks, note_late_goal
from onboarding.engine.passes import decide_in_front, hear
from onboarding.engine.questions.ask_question import rename_question
from onboarding.engine.questions.team_tasks import next_reminder, remind_team
from onboarding.engine.refusals import refusal_reason
from onboarding.engine.run_changes import end_run, make_reason, move_running, with_run
from onboarding.engine.shell_answers import take_answer
from onboarding.engine.start_and_exit import (
    Beginning,
    find_address,
    find_exit,
    has_basis,
    start_by_event,
    start_run,
)
from onboarding.engine.starts.by_time import begin_by_time, find_lost_date
from onboarding.engine.steps.step_context import StepContext
from onboarding.engine.take_in import list_occurrences, take_in
from onboarding.engine.tell_hooks import tell_hooks
from onboarding.engine.told import fill_told_fields, is_history, place_before_passes
from onboarding.engine.wait_rules import goes_on_waiting, is_awaited
from onboarding.engine.walk import describe_start, walk_together
from onboarding.language.catalog import MailSequence, SequenceCatalog
from onboarding.language.model import END

__all__ = ["decide", "refusal_reason", "wake_at"]

MOST_ROUNDS = 4
"""Sequences can tell each other events; a chain that is longer than this ends here."""


def decide(
    catalog: SequenceCatalog, record: Subscriber, event: AnyEvent | None, facts: Iterable[Fact], context: Context
) -> Outcome:
    """Decide what an event and the facts of this pass mean for all sequences; the event is None if a timer is due."""
    facts = tuple(facts)
    outcome = take_answer(catalog, record, event, facts, context)
    if outcome.record.tasks:
        outcome = outcome.followed_by(remind_team(outcome.record, context))
    outcome = outcome.followed_by(_decide_round(catalog, outcome.record, event, facts, context))
    # Steps record events and take people off topics; what follows from that is decided in the same moment.  So is what
    # they make true for other passes, by a tag or an end: nothing would wake those for it.
    seen = 0
    for _ in range(MOST_ROUNDS):
        told, seen = outcome.facts[seen:], len(outcome.facts)
        if not told and not (outcome.reasons and is_awaited(catalog, outcome.record, context)):
            break
        outcome = outcome.followed_by(_decide_round(catalog, outcome.record, None, told, context))
    return tell_hooks(record, outcome, facts, context)


def _decide_round(
    catalog: SequenceCatalog, record: Subscriber, event: AnyEvent | None, facts: tuple[Fact, ...], context: Context
) -> Outcome:
    event = place_before_passes(catalog, record, event)
    record = fill_told_fields(record, event)
    occurred = list_occurrences(event, facts, context)
    # Occurrences first: a wait that is evaluated below must already count the event that came with it.
    outcome = take_in(catalog, record, occurred, context)
    if is_history(event):
        return outcome
    outcome = hear(catalog, outcome, occurred, context)
    for fact in facts:
        outcome = outcome.followed_by(_apply_fact(catalog, outcome.record, fact, context))
    for each in occurred:
        outcome = outcome.followed_by(start_by_event(catalog, outcome.record, each, context))
    if isinstance(event, DraftsSettled) or any(run.approved for run in outcome.record.runs.values()):
        outcome = outcome.followed_by(take_drafts(catalog, outcome.record, event, context))
    allowed = event.sequence if isinstance(event, BeginAllowed) else ""
    outcome = outcome.followed_by(_begin_by_time(catalog, outcome.record, facts, context, allowed))
    happened = frozenset(each.name for each in occurred)
    outcome, running = _look_at_runs(catalog, outcome, happened, context)
    if running:
        outcome = _note_asked_mails(catalog, walk_together(running, outcome, happened), context)
    if not catalog.condition_goals:
        return outcome
    return replace(outcome, record=note_goal_looks(catalog, outcome.record, context))


def _look_at_runs(
    catalog: SequenceCatalog, outcome: Outcome, happened: frozenset[str], context: Context
) -> tuple[Outcome, list[StepContext]]:
    """End the passes that end, and return those that are to be walked."""
    running: list[StepContext] = []
    for name, run in sorted(outcome.record.runs.items()):
        if run.status == "running":
            if _is_untouched(catalog, outcome.record, name, happened, context):
                continue
            outcome = outcome.followed_by(decide_in_front(outcome.record, name, _look_at_run, catalog, context))
            if outcome.record.runs[name].status == "running":
                running.append(_stand_at(catalog.sequences[sequence_of(name)], outcome.record, name, context))
        elif (run.status == "finished" and happened) or may_still_come(catalog, name, run, context.now):
            outcome = outcome.followed_by(decide_in_front(outcome.record, name, note_late_goal, catalog, context))
    return outcome, running


def _is_untouched(
    catalog: SequenceCatalog, record: Subscriber, name: str, happened: frozenset[str], context: Context
) -> bool:
    """Return True if a running pass stays as it is, which is so of nearly all: an event concerns one sequence or two.

    Each line asks what :func:`_look_at_run` and the walk would ask; where that costs as much, the pass is looked at.
    """
    sequence, run = catalog.sequences.get(sequence_of(name)), record.runs[name]
    if sequence is None or run.sequence_hash != sequence.hash or context.house.hold_something:
        return False
    if (sequence.goal and sequence.goal.event in happened) or sequence.start.by_dates:
        return False
    # The conditions of an exit and of a goal speak of the pass in front, which one of many is not here.
    asks = sequence.exits or (sequence.goal and sequence.goal.condition)
    if asks and (name != sequence.name or _may_end(sequence, record, run, context.now)):
        return False
    here = StepContext(sequence=sequence, record=record, context=context, occurred=happened)
    return has_basis(record, sequence) and goes_on_waiting(here, run)


def _may_end(sequence: MailSequence, record: Subscriber, run: Run, now: datetime) -> bool:
    return bool(find_exit(sequence, record, run, now)) or is_goal_reached(sequence.goal, record, run, now)


def _note_asked_mails(catalog: SequenceCatalog, outcome: Outcome, context: Context) -> Outcome:
    """Keep when the mails were decided for which a condition asks (``got welcome in 7 days``)."""
    asked = [
        effect.template
        for effect in outcome.effects
        if isinstance(effect, SendMail) and effect.template in catalog.asked_mails
    ]
    if not asked:
        return outcome
    got = {**outcome.record.got, **dict.fromkeys(asked, second_of(context.now))}
    return replace(outcome, record=replace(outcome.record, got=got))


def _stand_at(sequence: MailSequence, record: Subscriber, name: str, context: Context) -> StepContext:
    cause = describe_start(sequence, record.runs[name], context)
    pass_name = name if name != sequence.name else ""
    return StepContext(sequence=sequence, record=record, context=context, cause=cause, pass_name=pass_name)


def wake_at(catalog: SequenceCatalog, record: Subscriber) -> datetime | None:
    """Return the earliest moment at which a running sequence wants to be woken; None if none does."""
    # A run whose sequence left the workspace is not counted: waking would find nothing to do, again and again.
    known, dues, is_approved = catalog.sequences, list[datetime](), False
    for name, run in record.runs.items():
        if run.due_at and run.status == "running" and (name in known or sequence_of(name) in known):
            dues.append(run.due_at)
        if run.approved:
            is_approved = True
    if record.tasks and (reminder := next_reminder(record)):
        dues.append(reminder)
    if is_approved and (approved := find_next_try(catalog, record)):
        dues.append(approved)
    # A time of a start is kept until the next look, also when the last of such sequences left the workspace.
    looks = record.looks_at if catalog.begun_by_time or catalog.condition_goals else None
    return min((*dues, looks) if looks else dues, default=None)


def _apply_fact(catalog: SequenceCatalog, record: Subscriber, fact: Fact, context: Context) -> Outcome:
    """Start or end the sequences of a topic whose consent was confirmed or withdrawn."""
    outcome = Outcome(record=record)
    for sequence in catalog.sequences.values():
        if fact.name not in ("confirmed", "withdrawn") or sequence.topic != fact.topic:
            continue
        run = outcome.record.runs.get(sequence.name)
        if fact.name == "confirmed":
            # A second confirmation, such as of a new address, goes on with the running passes.
            moved = move_running(outcome.record, sequence.name, fact.address)
            outcome = outcome.followed_by(Outcome(record=moved))
        if fact.name == "confirmed" and sequence.start.confirmed and not (run and run.status == "running"):
            beginning = Beginning(address=fact.address, at=fact.at, why=f"{fact.topic} was confirmed")
            outcome = outcome.followed_by(start_run(outcome.record, sequence.name, sequence, beginning, context))
        elif fact.name == "withdrawn" and run and run.status == "running":
            text = f"{fact.topic} was withdrawn"
            outcome = outcome.followed_by(end_run(outcome.record, sequence.name, "left", text, context))
    return outcome


def _begin_by_time(
    catalog: SequenceCatalog, record: Subscriber, facts: tuple[Fact, ...], context: Context, allowed: str
) -> Outcome:
    if not catalog.begun_by_time:
        return Outcome(record=record)

    def begin(record: Subscriber, sequence: MailSequence, why: str) -> Outcome:
        beginning = Beginning(address=find_address(record, sequence), at=context.now, why=why)
        return start_run(record, sequence.name, sequence, beginning, context)

    agreed = [sequence for sequence in catalog.begun_by_time if has_basis(record, sequence)]
    return begin_by_time(agreed, record, facts, context, begin, allowed=allowed)


def _look_at_run(record: Subscriber, name: str, catalog: SequenceCatalog, context: Context) -> Outcome:
    """End a running run, or set the step at which it goes on."""
    sequence, run = catalog.sequences.get(name), record.runs[name]
    if sequence is None:
        return end_run(record, name, "left", "the workspace no longer has it", context)
    if not has_basis(record, sequence):
        return end_run(record, name, "left", f"{sequence.topic} is not confirmed", context)
    if sequence.goal and is_goal_reached(sequence.goal, record, run, context.now):
        return end_run(record, name, "goal", sequence.goal.sentence, context)
    if leaving := find_lost_date(sequence, record) or find_exit(sequence, record, run, context.now):
        return end_run(record, name, "left", leaving, context)
    # A new workspace version may have renamed the step (its “migrate” table) or dropped it.
    step_name = sequence.current_name(run.step)
    if step_name == END:
        return end_run(record, name, "left", f"its new version lets everybody go who stood at {run.step}", context)
    if step_name not in sequence.steps:
        return end_run(record, name, "left", f"its new version has no step {run.step}", context)
    reasons = _migration_reasons(sequence, run.step, step_name)
    run = replace(
        run,
        sequence_hash=sequence.hash,
        step=step_name,
        sent=tuple(map(sequence.current_name, run.sent)),
        question=rename_question(run.question, sequence),
        withheld=None if run.withheld is None else tuple(map(sequence.current_name, run.withheld)),
        answers={sequence.current_name(name): answer for name, answer in run.answers.items()},
        drafts={sequence.current_name(name): second for name, second in run.drafts.items()},
        approved={sequence.current_name(name): second for name, second in run.approved.items()},
    )
    record = rename_steps(record, sequence.name, sequence.current_name) if record.tasks else record
    return Outcome(record=with_run(record, name, run), reasons=reasons)


def _migration_reasons(sequence: MailSequence, old_step: str, new_step: str) -> tuple[Reason, ...]:
    text = f"{sequence.name} has changed: who stood at {old_step} goes on at {new_step}."
    return () if old_step == new_step else (make_reason(sequence.name, text, new_step),)
