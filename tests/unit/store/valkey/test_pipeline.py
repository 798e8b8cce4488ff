"""The pipelined connection against a server that misbehaves."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from domain.ports import StoreAwayError
from store.valkey.pipeline import CommandPipeline

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Connect = Callable[[Handler], Awaitable[CommandPipeline]]


class Losses:
    """Counts how often a connection was reported lost."""

    count = 0

    def __call__(self) -> None:
        """Count one."""
        self.count += 1


@pytest.fixture
def losses() -> Losses:
    """Return a fresh count."""
    return Losses()


@pytest_asyncio.fixture
async def connect(tmp_path: Path, losses: Losses) -> AsyncIterator[Connect]:
    """Return how to connect to a server that behaves as told."""
    servers: list[asyncio.Server] = []
    pipes: list[CommandPipeline] = []

    async def connected(handler: Handler) -> CommandPipeline:
        path = tmp_path / "s"
        servers.append(await asyncio.start_unix_server(handler, path))
        _, writer = await asyncio.open_unix_connection(path)
        pipes.append(CommandPipeline(writer, timeout=0.04, most=3, on_loss=losses))
        return pipes[0]

    yield connected
    pipes[0].close()
    servers[0].close()


async def test_one_write_a_turn(connect: Connect) -> None:
    """Commands of one turn of the loop leave in one piece, and answers in pieces find their callers in order."""
    pieces: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pieces.append(await reader.read(1000))
        for part in (b"$3\r\non", b"e\r\n:2\r\n*1\r\n", b"+three\r\n"):
            writer.write(part)
            await writer.drain()
        writer.close()

    pipe = await connect(handler)
    calls = [pipe.send_command((b"A", "é")), pipe.send_command((b"B", 7)), pipe.send_command((b"C",))]
    assert await asyncio.gather(*calls) == [b"one", 2, [b"three"]]
    assert pieces == [b"*2\r\n$1\r\nA\r\n$2\r\n\xc3\xa9\r\n*2\r\n$1\r\nB\r\n$1\r\n7\r\n*1\r\n$1\r\nC\r\n"]


async def test_lost_in_flight(connect: Connect, losses: Losses) -> None:
    """When the connection breaks, what has no answer fails, and later calls are refused at once."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(b"+OK\r\n")
        writer.close()

    pipe = await connect(handler)
    answers = await asyncio.gather(pipe.send_command((b"A",)), pipe.send_command((b"B",)), return_exceptions=True)
    assert (answers[0], type(answers[1]), losses.count) == (b"OK", StoreAwayError, 1)
    with pytest.raises(StoreAwayError):
        await pipe.send_command((b"C",))


async def test_silence_ends_the_connection(connect: Connect, losses: Losses) -> None:
    """A server that does not answer in time is given up."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            pass
        writer.close()

    pipe = await connect(handler)
    with pytest.raises(StoreAwayError):
        await pipe.send_command((b"A",))
    assert losses.count == 1


async def test_an_answer_that_came_while_the_process_was_held_up_is_read(connect: Connect, losses: Losses) -> None:
    """A loop that is blocked for longer than the server may be silent believes in no silence: the answer lies there."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            writer.write(b"+pong\r\n")
        writer.close()
        await writer.wait_closed()
        done.set()

    done = asyncio.Event()
    pipe = await connect(handler)
    assert await pipe.send_command((b"PING",)) == b"pong"
    answer = pipe.send_command((b"PING",))
    await asyncio.sleep(0)  # written now
    await asyncio.sleep(0)  # answered by the server's side of this loop
    held_up_until = time.monotonic() + 0.1
    while time.monotonic() < held_up_until:
        pass

    assert await answer == b"pong"
    assert losses.count == 0
    pipe.close()
    await done.wait()


async def test_the_queue_is_bounded(connect: Connect) -> None:
    """More commands than allowed are refused, not gathered."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(b"+1\r\n+2\r\n+3\r\n")
        writer.close()

    pipe = await connect(handler)
    calls = [pipe.send_command((b"A",)) for _ in range(3)]
    with pytest.raises(StoreAwayError, match="too many"):
        await pipe.send_command((b"B",))
    assert await asyncio.gather(*calls) == [b"1", b"2", b"3"]
