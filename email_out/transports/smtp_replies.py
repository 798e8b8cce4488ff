"""What the replies of an SMTP server mean: wait, suppress the address, alert the operator, or give this mail up.

The table is :mod:`email_out.feedback.classes`; what depends on the command that was refused stands here.
Error messages hold codes only: servers quote addresses in their texts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from email_out.feedback.classes import FeedbackClass, classify_refusal
from email_out.transports.base import DeliveryError, DeliveryResult, RetryLater, SendRefused

SmtpStage = Literal["MAIL", "RCPT", "DATA", "message"]
RefusalMeaning = Literal["later", "full", "hard_bounce", "sender", "refused"]

FIRST_REFUSAL = 400  # 4yz: not now
FIRST_PERMANENT = 500  # 5yz: never
MEANINGS: Mapping[FeedbackClass, RefusalMeaning] = {
    "hard": "hard_bounce",
    "soft": "full",
    "block": "sender",
    "policy": "sender",
    "deferred": "later",
}
"""What a class means for the mail that was refused; any other gives this mail up."""
GO_ON = 354
"""Reply code to DATA that asks for the message."""

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
        if meaning in ("later", "full"):
            return RetryLater(reason=str(self), failed=True, mailbox_full=meaning == "full")
        return SendRefused(
            reason=str(self),
            status="failed",
            hard_bounce=meaning == "hard_bounce",
            sender_problem=self.reply.status if meaning == "sender" else "",
        )


def refusal_meaning(stage: SmtpStage, reply: SmtpReply) -> RefusalMeaning:
    """Return what a refusal means: wait, full or dead mailbox, a problem of the sender's, or a plain no."""
    meaning = MEANINGS.get(classify_refusal(reply.code, reply.enhanced_status, reply.text), "refused")
    if stage in ("RCPT", "message"):
        return meaning
    # 5.1.1 in answer to MAIL is about our own address, so only RCPT and the message can speak of the recipient.
    if meaning in ("later", "full") and reply.code < FIRST_PERMANENT:
        return "later"
    return "sender" if stage == "MAIL" or meaning == "sender" else "refused"
