"""The base of the parts of the Valkey store."""

from collections.abc import Sequence
from typing import Protocol

from redis.asyncio.connection import AbstractConnection

from store.address import read_address
from store.keys import StoreKeys
from store.packed_records import unpack_record
from store.valkey.cluster import ClusterConnection
from store.valkey.connection import ValkeyConnection
from store.valkey.pipeline import Answer, Argument
from store.valkey.script import Script


class StoreConnection(Protocol):
    """What a store needs of its servers, be it one or a cluster."""

    @property
    def spans_servers(self) -> bool:
        """Whether keys with different hash tags may be on different servers."""

    @property
    def waits_for_replicas(self) -> bool:
        """Whether a write is done only when replicas have it."""

    @property
    def servers(self) -> Sequence[ValkeyConnection]:
        """All servers that keep a part of the store."""

    @property
    def losses(self) -> int:
        """How many connections have ended, or changed the server they lead to."""

    async def make_connection(self) -> AbstractConnection:
        """Return a new, authenticated connection of redis-py to any server."""

    async def open_first(self) -> None:
        """Connect for the first time; unlike later, a failure is raised and not tried again."""

    def expect_store(self, founded: bytes, layouts: Sequence[bytes]) -> None:
        """Refuse from now on to come back to any store but this one; ``layouts`` are the keys that say which it is."""

    async def run_command(self, *command: Argument) -> Answer:
        """Send one command and return its answer."""

    async def run_durable(self, *command: Argument) -> Answer:
        """Run a command that writes; with replicas, return after they have the write."""

    async def run_script(self, script: Script, keys: Sequence[bytes], *args: Argument) -> Answer:
        """Run a script; a server that does not know it gets it."""

    async def run_write(self, script: Script, keys: Sequence[bytes], *args: Argument) -> Answer:
        """Run a script that writes; with replicas, return after they have the write."""

    async def run_versioned(self, script: Script, keys: Sequence[bytes], *args: Argument) -> Answer:
        """Like :meth:`run_write`, for what was decided on a version; None if another server serves the keys by now.

        That one may have been made primary without the newest writes, and count the same versions for other values.
        """

    async def close(self) -> None:
        """End the connections; idempotent."""


def make_client(url: str) -> StoreConnection:
    """Return the client for an address, not connected yet; raises :class:`StoreSettingsError`."""
    address = read_address(url)
    return ClusterConnection(address) if address.kind == "cluster" else ValkeyConnection(address)


class ValkeyStorePart:
    """Keys, the connection, and how a write is done."""

    def __init__(self, connection: StoreConnection, keys: StoreKeys) -> None:
        """Work over this connection with these keys."""
        self._connection = connection
        self._keys = keys
        self._worker_number = 0
        """What the tokens of this process's claims end in, from 1 to 999; 0 while it shares no partitions."""

    async def _run_write(self, script: Script, keys: Sequence[bytes], *args: Argument) -> Answer:
        """Run a script that writes; with replicas, return after they have the write."""
        return await self._connection.run_write(script, keys, *args)


def version_prefix(version: int) -> bytes:
    """Return the prefix of a stored value with this version; empty for version 0, which means no value."""
    return version.to_bytes(8, "big") if version else b""  # 1 -> 00 00 00 00 00 00 00 01


def split_record(name: bytes, stored: bytes) -> tuple[int, bytes]:
    """Return version and record of what lies under a record's key."""
    prefix = stored[:8]
    return int.from_bytes(prefix, "big"), unpack_record(name, prefix, stored[8:])
