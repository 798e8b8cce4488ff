"""The short way of a webhook through aiohttp: past the router, and with an answer that is written as it is.

aiohttp still parses every byte that comes in, and keeps the connections.  What takes another than the plain way (an
``Expect`` header, an older HTTP, a connection that is to be closed) goes the long one.
docs/decisions/0008-hot-path.md has the figures.
"""

import functools
from collections.abc import Awaitable, Callable

from aiohttp import HttpVersion11, hdrs, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.helpers import rfc822_formatted_time

RequestHandler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class _EmptyOk(web.Response):
    """An answer without a body, for HTTP/1.1 on a connection that is kept.  It has no state: one serves all."""

    @property
    def keep_alive(self) -> bool:
        """Tell that the connection is kept."""
        return True

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Write the answer."""
        if request.transport is None:
            message = "the connection is gone"
            raise ConnectionResetError(message)
        request.transport.write(_head_for_date(rfc822_formatted_time()))
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Do nothing: all is written."""


@functools.lru_cache(maxsize=1)
def _head_for_date(date: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: {date}\r\n\r\n".encode()


_EMPTY_OK = _EmptyOk()


def empty_ok(request: web.BaseRequest) -> web.StreamResponse:
    """Return the answer 200 without a body."""
    return _EMPTY_OK if request.version == HttpVersion11 and request.keep_alive else web.Response()


def bypass_router(path: str, receive: RequestHandler, fallback: RequestHandler) -> RequestHandler:
    """Return a handler for a server: ``receive`` for POSTs to this very path, ``rest`` for all else."""

    def handle_request(request: web.BaseRequest) -> Awaitable[web.StreamResponse]:
        plain = request.raw_path == path and request.method == hdrs.METH_POST and hdrs.EXPECT not in request.headers
        return receive(request) if plain else fallback(request)

    return handle_request
