"""The Send API on the wire: the same small POST again and again, at less than half of a full client's cost.

A message costs one call or two, so the call is most of what answering costs.  ``ClientSession.request`` spends 68 µs of
processor time on it, two thirds of them on what these calls never have: cookies, redirects, proxies, traces, a request
object and its headers made anew.  Here the head of the request is made once, and aiohttp does the rest: its connector
opens and keeps the connections (TLS with its checks, both address families, closing what is idle), its parser reads the
answer (chunked or packed, too).  31 µs are left.  See docs/decisions/0010-the-send-api-on-the-wire.md.

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


class NotWrittenError(Exception):
    """No connection, so nothing was written: it may be sent again."""


class NoAnswerError(Exception):
    """It was written, and no answer that can be read came back: it may have arrived."""


class Wire:
    """One address that takes forms by POST."""

    def __init__(self, session: aiohttp.ClientSession, url: URL) -> None:
        """Speak with the session's connector and timeouts; they stay the caller's."""
        self._session = session
        self._url = url
        self._request: aiohttp.ClientRequest | None = None
        lines = (
            f"POST {url.raw_path_qs} HTTP/1.1", f"Host: {url.host_port_subcomponent}", "User-Agent: Doorstep",
            "Accept: application/json", "Content-Type: application/x-www-form-urlencoded", "Content-Length: ",
        )
        self._head = "\r\n".join(lines).encode()

    async def post(self, form: bytes) -> tuple[int, bytes, Mapping[str, str]]:
        """Post a form; return status, body and headers (found whatever their case).

        Raises :class:`NotWrittenError` or :class:`NoAnswerError`.
        """
        written = False
        try:
            async with asyncio.timeout(self._session.timeout.total):
                connection = await self._connect()
                try:
                    protocol, transport = connection.protocol, connection.transport
                    assert protocol is not None  # noqa: S101  the connector hands out what is connected
                    assert transport is not None  # noqa: S101  same
                    protocol.set_response_params()
                    written = True
                    transport.write(b"%b%d\r\n\r\n%b" % (self._head, len(form), form))
                    message, content = await protocol.read()
                    while message.code < _INTERIM:
                        message, content = await protocol.read()
                    raw = await content.read()
                except BaseException:
                    connection.close()
                    raise
                connection.release()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise NotWrittenError from None
        except (aiohttp.ClientError, HttpProcessingError, TimeoutError, OSError):
            raise (NoAnswerError if written else NotWrittenError) from None
        return message.code, raw, message.headers

    async def _connect(self) -> aiohttp.connector.Connection:
        connector = self._session.connector
        assert connector is not None  # noqa: S101  only a closed session has none
        if self._request is None:
            loop = asyncio.get_running_loop()
            self._request = aiohttp.ClientRequest("POST", self._url, loop=loop, session=self._session)
        return await connector.connect(self._request, [], self._session.timeout)
