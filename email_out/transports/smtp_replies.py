"""What the replies of an SMTP server mean: wait, suppress the address, alert the operator, or give this mail up.

Enhanced status codes are from RFC 3463 and the IANA registry.  A reply without one never counts against the recipient.
Error messages hold codes only: servers quote addresses in their texts.
"""

import re
from dataclasses import dataclass
from typing import Literal

from email_out.transports.base import DeliveryError, DeliveryResult, RetryLater, SendRefused

SmtpStage = Literal["MAIL", "RCPT", "DATA", "message"]
RefusalMeaning = Literal["later", "hard_bounce", "sender", "refused"]

FIRST_REFUSAL = 400  # 4yz: not now
FIRST_PERMANENT = 500  # 5yz: never
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
"""Permanent replies to RCPT or the message which say that the mailbox is dead: the address is suppressed."""

SENDER_PROBLEMS = (
    "5.7.",  # security and policy: SPF, DKIM, DMARC, blocklists
    "5.5.",  # protocol: the server did not understand us
    "5.1.7",  # our sender address is malformed
    "5.1.8",  # our sender domain does not exist or is not accepted
    "5.3.",  # the mail system itself, such as “not configured for this domain”
)
"""Permanent replies about us, our set-up or the server (policy, protocol, sender): alert, suppress no address."""

# Only at the beginning of the text (RFC 2034 §4): further on, servers quote versions, addresses and URLs.
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpReply:
    """One answer of the server."""

    code: int
    text: str
    """Not for logs: servers quote addresses."""

    @property
    def is_positive(self) -> bool:
        """True if the server said yes, or asked to go on."""
        return self.code < FIRST_REFUSAL

    @property
    def enhanced_status(self) -> str:
        """The enhanced status code, such as ``5.1.1``; empty if the server gave none."""
        match = _ENHANCED.match(self.text)
        return match[1] if match else ""

    @property
    def status(self) -> str:
        """Both codes, such as ``550 5.1.1``, for the send ledger and the log."""
        return f"{self.code} {self.enhanced_status}".strip()


class RejectedError(DeliveryError):
    """The server refused a command.  ``meaning`` tells whether to wait, to suppress, or to alert."""

    def __init__(self, reply: SmtpReply, stage: SmtpStage) -> None:
        """Keep the stage and the reply; the message holds codes only."""
        super().__init__(f"{stage} was answered {reply.status}")
        self.stage = stage
        self.reply = reply

    @property
    def meaning(self) -> RefusalMeaning:
        """What the reply means for this mail."""
        return refusal_meaning(self.stage, self.reply)

    def as_result(self) -> DeliveryResult:
        """Return how the send ends after this reply."""
        meaning = self.meaning
        if meaning == "later":
            return RetryLater(reason=str(self), failed=True)
        return SendRefused(
            reason=str(self),
            status="failed",
            hard_bounce=meaning == "hard_bounce",
            sender_problem=self.reply.status if meaning == "sender" else "",
        )


def refusal_meaning(stage: SmtpStage, reply: SmtpReply) -> RefusalMeaning:
    """Return what a refusal means: wait, dead mailbox, a problem of the sender's, or a plain no."""
    if reply.code < FIRST_PERMANENT:
        return "later"
    # 5.1.1 in answer to MAIL is about our own address, so only RCPT and the message can condemn the recipient.
    if stage in ("RCPT", "message") and reply.enhanced_status in HARD_BOUNCES:
        return "hard_bounce"
    if stage == "MAIL" or reply.enhanced_status.startswith(SENDER_PROBLEMS):
        return "sender"
    return "refused"
