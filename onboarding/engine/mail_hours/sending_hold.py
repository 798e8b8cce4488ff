"""Whether a mail of a sequence that waited in its lane may leave at this hour, and after those that went lately.  Pure.

It was decided for its moment: not at night, and with its distance to the mail before.  A lane that was paused, a mail
server that was away, a provider's share that was used up: after each of them what waited could come in the night, and
three mails within a minute.  So what waited is asked once more, by when the mails before it really went.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.consent.mail_break import is_asked_for
from domain.effects import SendMail
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from language.mail_times.mail_caps import read_caps_of
from language.zones import zone_of_person
from onboarding.engine.mail_hours.mail_room import describe_cap, find_full_cap
from onboarding.engine.mail_hours.quiet_hours import allowed_from

AS_DECIDED = timedelta(minutes=15)
"""A mail that waited no longer leaves as it was decided: a few seconds too early after the one before do no harm."""


def find_sending_hold(
    record: Subscriber, mail: SendMail, went: Sequence[datetime], config: WorkspaceConfig, now: datetime
) -> str:
    """Return why a queued mail of a sequence waits, as half a sentence; empty if it may leave.

    ``went`` are the moments at which marketing mails to this person went lately, ascending.
    """
    if mail.lane != "marketing" or not mail.sequence or now - mail.queued_at <= AS_DECIDED:
        return ""
    if is_asked_for(record, mail):
        return ""
    if allowed_from(now, zone_of_person(record, config.timezone, now), config.limits, 0.0) > now:
        return "until the quiet hours are over"
    full = find_full_cap(went, read_caps_of(record, config.limits), now, free_of_spacing=False)
    return describe_cap(full[1]) if full else ""
