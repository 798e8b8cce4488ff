"""The demo's mail server: real SMTP on this machine, keeping what it is given (RFC 5321, 2920, 6152, 6531).

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
"""Seconds that stopping waits for connections to be gone."""

Moment = Literal["before the dot", "after the dot"]


@dataclass(frozen=True, kw_only=True)
class Received:
    """One mail as it came in."""

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
    def message(self) -> EmailMessage:
        """The mail, parsed by the standard library."""
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The text part; empty if there is none."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML part; empty if there is none."""
        return self._part("html")

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """All headers in order, decoded."""
        return tuple((name, str(value)) for name, value in self.message.items())

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
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
        self.received: collections.deque[Received] = collections.deque(maxlen=most_kept)
        self.connections = 0
        """Connections made so far."""
        self.commands: list[str] = []
        """Verbs of the transactions so far, latest last; for tests of the order."""
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

    async def start(self, port: int = 0) -> int:
        """Listen on 127.0.0.1; return the port (0 picks a free one)."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, "127.0.0.1", port)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self.port

    async def stop(self) -> None:
        """Stop listening and hang up; what was received stays."""
        self.release()
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
        """Accept mails but do not answer their final dot until :meth:`release`."""
        self._hang = self._hang or asyncio.Event()

    def release(self) -> None:
        """End :meth:`hang_after_data`."""
        if self._hang:
            self._hang.set()
            self._hang = None

    def _connection(self) -> SMTP:
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
            authenticator=self._authenticate,
        )

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: object
    ) -> AuthResult:
        known = isinstance(given, LoginPassword) and self._users.get(given.login.decode()) == given.password.decode()
        return AuthResult(success=known, handled=known)

    # -- what aiosmtpd calls --------------------------------------------------------------------------------
    async def handle_EHLO(  # noqa: N802  the name aiosmtpd looks for
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer PIPELINING and enhanced status codes beside the server's own."""
        session.host_name = hostname
        offered = ["250-PIPELINING", "250-ENHANCEDSTATUSCODES"] if self._pipelining else []
        return [responses[0], *offered, *responses[1:]]

    async def handle_MAIL(  # noqa: N802  the name aiosmtpd looks for
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take any sender."""
        self.commands.append("MAIL")
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802  the name aiosmtpd looks for
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take any recipient, unless told otherwise."""
        self.commands.append("RCPT")
        if self._refusals:
            return self._refusals.popleft()
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  see above
        """Keep the mail, unless told otherwise."""
        self.commands.append("DATA")
        if self._message_refusals:
            return self._message_refusals.popleft()
        self._keep(envelope)
        if self._hang:
            await self._hang.wait()
        if self._drops and self._drops[0] == "after the dot":
            self._drops.popleft()
            _hang_up(server)
        return "250 2.0.0 OK"

    async def handle_RSET(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802  see above
        """Note that an envelope was dropped."""
        self.commands.append("RSET")
        return "250 2.0.0 OK"

    def drops_now(self) -> bool:
        """Tell whether to hang up at this DATA command."""
        if self._drops and self._drops[0] == "before the dot":
            self._drops.popleft()
            return True
        return False

    def opened(self, connection: "_Connection") -> None:
        """Remember a connection, to hang up when the server stops."""
        self._open.add(connection)
        self._all_closed.clear()

    def closed(self, connection: "_Connection") -> None:
        """Forget a connection."""
        self._open.discard(connection)
        if not self._open:
            self._all_closed.set()

    def _keep(self, envelope: Envelope) -> None:
        self._count += 1
        self.received.append(
            Received(
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
    """aiosmtpd's server side, able to hang up when the message is about to come."""

    def __init__(self, inbox: Inbox, **options: Any) -> None:  # noqa: ANN401  aiosmtpd has fifteen of them
        super().__init__(inbox, **options)
        self._inbox = inbox

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Tell the inbox (again after STARTTLS)."""
        super().connection_made(transport)
        self._inbox.opened(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Tell the inbox."""
        super().connection_lost(error)
        self._inbox.closed(self)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  the name aiosmtpd looks for
        """Hang up if told to, else go on."""
        if self._inbox.drops_now():
            _hang_up(self)
            return
        await super().smtp_DATA(arg)
