"""The short way of a webhook through aiohttp, spoken to in bytes: what takes it, and what takes the long one."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.inbound.fast_path import bypass_router, empty_ok

BODY = b"[1]"
PLAIN = b"POST /in HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n" + BODY


async def _short(request: web.BaseRequest) -> web.StreamResponse:
    assert await request.read() == BODY
    return empty_ok(request)


async def _long(request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(text=f"long {(await request.read()).decode()}")


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Yield the port of a server whose webhooks take the short way."""
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", _long)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    assert runner.server is not None
    runner.server.request_handler = bypass_router("/in", _short, runner.server.request_handler)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def _say(port: int, *said: bytes, answers: int = 1) -> list[bytes]:
    """Send bytes on one connection; return the answers without their dates, and what ended it, if anything did."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for one in said:
        writer.write(one)
    heard = []
    for _ in range(answers):
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[16:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        lines = [line for line in head.split(b"\r\n") if not line.startswith((b"Date:", b"Server:", b"Content-Type:"))]
        assert b"Date:" in head
        heard.append(b"\r\n".join(lines) + await reader.readexactly(length))
    writer.close()
    return heard


DONE = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


async def test_a_plain_post_is_answered_at_once(port: int) -> None:
    """The answer has a length and a date, and nothing else."""
    assert await _say(port, PLAIN) == [DONE]


async def test_the_connection_is_kept(port: int) -> None:
    """Requests that come together are answered in order, each on the same connection."""
    other = PLAIN.replace(b"/in", b"/out")
    long = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nlong [1]"
    assert await _say(port, PLAIN + other, PLAIN, answers=3) == [DONE, long, DONE]


async def test_a_body_in_chunks_is_read(port: int) -> None:
    """How the body comes is the parser's matter."""
    chunked = b"POST /in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n2\r\n1]\r\n0\r\n\r\n"
    assert await _say(port, chunked) == [DONE]


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        (PLAIN.replace(b"/in", b"/in?x=1"), [b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nlong [1]"]),
        (PLAIN.replace(b"POST", b"PUT"), [b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nlong [1]"]),
        (
            PLAIN.replace(b"Host: x", b"Host: x\r\nConnection: close"),
            [b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"],
        ),
        (PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0"), [b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"]),
        (
            PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0").replace(b"Host: x", b"Connection: keep-alive"),
            [b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"],
        ),
        (PLAIN.replace(b"Content-Length: 3", b"Content-Length: x"), None),
    ],
    ids=["query", "method", "close", "old", "old kept", "bad"],
)
async def test_all_else_takes_the_long_way(port: int, said: bytes, answers: list[bytes] | None) -> None:
    """A query, another method, an older HTTP, a connection to be closed, and what is no HTTP are aiohttp's own."""
    heard = await _say(port, said)
    if answers is None:
        assert heard[0].startswith(b"HTTP/1.0 400 Bad Request") or heard[0].startswith(b"HTTP/1.1 400 Bad Request")
    else:
        assert heard == answers


async def test_who_expects_to_be_asked_for_the_body_is_asked(port: int) -> None:
    """An ``Expect: 100-continue`` is answered before the body is sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(PLAIN.replace(b"Host: x", b"Host: x\r\nExpect: 100-continue").removesuffix(BODY))
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(BODY)
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
    writer.close()


async def test_who_left_gets_no_answer() -> None:
    """An answer after the caller has gone is not our error: aiohttp ends that connection."""

    class Gone:
        transport = None
        version = (1, 1)
        keep_alive = True

    with pytest.raises(ConnectionResetError):
        await empty_ok(Gone()).prepare(Gone())  # type: ignore[arg-type]  # what is left of a request once its client is gone
