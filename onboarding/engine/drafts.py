"""Mails of a sequence that is a draft: it runs like any other, but its mails wait until somebody has read them.  Pure.

``run.drafts`` holds the step of each such mail, and the second in which it was decided; 0 says that it was dropped.  A
mail that is sent passes everything again that asks whether it may go: what it rests on, consent, goal, caps, quiet
hours.  What cannot go at this hour, or finds no room, goes by itself when it may.  What has not gone within seven days
is dropped, since the moment it was written for is over.
"""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from domain.decision import Context, Outcome
from domain.event_types.team import DraftsSettled
from domain.events import AnyEvent
from domain.record import Subscriber
from domain.sequence_runs import Run
from language.conditions.sequence_tests import sequence_of
from language.mail_times.mail_caps import read_caps_of
from language.zones import zone_of_person
from onboarding.engine.mail_hours.mail_room import find_full_cap, note_mail
from onboarding.engine.mail_hours.quiet_hours import allowed_from
from onboarding.engine.make_messages import make_mail
from onboarding.engine.passes import decide_in_front
from onboarding.engine.refusals import refusal_reason
from onboarding.engine.run_changes import make_reason, with_run
from onboarding.engine.step_rules import choose_template
from onboarding.engine.steps.step_context import describe_time
from onboarding.language.catalog import MailSequence, Send, SequenceCatalog

LONGEST = timedelta(days=7)
"""Drafts are dropped after that."""
NOT_APPROVED = f"nobody approved it within {LONGEST.days} days"
"""Why a draft was dropped by itself, as half a sentence."""
NO_ROOM = f"it found no room within {LONGEST.days} days"
"""Why an approved draft was dropped by itself, as half a sentence."""
DROPPED = 0


def list_drafts(run: Run, now: datetime) -> Iterator[tuple[str, datetime]]:
    """Yield the steps whose mail waits for somebody, and since when."""
    for step, second in run.drafts.items():
        if second != DROPPED and not _is_over(second, now):
            yield step, datetime.fromtimestamp(second, now.tzinfo)


def list_expired(run: Run, now: datetime) -> Iterator[str]:
    """Yield the steps whose mail waited until it was too late."""
    return (step for step, second in run.drafts.items() if second != DROPPED and _is_over(second, now))


def take_drafts(catalog: SequenceCatalog, record: Subscriber, event: AnyEvent | None, context: Context) -> Outcome:
    """Settle what the event settles, and send what was approved before and can go by now."""
    outcome = Outcome(record=record)
    if isinstance(event, DraftsSettled):
        outcome = settle_drafts(catalog, record, event, context)
    return outcome.followed_by(send_approved(catalog, outcome.record, context))


def settle_drafts(catalog: SequenceCatalog, record: Subscriber, event: DraftsSettled, context: Context) -> Outcome:
    """Send or drop the mails of a person that wait; what cannot go at this hour goes later, and says when."""
    outcome = Outcome(record=record)
    sequence = catalog.sequences.get(event.sequence)
    for name, run in record.runs.items() if sequence else ():
        if sequence is None or sequence_of(name) != sequence.name:
            continue
        for written, second in run.drafts.items():
            if second != DROPPED and event.step in ("", sequence.current_name(written)):
                outcome = outcome.followed_by(
                    decide_in_front(
                        outcome.record, name, _settle_one, catalog, (sequence, written), context, send=event.send
                    )
                )
    return outcome


def send_approved(catalog: SequenceCatalog, record: Subscriber, context: Context) -> Outcome:
    """Send the mails that were approved and can go by now."""
    outcome = Outcome(record=record)
    for name, run in record.runs.items():
        sequence = catalog.sequences.get(sequence_of(name))
        for written, second in run.approved.items() if sequence else ():
            if sequence and second <= context.now.timestamp():
                outcome = outcome.followed_by(
                    decide_in_front(outcome.record, name, _settle_one, catalog, (sequence, written), context, send=True)
                )
    return outcome


def find_next_try(catalog: SequenceCatalog, record: Subscriber) -> datetime | None:
    """Return when approved mails are tried again; None if there are none, as nearly always."""
    seconds = [
        second
        for name, run in record.runs.items()
        if run.approved and sequence_of(name) in catalog.sequences
        for second in run.approved.values()
    ]
    return datetime.fromtimestamp(min(seconds), UTC) if seconds else None


def _settle_one(
    record: Subscriber,
    _name: str,
    catalog: SequenceCatalog,
    place: tuple[MailSequence, str],
    context: Context,
    *,
    send: bool,
) -> Outcome:
    sequence, written = place
    run, step = record.runs[sequence.name], sequence.steps.get(sequence.current_name(written))
    if step is None or not isinstance(step.action, Send):
        return _drop(record, place, f"{sequence.name} no longer has the step {written}")
    if _is_over(run.drafts[written], context.now):
        return _drop(record, place, NO_ROOM if written in run.approved else NOT_APPROVED)
    if not send:
        return _drop(record, place, "the draft was dropped")
    template, _ = choose_template(sequence, step.name, step.action, record, context)
    mail = make_mail(sequence, written, template, record, context, topic=step.action.topic)
    if refusal := refusal_reason(catalog, record, mail, context.now):
        return _drop(record, place, refusal)
    if wait := _find_wait(record, context):
        at, why = wait
        later = replace(run, approved={**run.approved, written: math.ceil(at.timestamp())})
        sentence = f"{template} is approved and goes out {describe_time(at, record, context)}: {why}."
        reasons = (make_reason(sequence.name, sentence, step.name),)
        return Outcome(record=with_run(record, sequence.name, later), reasons=reasons)
    drafts, approved = (
        {name: second for name, second in waiting.items() if name != written} for waiting in (run.drafts, run.approved)
    )
    sent = replace(run, sent=(*run.sent, written), drafts=drafts, approved=approved)
    reason = make_reason(sequence.name, f"{template} goes out: the draft was approved.", step.name)
    return Outcome(
        record=note_mail(with_run(record, sequence.name, sent), context.now), effects=(mail,), reasons=(reason,)
    )


def _find_wait(record: Subscriber, context: Context) -> tuple[datetime, str] | None:
    """Return when a mail that cannot go now is tried again, and what keeps it; None if nothing does."""
    limits, zone = context.config.limits, zone_of_person(record, context.config.timezone, context.now)
    morning = allowed_from(context.now, zone, limits, context.keys.stable_fraction(record.id, "drafts"))
    if morning > context.now:
        return morning, "it is a quiet hour there"
    full = find_full_cap(record.mailed, read_caps_of(record, limits), context.now, free_of_spacing=False)
    return (full[0], f"there is no room yet ({full[1].text})") if full else None


def _drop(record: Subscriber, place: tuple[MailSequence, str], why: str) -> Outcome:
    sequence, written = place
    run = record.runs[sequence.name]
    approved = {name: second for name, second in run.approved.items() if name != written}
    dropped = replace(run, drafts={**run.drafts, written: DROPPED}, approved=approved)
    step = sequence.current_name(written)
    reason = make_reason(sequence.name, f"{step} is not sent: {why}.", step)
    return Outcome(record=with_run(record, sequence.name, dropped), reasons=(reason,))


def _is_over(second: int, now: datetime) -> bool:
    return now.timestamp() - second > LONGEST.total_seconds()
