"""Whether an issue may go to a reader: now, at a later time, or not at all.  Pure.

Asked three times by the same rules: when the release looks for whom to ask, when the event of the issue is decided, and
right before the mail leaves.  What only waits is asked again; what is left out has a reason, by which people are
counted, so a reason has no numbers and no names in it.

Order: consent, address and channel; then the time by which the mail must begin; then what makes it wait: a mail of a
sequence that is due now goes first, the reader's break, the caps of ``limits``, the quiet hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.consent.decisions import mail_refusal
from domain.effects import SendMail
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from language.mail_times.mail_caps import read_caps_of
from language.zones import zone_of_person
from onboarding.engine.mail_hours.mail_room import find_full_cap
from onboarding.engine.mail_hours.quiet_hours import allowed_from

SEQUENCES_FIRST = timedelta(minutes=1)
"""How long an issue waits for a mail of a sequence that is due."""
MOST_LOOKS = 10
"""Times that break, caps and quiet hours put a mail off, one after the other."""

UNSUBSCRIBED = "unsubscribed since the release"
AGAIN_LATER = "confirmed the topic after the release"
CHAT_ONLY = "wants this by chat, not by mail"
LATE = "late: it could not begin in time"
BREAK = "on a break from mails until it was too late"
NO_ROOM = "had enough mails until it was too late"
QUIET = "asleep until it was too late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What becomes of the mail of an issue to one reader."""

    at: datetime
    """When it may begin; never before now."""
    waits_for: str = ""
    """What it waits for, as half a sentence; empty if it may begin now."""
    left_out: str = ""
    """Why it does not go at all; empty if it may."""


def judge_mail(
    record: Subscriber, mail: SendMail, released_at: datetime, config: WorkspaceConfig, now: datetime
) -> Judgement:
    """Return whether a mail of an issue may go to this reader."""
    # A refusal first: who may get nothing is not told to wait for it.
    if reason := _find_refusal(record, mail, released_at, now):
        return Judgement(at=now, left_out=reason)
    if any(run.status == "running" and run.due_at and run.due_at <= now for run in record.runs.values()):
        return _put_off(mail, now + SEQUENCES_FIRST, "for a mail of a sequence", LATE, now)
    # The end of one obstacle may lie within another: a break ends at night, and the night ends on a full day.
    at, waits_for, too_late = now, "", ""
    for _ in range(MOST_LOOKS):
        later = max(_find_obstacles(record, mail, config, at), key=lambda obstacle: obstacle[0], default=None)
        if later is None:
            break
        at, waits_for, too_late = later
    return _put_off(mail, at, waits_for, too_late, now)


def _find_refusal(record: Subscriber, mail: SendMail, released_at: datetime, now: datetime) -> str:
    consent = record.consents.get(mail.topic)
    # Told apart from those who never agreed: this number says what the issue itself cost.
    if consent and consent.status == "withdrawn" and consent.withdrawn_at and consent.withdrawn_at >= released_at:
        return UNSUBSCRIBED
    if consent and consent.confirmed_at and consent.confirmed_at > released_at:
        return AGAIN_LATER
    if refusal := mail_refusal(record, mail, now):
        return refusal
    if (record.channels.get(mail.topic) or record.channels.get("")) == "chat":
        return CHAT_ONLY
    # Last: a person who left is counted as such, also when it is late by now.
    return LATE if mail.begin_by and now > mail.begin_by else ""


def _find_obstacles(
    record: Subscriber, mail: SendMail, config: WorkspaceConfig, at: datetime
) -> Iterator[tuple[datetime, str, str]]:
    """Yield until when something is against a mail at this moment, what it is, and the reason if it lasts too long."""
    until = record.mails_paused_until
    if until and until > at:
        yield until, "for the end of the break that the person asked for", BREAK
    # The mail itself stands in the record once it is decided, and must not wait for itself.
    others = list(record.mailed)
    if mail.queued_at.replace(microsecond=0) in others:
        others.remove(mail.queued_at.replace(microsecond=0))
    # Nobody asked for this very mail, so no cap makes an exception for it.
    full = find_full_cap(others, read_caps_of(record, config.limits), at, free_of_spacing=False)
    if full:
        yield full[0], "for room among the mails", NO_ROOM
    opens = allowed_from(at, zone_of_person(record, config.timezone, at), config.limits, 0.0)
    if opens > at:
        yield opens, "for the morning", QUIET


def _put_off(mail: SendMail, at: datetime, waits_for: str, too_late: str, now: datetime) -> Judgement:
    if mail.begin_by and at > mail.begin_by:
        return Judgement(at=now, left_out=too_late or LATE)
    return Judgement(at=at, waits_for=waits_for if at > now else "")


def zone_of_reader(record: Subscriber, config: WorkspaceConfig, now: datetime) -> ZoneInfo:
    """Return the zone by whose clock a reader gets an issue."""
    return zone_of_person(record, config.timezone, now)
