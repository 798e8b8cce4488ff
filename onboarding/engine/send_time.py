"""When a mail of a sequence may leave: there is room for it, and it is a time at which people get mail.  Pure.

Asked in this order: the caps of ``limits``, which no mail goes around; then the quiet hours.  Only the mail of the
moment of confirmation goes at once, even at night: the person has just pressed the button and expects it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.decision import Context
from domain.record import Subscriber
from domain.sequence_runs import Run
from language.mail_caps import read_mail_caps
from language.zones import zone_of_person
from onboarding.engine.mail_room import describe_cap, find_full_cap
from onboarding.engine.quiet_hours import allowed_from
from onboarding.language.catalog import MailSequence

MOST_HELD = timedelta(days=8)
"""A mail that finds no room for this long has missed its moment: a week, and what a night adds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTime:
    """When a mail may leave, and what it waits for."""

    at: datetime
    """Never before now."""
    put_off_by: str = ""
    """What it waits for, as half a sentence; empty if it may leave now."""
    missed: str = ""
    """Why it is not sent at all, as half a sentence; empty if it may leave at its time."""


def find_send_time(sequence: MailSequence, run: Run, record: Subscriber, context: Context) -> SendTime:
    """Return when the mail of the step at which a run stands may leave."""
    now, put_off_by = context.now, ""
    asked_for = _is_asked_for(run)
    if record.mailed:
        alone = record.mailed[-1] < run.started_at.replace(microsecond=0)
        caps = read_mail_caps(context.config.limits)
        if full := find_full_cap(record.mailed, caps, now, free_of_spacing=asked_for and alone):
            now, put_off_by = full[0], describe_cap(full[1])
    if now - run.entered_at > MOST_HELD and now > context.now:
        return SendTime(at=context.now, missed=f"there was no room for it within {MOST_HELD.days} days")
    if now == run.started_at and asked_for and not sequence.start.event:
        return SendTime(at=now)
    zone = zone_of_person(record, context.config.timezone, context.now)
    # The label fixes the person's place in the morning spread: evaluating the step again gives the same time.
    label = f"{sequence.name}/{run.step}/{run.number}/morning"
    at = allowed_from(now, zone, context.config.limits, context.keys.stable_fraction(record.id, label))
    return SendTime(at=at, put_off_by=put_off_by or ("after the quiet hours" if at > context.now else ""))


def _is_asked_for(run: Run) -> bool:
    """Return True for the first mail of a pass, if it is wanted in the moment of the start."""
    return not run.sent and run.entered_at == run.started_at
