"""HTTP for the Send API: the same small POST repeatedly, at less than half the cost of a full client.

A message needs one or two calls, so the call is most of what an answer costs.  ``ClientSession.request`` takes 68 µs of
processor time.  Two thirds of that serve features which these calls never use: cookies, redirects, proxies, traces,
and new request and header objects.  Here the head of the request is built once, and aiohttp does the rest: its
connector opens and keeps connections (TLS with its checks, both address families, closing idle ones), and its parser
reads the answer (also chunked or compressed).  See docs/decisions/0010-the-send-api-on-the-wire.md.

``TCPConnector.connect`` and the protocol behind it are not documented by aiohttp.  The lock file therefore pins its
version, and tests/web/test_messenger_wire.py tries every way in which a call can end.
"""

import asyncio
from collections.abc import Callable, Mapping

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

_FIRST_FINAL_STATUS = 200
"""Lower statuses (100 Continue, 103 Early Hints) announce the answer; the next head has it."""


RawAnswer = tuple[int, bytes, Mapping[str, str]]
"""Status, body, and headers; header names are case-insensitive."""


class NotWrittenError(Exception):
    """There was no connection, so nothing was written.  The request may be sent again."""


class WithheldError(Exception):
    """The caller had lost the right to send when the connection was open, so nothing was written."""


class NoAnswerError(Exception):
    """The request was written, and no readable answer came back.  It may have arrived; do not simply send it again."""


class FormChannel:
    """Posts forms to one address, and reads other paths of its host."""

    def __init__(self, session: aiohttp.ClientSession, url: URL) -> None:
        """Use the session's connector and timeouts; the caller closes the session."""
        self._session = session
        self._url = url
        self._connection_key: aiohttp.ClientRequest | None = None
        self._timeouts: dict[float | None, _Timeouts] = {}
        common_headers = f"Host: {url.host_port_subcomponent}\r\nUser-Agent: Doorstep\r\nAccept: application/json\r\n"
        form_headers = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
        self._post_head = f"POST {url.raw_path_qs} HTTP/1.1\r\n{common_headers}{form_headers}".encode()
        self._get_head = f" HTTP/1.1\r\n{common_headers}Authorization: Bearer "

    async def post_form(
        self, form: bytes, *, within: float | None = None, may_write: Callable[[], bool] | None = None
    ) -> RawAnswer:
        """Post a form.

        ``within`` bounds both connecting and waiting for the answer, in seconds; None stands for the session's timeout.
        ``may_write`` is asked when nothing but the write is left to do.  Raises :class:`NotWrittenError`,
        :class:`WithheldError` or :class:`NoAnswerError`.
        """
        return await self._request_answer(b"%b%d\r\n\r\n%b" % (self._post_head, len(form), form), within, may_write)

    async def get_path(self, path: str, bearer: str) -> RawAnswer:
        """Read a path with its query; both must be free of control characters.  Raises as :meth:`post_form`."""
        return await self._request_answer(f"GET {path}{self._get_head}{bearer}\r\n\r\n".encode(), None)

    async def _request_answer(
        self, request: bytes, within: float | None, may_write: Callable[[], bool] | None = None
    ) -> RawAnswer:
        timeouts = self._timeouts.get(within) or self._make_timeouts(within)
        try:
            connection = await self._open_connection(timeouts.connecting)
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise NotWrittenError from None
        if may_write and not may_write():
            connection.release()
            raise WithheldError
        protocol, transport = connection.protocol, connection.transport
        assert protocol is not None  # noqa: S101  the connector hands out what is connected
        assert transport is not None  # noqa: S101  same
        # From here on the request may have arrived, so every failure is a NoAnswerError, and the connection is not used
        # again: a late answer must never be taken for that of the next request.
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
        except BaseException:  # cancelled, for example at shutdown
            connection.close()
            raise
        finally:
            timeouts.release_transport(transport)
        connection.release()
        return message.code, raw, message.headers

    async def _open_connection(self, limits: aiohttp.ClientTimeout) -> aiohttp.connector.Connection:
        connector = self._session.connector
        assert connector is not None  # noqa: S101  only a closed session has none
        # The connector only reads host, port, TLS and proxy of this request, to find a kept connection: one serves all.
        if self._connection_key is None:
            loop = asyncio.get_running_loop()
            self._connection_key = aiohttp.ClientRequest("POST", self._url, loop=loop, session=self._session)
        return await connector.connect(self._connection_key, [], limits)

    def _make_timeouts(self, within: float | None) -> "_Timeouts":
        timeouts = _Timeouts(self._session.timeout, within)
        self._timeouts[within] = timeouts
        return timeouts


class _Timeouts:
    """Aborts connections whose answer takes too long.

    All calls have the same time, so deadlines end in the order in which they began, and one timer serves them all.  An
    ``asyncio.timeout`` for each call would cost three times as much as this bookkeeping.
    """

    def __init__(self, timeout: aiohttp.ClientTimeout, within: float | None) -> None:
        seconds = within or timeout.total
        self.connecting = aiohttp.ClientTimeout(connect=seconds, sock_connect=timeout.sock_connect)
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._deadlines: dict[asyncio.Transport, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def watch_transport(self, transport: asyncio.Transport) -> None:
        """Start the time for an answer on this connection."""
        if self._seconds:
            self._deadlines[transport] = self._loop.time() + self._seconds
            self._timer = self._timer or self._loop.call_later(self._seconds, self._abort_late)

    def release_transport(self, transport: asyncio.Transport) -> None:
        """Stop the time: the answer is there, or the caller has gone."""
        self._deadlines.pop(transport, None)

    def _abort_late(self) -> None:
        self._timer, now = None, self._loop.time()
        for transport, end in tuple(self._deadlines.items()):  # a dict keeps the order in which calls began
            if end > now:
                self._timer = self._loop.call_later(end - now, self._abort_late)
                return
            transport.abort()
