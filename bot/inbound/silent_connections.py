"""Closes connections on which no whole request ever came: each holds a socket, and a few thousand hold them all.

aiohttp closes a connection that was silent after an answer, but waits for ever for the first head.
"""

import asyncio
import time

from aiohttp import web

FIRST_HEAD_SECONDS = 20.0
"""Time for the first head of a request to come whole."""
LOOK_SECONDS = 5.0


class SilentConnections:
    """Those connections of a server on which no whole head has come yet."""

    def __init__(self, server: web.Server) -> None:
        """Look after the connections of this server; nothing is closed yet."""
        self._server = server
        self._since: dict[web.RequestHandler, float] = {}

    async def close_late(self) -> None:
        """Close them when their time is over, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.look(time.monotonic())

    def look(self, now: float) -> None:
        """Close the connections whose time is over at a moment (s, monotonic)."""
        silent = [one for one in self._server.connections if not one._request_count]  # noqa: SLF001  aiohttp tells it nowhere else
        # Whoever has asked something meanwhile, or is gone, is forgotten here.
        self._since = {one: self._since.get(one, now) for one in silent}
        for one, since in self._since.items():
            if now - since >= FIRST_HEAD_SECONDS and one.transport is not None:
                one.transport.close()
