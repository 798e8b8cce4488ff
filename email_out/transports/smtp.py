"""SMTP over kept connections, with the envelope in one round trip (RFC 5321, 2920, 3207, 4954, 6531).

aiosmtplib opens the door (connect, EHLO, STARTTLS, AUTH).  Then :class:`Session` takes the transport over, since
aiosmtplib waits for each answer before the next command: ``MAIL`` and ``RCPT`` (after a ``RSET`` where an envelope was
dropped) go out together where the server offers PIPELINING.  ``DATA`` waits until the sender has passed its gates.
"""

import asyncio
import collections
import contextlib
import ipaddress
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Literal, cast
from urllib.parse import unquote, urlsplit

import aiosmtplib

from email_out.message.mime import needs_smtputf8, wire_address
from email_out.transports.smtp_replies import (
    GO_ON,
    MailSettingsError,
    OutcomeUnknownError,
    RejectedError,
    Reply,
    ServerAwayError,
    Stage,
    UnsupportedAddressError,
)

PORTS = {"smtp": 587, "smtps": 465}
_MOST_REPLY = 64 * 1024
"""Bytes of one reply; a server that sends more is hung up on."""
_CHECK_AFTER = 10.0
"""Seconds of rest after which a kept connection is asked (NOOP) before it is used again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where mail is handed in."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: Literal["implicit", "required", "offered"] = "offered"
    """From the first byte; by STARTTLS or not at all; by STARTTLS where the server offers it."""


def parse_url(url: str) -> Server:
    """Read ``smtp://user:password@host:587`` or ``smtps://…``.

    A password never travels without TLS, except to this machine.  Raises :class:`MailSettingsError`,
    which never quotes the URL.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS:
        message = "the mail URL must begin with smtp:// or smtps://"
        raise MailSettingsError(message)
    try:
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    except ValueError:
        message = "the port of the mail URL is not a number from 1 to 65535"
        raise MailSettingsError(message) from None
    if not host or parts.path.strip("/") or parts.query or parts.fragment:
        message = "the mail URL must be smtp://user:password@host:port and nothing more; write / as %2F in a password"
        raise MailSettingsError(message)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        message = "the mail URL needs both user and password, or neither"
        raise MailSettingsError(message)
    implicit = parts.scheme == "smtps"
    guarded: Literal["required", "offered"] = "required" if user and not _local(host) else "offered"
    return Server(host=host, port=port, user=user, password=password, tls="implicit" if implicit else guarded)


def _local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Session(asyncio.Protocol):
    """One logged-in connection: an envelope, then its message, one after another."""

    def __init__(self, transport: asyncio.Transport, extensions: frozenset[str], timeout: float) -> None:
        """Take over a transport on which EHLO, STARTTLS and AUTH are done."""
        self.extensions = extensions
        self.mails = 0
        self.rested_at = 0.0
        self._transport = transport
        self._timeout = timeout
        self._waiting: collections.deque[asyncio.Future[Reply]] = collections.deque()
        self._buffer = b""
        self._lines: list[str] = []
        self._open_envelope = False
        self._closed = transport.is_closing()
        transport.set_protocol(self)

    @property
    def alive(self) -> bool:
        """Whether the connection can still be used."""
        return not self._closed and not self._transport.is_closing()

    async def envelope(self, sender: str, recipient: str) -> None:
        """Announce sender and recipient.

        Raises :class:`RejectedError`, :class:`ServerAwayError`, :class:`UnsupportedAddressError`, or
        ``HeaderError`` for an address that cannot be written.
        """
        wide = needs_smtputf8(sender, recipient)
        if wide and "smtputf8" not in self.extensions:
            message = "the address needs SMTPUTF8, which the mail server does not offer"
            raise UnsupportedAddressError(message)
        options = " BODY=8BITMIME SMTPUTF8" if wide else ""
        commands: dict[Stage | Literal["RSET"], str] = {"RSET": "RSET"} if self._open_envelope else {}
        commands["MAIL"] = f"MAIL FROM:<{wire_address(sender)}>{options}"
        commands["RCPT"] = f"RCPT TO:<{wire_address(recipient)}>"
        self._open_envelope = True
        replies = await self._group(list(commands.values()))
        stage = list(commands)[len(replies) - 1]
        if stage == "RSET":
            self._hang_up()  # the dropped envelope still stands there, and this mail would go to its recipient
            message = "the mail server refused RSET"
            raise ServerAwayError(message)
        if not replies[-1].ok:
            raise RejectedError(replies[-1], stage)

    async def data(self, message: bytes) -> Reply:
        """Hand the message over (CRLF, ending in one, beginning with a header); return the server's yes.

        Raises :class:`RejectedError`; :class:`ServerAwayError` while the final dot was not sent;
        :class:`OutcomeUnknownError` after it.
        """
        [go_on] = await self._group(["DATA"])
        if go_on.code != GO_ON:
            raise RejectedError(go_on, "DATA")
        self.mails += 1
        try:
            [reply] = await self._ask(message.replace(b"\r\n.", b"\r\n..") + b".\r\n", 1)
        except ServerAwayError:
            lost = "the connection ended after the message was sent and before its answer"
            raise OutcomeUnknownError(lost) from None
        self._open_envelope = False
        if not reply.ok:
            raise RejectedError(reply, "message")
        return reply

    async def check(self) -> bool:
        """Ask whether the server is still there."""
        try:
            return (await self._group(["NOOP"]))[0].ok
        except ServerAwayError:
            return False

    def close(self) -> None:
        """Say goodbye without waiting for the answer."""
        if self.alive:
            self._transport.write(b"QUIT\r\n")
        self._transport.close()
        self._closed = True

    async def _group(self, commands: list[str]) -> list[Reply]:
        """Send commands, together if the server takes them so; return the answers up to the first refusal."""
        replies: list[Reply] = []
        for group in [commands] if "pipelining" in self.extensions else [[one] for one in commands]:
            for reply in await self._ask("".join(f"{one}\r\n" for one in group).encode(), len(group)):
                replies.append(reply)
                if not reply.ok:
                    return replies
        return replies

    async def _ask(self, raw: bytes, answers: int) -> list[Reply]:
        if not self.alive:
            message = "the connection to the mail server is closed"
            raise ServerAwayError(message)
        futures = [asyncio.get_running_loop().create_future() for _ in range(answers)]
        self._waiting.extend(futures)
        self._transport.write(raw)
        try:
            async with asyncio.timeout(self._timeout):
                return [await one for one in futures]
        except TimeoutError:
            message = "the mail server did not answer in time"
            raise ServerAwayError(message) from None
        finally:
            if not all(one.done() and not one.cancelled() for one in futures):
                self._hang_up()

    def _hang_up(self) -> None:
        self._transport.abort()
        self._closed = True

    def data_received(self, data: bytes) -> None:
        """Take in reply lines (called by the transport)."""
        self._buffer += data
        *lines, self._buffer = self._buffer.split(b"\n")
        if len(self._buffer) + len(self._lines) * 80 > _MOST_REPLY:
            self._transport.abort()
            return
        for line in lines:
            self._line(line.rstrip(b"\r").decode("utf-8", "replace"))

    def _line(self, line: str) -> None:
        self._lines.append(line[4:])
        if line[3:4] == "-":
            return
        code = int(line[:3]) if line[:3].isdecimal() else 0
        reply, self._lines = Reply(code=code, text="\n".join(self._lines)), []
        if code and self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(reply)
        if code in (0, 421):
            self.connection_lost(None)
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio calls it so
        """Tell whoever waits (called by the transport)."""
        self._closed = True
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_exception(ServerAwayError("the mail server closed the connection"))
                waiting.exception()  # several may wait, only the first is awaited: none is left unseen


class Pool:
    """A few kept connections to one server, handed out one at a time."""

    def __init__(
        self,
        server: Server,
        *,
        size: int = 4,
        most_mails: int = 100,
        hello: str = "[127.0.0.1]",
        timeout: float = 60.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Prepare the pool; nothing connects yet.

        ``size`` connections at most; each is renewed after ``most_mails``.  ``hello`` is this machine's public name,
        ``timeout`` is in seconds for every answer, ``tls`` replaces the default certificate checks.
        """
        self._server = server
        self._most_mails = most_mails
        self._hello = hello
        self._timeout = timeout
        self._tls = tls
        self._idle: list[Session] = []
        self._places = asyncio.Semaphore(size)

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """Lend a connection.  Raises :class:`ServerAwayError` if none can be made."""
        async with self._places:
            session = await self._kept() or await self._connect()
            try:
                yield session
            finally:
                self._take_back(session)

    async def close(self) -> None:
        """Close all idle connections; those in use close when they come back."""
        self._most_mails = 0
        while self._idle:
            self._idle.pop().close()
        await asyncio.sleep(0)  # one turn of the loop closes the sockets

    async def _kept(self) -> Session | None:
        now = asyncio.get_running_loop().time()
        while self._idle:
            session = self._idle.pop()
            if session.alive and (now - session.rested_at < _CHECK_AFTER or await session.check()):
                return session
            session.close()
        return None

    def _take_back(self, session: Session) -> None:
        if session.alive and session.mails < self._most_mails:
            session.rested_at = asyncio.get_running_loop().time()
            self._idle.append(session)
        else:
            session.close()

    async def _connect(self) -> Session:
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            local_hostname=self._hello,
            timeout=self._timeout,
            use_tls=server.tls == "implicit",
            start_tls={"implicit": False, "required": True, "offered": None}[server.tls],
            tls_context=self._tls,
        )
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
            client.close()
            message = f"no connection to the mail server ({type(error).__name__})"
            raise ServerAwayError(message) from None
        transport = cast("asyncio.Transport", client.transport)
        return Session(transport, frozenset(client.esmtp_extensions), self._timeout)
