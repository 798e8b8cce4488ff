"""Who begins a sequence, how often, and what makes them leave it.  Pure."""

from datetime import datetime

from msgspec.structs import replace

from domain.decision import Context
from domain.deeds import second_of
from domain.record import Subscriber
from domain.sequence_runs import Run
from language.conditions.events import ENGAGEMENT
from language.conditions.sequence_tests import is_engaged_since
from language.durations import format_duration
from onboarding.engine.behaviour import count_in_pass
from onboarding.engine.comparisons.holdout import is_held_out
from onboarding.engine.record_bounds import MOST_RUNNING, has_room_for_run
from onboarding.language.catalog import MailSequence, WaitFor


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
    if not has_room_for_run(record):
        return f"the person is in {MOST_RUNNING} passes already, and more are not kept"
    if rule.condition and not rule.condition.holds(record, now):
        return f"“{rule.condition.text}” does not hold"
    return ""


def begin_run(sequence: MailSequence, record: Subscriber, *, address: str, at: datetime, context: Context) -> Run:
    """Return a new run at the first step.  ``at`` is when the event happened that starts it.

    A sequence of a confirmation counts also what came before it; one of an event counts from that event on.  Neither
    counts what an earlier pass counted.
    """
    earlier = record.runs.get(sequence.name)
    run = Run(
        number=earlier.number + 1 if earlier else 1,
        sequence_hash=sequence.hash,
        step=sequence.first,
        started_at=context.now,
        entered_at=context.now,
        address=address,
        counts_from=at if not sequence.start.confirmed else _end_of(earlier),
    )
    if is_held_out(sequence, record.id, context):
        run = replace(run, withheld=())
    if run.counts_from is None:
        return run
    awaited = {step.action.event for step in sequence.steps.values() if isinstance(step.action, WaitFor)}
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
    for leave in sequence.exits:
        if leave.condition and leave.condition.holds(record, now):
            return f"“{leave.condition.text}” holds"
        if leave.event == ENGAGEMENT and is_engaged_since(record, run.started_at):
            return "the person did something"
        behaviour = record.behaviour.get(leave.event)
        if behaviour and behaviour.last_second > second_of(run.started_at):
            return f"{leave.event} happened"
    return ""
