"""A server for the time in which a snapshot is read: nothing is written to its folder, and nobody else reaches it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from domain.ports import StoreMismatchError, StoreSettingsError
from store.embedded.server import SETTINGS, EmbeddedServer
from store.valkey.base import StoreConnection, make_client

FILE = "snapshot.rdb"
"""Name of the snapshot in its folder."""
# Servers of other makers have versions of their own for the same file; what is read is checked value by value.
_READING = {"appendonly": "no", "appendfsync": "no", "dbfilename": FILE, "rdb-version-check": "relaxed"}


@asynccontextmanager
async def read_snapshot(folder: Path) -> AsyncIterator[StoreConnection]:
    """Yield a connection to a server that has read ``snapshot.rdb`` of this folder into memory.

    Raises :class:`StoreMismatchError` where it cannot be read.
    """
    server = EmbeddedServer(folder, {**SETTINGS, **_READING})
    try:
        await server.start_server()
    except StoreSettingsError as error:
        message = f"the snapshot in the backup cannot be read by Valkey's program: {error}"
        raise StoreMismatchError(message) from error
    try:
        connection = make_client(server.url)
        try:
            await connection.open_first()
            yield connection
        finally:
            await connection.close()
    finally:
        await server.stop_server()
