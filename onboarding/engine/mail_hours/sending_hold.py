"""Whether a mail of a sequence that waited in its lane may leave at this hour, and after those that went lately.  Pure.

It was decided for its moment: not at night, and with its distance to the mail before.  A lane that was paused, a mail
server that was away, a provider's share that was used up: after each of them what waited could come in the night, and
three mails within a minute.  So what waited is asked once more, by when the mails before it really went, and by the
``hours`` of its sequence.  The ``at`` of a step is not asked again: a mail of Friday at nine that was late by half an
hour would come a week later.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.consent.mail_break import is_asked_for
from domain.effects import SendMail
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from language.mail_times.mail_caps import read_caps_of
from language.mail_times.workdays import next_opening
from language.zones import zone_of_person
from onboarding.engine.mail_hours.mail_room import describe_cap, find_full_cap
from onboarding.engine.mail_hours.quiet_hours import allowed_from
from onboarding.language.catalog import SequenceCatalog

AS_DECIDED = timedelta(minutes=15)
"""A mail that waited no longer leaves as it was decided: a few seconds too early after the one before do no harm."""


def find_sending_hold(
    record: Subscriber, mail: SendMail, went: Sequence[datetime], config: WorkspaceConfig, now: datetime,
    *, catalog: SequenceCatalog | None = None,
) -> str:  # fmt: skip
    """Return why a queued mail of a sequence waits, as half a sentence; empty if it may leave.

    ``went`` are the moments at which marketing mails to this person went lately, ascending; ``catalog`` has the
    sequences of the person, whose hours hold.
    """
    if mail.lane != "marketing" or not mail.sequence or now - mail.queued_at <= AS_DECIDED:
        return ""
    if is_asked_for(record, mail):
        return ""
    zone = zone_of_person(record, config.timezone, now)
    if allowed_from(now, zone, config.limits, 0.0) > now:
        return "until the quiet hours are over"
    if hours := _find_closed_hours(catalog, mail, zone, now):
        return f"within {hours}"
    full = find_full_cap(went, read_caps_of(record, config.limits), now, free_of_spacing=False)
    return describe_cap(full[1]) if full else ""


def _find_closed_hours(catalog: SequenceCatalog | None, mail: SendMail, zone: ZoneInfo, now: datetime) -> str:
    """Return the hours of a mail's sequence if it is none of them now; empty otherwise."""
    sequence = catalog.sequences.get(mail.sequence) if catalog else None
    hours = sequence.hours if sequence else None
    if hours is None or hours.opening is None:
        return ""
    # Hours that never come, as in a year of holidays, must not keep a mail for good: its sequence says when it is late.
    opens = next_opening(hours.opening, now, zone)
    return hours.text if opens and opens > now else ""
