"""The store on Valkey or Redis (6.2 or newer): one server, a primary that sentinels name, or a cluster.

:mod:`store.address` says how each is named.  ``?replicas=1`` makes every write wait until one replica has it.
"""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import suppress

from redis.exceptions import RedisError

from domain.ports import StoreAwayError, StoreSettingsError
from store.hint_listeners import HintListeners
from store.keys import HINTS_CHANNEL, StoreKeys
from store.layout import PARTITIONS, partition_of
from store.valkey.base import StoreConnection, make_client
from store.valkey.condition import ValkeyCondition
from store.valkey.connection import cancel_fully
from store.valkey.founding import check_layout, check_servers
from store.valkey.ledgers import ValkeyLedgers
from store.valkey.outbox import ValkeyOutbox
from store.valkey.pools import ValkeyPools
from store.valkey.readers import ValkeyReaders
from store.valkey.records import ValkeyRecords
from store.valkey.sharing import ValkeySharing

_LISTEN_AGAIN_SECONDS = 0.5
"""Seconds before listening for hints is tried again."""


async def open_store(
    url: str, *, partitions: int = PARTITIONS, check_value: str, known: str | None = None, restoring: bool = False
) -> "ValkeyStore":
    """Return the store at an address; a new store is founded, unless ``known`` says which store is to be there.

    ``restoring`` opens one that is being filled from a backup.  ``check_value`` is the keyring's: it ties the store to
    its index key.  Raises :class:`StoreMismatchError` when the store was founded with other values or by a newer
    Doorstep, :class:`StoreReplacedError` when it is not the known one, :class:`StoreSettingsError` when the address
    cannot work, :class:`StoreAwayError` when nothing answers.
    """
    connection, keys = make_client(url), StoreKeys(partitions)
    try:
        await connection.open_first()
        # Before anything is written: with another index key, no suppression would be recognised.
        await check_servers(connection)
        await check_layout(connection, keys, check_value, known, restoring=restoring)
        # The server's day, not ours: a wrong local clock must not choose the sets in which events are recognised.
        seconds, _ = await connection.run_command(b"TIME")
    except BaseException:
        await connection.close()
        raise
    return ValkeyStore(connection, keys, int(seconds) // 86_400)


class ValkeyStore(
    ValkeyRecords, ValkeyReaders, ValkeyOutbox, ValkeyLedgers, ValkeyPools, ValkeyCondition, ValkeySharing
):
    """A :class:`domain.ports.Store` on a server; made by :func:`open_store`."""

    def __init__(self, connection: StoreConnection, keys: StoreKeys, day: int) -> None:
        """Use :func:`open_store`."""
        super().__init__(connection, keys, day)
        self._hints = HintListeners()
        self._listener: asyncio.Task[None] | None = None

    @property
    def partitions(self) -> int:
        """Number of partitions."""
        return len(self._keys.partitions)

    def partition_of(self, name: str) -> int:
        """Return the partition of a subscriber, address hash or user hash."""
        return partition_of(name, self.partitions)

    @property
    def meetings(self) -> int:
        """How often the store was left and has to be met anew."""
        return self._connection.losses

    async def close(self) -> None:
        """End the connections; idempotent."""
        if self._listener:
            await cancel_fully(self._listener)
        self._hints.end_all()
        await self._connection.close()

    async def publish_hint(self, *partitions: int) -> None:
        """Tell other processes that partitions have new work; best effort."""
        with suppress(StoreAwayError):
            await self._connection.run_command(b"PUBLISH", HINTS_CHANNEL, " ".join(map(str, partitions)))

    def listen_hints(self) -> AsyncIterator[int]:
        """Yield the partitions that were hinted at; best effort, ends when the store closes."""
        if self._listener is None:
            self._listener = asyncio.get_running_loop().create_task(self._keep_listening())
        return self._hints.start_listening()

    async def _keep_listening(self) -> None:
        while True:
            with suppress(StoreAwayError, StoreSettingsError, RedisError, OSError):
                await self._receive_hints()
            # Hints given meanwhile are lost; the workers poll all their partitions anyway, only later.
            await asyncio.sleep(_LISTEN_AGAIN_SECONDS)

    async def _receive_hints(self) -> None:
        # A subscribed connection takes no other commands, so hints have one of their own.
        connection = await self._connection.make_connection()
        try:
            await connection.send_command("SUBSCRIBE", HINTS_CHANNEL)
            while True:
                kind, _, payload = await connection.read_response(timeout=math.inf)
                if kind == b"message":
                    for partition in payload.split():
                        self._hints.tell_all(int(partition))
        finally:
            await connection.disconnect(nowait=True)
