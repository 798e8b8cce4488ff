"""Mails of a sequence that is a draft: it runs like any other, but its mails wait until somebody has read them.  Pure.

``run.drafts`` holds the step of each such mail, and the second in which it was decided; 0 says that it was dropped.  A
mail that is sent passes everything again that asks whether it may go: what it rests on, consent, goal, caps, quiet
hours.  What nobody sends within seven days is dropped, since the moment it was written for is over.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from domain.decision import Context, Outcome
from domain.events import DraftsSettled
from domain.record import Subscriber
from domain.sequence_runs import Run
from language.mail_times.mail_caps import read_mail_caps
from language.zones import zone_of_person
from onboarding.engine.mail_hours.quiet_hours import is_quiet
from onboarding.engine.mail_room import find_full_cap, note_mail
from onboarding.engine.make_messages import make_mail
from onboarding.engine.refusals import refusal_reason
from onboarding.engine.run_changes import make_reason, with_run
from onboarding.engine.step_rules import choose_template
from onboarding.language.catalog import MailSequence, Send, SequenceCatalog

LONGEST = timedelta(days=7)
"""Drafts are dropped after that."""
NOT_APPROVED = f"nobody approved it within {LONGEST.days} days"
"""Why a draft was dropped by itself, as half a sentence."""
DROPPED = 0


def list_drafts(run: Run, now: datetime) -> Iterator[tuple[str, datetime]]:
    """Yield the steps whose mail waits for somebody, and since when."""
    for step, second in run.drafts.items():
        if second != DROPPED and not _is_over(second, now):
            yield step, datetime.fromtimestamp(second, now.tzinfo)


def list_expired(run: Run, now: datetime) -> Iterator[str]:
    """Yield the steps whose mail waited until it was too late."""
    return (step for step, second in run.drafts.items() if second != DROPPED and _is_over(second, now))


def settle_drafts(catalog: SequenceCatalog, record: Subscriber, event: DraftsSettled, context: Context) -> Outcome:
    """Send or drop the mails of a person that wait; what cannot go at this hour goes on waiting, and says so."""
    outcome = Outcome(record=record)
    sequence, run = catalog.sequences.get(event.sequence), record.runs.get(event.sequence)
    if sequence is None or run is None:
        return outcome
    for written, second in run.drafts.items():
        step = sequence.current_name(written)
        if second != DROPPED and event.step in ("", step):
            outcome = outcome.followed_by(_settle_one(catalog, outcome.record, (sequence, written), event, context))
    return outcome


def _settle_one(
    catalog: SequenceCatalog,
    record: Subscriber,
    place: tuple[MailSequence, str],
    event: DraftsSettled,
    context: Context,
) -> Outcome:
    sequence, written = place
    run, step = record.runs[sequence.name], sequence.steps.get(sequence.current_name(written))
    if step is None or not isinstance(step.action, Send):
        return _drop(record, place, f"{sequence.name} no longer has the step {written}")
    if _is_over(run.drafts[written], context.now):
        return _drop(record, place, NOT_APPROVED)
    if not event.send:
        return _drop(record, place, "the draft was dropped")
    template, _ = choose_template(sequence, step.name, step.action, record, context)
    mail = make_mail(sequence, written, template, record, context, topic=step.action.topic)
    if refusal := refusal_reason(catalog, record, mail, context.now):
        return _drop(record, place, refusal)
    if wait := _find_wait(record, context):
        sentence = f"{template} stays a draft: {wait}."
        return Outcome(record=record, reasons=(make_reason(sequence.name, sentence, step.name),))
    drafts = {name: second for name, second in run.drafts.items() if name != written}
    sent = replace(run, sent=(*run.sent, written), drafts=drafts)
    reason = make_reason(sequence.name, f"{template} goes out: the draft was approved.", step.name)
    return Outcome(
        record=note_mail(with_run(record, sequence.name, sent), context.now), effects=(mail,), reasons=(reason,)
    )


def _find_wait(record: Subscriber, context: Context) -> str:
    """Return what keeps a mail from going at this hour; empty if nothing does."""
    limits = context.config.limits
    if is_quiet(context.now, zone_of_person(record, context.config.timezone, context.now), limits):
        return "it is a quiet hour there"
    full = find_full_cap(record.mailed, read_mail_caps(limits), context.now, free_of_spacing=False)
    return f"there is no room yet ({full[1].text})" if full else ""


def _drop(record: Subscriber, place: tuple[MailSequence, str], why: str) -> Outcome:
    sequence, written = place
    run = record.runs[sequence.name]
    dropped = replace(run, drafts={**run.drafts, written: DROPPED})
    step = sequence.current_name(written)
    reason = make_reason(sequence.name, f"{step} is not sent: {why}.", step)
    return Outcome(record=with_run(record, sequence.name, dropped), reasons=(reason,))


def _is_over(second: int, now: datetime) -> bool:
    return now.timestamp() - second > LONGEST.total_seconds()
