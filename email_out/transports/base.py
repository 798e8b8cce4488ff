"""What a mail transport does for the sender, and the ways in which a send can end.

A transport carries one finished mail to one mail provider.  It decides nothing about consent: the sender hands in a
*gate*, and the transport awaits it at its last safe moment, when only the message itself is missing.  SMTP does so
between the answer to RCPT and DATA; a provider with an HTTP API does so right before its POST.  So the order of the
guarantees is written once, in :mod:`email_out.delivery.sender`, for every transport.

How a send ends is returned, never raised:

    DeliveryResult
     ├─ Delivered       the provider accepted the message, now or in an earlier attempt
     ├─ SendRefused     the mail will not go: the gate or the provider refused it for good
     ├─ RetryLater      the mail goes back into the outbox, as a failed try or only to wait
     ├─ OutcomeUnknown  the whole message was handed over, and its answer was lost
     └─ ClaimLost       another worker has taken the mail over

Inside a transport, an exception breaks off the conversation with the provider.  Each one knows its result:

    DeliveryError
     ├─ ServerAwayError          → RetryLater      lost before the message was complete
     │   └─ NoConnectionError    → RetryLater      not even a connection; the lane rests
     ├─ UnsupportedAddressError  → SendRefused     this provider cannot carry the address
     ├─ OutcomeUnknownError      → OutcomeUnknown  lost after the message was complete
     └─ RejectedError            → by its reply; see :mod:`email_out.transports.smtp_replies`

``MailSettingsError`` stands apart: a mail URL that cannot work is found when the settings are read.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from domain.ports import SendStatus
from email_out.message.mime import OutgoingMail


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The provider accepted the message, now or in an earlier attempt."""

    provider_id: str = ""
    """Its name for the message, as text: such numbers may be larger than a float holds; empty if it has none."""
    counted: frozenset[str] = frozenset()
    """What is counted of the mail, see :mod:`domain.links.measured`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRefused:
    """The mail is not to be sent."""

    reason: str
    """For the send ledger; holds no address and no text of a server."""
    status: SendStatus = "refused"
    """Final status in the send ledger: ``refused`` by our own rules, ``failed`` by the provider."""
    hard_bounce: bool = False
    """True if the mailbox is dead: its address is suppressed."""
    sender_problem: str = ""
    """Reply status, such as ``550 5.7.26``, if the refusal is about us and the operator must act; else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryLater:
    """The mail is to be tried again: after a failed try, or because it only has to wait."""

    reason: str
    failed: bool
    """True if this counts as a failed try, after which the mail is given up one day."""
    mailbox_full: bool = False
    """True if the mailbox takes nothing now: counted, and the third mail within 14 days ends it."""
    unreachable: bool = False
    """True if there was no conversation with the provider: the mail URL or the network may be at fault."""
    no_connection: bool = False
    """True if not even a connection could be made: no other mail of the lane would come further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeUnknown:
    """The connection ended after the whole message was written; whether it was accepted is unknown."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLost:
    """Another worker holds the claim by now, or its line in the send ledger may not be sent."""

    reason: str = "another worker has taken the mail over"


DeliveryResult = Delivered | SendRefused | RetryLater | OutcomeUnknown | ClaimLost


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a transport can do."""

    batch: int = 1
    """Mails that it hands over together at most."""
    settle: bool = False
    """Whether :meth:`Transport.settle` can tell what became of a mail whose answer was lost."""
    envelope_sender: bool = True
    """Whether the envelope sender is ours, so that reports come back to it; else the provider hears them."""
    signs: bool = False
    """Whether the provider signs (DKIM) what it builds of our mail; a signature of ours would not reach anybody."""
    cannot_set: tuple[str, ...] = ()
    """Headers of ours that it does not let us set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What a provider says of a mail whose answer was lost."""

    answer: Literal["went", "did not", "cannot tell"]
    provider_id: str = ""
    """As in :class:`Delivered`."""


CANNOT_TELL = Settlement(answer="cannot tell")

Gate = Callable[[], Awaitable[DeliveryResult | None]]
"""Asked once, right before the message: None if it may be handed over, else the result with which the send ends."""


async def open_gate() -> None:
    """Let every message pass: the gate of mail that needs no consent, such as an alarm to the operator."""


class Transport(Protocol):
    """Carries finished mails to one mail provider over connections that it keeps."""

    @property
    def server_name(self) -> str:
        """Host and port, for messages to people; holds no user and no password."""
        ...

    @property
    def can(self) -> Abilities:
        """What it can do."""
        ...

    async def settle(self, send_id: str) -> Settlement:
        """Ask the provider what became of a mail whose answer was lost.  Never raises; changes nothing."""
        ...

    async def send(self, mail: OutgoingMail, mime_bytes: bytes, gate: Gate) -> DeliveryResult:
        """Hand one mail over if its gate opens.

        ``mime_bytes`` is ``mail`` as :func:`email_out.message.mime.build_mime` wrote it.  The gate is awaited exactly
        once, unless the send ends before.  Whatever the gate raises (``StoreAwayError``) is raised; then nothing was
        sent.
        """
        ...

    async def close(self) -> None:
        """Close the kept connections."""
        ...


class MailSettingsError(Exception):
    """A mail URL cannot work.  Mend the setting that the message names; the message never quotes the URL."""


class DeliveryError(Exception):
    """Root of what breaks off a conversation with a mail provider; transports turn it into a result."""

    def as_result(self) -> DeliveryResult:
        """Return the result that this error stands for."""
        return RetryLater(reason=str(self), failed=True)


class ServerAwayError(DeliveryError):
    """The mail server cannot be reached or hung up before the message was complete.  Try again later."""

    def as_result(self) -> DeliveryResult:
        """Return that the mail is to be tried again."""
        # Safe to repeat: the server drops a message whose final dot never came.
        return RetryLater(reason=str(self), failed=True, unreachable=True)


class NoConnectionError(ServerAwayError):
    """No connection to the mail server could be made.  Look at the mail URL and the network; it is tried again."""

    def as_result(self) -> DeliveryResult:
        """Return that the mail is to be tried again, and that others need not try now."""
        return RetryLater(reason=str(self), failed=True, unreachable=True, no_connection=True)


class UnsupportedAddressError(DeliveryError):
    """The address has letters before the @ that this server cannot carry.  Another server may."""

    def as_result(self) -> DeliveryResult:
        """Return that the mail cannot be delivered here."""
        # Not a hard bounce: the mailbox is fine, only this server cannot carry its name.
        return SendRefused(reason=str(self), status="failed")


class OutcomeUnknownError(DeliveryError):
    """The connection ended after the whole message was written.  Nobody knows whether it was accepted."""

    def as_result(self) -> DeliveryResult:
        """Return that the outcome is unknown."""
        # Not RetryLater: whether a repetition is worse than a loss depends on the mail, and the sender knows that.
        return OutcomeUnknown(reason=str(self))
