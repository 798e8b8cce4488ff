"""The Send API on the wire: the same small POST again and again, at less than half of a full client's cost.

A message costs one call or two, so the call is most of what answering costs.  ``ClientSession.request`` spends 68 µs of
processor time on it, two thirds of them on what these calls never have: cookies, redirects, proxies, traces, a request
object and its headers made anew.  Here the head of the request is made once, and aiohttp does the rest: its connector
opens and keeps the connections (TLS with its checks, both address families, closing what is idle), its parser reads the
answer (chunked or packed, too).  See docs/decisions/0010-the-send-api-on-the-wire.md.

``TCPConnector.connect`` and the protocol behind it are not in aiohttp's documentation; the lock file pins its version,
and tests/web/test_messenger_wire.py tries every way a call can end.
"""

import asyncio
from collections.abc import Mapping

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

_INTERIM = 200
"""Lower statuses (100 Continue, 103 Early Hints) announce an answer, and are none."""


Answered = tuple[int, bytes, Mapping[str, str]]
"""Status, body, and headers, which are found whatever their case."""


class NotWrittenError(Exception):
    """No connection, so nothing was written: it may be sent again."""


class NoAnswerError(Exception):
    """It was written, and no answer that can be read came back: it may have arrived."""


class Wire:
    """One address that takes forms by POST, and others of its host that are read."""

    def __init__(self, session: aiohttp.ClientSession, url: URL) -> None:
        """Speak with the session's connector and timeouts; they stay the caller's."""
        self._session = session
        self._url = url
        self._request: aiohttp.ClientRequest | None = None
        self._patience: dict[float | None, _Patience] = {}
        all_say = f"Host: {url.host_port_subcomponent}\r\nUser-Agent: Doorstep\r\nAccept: application/json\r\n"
        form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
        self._post = f"POST {url.raw_path_qs} HTTP/1.1\r\n{all_say}{form}".encode()
        self._get = f" HTTP/1.1\r\n{all_say}Authorization: Bearer "

    async def post(self, form: bytes, *, within: float | None = None) -> Answered:
        """Post a form.

        The connection is to be made, and the answer to come, ``within`` so many seconds each; None: the session's
        own.  Raises :class:`NotWrittenError` or :class:`NoAnswerError`.
        """
        return await self._ask(b"%b%d\r\n\r\n%b" % (self._post, len(form), form), within)

    async def get(self, path: str, bearer: str) -> Answered:
        """Read a path, with its query, of the same host; neither holds control characters.  Raises as :meth:`post`."""
        return await self._ask(f"GET {path}{self._get}{bearer}\r\n\r\n".encode(), None)

    async def _ask(self, request: bytes, within: float | None) -> Answered:
        patience = self._patience.get(within) or self._patient(within)
        try:
            connection = await self._connect(patience.connecting)
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise NotWrittenError from None
        protocol, transport = connection.protocol, connection.transport
        assert protocol is not None  # noqa: S101  the connector hands out what is connected
        assert transport is not None  # noqa: S101  same
        try:
            protocol.set_response_params()
            patience.begin(transport)
            transport.write(request)
            message, content = await protocol.read()
            while message.code < _INTERIM:
                message, content = await protocol.read()
            raw = content.read_nowait() if content.is_eof() else await content.read()
        except (aiohttp.ClientError, HttpProcessingError, OSError):
            connection.close()
            raise NoAnswerError from None
        except BaseException:
            connection.close()
            raise
        finally:
            patience.end(transport)
        connection.release()
        return message.code, raw, message.headers

    async def _connect(self, limits: aiohttp.ClientTimeout) -> aiohttp.connector.Connection:
        connector = self._session.connector
        assert connector is not None  # noqa: S101  only a closed session has none
        if self._request is None:
            loop = asyncio.get_running_loop()
            self._request = aiohttp.ClientRequest("POST", self._url, loop=loop, session=self._session)
        return await connector.connect(self._request, [], limits)

    def _patient(self, within: float | None) -> "_Patience":
        patience = _Patience(self._session.timeout, within)
        self._patience[within] = patience
        return patience


class _Patience:
    """Ends connections whose answer takes too long.

    All have the same time, so whoever began first is the first to end, and one timer does; a timeout of its own would
    cost each call three times as much as all its bookkeeping here.
    """

    def __init__(self, timeout: aiohttp.ClientTimeout, within: float | None) -> None:
        seconds = within or timeout.total
        self.connecting = aiohttp.ClientTimeout(connect=seconds, sock_connect=timeout.sock_connect)
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._ends: dict[asyncio.Transport, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, transport: asyncio.Transport) -> None:
        """Give the other side its time from now on."""
        if self._seconds:
            self._ends[transport] = self._loop.time() + self._seconds
            self._timer = self._timer or self._loop.call_later(self._seconds, self._look)

    def end(self, transport: asyncio.Transport) -> None:
        """Forget a connection: the answer is there, or nobody waits for it."""
        self._ends.pop(transport, None)

    def _look(self) -> None:
        self._timer, now = None, self._loop.time()
        for transport, end in tuple(self._ends.items()):
            if end > now:
                self._timer = self._loop.call_later(end - now, self._look)
                return
            transport.abort()
