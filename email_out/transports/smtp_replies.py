"""What a mail server's answer means, and what mail delivery raises.

Enhanced status codes are RFC 3463 and the IANA registry; where a server gives none, nothing is held against the
recipient.  No address and no text of a server (it quotes addresses) goes into a message.
"""

import re
from dataclasses import dataclass
from typing import Literal

Stage = Literal["MAIL", "RCPT", "DATA", "message"]
Meaning = Literal["later", "hard_bounce", "sender", "refused"]

FIRST_REFUSAL = 400
FIRST_PERMANENT = 500
GO_ON = 354
"""Reply code to DATA that asks for the message."""

HARD_BOUNCES = {
    "5.1.1": "no such mailbox",
    "5.1.2": "no such domain",
    "5.1.3": "the address is malformed",
    "5.1.6": "the mailbox has moved",
    "5.1.10": "the domain takes no mail (null MX)",
    "5.2.1": "the mailbox is disabled",
}
"""Permanent answers to RCPT or the message that say the mailbox is dead: the address is suppressed."""

SENDER_PROBLEMS = ("5.7.", "5.5.", "5.1.7", "5.1.8", "5.3.")
"""Permanent answers that speak of us, our set-up or the server (policy, protocol, sender): alert, suppress nobody."""

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})\b")


class DeliveryError(Exception):
    """Root of what sending a mail raises.

    DeliveryError
     ├─ MailSettingsError       the mail URL cannot work; the message names the part
     ├─ ServerAwayError         no connection, or lost before the final dot was sent; try again later
     ├─ RejectedError           the server said no; ``reply`` tells what it means
     ├─ UnsupportedAddressError the address needs SMTPUTF8, which this server lacks; undeliverable there
     └─ OutcomeUnknownError     lost after the final dot was sent: the server may have the mail or not
    """


class MailSettingsError(DeliveryError):
    """A mail URL cannot work.  Mend the setting that the message speaks of."""


class ServerAwayError(DeliveryError):
    """The mail server cannot be reached or hung up before the message was complete.  Try again later."""


class UnsupportedAddressError(DeliveryError):
    """The address has letters before the @ that this server cannot carry.  Another server may."""


class OutcomeUnknownError(DeliveryError):
    """The connection ended after the whole message was written.  Nobody knows whether it was accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer of the server."""

    code: int
    text: str
    """Not for logs: servers quote addresses."""

    @property
    def ok(self) -> bool:
        """Whether the server said yes, or go on."""
        return self.code < FIRST_REFUSAL

    @property
    def enhanced(self) -> str:
        """The enhanced status code; empty if there is none."""
        found = _ENHANCED.match(self.text)
        return found[1] if found else ""

    @property
    def status(self) -> str:
        """Both codes, for notes and logs."""
        return f"{self.code} {self.enhanced}".strip()


class RejectedError(DeliveryError):
    """The server refused a command.  ``meaning`` tells whether to wait, to suppress, or to alert."""

    def __init__(self, reply: Reply, stage: Stage) -> None:
        """Keep the stage and the reply; the message holds codes only."""
        super().__init__(f"{stage} was answered {reply.status}")
        self.stage = stage
        self.reply = reply

    @property
    def meaning(self) -> Meaning:
        """What the answer means for this mail."""
        return meaning(self.stage, self.reply)


def meaning(stage: Stage, reply: Reply) -> Meaning:
    """Return what a refusal means: wait, dead mailbox, our own fault, or just no."""
    if reply.code < FIRST_PERMANENT:
        return "later"
    if stage in ("RCPT", "message") and reply.enhanced in HARD_BOUNCES:
        return "hard_bounce"
    if stage == "MAIL" or reply.enhanced.startswith(SENDER_PROBLEMS):
        return "sender"
    return "refused"
