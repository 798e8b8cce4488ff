"""Posts on aiohttp's kept connections: every way a call can end."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import unused_port
from yarl import URL

from bot.graph_api.http import FormChannel, NoAnswerError, NotWrittenError
from bot.graph_api.page_client import open_session
from tests.support.patience import PATIENCE_SECONDS
from tests.support.servers.certificate import CERTIFICATE, PRIVATE_KEY, make_certificate

OK = b"HTTP/1.1 200 OK\r\nX-App-Usage: {}\r\n"
FORM = b"message=%7B%7D"


class Server:
    """A server that answers each request as it was told."""

    def __init__(self) -> None:
        """Begin with nothing asked."""
        self.asked: list[bytes] = []
        self.heard = asyncio.Event()
        self.connections = 0
        self.answer = OK + b"Content-Length: 2\r\n\r\nhi"
        self.close = False
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer until the other side or this one closes."""
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
                self.asked.append(head + await reader.readexactly(size))
                self.heard.set()
                writer.write(self.answer)
                if self.close:
                    writer.close()
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Run a server on 127.0.0.1."""
    server = Server()
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls) as listening:
        server.port = listening.sockets[0].getsockname()[1]
        yield server


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """Return a server without TLS."""
    async with serving() as server:
        yield server


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a session that gives up soon."""
    async with open_session(total_s=0.3, connect_s=0.2) as session:
        yield session


@pytest.fixture
def wire(server: Server, session: aiohttp.ClientSession) -> FormChannel:
    """Return the wire to the server."""
    return FormChannel(session, URL(f"http://127.0.0.1:{server.port}/v25.0/12/messages"))


async def test_what_is_written_is_a_form(wire: FormChannel, server: Server) -> None:
    """With all that HTTP/1.1 asks for, and nothing of the machine."""
    status, raw, headers = await wire.post_form(FORM)
    assert (status, raw, headers["x-app-usage"]) == (200, b"hi", "{}")
    assert server.asked == [
        b"POST /v25.0/12/messages HTTP/1.1\r\n"
        + f"Host: 127.0.0.1:{server.port}\r\n".encode()
        + b"User-Agent: Doorstep\r\nAccept: application/json\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 14\r\n\r\n" + FORM
    ]


async def test_what_is_read_carries_its_token_in_a_header(wire: FormChannel, server: Server) -> None:
    """On the same kept connections."""
    assert (await wire.post_form(FORM))[1] == b"hi"
    assert (await wire.get_path("/v25.0/7?fields=first_name", "EAAG"))[:2] == (200, b"hi")
    assert server.asked[1] == (
        b"GET /v25.0/7?fields=first_name HTTP/1.1\r\n"
        + f"Host: 127.0.0.1:{server.port}\r\n".encode()
        + b"User-Agent: Doorstep\r\nAccept: application/json\r\nAuthorization: Bearer EAAG\r\n\r\n"
    )
    assert server.connections == 1


async def test_a_call_may_have_less_time_than_the_others(wire: FormChannel, server: Server) -> None:
    """Such as a typing indicator; those that began before it keep theirs."""
    server.answer = b""
    slow = asyncio.create_task(wire.post_form(FORM, within=PATIENCE_SECONDS))
    await server.heard.wait()
    with pytest.raises(NoAnswerError):
        await wire.post_form(FORM, within=0.02)
    assert not slow.done()
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow


async def test_one_timer_ends_all_that_take_too_long(wire: FormChannel, server: Server) -> None:
    """Whoever was answered meanwhile is not ended, and the next are watched again."""
    for _ in range(2):
        server.answer = ANSWERS["whole"]
        assert (await wire.post_form(FORM))[1] == b"hi"
        server.answer = b""
        results = await asyncio.gather(*(wire.post_form(FORM) for _ in range(3)), return_exceptions=True)
        assert [type(one) for one in results] == [NoAnswerError] * 3


PACKED = gzip.compress(b"hi", mtime=0)
ANSWERS = {
    "whole": OK + b"Content-Length: 2\r\n\r\nhi",
    "chunked": OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n",
    "packed": OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(PACKED) + PACKED,
    "announced": b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nhi",
}


@pytest.mark.parametrize("shape", ANSWERS)
async def test_an_answer_is_read_in_any_shape(wire: FormChannel, server: Server, shape: str) -> None:
    """And the connection is kept for the next."""
    server.answer = ANSWERS[shape]
    for _ in range(3):
        assert (await wire.post_form(FORM))[:2] == (200, b"hi")
    assert server.connections == 1


async def test_at_once_takes_several_connections(wire: FormChannel, server: Server) -> None:
    """Each answer goes to whom it belongs."""
    answers = await asyncio.gather(*(wire.post_form(FORM) for _ in range(5)))
    assert [raw for _, raw, _ in answers] == [b"hi"] * 5
    assert server.connections == 5
    await asyncio.gather(*(wire.post_form(FORM) for _ in range(5)))
    assert server.connections == 5


async def test_a_connection_that_is_to_close_is_not_kept(wire: FormChannel, server: Server) -> None:
    """The next message must not be written into it."""
    server.answer, server.close = OK + b"Connection: close\r\nContent-Length: 2\r\n\r\nhi", True
    for _ in range(2):
        assert (await wire.post_form(FORM))[1] == b"hi"
    assert server.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200",
        b"220 smtp.example.com ESMTP\r\n\r\n",
        OK + b"Content-Length: 9\r\n\r\nhi",
        OK + b"X\r\n\r\n",
    ],
    ids=["none", "cut head", "no HTTP", "cut body", "bad head"],
)
async def test_without_a_whole_answer_it_may_have_arrived(wire: FormChannel, server: Server, answer: bytes) -> None:
    """So it must not simply be sent again; the next call opens a new connection."""
    server.answer, server.close = answer, True
    with pytest.raises(NoAnswerError):
        await wire.post_form(FORM)
    server.answer, server.close = ANSWERS["whole"], False
    assert (await wire.post_form(FORM))[1] == b"hi"


async def test_a_server_that_says_nothing_is_left(wire: FormChannel, server: Server) -> None:
    """After the session's time; the late answer is not taken for that of the next."""
    server.answer = b""
    with pytest.raises(NoAnswerError):
        await wire.post_form(FORM)
    server.answer = ANSWERS["whole"]
    assert (await wire.post_form(FORM))[1] == b"hi"
    assert server.connections == 2


async def test_a_call_that_is_given_up_leaves_no_connection_behind(wire: FormChannel, server: Server) -> None:
    """Such as a typing indicator that took too long."""
    server.answer = b""
    call = asyncio.create_task(wire.post_form(FORM))
    await server.heard.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    server.answer = ANSWERS["whole"]
    assert (await wire.post_form(FORM))[1] == b"hi"
    assert server.connections == 2


async def test_without_a_connection_nothing_was_written(session: aiohttp.ClientSession) -> None:
    """At a port without a listener."""
    with pytest.raises(NotWrittenError):
        await FormChannel(session, URL(f"http://127.0.0.1:{unused_port()}/x")).post_form(FORM)


async def test_a_connection_that_is_not_made_in_time_wrote_nothing(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever clock ends it."""

    async def never(*_: object) -> None:
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(session.connector, "_create_connection", never)
    with pytest.raises(NotWrittenError):
        await FormChannel(session, URL("http://127.0.0.1:9/x")).post_form(FORM)


def _tls(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return a server's TLS for 127.0.0.1, signed by itself, and its certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(make_certificate(folder) / CERTIFICATE, folder / PRIVATE_KEY)
    return context, folder / CERTIFICATE


async def test_a_stranger_with_tls_gets_nothing(session: aiohttp.ClientSession, tmp_path: Path) -> None:
    """The certificate is checked before a token is written."""
    context, _ = _tls(tmp_path)
    async with serving(context) as server:
        with pytest.raises(NotWrittenError):
            await FormChannel(session, URL(f"https://127.0.0.1:{server.port}/x")).post_form(FORM)
        assert server.asked == []


async def test_who_is_trusted_is_spoken_to_over_tls(tmp_path: Path) -> None:
    """The same way, encrypted."""
    context, certificate = _tls(tmp_path)
    trusting = ssl.create_default_context(cafile=str(certificate))
    connector = aiohttp.TCPConnector(ssl=trusting)
    async with serving(context) as server, aiohttp.ClientSession(connector=connector) as session:
        wire = FormChannel(session, URL(f"https://127.0.0.1:{server.port}/x"))
        assert [(await wire.post_form(FORM))[1] for _ in range(2)] == [b"hi", b"hi"]
        assert server.connections == 1
