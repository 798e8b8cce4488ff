"""SMTP as a mail transport: a few kept connections to one server (RFC 5321, 3207, 4954).

aiosmtplib opens each connection (connect, EHLO, STARTTLS, AUTH).  Then :class:`SmtpSession` takes its socket over:
aiosmtplib waits for each answer before the next command, so an envelope would cost a round trip more.
"""

import asyncio
import contextlib
import ipaddress
import re
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Literal, cast
from urllib.parse import SplitResult, unquote, urlsplit

import aiosmtplib

from email_out.message.mime import HeaderError, OutgoingMail
from email_out.transports.base import (
    CANNOT_TELL,
    Abilities,
    Delivered,
    DeliveryError,
    DeliveryResult,
    Gate,
    MailSettingsError,
    NoConnectionError,
    SendRefused,
    Settlement,
)
from email_out.transports.smtp_session import SmtpSession

PORTS = {
    "smtp": 587,  # submission with STARTTLS (RFC 6409)
    "smtps": 465,  # submission with TLS from the first byte (RFC 8314)
}
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_REMEDY = "in user and password write % as %25, / as %2F, ? as %3F, # as %23, @ as %40 and : as %3A"
_CHECK_AFTER = 10.0
"""Seconds of rest after which a kept connection is asked (NOOP) before it is used again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """The mail server that takes our mail, and how to log in."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls_mode: Literal["implicit", "required", "offered"] = "offered"
    """From the first byte; by STARTTLS or not at all; by STARTTLS where the server offers it."""


def parse_smtp_url(url: str) -> SmtpServer:
    """Return the server of ``smtp://user:password@host:587`` or ``smtps://…``.

    A password never travels without TLS, except to this machine.  Raises :class:`MailSettingsError`,
    which never quotes the URL.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS:
        message = "the mail URL must begin with smtp:// or smtps://"
        raise MailSettingsError(message)
    # One of these signs in a password ends the host part early: the rest shows up as a path, a query or a fragment,
    # and what stands before it as a host with a port that is no number.
    if parts.path.strip("/") or parts.query or parts.fragment or url[-1] in "?#":
        message = f"the mail URL must be smtp://user:password@host:port and nothing more; {_REMEDY}"
        raise MailSettingsError(message)
    host, port = _read_host(parts)
    user, password = _unquote(parts.username or ""), _unquote(parts.password or "")
    if bool(user) != bool(password):
        message = "the mail URL needs both user and password, or neither"
        raise MailSettingsError(message)
    # "required" makes a missing STARTTLS an error, so that nobody on the way can strip it to read the password.
    starttls: Literal["required", "offered"] = "required" if user and not _is_this_machine(host) else "offered"
    implicit = parts.scheme == "smtps"
    return SmtpServer(host=host, port=port, user=user, password=password, tls_mode="implicit" if implicit else starttls)


def _read_host(parts: SplitResult) -> tuple[str, int]:
    """Return host and port.  Raises :class:`MailSettingsError`."""
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        message = "the port of the mail URL is not a number from 1 to 65535"
        raise MailSettingsError(message) from None
    if not host or port == 0:
        message = f"the mail URL must be smtp://user:password@host:port; {_REMEDY}"
        raise MailSettingsError(message)
    other = next(scheme for scheme in PORTS if scheme != parts.scheme)
    # Each would wait for the other's first word: one server speaks first, the other waits for TLS.
    if port == PORTS[other]:
        message = (
            f"port {port} of the mail URL belongs to {other}://, and {parts.scheme}:// to port {PORTS[parts.scheme]}: "
            "change one of the two"
        )
        raise MailSettingsError(message)
    return host, port or PORTS[parts.scheme]


def _unquote(part: str) -> str:
    """Return user or password with its escapes read.  Raises :class:`MailSettingsError` for a % that begins none."""
    read = unquote(part, errors="replace")
    if _BAD_ESCAPE.search(part) or "\ufffd" in read:
        message = f"a % in user or password of the mail URL begins no escape of a sign; {_REMEDY}"
        raise MailSettingsError(message)
    return read


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class SmtpTransport:
    """A few kept connections to one server, each lent to one mail at a time."""

    def __init__(
        self,
        server: SmtpServer,
        *,
        connections: int = 4,
        mails_per_connection: int = 100,
        hello: str = "[127.0.0.1]",
        timeout: float = 60.0,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        """Prepare the transport; nothing connects yet.

        ``connections`` at most; each is renewed after ``mails_per_connection``.  ``hello`` is this machine's public
        name, ``timeout`` is in seconds for every answer, ``tls_context`` replaces the default certificate checks.
        """
        self._server = server
        self._mails_per_connection = mails_per_connection
        self._hello = hello
        self._timeout = timeout
        self._tls_context = tls_context
        self._idle_sessions: list[SmtpSession] = []
        self._free_slots = asyncio.Semaphore(connections)

    @property
    def server_name(self) -> str:
        """Host and port."""
        return f"{self._server.host}:{self._server.port}"

    @property
    def can(self) -> Abilities:
        """One mail after another; a server says nothing more of a mail whose answer was lost."""
        return Abilities()

    async def settle(self, send_id: str) -> Settlement:  # noqa: ARG002  the port's argument
        """SMTP has no way to ask."""
        return CANNOT_TELL

    async def send(self, mail: OutgoingMail, mime_bytes: bytes, gate: Gate) -> DeliveryResult:
        """Hand one mail over if its gate opens between the envelope and DATA."""
        try:
            async with self.borrow_session() as session:
                # Only who hears reports asks for them: without a domain of bounces they would reach a person.
                report_id = mail.id if mail.envelope_sender else ""
                await session.open_envelope(mail.envelope_sender or mail.sender.email, mail.to.email, report_id)
                # The last safe moment: server, sender and recipient are known to be good, and an envelope without
                # DATA is forgotten, so a gate that stays closed here leaves nothing behind.
                if (ending := await gate()) is not None:
                    return ending
                await session.send_data(mime_bytes)
        except DeliveryError as error:
            return error.as_result()
        except HeaderError as error:  # an address that cannot be written in an envelope
            return SendRefused(reason=str(error), status="failed")
        return Delivered()

    @contextlib.asynccontextmanager
    async def borrow_session(self) -> AsyncIterator[SmtpSession]:
        """Lend a connection.  Raises :class:`NoConnectionError` if none can be made."""
        async with self._free_slots:
            session = await self._take_idle_session() or await self._open_session()
            try:
                yield session
            finally:
                self._take_back(session)

    async def close(self) -> None:
        """Close all idle connections; those in use close when they come back."""
        self._mails_per_connection = 0  # so that _take_back closes what is still lent
        while self._idle_sessions:
            self._idle_sessions.pop().close()
        await asyncio.sleep(0)  # one turn of the loop closes the sockets

    async def _take_idle_session(self) -> SmtpSession | None:
        now = asyncio.get_running_loop().time()
        while self._idle_sessions:
            session = self._idle_sessions.pop()
            # Servers hang up on idle clients without a word; a NOOP costs less than a mail that fails.
            if session.is_alive and (now - session.idle_since < _CHECK_AFTER or await session.is_answering()):
                return session
            session.close()
        return None

    def _take_back(self, session: SmtpSession) -> None:
        if session.is_alive and session.mail_count < self._mails_per_connection:
            session.idle_since = asyncio.get_running_loop().time()
            self._idle_sessions.append(session)
        else:
            session.close()

    async def _open_session(self) -> SmtpSession:
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            local_hostname=self._hello,
            timeout=self._timeout,
            use_tls=server.tls_mode == "implicit",
            start_tls={"implicit": False, "required": True, "offered": None}[server.tls_mode],
            tls_context=self._tls_context,
        )
        try:
            await client.connect()
            # After STARTTLS the server may offer other extensions, so aiosmtplib wants a second EHLO (RFC 3207 §4.2).
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
            client.close()
            # The class only: the text may quote the user name.
            message = f"no connection to the mail server ({type(error).__name__})"
            raise NoConnectionError(message) from None
        transport = cast("asyncio.Transport", client.transport)
        return SmtpSession(transport, frozenset(client.esmtp_extensions), self._timeout)


def open_smtp(url: str, *, connections: int, hello: str) -> SmtpTransport:
    """Return the transport of an ``smtp://`` or ``smtps://`` URL.  Raises :class:`MailSettingsError`."""
    return SmtpTransport(parse_smtp_url(url), connections=connections, hello=hello)
