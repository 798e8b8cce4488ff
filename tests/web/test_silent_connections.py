"""Connections that send nothing, or half a head, do not stay."""

import asyncio

from aiohttp import web

from bot.inbound.silent_connections import FIRST_HEAD_SECONDS, SilentConnections
from tests.support.patience import PATIENCE_SECONDS


async def test_who_never_sends_a_whole_head_is_closed_and_others_are_not() -> None:
    """Nothing, half a head, and a whole request: the first two end when their time is over."""

    async def answer(_: web.BaseRequest) -> web.Response:
        return web.Response()

    server = web.Server(answer)
    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    streams = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
    streams[1][1].write(b"GET / HTTP/1.1\r\nHost: a")
    streams[2][1].write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert (await streams[2][0].readline()).startswith(b"HTTP/1.1 200")
        silent = SilentConnections(server)
        silent.look(100.0)
        silent.look(100.0 + FIRST_HEAD_SECONDS)
        assert [await reader.read() for reader, _ in streams[:2]] == [b"", b""]
        streams[2][1].write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        while not (await streams[2][0].readline()).startswith(b"HTTP/1.1 200"):
            pass
    for _, writer in streams:
        writer.close()
    listening.close()
    await server.shutdown(1)
