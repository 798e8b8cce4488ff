"""The store on Valkey or Redis (6.2 or newer, standalone): ``redis://``, ``rediss://`` or ``unix://``.

``?replicas=1`` makes every write wait until so many replicas have it.
"""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import suppress

from redis.exceptions import RedisError

from domain.ports import StoreAwayError, StoreMismatchError, StoreSettingsError
from store.keys import HINTS, LAYOUT_KEY, LEASES, WORKERS, Keys
from store.layout import LAYOUT, PARTITIONS, partition_of
from store.memory.listeners import Hints
from store.valkey.connection import Wire, ended
from store.valkey.ledgers import ValkeyLedgers
from store.valkey.outbox import ValkeyOutbox
from store.valkey.pools import ValkeyPools
from store.valkey.records import ValkeyRecords
from store.valkey.replicas import Replicas
from store.valkey.script import FOUND, LEASE, RELEASE

_OLDEST_SERVER = (6, 2)
_PAUSE = 0.5
"""Seconds before listening for hints is tried again."""


async def open_store(url: str, *, partitions: int = PARTITIONS, check_value: str) -> "ValkeyStore":
    """Connect, and found the store if it is new.

    ``check_value`` is the keyring's: it ties the store to its index key.  Raises :class:`StoreMismatchError` when
    the store was founded with other values or by a newer Doorstep, :class:`StoreSettingsError` when the address
    cannot work, :class:`StoreAwayError` when nothing answers.
    """
    wire = Wire(url)
    await wire.open()
    try:
        await _check_server(wire)
        await _check_layout(wire, partitions, check_value)
        seconds, _ = await wire.call(b"TIME")
        replicas = await _replicas(url, wire.replicas) if wire.replicas else None
    except BaseException:
        await wire.close()
        raise
    return ValkeyStore(wire, Keys(partitions), replicas, int(seconds) // 86_400)


async def _replicas(url: str, wanted: int) -> Replicas:
    wire = Wire(url)
    await wire.open()
    return Replicas(wire, wanted)


async def _check_server(wire: Wire) -> None:
    info: bytes = await wire.call(b"INFO", b"server")
    line = next(line for line in info.decode().splitlines() if line.startswith("redis_version:"))
    version = line.partition(":")[2].strip()
    if tuple(int(one) for one in version.split(".")[:2]) < _OLDEST_SERVER:
        message = f"DOORSTEP_STORE_URL leads to a server of version {version}; 6.2 or newer is needed"
        raise StoreSettingsError(message)


async def _check_layout(wire: Wire, partitions: int, check_value: str) -> None:
    wanted = {b"layout": b"%d" % LAYOUT, b"partitions": b"%d" % partitions, b"check": check_value.encode()}
    flat = [one for pair in wanted.items() for one in pair]
    answer = await wire.run(FOUND, (LAYOUT_KEY,), *flat)
    found: dict[bytes, bytes] = dict(zip(answer[::2], answer[1::2], strict=True))
    if int(found.get(b"layout", b"0")) > LAYOUT:
        message = "the store was written by a newer Doorstep: upgrade this one"
        raise StoreMismatchError(message)
    if found.get(b"partitions") != wanted[b"partitions"]:
        made = found.get(b"partitions", b"?").decode()
        message = f"the store was made with {made} partitions, not {partitions}: use {made}, or a new store"
        raise StoreMismatchError(message)
    if found.get(b"check") != wanted[b"check"]:
        message = (
            "the store was made with another DOORSTEP_SECRET (index key): keep the old secret as the index secret, "
            "or every suppression would be lost"
        )
        raise StoreMismatchError(message)


class ValkeyStore(ValkeyRecords, ValkeyOutbox, ValkeyLedgers, ValkeyPools):
    """A :class:`domain.ports.Store` on a server; made by :func:`open_store`."""

    def __init__(self, wire: Wire, keys: Keys, replicas: Replicas | None, day: int) -> None:
        """Use :func:`open_store`."""
        super().__init__(wire, keys, replicas, day)
        self._hints = Hints()
        self._listener: asyncio.Task[None] | None = None

    @property
    def partitions(self) -> int:
        """Number of partitions."""
        return len(self._keys.partitions)

    def partition(self, name: str) -> int:
        """Return the partition of a subscriber, address hash or user hash."""
        return partition_of(name, self.partitions)

    async def close(self) -> None:
        """End the connections; idempotent."""
        if self._listener:
            await ended(self._listener)
        self._hints.close()
        await self._wire.close()
        if self._replicas:
            await self._replicas.close()

    async def ping(self) -> None:
        """Return if the store answers."""
        await self._wire.call(b"PING")

    async def server_ms(self) -> int:
        """Return server time in ms since the epoch."""
        seconds, micros = await self._wire.call(b"TIME")
        return int(seconds) * 1000 + int(micros) // 1000

    async def lease(self, worker: str, *, lease_ms: int) -> frozenset[int]:
        """Renew this worker's partition leases and balance them with the other living workers."""
        held = await self._write(LEASE, (WORKERS, LEASES), worker, lease_ms, self.partitions)
        return frozenset(int(one) for one in held)

    async def release(self, worker: str) -> None:
        """Give all leases of this worker back."""
        await self._write(RELEASE, (WORKERS, LEASES), worker)

    async def hint(self, *partitions: int) -> None:
        """Tell other processes that partitions have new work; best effort."""
        with suppress(StoreAwayError):
            await self._wire.call(b"PUBLISH", HINTS, " ".join(map(str, partitions)))

    def hints(self) -> AsyncIterator[int]:
        """Yield the partitions that were hinted at; best effort, ends when the store closes."""
        if self._listener is None:
            self._listener = asyncio.get_running_loop().create_task(self._listen())
        return self._hints.listen()

    async def _listen(self) -> None:
        while True:
            with suppress(StoreAwayError, StoreSettingsError, RedisError, OSError):
                await self._hear()
            await asyncio.sleep(_PAUSE)

    async def _hear(self) -> None:
        connection = await self._wire.connect()
        try:
            await connection.send_command("SUBSCRIBE", HINTS)
            while True:
                kind, _, what = await connection.read_response(timeout=math.inf)
                if kind == b"message":
                    for partition in what.split():
                        self._hints.tell(int(partition))
        finally:
            await connection.disconnect(nowait=True)
