"""One logged-in SMTP connection: an envelope in one round trip, then its message (RFC 5321, 2920, 6531).

Rules of the conversation:

* A server that offers PIPELINING gets ``MAIL`` and ``RCPT`` in one packet, and before them ``RSET`` if the envelope of
  the last mail was dropped.  Any other server gets each command after the answer to the one before.
* ``DATA`` is never part of that packet: it waits until the sender's gate has opened.
* Replies come in the order of the commands, so each command appends a future to a queue, and each finished reply
  resolves the oldest one.
* A connection on which an answer is missing is never used again: the next mail would get the answer of the last one.
"""

import asyncio
import collections
import re
from typing import Literal

from email_out.message.mime import needs_smtputf8, smtp_address
from email_out.transports.base import OutcomeUnknownError, ServerAwayError, UnsupportedAddressError
from email_out.transports.smtp_replies import GO_ON, RejectedError, SmtpReply, SmtpStage

_MOST_REPLY = 64 * 1024
"""Bytes of one reply; the connection to a server that sends more is cut."""
_ENVELOPE_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
"""Ids that need no encoding as xtext (RFC 3461 §4), as ours do; RFC 3461 §4.4 allows 100 characters."""
_CLOSING = 421
"""Reply code of a server that is about to close the connection (RFC 5321 §3.8)."""


class SmtpSession(asyncio.Protocol):
    """One logged-in connection: an envelope, then its message, one mail after another."""

    def __init__(self, transport: asyncio.Transport, extensions: frozenset[str], timeout: float) -> None:
        """Take over a transport on which EHLO, STARTTLS and AUTH are done; ``timeout`` is in seconds."""
        self.extensions = extensions
        self.mail_count = 0
        self.idle_since = 0.0
        self._transport = transport
        self._timeout = timeout
        self._awaited_replies: collections.deque[asyncio.Future[SmtpReply]] = collections.deque()
        self._buffer = b""
        self._reply_lines: list[str] = []
        self._envelope_is_open = False
        self._closed = transport.is_closing()
        # From here on the bytes of the server come to data_received of this object, not to aiosmtplib.
        transport.set_protocol(self)

    @property
    def is_alive(self) -> bool:
        """True if the connection can still be used."""
        return not self._closed and not self._transport.is_closing()

    async def open_envelope(self, sender: str, recipient: str, report_id: str = "") -> None:
        """Announce sender and recipient; with ``report_id``, ask for a report of failure that names it (RFC 3461).

        Raises :class:`RejectedError`, :class:`ServerAwayError`, :class:`UnsupportedAddressError`, or
        ``HeaderError`` if an address cannot be written.
        """
        needs_utf8 = needs_smtputf8(sender, recipient)
        if needs_utf8 and "smtputf8" not in self.extensions:
            message = "the address needs SMTPUTF8, which the mail server does not offer"
            raise UnsupportedAddressError(message)
        options = " BODY=8BITMIME SMTPUTF8" if needs_utf8 else ""
        # Headers alone come back: they hold what a report is matched by, and a body would be personal data on its way.
        asks = report_id and _ENVELOPE_ID.fullmatch(report_id) and "dsn" in self.extensions
        options += f" RET=HDRS ENVID={report_id}" if asks else ""
        # The last envelope is still open if its gate stayed closed: without RSET the server would refuse this MAIL,
        # or a lax server would keep the old recipient beside the new one.
        commands: dict[SmtpStage | Literal["RSET"], str] = {"RSET": "RSET"} if self._envelope_is_open else {}
        commands["MAIL"] = f"MAIL FROM:<{smtp_address(sender)}>{options}"
        commands["RCPT"] = f"RCPT TO:<{smtp_address(recipient)}>{' NOTIFY=FAILURE,DELAY' if asks else ''}"
        self._envelope_is_open = True
        replies = await self._send_commands(list(commands.values()))
        # Replies stop at the first refusal, so the last one tells at which command.
        stage = list(commands)[len(replies) - 1]
        if stage == "RSET":
            self._hang_up()  # the dropped envelope is still open, and this mail would go to its recipient
            message = "the mail server refused RSET"
            raise ServerAwayError(message)
        if not replies[-1].is_positive:
            raise RejectedError(replies[-1], stage)

    async def send_data(self, mime_bytes: bytes) -> SmtpReply:
        """Hand the message over (CRLF, ending in one, beginning with a header); return the server's acceptance.

        Raises :class:`RejectedError`; :class:`ServerAwayError` until the final dot was sent;
        :class:`OutcomeUnknownError` after it.
        """
        [go_on] = await self._send_commands(["DATA"])
        if go_on.code != GO_ON:
            raise RejectedError(go_on, "DATA")
        self.mail_count += 1
        # Dot-stuffing (RFC 5321 §4.5.2): a line that begins with a dot gets a second one, so that only the final
        # dot ends the message.  The first line needs none: it is a header.
        stuffed = mime_bytes.replace(b"\r\n.", b"\r\n..")
        try:
            [reply] = await self._exchange(stuffed + b".\r\n", 1)
        except ServerAwayError:
            lost = "the connection ended after the message was sent and before its answer"
            raise OutcomeUnknownError(lost) from None
        self._envelope_is_open = False
        if not reply.is_positive:
            raise RejectedError(reply, "message")
        return reply

    async def is_answering(self) -> bool:
        """Ask the server (NOOP) and return True if it is still there."""
        try:
            return (await self._send_commands(["NOOP"]))[0].is_positive
        except ServerAwayError:
            return False

    def close(self) -> None:
        """Say QUIT and close without waiting for the answer."""
        if self.is_alive:
            self._transport.write(b"QUIT\r\n")
        self._transport.close()
        self._closed = True

    async def _send_commands(self, commands: list[str]) -> list[SmtpReply]:
        """Send commands, in one packet if the server offers PIPELINING; return the replies up to the first refusal."""
        replies: list[SmtpReply] = []
        for group in [commands] if "pipelining" in self.extensions else [[command] for command in commands]:
            for reply in await self._exchange("".join(f"{command}\r\n" for command in group).encode(), len(group)):
                replies.append(reply)
                if not reply.is_positive:
                    return replies
        return replies

    async def _exchange(self, raw: bytes, reply_count: int) -> list[SmtpReply]:
        """Write bytes and wait for the replies to them.  Raises :class:`ServerAwayError`."""
        if not self.is_alive:
            message = "the connection to the mail server is closed"
            raise ServerAwayError(message)
        futures = [asyncio.get_running_loop().create_future() for _ in range(reply_count)]
        self._awaited_replies.extend(futures)
        self._transport.write(raw)
        try:
            async with asyncio.timeout(self._timeout):
                return [await future for future in futures]
        except TimeoutError:
            message = "the mail server did not answer in time"
            raise ServerAwayError(message) from None
        finally:
            # Also when this task was cancelled: a reply that comes after us would be taken for the next command's.
            if not all(future.done() and not future.cancelled() for future in futures):
                self._hang_up()

    def _hang_up(self) -> None:
        self._transport.abort()
        self._closed = True

    def data_received(self, data: bytes) -> None:
        """Take in reply lines (called by the transport)."""
        self._buffer += data
        *lines, self._buffer = self._buffer.split(b"\n")  # what follows the last line break is not complete yet
        # An endless "250-" reply would fill the memory; 80 is a generous mean length of a line.
        if len(self._buffer) + len(self._reply_lines) * 80 > _MOST_REPLY:
            self._transport.abort()
            return
        for line in lines:
            self._take_reply_line(line.rstrip(b"\r").decode("utf-8", "replace"))

    def _take_reply_line(self, line: str) -> None:
        """Take one line; the last line of a reply (``250 ok``, not ``250-ok``) resolves the oldest command."""
        self._reply_lines.append(line[4:])
        if line[3:4] == "-":
            return
        code = int(line[:3]) if line[:3].isdecimal() else 0
        reply, self._reply_lines = SmtpReply(code=code, text="\n".join(self._reply_lines)), []
        if code and self._awaited_replies:
            awaited = self._awaited_replies.popleft()
            if not awaited.done():
                awaited.set_result(reply)
        if code in (0, _CLOSING):  # 0: this is not SMTP, so the order of replies is lost
            self.connection_lost(None)
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio calls it with this argument
        """Fail every command that still waits for its reply (called by the transport)."""
        self._closed = True
        while self._awaited_replies:
            awaited = self._awaited_replies.popleft()
            if not awaited.done():
                awaited.set_exception(ServerAwayError("the mail server closed the connection"))
                # Only the first of a group is awaited; asyncio would log the others as never retrieved.
                awaited.exception()
