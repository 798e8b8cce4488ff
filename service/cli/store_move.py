"""``doorstep store move``: carries a store that is in use to other servers."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from domain.ports import StoreInUseError, StoreMismatchError
from service.cli import output
from service.cli.open_store import read_store_settings
from store.address import EMBEDDED, name_place
from store.embedded.server import EmbeddedServer
from store.valkey.base import StoreConnection, make_client
from store.valkey.move import Moved, StoreMove

END_SECONDS = 60.0
"""How long the service has to end by itself, once its store says that it was moved."""
_LOOK_SECONDS = 0.2
_UNGUARDED_SECONDS = 10.0
"""Wait for the processes of servers that do not let us refuse writes: they look at their store every second."""


async def move_store(origin: str, target_url: str) -> tuple[Moved | None, float]:
    """Move a store; return how it ended (None if it was moved before), and how many seconds it stood still."""
    async with AsyncExitStack() as stack:
        target = await stack.enter_async_context(_open(target_url))
        source, joined = await stack.enter_async_context(_open_source(origin))
        move = StoreMove(source, target, name_place(target_url))
        if not await move.prepare():
            return None, 0.0
        output.out.print("Copying while the service goes on …")
        await move.copy_alongside()
        began = time.monotonic()
        guarded = await move.freeze()
        output.out.print("The store stands still; processes of the service end by themselves …")
        if not joined:
            if not guarded:
                await asyncio.sleep(_UNGUARDED_SECONDS)
            return await move.finish(source), time.monotonic() - began
        # The running service takes its server with it when it ends: the rest is copied from a server of our own.
        await source.close()
        rest = await stack.enter_async_context(_open(await stack.enter_async_context(_take_over_folder())))
        return await move.finish(rest), time.monotonic() - began


async def take_back(origin: str, target_url: str) -> None:
    """Give the source of a move that is not finished back to the service."""
    async with _open(target_url) as target, _open_source(origin) as (source, _):
        await StoreMove(source, target, name_place(target_url)).thaw()


@asynccontextmanager
async def _open(url: str) -> AsyncIterator[StoreConnection]:
    connection = make_client(url)
    try:
        await connection.open_first()
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def _open_source(origin: str) -> AsyncIterator[tuple[StoreConnection, bool]]:
    """Open the store to move from: at a URL, or the embedded one; True if a service runs on that, which was joined."""
    if origin != EMBEDDED:
        async with _open(origin) as connection:
            yield connection, False
        return
    server = EmbeddedServer(_find_folder())
    try:
        await server.start_server()
    except StoreInUseError:
        async with _open(server.url) as connection:
            yield connection, True
        return
    try:
        async with _open(server.url) as connection:
            yield connection, False
    finally:
        await server.stop_server()


@asynccontextmanager
async def _take_over_folder() -> AsyncIterator[str]:
    """Yield a server of our own on the folder, as soon as the service has let go of it."""
    server = EmbeddedServer(_find_folder())
    deadline = time.monotonic() + END_SECONDS
    while True:
        try:
            await server.start_server()
            break
        except StoreInUseError:
            if time.monotonic() > deadline:
                message = "the service has not ended by itself: stop it, then run this again; nothing is lost"
                raise StoreMismatchError(message) from None
            await asyncio.sleep(_LOOK_SECONDS)
    try:
        yield server.url
    finally:
        await server.stop_server()


def _find_folder() -> Path:
    return read_store_settings().data
