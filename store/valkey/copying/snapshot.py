"""Takes a copy of a store in use, as it is at one moment: what each of its servers would send to a new replica.

A server forks to send it, so it goes on answering meanwhile.  The copy is a file of the server's own kind (RDB), which
:mod:`store.embedded.snapshot_server` reads.  In a cluster the primaries stand still for the instant of the cut, so that
nothing is in the copy of one whose cause is missing in the copy of another.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from domain.ports import StoreAwayError, StoreError, StoreMismatchError
from store.valkey.base import StoreConnection
from store.valkey.cluster_map import read_own_slots
from store.valkey.connection import ValkeyConnection

PIECE_BYTES = 1 << 20
"""Most bytes that are handed on at once."""
_START_SECONDS = 60.0
"""How long a server may take to begin; it lets another copy end first."""
_MOST_STILL_MS = 15_000
"""After that a cluster goes on by itself, should this process die in the middle."""
_DELAY = b"repl-diskless-sync-delay"
_MARK_BYTES = 40


class ServerCopy:
    """The copy of one server, on its way; to be read once."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        """Take a connection on which the copy has begun."""
        self._reader = reader

    async def read_pieces(self) -> AsyncIterator[bytes]:
        """Yield its bytes; raises :class:`StoreAwayError` where the server breaks off."""
        try:
            header = await self._read_header()
            pieces = self._read_marked(header[5:]) if header.startswith(b"$EOF:") else self._read_counted(header[1:])
            async for piece in pieces:
                yield piece
        except (OSError, asyncio.IncompleteReadError) as error:
            message = "the server broke its copy off"
            raise StoreAwayError(message) from error

    async def _read_header(self) -> bytes:
        # Empty lines keep the connection alive until the copy begins.
        while (line := await self._reader.readline()) == b"\n":
            pass
        if not line.startswith(b"$"):
            message = "the server broke its copy off"
            raise StoreAwayError(message)
        return line.strip()

    async def _read_counted(self, count: bytes) -> AsyncIterator[bytes]:
        left = int(count)
        while left:
            piece = await self._read_some(min(PIECE_BYTES, left))
            left -= len(piece)
            yield piece

    async def _read_marked(self, mark: bytes) -> AsyncIterator[bytes]:
        # The length is not known before the end, which is a mark that was told at the beginning.  Nothing comes behind
        # it, since we never say that we have everything.
        held = b""
        while not held.endswith(mark):
            held += await self._read_some(PIECE_BYTES)
            if len(held) > PIECE_BYTES:
                yield held[:-_MARK_BYTES]
                held = held[-_MARK_BYTES:]
        yield held[:-_MARK_BYTES]

    async def _read_some(self, most: int) -> bytes:
        piece = await self._reader.read(most)
        if not piece:
            raise asyncio.IncompleteReadError(piece, most)
        return piece


@asynccontextmanager
async def take_snapshots(connection: StoreConnection) -> AsyncIterator[Sequence[ServerCopy]]:
    """Yield a copy of each server of the store, all of one moment; to be read one after the other, at once.

    Raises :class:`StoreMismatchError` where a server gives none, and :class:`StoreAwayError`.
    """
    # Fixed here: a failover in the middle must not make us read a server that was not cut.
    servers = tuple(connection.servers)
    async with AsyncExitStack() as stack:
        before = await _locate_slots(connection)
        async with _begin_at_once(servers), _stand_still(servers if len(servers) > 1 else ()):
            lines = await asyncio.gather(*(_open_line(server, stack) for server in servers))
            # All have answered, so all have forked: from here on writes may go on.
            begun = await asyncio.gather(*map(_begin, lines))
        if before != await _locate_slots(connection) or any("[" in slot for one in before for slot in one):
            # A slot on its way is in the copies of two nodes, or of none.
            message = "slots of the cluster are moving: make the backup when they are at rest"
            raise StoreAwayError(message)
        yield begun


async def _open_line(server: ValkeyConnection, stack: AsyncExitStack) -> AbstractConnection:
    # A connection of its own: what comes on it is no answer that the pipeline could read.
    line = await server.make_connection()
    stack.push_async_callback(line.disconnect, nowait=True)
    return line


async def _begin(line: AbstractConnection) -> ServerCopy:
    """Ask for a copy; the server forks right after its answer."""
    try:
        async with asyncio.timeout(_START_SECONDS):
            # Without a file of the server's own, which would stay in its folder.
            await line.send_command("REPLCONF", "capa", "eof")
            await line.read_response()
            await line.send_command("PSYNC", "?", "-1")
            reader = line._reader  # noqa: SLF001  redis-py has no way to what is no answer to a command
            if reader is None:
                message = "the connection was lost"
                raise StoreAwayError(message)
            while (answer := await reader.readline()) == b"\n":
                pass
    except (RedisError, OSError) as error:  # a timeout is an OSError
        message = f"a server does not begin its copy ({type(error).__name__})"
        raise StoreAwayError(message) from error
    if not answer.startswith(b"+FULLRESYNC"):
        message = (
            "the server gives no copy of its data: allow PSYNC and REPLCONF to the user in DOORSTEP_STORE_URL, or use "
            "the backups of whoever runs it"
        )
        raise StoreMismatchError(message)
    return ServerCopy(reader)


@asynccontextmanager
async def _begin_at_once(servers: Sequence[ValkeyConnection]) -> AsyncIterator[None]:
    """Have the servers fork at once: usually they wait five seconds for more replicas."""
    was: list[tuple[ValkeyConnection, bytes]] = []
    try:
        for server in servers:
            with suppress(StoreError):  # a hosted server may not let us: it takes those seconds then
                _, value = await server.run_command(b"CONFIG", b"GET", _DELAY)
                await server.run_command(b"CONFIG", b"SET", _DELAY, 0)
                was.append((server, value))
        yield
    finally:
        # Put back even if the backup fails: another replica would miss the wait for its companions.
        for server, value in was:
            with suppress(StoreError):
                await server.run_command(b"CONFIG", b"SET", _DELAY, value)


@asynccontextmanager
async def _stand_still(servers: Sequence[ValkeyConnection]) -> AsyncIterator[None]:
    """Let writes wait on all servers; nobody is refused anything."""
    try:
        await asyncio.gather(*(server.run_command(b"CLIENT", b"PAUSE", _MOST_STILL_MS, b"WRITE") for server in servers))
        yield
    finally:
        await asyncio.gather(*(server.run_command(b"CLIENT", b"UNPAUSE") for server in servers))


async def _locate_slots(connection: StoreConnection) -> frozenset[tuple[str, ...]]:
    if not connection.spans_servers:
        return frozenset()
    told = await asyncio.gather(*(server.run_command(b"CLUSTER", b"NODES") for server in connection.servers))
    return frozenset(map(read_own_slots, told))
