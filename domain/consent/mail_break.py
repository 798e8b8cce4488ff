"""A break from all mails of sequences: consents stay, and what comes due waits until it is over.

Whoever holds a mail's link may begin it and end it, since it takes nothing up that was not confirmed (forwarded mails).
What a flow mails because the person asked for it goes on, and so does the mail of a confirmation.
"""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from domain.consent import ledger
from domain.consent.confirmation_requests import consent_reason
from domain.decision import Outcome
from domain.effects import SendMail
from domain.events import MailsPaused
from domain.record import Subscriber

LONGEST = timedelta(days=366)
"""A longer break is better asked for by stopping."""


def pause_mails(record: Subscriber, event: MailsPaused, now: datetime) -> Outcome:
    """Begin a break, change its end, or end it; nothing changes if it would be over already, or too long."""
    if event.until is None:
        return _resume(record, event.address, now)
    if not now < event.until <= now + LONGEST or event.until == record.mails_paused_until:
        return Outcome(record=record)
    return begin_break(record, event.until, now, address=event.address, how="preferences")


def begin_break(
    record: Subscriber, until: datetime, now: datetime, *, address: str, how: str, mid: str = ""
) -> Outcome:
    """Begin a break that ends then (aware), or change its end; the ledger says how, and by which message."""
    end = f"{until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    changed, entry = ledger.append_entry(
        replace(record, mails_paused_until=until),
        now,
        act="paused",
        address=address,
        how=f"{how}, until {end}",
        mid=mid,
    )
    return Outcome(record=changed, effects=(entry,), reasons=(consent_reason(f"mails are paused until {end}"),))


def _resume(record: Subscriber, address: str, now: datetime) -> Outcome:
    if not is_paused(record, now):
        return Outcome(record=record)
    # The past end stays, so that mails count their wait from it and none is dropped as too late.
    changed, entry = ledger.append_entry(
        replace(record, mails_paused_until=now), now, act="resumed", address=address, how="preferences"
    )
    return Outcome(record=changed, effects=(entry,), reasons=(consent_reason("mails go on, the pause is over"),))


def is_paused(record: Subscriber, now: datetime) -> bool:
    """Tell whether mails of sequences wait now because the person wants a break."""
    return record.mails_paused_until is not None and now < record.mails_paused_until


def is_held_by_break(record: Subscriber, mail: SendMail, now: datetime) -> bool:
    """Tell whether a queued mail waits in its lane because of a break, which may have begun after it was queued.

    What a flow mails was asked for, the transactional lane brings codes and what a contract owes, and the welcome of
    the moment of confirmation goes at once.
    """
    return mail.lane == "marketing" and not is_asked_for(record, mail) and is_paused(record, now)


def is_asked_for(record: Subscriber, mail: SendMail) -> bool:
    """Tell whether somebody waits for a mail: what a flow mails, and the welcome of the moment of confirmation."""
    consent = record.consents.get(mail.topic)
    return bool(mail.flow) or (consent is not None and consent.confirmed_at == mail.queued_at)
