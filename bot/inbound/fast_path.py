"""The fast path of webhooks through aiohttp: without the router, and with a prepared answer.

aiohttp still parses every byte that comes in, and keeps the connections.  Requests with ``Expect``, HTTP/1.0, or
``Connection: close`` take aiohttp's normal path.  docs/decisions/0008-hot-path.md has the figures.
"""

import functools
from collections.abc import Awaitable, Callable

from aiohttp import HttpVersion11, hdrs, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.helpers import rfc822_formatted_time

RequestHandler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class _EmptyOk(web.Response):
    """An answer without a body, for HTTP/1.1 on a connection that is kept.

    It has no state, so one object answers all requests.
    """

    @property
    def keep_alive(self) -> bool:
        """Return that the connection is kept."""
        return True

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Write the answer."""
        if request.transport is None:
            message = "the connection is gone"
            raise ConnectionResetError(message)
        # Written past aiohttp's writer, whose bookkeeping costs more than these 80 bytes.
        request.transport.write(_head_for_date(rfc822_formatted_time()))
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Do nothing, since :meth:`prepare` has written the whole answer."""


@functools.lru_cache(maxsize=1)  # the date changes once a second
def _head_for_date(date: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: {date}\r\n\r\n".encode()


_EMPTY_OK = _EmptyOk()


def empty_ok(request: web.BaseRequest) -> web.StreamResponse:
    """Return the answer 200 without a body."""
    # The prepared head says nothing about the connection, which HTTP/1.1 reads as "keep it".
    return _EMPTY_OK if request.version == HttpVersion11 and request.keep_alive else web.Response()


def bypass_router(path: str, receive: RequestHandler, fallback: RequestHandler) -> RequestHandler:
    """Return a handler for a server: ``receive`` for POSTs to exactly this path, ``fallback`` for everything else."""

    def handle_request(request: web.BaseRequest) -> Awaitable[web.StreamResponse]:
        # A query or an encoded path takes the router too: only the exact path is compared.
        plain = request.raw_path == path and request.method == hdrs.METH_POST and hdrs.EXPECT not in request.headers
        return receive(request) if plain else fallback(request)

    return handle_request
