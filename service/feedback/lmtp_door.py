"""The door through which a mail server hands us what came back: LMTP (RFC 2033) on this machine or a unix socket.

* One recipient at a time: LMTP answers once for each, and each message is about one mail.
* 250 is answered after the commit.  While the store is away the server hears 451 and keeps the message.
* Who is not ours is refused at RCPT; a letter that asks for nothing goes to the team, or is refused where no mailbox
  of theirs is declared, so that none is lost in silence.
  We answer nothing by mail, so no loop can begin here.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from domain.ports import StoreAwayError
from email_out.feedback.read_report import read_report
from email_out.feedback.return_path import is_return_path
from service.feedback.desk import STOP_MAILBOXES, FeedbackDesk
from service.feedback.doctor_letters import MAILBOX as DOCTOR
from service.feedback.doctor_letters import take_letter
from service.feedback.forward_letters import LetterForwarder

MOST_BYTES = 16 * 1024 * 1024
"""Bytes of a message that is taken; a report may return a mail with all its pictures.  Only its beginning is read."""
LONGEST_LINE = 1024 * 1024
"""Bytes of a line; RFC 5321 §4.5.3.1.6 allows 1,000, and reports return mails that keep to no limit."""
COPIES = "replies"
"""The mailbox for copies of what people write to you: it takes every letter, since its text is read elsewhere."""
OPEN_MAILBOXES = ("abuse", "fbl", "reply", COPIES, DOCTOR, *STOP_MAILBOXES)
"""Mailboxes beside our envelope senders: for complaints, and for readers who want to stop."""

log = structlog.get_logger("feedback")


@dataclass(frozen=True, slots=True, kw_only=True)
class LmtpHandler:
    """Answers RCPT and DATA; the names are those that aiosmtpd calls."""

    desk: FeedbackDesk
    letters: LetterForwarder | None = None
    """Hands letters on to the team; None where nobody is to be troubled."""

    async def handle_RCPT(  # noqa: N802  aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient that is one of ours, one a message."""
        if envelope.rcpt_tos:
            return "452 4.5.3 one recipient at a time"
        if not is_return_path(address) and _name_box(address) not in OPEN_MAILBOXES:
            return "550 5.1.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(  # noqa: N802  aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a message in, and answer after the commit."""
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            if _name_box(envelope.rcpt_tos[0]) == DOCTOR:
                taken = await take_letter(self.desk.store, envelope.rcpt_tos[0], raw)
                return "250 2.0.0 taken" if taken else "550 5.1.1 no letter is waited for"
            heard = await self.desk.take(raw, envelope.rcpt_tos[0])
        except StoreAwayError:
            return "451 4.3.0 try again later"
        log.info("feedback_heard", outcome=heard)
        if heard in ("block", "policy"):
            log.error("mail_sender_problem", outcome=heard)
        # Counted or not, somebody must read it, or the writer must learn that nobody does; a copy is read elsewhere.
        if heard in ("letter", "replied") and _name_box(envelope.rcpt_tos[0]) != COPIES:
            if self.letters and self.letters.has_mailbox:
                done = await self.letters.forward(read_report(raw))
                return "250 2.0.0 handed on" if done else "451 4.3.0 try again later"
            return "554 5.7.1 nobody reads letters here; write to the address in the footer of our mails"
        return f"250 2.0.0 {heard}"


class PatientLmtp(LMTP):
    """Takes long lines: a report that is refused because of the mail in it would be lost."""

    line_length_limit = LONGEST_LINE


def _name_box(address: str) -> str:
    return address.partition("@")[0].partition("+")[0].lower()


@asynccontextmanager
async def listen_lmtp(address: str, desk: FeedbackDesk, letters: LetterForwarder | None = None) -> AsyncIterator[int]:
    """Listen at ``host:port`` or at the path of a unix socket; yield the port, 0 for a socket.

    Raises ``OSError`` if that is not possible.
    """
    handler = LmtpHandler(desk=desk, letters=letters)

    def make_protocol() -> LMTP:
        return PatientLmtp(handler, data_size_limit=MOST_BYTES, enable_SMTPUTF8=True, hostname="doorstep", timeout=60)

    loop = asyncio.get_running_loop()
    if address.startswith("/"):
        Path(address).unlink(missing_ok=True)  # noqa: ASYNC240  once, at the start; a killed process leaves it behind
        server = await loop.create_unix_server(make_protocol, address)
        port = 0
    else:
        host, _, number = address.rpartition(":")
        server = await loop.create_server(make_protocol, host.strip("[]"), int(number))
        port = server.sockets[0].getsockname()[1]
    log.info("listening_lmtp")
    try:
        yield port
    finally:
        server.close()
        await server.wait_closed()
