"""Calls to Mailjet's API with one key: Basic Auth, bounded answers, and errors that say whether anything was sent."""

import asyncio
import io
import ipaddress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import aiohttp

from email_out.transports.base import MailSettingsError

MOST_ANSWER = 4 * 1024 * 1024
"""Bytes of an answer that are read."""
_KEPT_SECONDS = 4.0
"""How long a connection is kept.  Shortly: one that the other side closes just as we write leaves a batch unknown."""
_EXAMPLE = "the mail URL must be mailjet://key:secret@api.mailjet.com and nothing more"


class NothingSentError(Exception):
    """There was no connection, so nothing reached the provider.  Try again later."""


class LostAnswerError(Exception):
    """The call was made and its answer was lost.  Find out what became of it before it is made again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailjetKey:
    """Where the API is, and one of its keys."""

    base: str
    """Such as ``https://api.mailjet.com``."""
    key: str
    secret: str = field(repr=False)

    @property
    def server_name(self) -> str:
        """Host and port, for messages to people."""
        return self.base.partition("://")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAnswer:
    """Status and body of an answer."""

    status: int
    raw: bytes


def parse_mailjet_url(url: str) -> MailjetKey:
    """Return the key of ``mailjet://key:secret@api.mailjet.com``.

    A host on this machine (127.0.0.1, as of the stand-in) is spoken to by http, every other one by https.  Raises
    :class:`MailSettingsError`, which never quotes the URL.
    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise MailSettingsError(_EXAMPLE) from None
    key, secret, host = unquote(parts.username or ""), unquote(parts.password or ""), parts.hostname or ""
    if parts.scheme != "mailjet" or not host or parts.path.strip("/") or parts.query or parts.fragment:
        raise MailSettingsError(_EXAMPLE)
    if not key or not secret:
        message = f"the mail URL needs both key and secret: {_EXAMPLE.removeprefix('the mail URL must be ')}"
        raise MailSettingsError(message)
    scheme = "http" if _is_loopback(host) else "https"
    return MailjetKey(base=f"{scheme}://{host}{f':{port}' if port else ''}", key=key, secret=secret)


def _is_loopback(host: str) -> bool:
    # By number alone: a name could be made to lead elsewhere, and the key would travel in the clear.
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class MailjetApi:
    """Connections with one key; opened at the first call."""

    def __init__(self, key: MailjetKey, *, connections: int = 4, timeout: float = 30.0) -> None:
        """Prepare; ``timeout`` is in seconds for a whole call."""
        self._key = key
        self._connections = connections
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def server_name(self) -> str:
        """Host and port."""
        return self._key.server_name

    async def call(
        self, method: str, path: str, *, body: bytes | None = None, query: dict[str, str] | None = None
    ) -> ApiAnswer:
        """Make a call; ``path`` begins with ``/``.  Raises :class:`NothingSentError`, :class:`LostAnswerError`."""
        headers = {"Content-Type": "application/json"} if body is not None else None
        try:
            async with self._open_session().request(
                method,
                f"{self._key.base}{path}",
                # As a stream: aiohttp writes bytes in one piece, and megabytes would hold up everything else.
                data=None if body is None else io.BytesIO(body),
                params=query,
                headers=headers,
                allow_redirects=False,
            ) as answer:
                raw = bytearray()
                async for piece in answer.content.iter_chunked(65_536):
                    raw += piece
                    if len(raw) > MOST_ANSWER:
                        break
                return ApiAnswer(status=answer.status, raw=bytes(raw))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            # The class only, here as below: the text holds the URL.
            message = f"no connection to the provider ({type(error).__name__})"
            raise NothingSentError(message) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            message = f"the provider's answer was lost ({type(error).__name__})"
            raise LostAnswerError(message) from None

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers={"Authorization": aiohttp.encode_basic_auth(self._key.key, self._key.secret)},
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=_KEPT_SECONDS),
                timeout=aiohttp.ClientTimeout(total=self._timeout, sock_connect=self._timeout / 2),
            )
        return self._session

    async def close(self) -> None:
        """Close the connections."""
        if self._session:
            await self._session.close()
            await asyncio.sleep(0)  # one turn of the loop closes the sockets
