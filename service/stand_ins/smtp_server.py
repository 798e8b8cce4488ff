"""The demo's mail server: real SMTP on 127.0.0.1 that keeps all mails in memory (RFC 5321, 2920, 6152, 6531).

Tests use it too: it can refuse, hang and hang up on purpose, and ask for STARTTLS and a password.
"""

import asyncio
import collections
import contextlib
import email
import email.policy
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from functools import cached_property
from typing import Any, Literal, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

MOST_KEPT = 2000
"""Mails kept; the oldest go first."""

GRACE = 0.2
"""Seconds that stopping waits for connections to close."""

Moment = Literal["before the dot", "after the dot"]


@dataclass(frozen=True, kw_only=True)
class ReceivedMail:
    """One mail as it was received."""

    number: int
    """Counts up from 1; stays the same when older mails are forgotten."""
    received_at: datetime
    """Business time."""
    sender: str
    """Envelope sender (MAIL FROM)."""
    recipients: tuple[str, ...]
    """Envelope recipients (RCPT TO)."""
    smtputf8: bool
    raw: bytes

    @cached_property
    def parsed_message(self) -> EmailMessage:
        """The mail, parsed by the standard library."""
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.parsed_message["Subject"])

    @property
    def text_part(self) -> str:
        """The text part; empty if there is none."""
        return self._body_part("plain")

    @property
    def html_part(self) -> str:
        """The HTML part; empty if there is none."""
        return self._body_part("html")

    @property
    def all_headers(self) -> tuple[tuple[str, str], ...]:
        """All headers in order, decoded."""
        return tuple((name, str(value)) for name, value in self.parsed_message.items())

    def _body_part(self, kind: str) -> str:
        part = self.parsed_message.get_body((kind,))
        return str(part.get_content()).replace("\r\n", "\n") if part else ""


class Inbox:
    """An SMTP server that keeps everything it accepts, in memory."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        tls: ssl.SSLContext | None = None,
        users: Mapping[str, str] | None = None,
        pipelining: bool = True,
        smtputf8: bool = True,
        most_kept: int = MOST_KEPT,
    ) -> None:
        """Prepare the server.  ``tls`` offers STARTTLS; ``users`` (name → password) demands AUTH after it."""
        self.received: collections.deque[ReceivedMail] = collections.deque(maxlen=most_kept)
        self.connections = 0
        """Connections made so far."""
        self.commands: list[str] = []
        """Commands of the transactions so far, latest last; tests look at their order."""
        self.port = 0
        self._clock = clock
        self._tls = tls
        self._users = dict(users or {})
        self._pipelining = pipelining
        self._smtputf8 = smtputf8
        self._count = 0
        self._refusals: collections.deque[str] = collections.deque()
        self._message_refusals: collections.deque[str] = collections.deque()
        self._drops: collections.deque[Moment] = collections.deque()
        self._hang: asyncio.Event | None = None
        self._server: asyncio.Server | None = None
        self._open: set[_Connection] = set()
        self._all_closed = asyncio.Event()

    async def start_listening(self, port: int = 0) -> int:
        """Listen on 127.0.0.1; return the port (0 picks a free one)."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._make_connection, "127.0.0.1", port)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self.port

    async def stop_listening(self) -> None:
        """Stop listening and hang up; what was received stays."""
        self.release_mails()
        if self._server:
            self._server.close()
        for connection in self._open:
            _hang_up(connection)
        if self._open:
            with contextlib.suppress(TimeoutError):  # a failed TLS handshake never tells that it is over
                await asyncio.wait_for(self._all_closed.wait(), GRACE)
            self._open.clear()

    def reject_next(self, code: int, text: str, *, stage: Literal["RCPT", "message"] = "RCPT") -> None:
        """Answer the next recipient, or the next whole message, with this refusal."""
        (self._refusals if stage == "RCPT" else self._message_refusals).append(f"{code} {text}")

    def drop_connection(self, when: Moment) -> None:
        """Hang up at the next mail: at its DATA command, or after its final dot without an answer."""
        self._drops.append(when)

    def hang_after_data(self) -> None:
        """Accept mails but do not answer their final dot until :meth:`release_mails`."""
        self._hang = self._hang or asyncio.Event()

    def release_mails(self) -> None:
        """End :meth:`hang_after_data`."""
        if self._hang:
            self._hang.set()
            self._hang = None

    def _make_connection(self) -> SMTP:
        self.connections += 1
        return _Connection(
            self,
            enable_SMTPUTF8=self._smtputf8,
            hostname="inbox.localhost",
            ident="Doorstep demo inbox",
            loop=None,
            tls_context=self._tls,
            require_starttls=self._tls is not None,
            auth_required=bool(self._users),
            authenticator=self._check_login,
        )

    def _check_login(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: object
    ) -> AuthResult:
        # handled=True with success=False would let aiosmtpd skip its own answer “535”.
        is_known = isinstance(given, LoginPassword) and self._users.get(given.login.decode()) == given.password.decode()
        return AuthResult(success=is_known, handled=is_known)

    async def handle_EHLO(  # noqa: N802  the name aiosmtpd looks for
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer PIPELINING and enhanced status codes beside the server's own."""
        session.host_name = hostname
        # aiosmtpd reads commands from a buffer, so it takes pipelined ones although it does not say so.  The last line
        # of an EHLO answer has no dash (“250 HELP”), so these lines go in after the first.
        offered = ["250-PIPELINING", "250-ENHANCEDSTATUSCODES"] if self._pipelining else []
        return [responses[0], *offered, *responses[1:]]

    async def handle_MAIL(  # noqa: N802  the name aiosmtpd looks for
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept any sender."""
        self.commands.append("MAIL")
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802  the name aiosmtpd looks for
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept any recipient, unless a refusal was asked for."""
        self.commands.append("RCPT")
        if self._refusals:
            return self._refusals.popleft()
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  see above
        """Keep the mail, unless a refusal was asked for."""
        self.commands.append("DATA")
        if self._message_refusals:
            return self._message_refusals.popleft()
        # Kept before the answer is held back or lost: the mail has arrived, and only the sender does not know it.
        self._keep_mail(envelope)
        if self._hang:
            await self._hang.wait()
        if self._drops and self._drops[0] == "after the dot":
            self._drops.popleft()
            _hang_up(server)
        return "250 2.0.0 OK"

    async def handle_RSET(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802  see above
        """Note that the client dropped an envelope."""
        self.commands.append("RSET")
        return "250 2.0.0 OK"

    def drops_now(self) -> bool:
        """Return True if this DATA command is to be answered by hanging up."""
        if self._drops and self._drops[0] == "before the dot":
            self._drops.popleft()
            return True
        return False

    def remember_connection(self, connection: "_Connection") -> None:
        """Remember a connection, to hang up when the server stops."""
        self._open.add(connection)
        self._all_closed.clear()

    def forget_connection(self, connection: "_Connection") -> None:
        """Forget a connection."""
        self._open.discard(connection)
        if not self._open:
            self._all_closed.set()

    def _keep_mail(self, envelope: Envelope) -> None:
        self._count += 1
        self.received.append(
            ReceivedMail(
                number=self._count,
                received_at=self._clock(),
                sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                smtputf8=envelope.smtp_utf8,
                raw=cast("bytes", envelope.original_content or envelope.content),
            )
        )


def _hang_up(server: SMTP) -> None:
    if server.transport:
        server.transport.close()


class _Connection(SMTP):
    """A connection that can hang up at the DATA command, before the message is sent."""

    def __init__(self, inbox: Inbox, **options: Any) -> None:  # noqa: ANN401  aiosmtpd has fifteen of them
        super().__init__(inbox, **options)
        self._inbox = inbox

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Tell the inbox (again after STARTTLS)."""
        super().connection_made(transport)
        self._inbox.remember_connection(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Tell the inbox."""
        super().connection_lost(error)
        self._inbox.forget_connection(self)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  the name aiosmtpd looks for
        """Hang up if a test asked for it, else go on."""
        if self._inbox.drops_now():
            _hang_up(self)
            return
        await super().smtp_DATA(arg)
