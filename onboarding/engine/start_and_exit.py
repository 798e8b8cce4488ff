"""Who begins a sequence, how often, and what makes them leave it.  Pure."""

from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from domain import counters
from domain.decision import Context, Outcome
from domain.deeds import second_of
from domain.effects import Count
from domain.record import Subscriber
from domain.sequence_runs import Run
from language.conditions.events import ENGAGEMENT
from language.conditions.sequence_tests import is_engaged_since, sequence_of
from language.durations import format_duration
from language.zones import zone_of_person
from onboarding.engine.behaviour import MOST_RUNNING, count_in_pass, has_room_for_run, list_in_pass
from onboarding.engine.comparisons.holdout import is_held_out
from onboarding.engine.goals import find_earlier_goal
from onboarding.engine.passes import (
    decide_in_front,
    forget_ended,
    latest_number,
    name_pass,
    read_key,
    refuse_pass,
)
from onboarding.engine.run_changes import make_reason, with_run
from onboarding.engine.starts.by_time import is_open
from onboarding.engine.take_in import Occurrence
from onboarding.language.catalog import MailSequence, SequenceCatalog
from onboarding.language.parts.waits import WaitFor


def has_basis(record: Subscriber, sequence: MailSequence) -> bool:
    """Return True if a sequence may run: its topic is confirmed, or its mails belong to a contract."""
    return sequence.is_service or has_consent(record, sequence.topic)


def find_address(record: Subscriber, sequence: MailSequence) -> str:
    """Return the keyed hash of the address that the mails of a new pass go to; empty if there is none."""
    consent = record.consents.get(sequence.topic)
    if not sequence.is_service:
        return consent.address if consent else ""
    # One proven by a code comes first: it was read in the mailbox and typed in this chat; then the one proven last.
    proven = sorted(
        (address.proven_by != "code", -(address.proven_at.timestamp() if address.proven_at else 0), name)
        for name, address in record.addresses.items()
        if address.status == "proven"
    )
    return proven[0][2] if proven else ""


def has_consent(record: Subscriber, topic: str) -> bool:
    """Return True if a topic is confirmed."""
    consent = record.consents.get(topic)
    return consent is not None and consent.status == "confirmed"


def refuse_start(sequence: MailSequence, record: Subscriber, run: Run | None, now: datetime) -> str:
    """Return why a person does not begin now, as half a sentence; empty if they do."""
    rule = sequence.start
    if run and rule.again_after is None:
        return "a person goes through it once"
    if run and rule.again_after and now - max(run.started_at, run.ended_at or run.started_at) < rule.again_after:
        return f"its last pass was less than {format_duration(rule.again_after)} ago"
    if sequence.is_service and not find_address(record, sequence):
        return "no address is proven"
    if not rule.confirmed and not has_basis(record, sequence):
        return f"{sequence.topic} is not confirmed"
    if reached := find_earlier_goal(sequence, record, now):
        return f"the goal is reached already: {reached}"
    if not has_room_for_run(record):
        return f"the person is in {MOST_RUNNING} passes already, and more are not kept"
    if rule.condition and not rule.condition.holds(record, now):
        return f"“{rule.condition.text}” does not hold"
    return ""


def begin_run(
    sequence: MailSequence, record: Subscriber, who: tuple[str, str], *, at: datetime, context: Context
) -> Run:
    """Return a new run at the first step, for an address and a key.  ``at`` is when what starts it happened.

    A sequence of a confirmation counts also what came before it; one of an event counts from that event on.  Neither
    counts what an earlier pass counted.
    """
    (address, key), earlier = who, record.runs.get(sequence.name)
    run = Run(
        key=key,
        number=latest_number(record, sequence.name) + 1,
        sequence_hash=sequence.hash,
        step=sequence.first,
        started_at=context.now,
        entered_at=context.now,
        address=address,
        counts_from=at if not sequence.start.confirmed else _end_of(earlier),
    )
    if is_held_out(sequence, record.id, context):
        run = replace(run, withheld=())
    if run.counts_from is None or key:
        return run
    awaited = {
        event for step in sequence.steps.values() if isinstance(step.action, WaitFor) for event in step.action.events
    }
    counted = {
        name: record.behaviour[name].count - count_in_pass(record, run, name)
        for name in sorted(awaited)
        if name in record.behaviour
    }
    return replace(run, earlier=counted)


def _end_of(run: Run | None) -> datetime | None:
    return run.ended_at or run.started_at if run else None


def find_exit(sequence: MailSequence, record: Subscriber, run: Run, now: datetime) -> str:
    """Return what makes a person leave, as half a sentence; empty if nothing does."""
    # An answer leads its own way: else “Take me off” would only end the pass.
    answered_at = run.question.given_at if run.question else None
    for leave in sequence.exits:
        if leave.condition and leave.condition.holds(record, now):
            return f"“{leave.condition.text}” holds"
        if leave.event == ENGAGEMENT and is_engaged_since(record, answered_at or run.started_at):
            return "the person did something"
        if any(at > second_of(run.started_at) for at in list_in_pass(record, run, leave.event)[-1:]):
            return f"{leave.event} happened"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a pass begins with."""

    address: str
    """Keyed hash of the address its mails go to."""
    at: datetime
    """When what starts it happened."""
    why: str
    """What happened, as half a sentence."""
    key: str = ""
    """The value that the pass is for; empty if there is one pass at a time."""


def start_by_event(catalog: SequenceCatalog, record: Subscriber, occurrence: Occurrence, context: Context) -> Outcome:
    """Start the sequences that begin with an event."""
    outcome = Outcome(record=record)
    for sequence in catalog.sequences.values():
        if sequence.start.event == occurrence.name and _is_asked_for(sequence, record, occurrence, context):
            outcome = outcome.followed_by(_start_pass(outcome.record, sequence, occurrence, context))
    return outcome


def _is_asked_for(sequence: MailSequence, record: Subscriber, occurrence: Occurrence, context: Context) -> bool:
    """Return True if the starting event says what the sequence asks of it."""
    where = sequence.start.where
    zone = zone_of_person(record, context.config.timezone, context.now)
    return where is None or where.holds(occurrence.said, {}, context.now, zone)


def _start_pass(record: Subscriber, sequence: MailSequence, occurrence: Occurrence, context: Context) -> Outcome:
    """Start a sequence by its event, unless the person is in it, or in its pass for this very order."""
    key = read_key(occurrence.said.get(sequence.start.each)) if sequence.start.each else ""
    name = name_pass(sequence, key)
    run = record.runs.get(name)
    if run and run.status == "running":
        return Outcome(record=record)
    if sequence.start.each and (refusal := refuse_pass(record, sequence, key)):
        text = f"{sequence.name} does not start: {refusal}."
        return Outcome(record=record, reasons=(make_reason(name, text),))
    address, why = find_address(record, sequence), f"{occurrence.name} happened"
    beginning = Beginning(address=address, at=occurrence.at, why=why, key=key)
    outcome = decide_in_front(record, name, start_run, sequence, beginning, context)
    return replace(outcome, record=forget_ended(outcome.record, sequence.name)) if key else outcome


def start_run(record: Subscriber, name: str, sequence: MailSequence, beginning: Beginning, context: Context) -> Outcome:
    """Begin a pass, unless the rules of its start are against it."""
    run = record.runs.get(name)
    if refusal := refuse_start(sequence, record, run, context.now):
        word = "start again" if run else "start"
        return Outcome(record=record, reasons=(make_reason(name, f"{name} does not {word}: {refusal}."),))
    begun = begin_run(sequence, record, (beginning.address, beginning.key), at=beginning.at, context=context)
    return Outcome(
        record=with_run(record, name, begun),
        effects=(Count(name=f"{counters.STARTED}{name}"),),
        reasons=(make_reason(name, f"{name} starts: {beginning.why}.", sequence.first),),
    )


def needs_look(catalog: SequenceCatalog, record: Subscriber) -> bool:
    """Return True if a start is new for a person, or a wait for a condition: nothing wakes them for it yet."""
    return _stands_at_new_wait(catalog, record) or any(
        start.key not in record.starts
        for sequence in catalog.begun_by_time
        if has_basis(record, sequence)
        for start in sequence.start.timed
    )


def _stands_at_new_wait(catalog: SequenceCatalog, record: Subscriber) -> bool:
    if not catalog.condition_waits:
        return False
    for name, run in record.runs.items():
        sequence = catalog.sequences.get(sequence_of(name))
        # The moment that is kept is that of the version before, and the new condition may hold already.
        is_changed = run.status == "running" and sequence is not None and run.sequence_hash != sequence.hash
        if sequence and is_changed and (sequence.name, sequence.current_name(run.step)) in catalog.condition_waits:
            return True
    return False


def fits_already(sequence: MailSequence, record: Subscriber, now: datetime) -> bool:
    """Return True if a person who is let begin now would begin."""
    run = record.runs.get(sequence.name)
    if run and run.status == "running":
        return False
    # The cheap questions first: a plan asks this of everybody.
    if not has_basis(record, sequence) or not any(is_open(start, record, now) for start in sequence.start.timed):
        return False
    return not refuse_start(sequence, record, run, now)
