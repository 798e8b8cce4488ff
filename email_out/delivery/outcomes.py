"""The ways out of sending a mail, besides its being sent: refused, later, gone.  The sender acts on them."""

import structlog

from domain.effects import SendMail
from domain.ports import SendStatus
from email_out.transports.smtp_replies import RejectedError

log = structlog.get_logger("email_out")


class Refused(Exception):  # noqa: N818  a way out of sending, seen by the sender alone
    """The mail is not to be sent."""

    def __init__(self, reason: str, *, status: SendStatus = "refused", hard_bounce: bool = False) -> None:
        """Give the reason, the final status, and whether the mailbox is dead."""
        super().__init__(reason)
        self.reason = reason
        self.status: SendStatus = status
        self.hard_bounce = hard_bounce


class Later(Exception):  # noqa: N818  a way out of sending, seen by the sender alone
    """The mail is to be tried again: after a failed try, or because it only has to wait."""

    def __init__(self, reason: str, *, failed: bool) -> None:
        """Give the reason, and whether it counts as a failure."""
        super().__init__(reason)
        self.failed = failed


class Gone(Exception):  # noqa: N818  a way out of sending, seen by the sender alone
    """The claim is no longer ours, or its line in the send ledger may not be sent."""


def judged(error: RejectedError, mail: SendMail) -> Refused | Later:
    """Return what a mail server's refusal means for a mail."""
    if error.meaning == "later":
        return Later(str(error), failed=True)
    if error.meaning == "sender":
        log.error("mail_sender_problem", template=mail.template, lane=mail.lane, status=error.reply.status)
    return Refused(str(error), status="failed", hard_bounce=error.meaning == "hard_bounce")
