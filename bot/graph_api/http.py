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

_FIRST_FINAL_STATUS = 200
"""Lower statuses (100 Continue, 103 Early Hints) announce an answer, and are none."""


RawAnswer = tuple[int, bytes, Mapping[str, str]]
"""Status, body, and headers, which are found whatever their case."""


class NotWrittenError(Exception):
    """No connection, so nothing was written: it may be sent again."""


class NoAnswerError(Exception):
    """It was written, and no answer that can be read came back: it may have arrived."""


class FormChannel:
    """One address that takes forms by POST, and others of its host that are read."""

    def __init__(self, session: aiohttp.ClientSession, url: URL) -> None:
        """Speak with the session's connector and timeouts; they stay the caller's."""
        self._session = session
        self._url = url
        self._connection_key: aiohttp.ClientRequest | None = None
        self._timeouts: dict[float | None, _Timeouts] = {}
        common_headers = f"Host: {url.host_port_subcomponent}\r\nUser-Agent: Doorstep\r\nAccept: application/json\r\n"
        form_headers = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
        self._post_head = f"POST {url.raw_path_qs} HTTP/1.1\r\n{common_headers}{form_headers}".encode()
        self._get_head = f" HTTP/1.1\r\n{common_headers}Authorization: Bearer "

    async def post_form(self, form: bytes, *, within: float | None = None) -> RawAnswer:
        """Post a form.

        The connection is to be made, and the answer to come, ``within`` so many seconds each; None: the session's
        own.  Raises :class:`NotWrittenError` or :class:`NoAnswerError`.
        """
        return await self._request_answer(b"%b%d\r\n\r\n%b" % (self._post_head, len(form), form), within)

    async def get_path(self, path: str, bearer: str) -> RawAnswer:
        """Read a path, with its query, of the same host; neither holds control characters.  Raises as :meth:`post`."""
        return await self._request_answer(f"GET {path}{self._get_head}{bearer}\r\n\r\n".encode(), None)

    async def _request_answer(self, request: bytes, within: float | None) -> RawAnswer:
        timeouts = self._timeouts.get(within) or self._make_timeouts(within)
        try:
            connection = await self._open_connection(timeouts.connecting)
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise NotWrittenError from None
        protocol, transport = connection.protocol, connection.transport
        assert protocol is not None  # noqa: S101  the connector hands out what is connected
        assert transport is not None  # noqa: S101  same
        try:
            protocol.set_response_params()
            timeouts.watch_transport(transport)
            transport.write(request)
            message, content = await protocol.read()
            while message.code < _FIRST_FINAL_STATUS:
                message, content = await protocol.read()
            raw = content.read_nowait() if content.is_eof() else await content.read()
        except (aiohttp.ClientError, HttpProcessingError, OSError):
            connection.close()
            raise NoAnswerError from None
        except BaseException:
            connection.close()
            raise
        finally:
            timeouts.release_transport(transport)
        connection.release()
        return message.code, raw, message.headers

    async def _open_connection(self, limits: aiohttp.ClientTimeout) -> aiohttp.connector.Connection:
        connector = self._session.connector
        assert connector is not None  # noqa: S101  only a closed session has none
        if self._connection_key is None:
            loop = asyncio.get_running_loop()
            self._connection_key = aiohttp.ClientRequest("POST", self._url, loop=loop, session=self._session)
        return await connector.connect(self._connection_key, [], limits)

    def _make_timeouts(self, within: float | None) -> "_Timeouts":
        timeouts = _Timeouts(self._session.timeout, within)
        self._timeouts[within] = timeouts
        return timeouts


class _Timeouts:
    """Ends connections whose answer takes too long.

    All have the same time, so whoever began first is the first to end, and one timer does; a timeout of its own would
    cost each call three times as much as all its bookkeeping here.
    """

    def __init__(self, timeout: aiohttp.ClientTimeout, within: float | None) -> None:
        seconds = within or timeout.total
        self.connecting = aiohttp.ClientTimeout(connect=seconds, sock_connect=timeout.sock_connect)
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._deadlines: dict[asyncio.Transport, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def watch_transport(self, transport: asyncio.Transport) -> None:
        """Give the other side its time from now on."""
        if self._seconds:
            self._deadlines[transport] = self._loop.time() + self._seconds
            self._timer = self._timer or self._loop.call_later(self._seconds, self._abort_late)

    def release_transport(self, transport: asyncio.Transport) -> None:
        """Forget a connection: the answer is there, or nobody waits for it."""
        self._deadlines.pop(transport, None)

    def _abort_late(self) -> None:
        self._timer, now = None, self._loop.time()
        for transport, end in tuple(self._deadlines.items()):
            if end > now:
                self._timer = self._loop.call_later(end - now, self._abort_late)
                return
            transport.abort()
