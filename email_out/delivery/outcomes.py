"""What follows from the end of a send: how long a mail waits, and what its subscriber hears of it.  Pure."""

import hashlib
from datetime import datetime, timedelta
from typing import Literal, Protocol

from msgspec import DecodeError

from domain.effects import SendMail, decode_posted
from domain.events import MailRefused, MailSent
from domain.keyring import Keyring
from domain.ports import Claim
from domain.record import Subscriber
from email_out.feedback.classes import classify_status
from email_out.message.mime import OutgoingMail, message_id
from email_out.transports.base import RetryLater, SendRefused

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=4)
QUICK_DELAYS = (timedelta(seconds=4), timedelta(seconds=8), timedelta(seconds=16))
"""First delays of a mail with a code, since a person sits in front of the chat, and of one whose server was away."""
MOST_FAILURES = 16
"""Tries before a mail is given up: about two days of an unwilling server."""
FIRST_WAIT_MS, LONGEST_WAIT_MS = 1000, 300_000
"""Wait for news that is on its way, or for the end of a pause; doubled with every wait."""
_MOST_DOUBLINGS = 20
"""Keeps the powers of two small; both delays reach their longest long before."""


class MailboxCounts(Protocol):
    """Counts the mails that full mailboxes refuse; the third within 14 days ends a mailbox."""

    async def count_full(self, address: str, send_id: str) -> bool:
        """Count one, once a mail; return True if the mailbox counts as dead by now."""
        ...

    async def note_accepted(self, address: str) -> None:
        """Take in that a mail was accepted."""
        ...


def retry_delay_ms(
    claim: Claim, mail: SendMail, keys: Keyring, *, may_have_come: bool = False, unreachable: bool = False
) -> int:
    """Return how long a mail waits after a failed try, in milliseconds.

    Three tries come within the first half minute for a mail whose code somebody waits for, unless it may have come,
    and for one whose server was unreachable: a restart of it takes seconds, and is no fault of the mail.
    """
    quick = len(QUICK_DELAYS) if (mail.nonce or unreachable) and not may_have_come else 0
    if claim.failures < quick:
        delay = QUICK_DELAYS[claim.failures]
    else:
        delay = min(FIRST_DELAY * 2 ** min(claim.failures - quick, _MOST_DOUBLINGS), LONGEST_DELAY)
    # 75 to 125 %, fixed for each mail and try: mails that failed together do not come back together.
    spread = 0.75 + 0.5 * keys.stable_fraction(claim.subscriber, f"{mail.id}:{claim.failures}")
    return int(delay.total_seconds() * spread * 1000)


def find_delay_ms(claim: Claim, mail: SendMail, keys: Keyring, later: RetryLater) -> int:
    """Return how long a mail waits that is put back, in milliseconds."""
    return retry_delay_ms(claim, mail, keys, unreachable=later.unreachable) if later.failed else wait_ms(claim)


def wait_ms(claim: Claim) -> int:
    """Return how long a mail waits that did not fail, in milliseconds: 1 s, 2 s, 4 s … 5 min."""
    return min(FIRST_WAIT_MS << min(claim.waits, _MOST_DOUBLINGS), LONGEST_WAIT_MS)


def has_arrived(claim: Claim, mail: SendMail, record: Subscriber) -> bool:
    """Return True if an earlier attempt with an unknown outcome brought the mail.

    Its own code or button was used: an address keeps the nonce of the confirmation that proved it.
    """
    address = record.addresses.get(mail.address)
    return claim.attempt is not None and mail.nonce != "" and address is not None and address.nonce == mail.nonce


def evidence_event(
    mail: SendMail, outgoing: OutgoingMail, mime_bytes: bytes, now: datetime, provider_id: str = ""
) -> MailSent:
    """Return the event that proves what was sent as a confirmation: its Message-ID and the hash of its bytes.

    ``provider_id`` is the provider's own name for it, if it has one.
    """
    return MailSent(
        id=f"sent:{mail.id}",
        at=now,
        send_id=mail.id,
        # A provider that builds the mail names it itself, and then its name is the one that can be looked up.
        message_id=provider_id or message_id(outgoing),
        content_hash=hashlib.sha256(mime_bytes).hexdigest(),
    )


def refusal_event(mail: SendMail, refused: SendRefused, now: datetime) -> MailRefused:
    """Return the event that tells the subscriber's record of a mail that will not go."""
    return MailRefused(
        id=f"refused:{mail.id}",
        at=now,
        send_id=mail.id,
        reason=refused.reason,
        # Only a dead mailbox is named: the address is suppressed by this event.
        address=mail.address if refused.hard_bounce else "",
        hard_bounce=refused.hard_bounce,
        about_us=_who_is_meant(refused),
        marketing=mail.lane == "marketing",
    )


def _who_is_meant(refused: SendRefused) -> Literal["", "block", "policy"]:
    """Return what the receiver has against us; empty if it means the reader, or does not say."""
    # “550 5.7.26”: the enhanced status decides, as it does for what comes back later.
    meaning = classify_status(refused.sender_problem.partition(" ")[2]) if refused.sender_problem else ""
    return meaning if meaning in ("block", "policy") else ""


def decode_mail(claim: Claim) -> SendMail | None:
    """Return the mail of a claim; None if it cannot be read or is another kind of item."""
    try:
        item = decode_posted(claim.item)
    except DecodeError:
        return None
    return item if isinstance(item, SendMail) else None
