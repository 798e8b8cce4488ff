"""The store on Valkey or Redis (6.2 or newer, standalone): ``redis://``, ``rediss://`` or ``unix://``.

``?replicas=1`` makes every write wait until one replica has it.
"""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import suppress

from redis.exceptions import RedisError

from domain.ports import (
    StoreAwayError,
    StoreKeeping,
    StoreMismatchError,
    StoreReplacedError,
    StoreSettingsError,
    StoreSight,
)
from store.hint_listeners import HintListeners
from store.keys import BARRIER_KEY, HINTS_CHANNEL, LANES_KEY, LAYOUT_KEY, LEASES_KEY, MARK_KEY, WORKERS_KEY, StoreKeys
from store.layout import LAYOUT, PARTITIONS, partition_of
from store.valkey.connection import ValkeyConnection, cancel_fully
from store.valkey.ledgers import ValkeyLedgers
from store.valkey.outbox import ValkeyOutbox
from store.valkey.pools import ValkeyPools
from store.valkey.records import ValkeyRecords
from store.valkey.replicas import Replicas
from store.valkey.script import FOUND_STORE, FREE, LEASE, LOOK, RELEASE

_OLDEST_SERVER = (6, 2)
_LISTEN_AGAIN_SECONDS = 0.5
"""Seconds before listening for hints is tried again."""


async def open_store(
    url: str, *, partitions: int = PARTITIONS, check_value: str, known: str | None = None
) -> "ValkeyStore":
    """Return the store at an address; a new store is founded, unless ``known`` says which store is to be there.

    ``check_value`` is the keyring's: it ties the store to its index key.  Raises :class:`StoreMismatchError` when
    the store was founded with other values or by a newer Doorstep, :class:`StoreReplacedError` when it is not the known
    one, :class:`StoreSettingsError` when the address
    cannot work, :class:`StoreAwayError` when nothing answers.
    """
    connection = ValkeyConnection(url)
    await connection.open_first()
    try:
        # Before anything is written: with another index key, no suppression would be recognised.
        await _check_server(connection)
        founded = await _check_layout(connection, partitions, check_value, known)
        connection.expect_store(founded)
        # The server's day, not ours: a wrong local clock must not choose the sets in which events are recognised.
        seconds, _ = await connection.run_command(b"TIME")
        replicas = await _connect_replicas(url, connection.replicas) if connection.replicas else None
    except BaseException:
        await connection.close()
        raise
    return ValkeyStore(connection, StoreKeys(partitions), replicas, int(seconds) // 86_400)


async def _connect_replicas(url: str, wanted: int) -> Replicas:
    connection = ValkeyConnection(url)
    await connection.open_first()
    return Replicas(connection, wanted)


async def _check_server(connection: ValkeyConnection) -> None:
    info: bytes = await connection.run_command(b"INFO", b"server")
    line = next(line for line in info.decode().splitlines() if line.startswith("redis_version:"))
    version = line.partition(":")[2].strip()
    if tuple(int(number) for number in version.split(".")[:2]) < _OLDEST_SERVER:
        message = f"DOORSTEP_STORE_URL leads to a server of version {version}; 6.2 or newer is needed"
        raise StoreSettingsError(message)


async def _check_layout(connection: ValkeyConnection, partitions: int, check_value: str, known: str | None) -> bytes:
    """Return which store it is."""
    wanted = {b"layout": b"%d" % LAYOUT, b"partitions": b"%d" % partitions, b"check": check_value.encode()}
    flat = [part for pair in wanted.items() for part in pair]
    answer = await connection.run_script(FOUND_STORE, (LAYOUT_KEY,), 1 if known is None else 0, *flat)
    founded_with: dict[bytes, bytes] = dict(zip(answer[::2], answer[1::2], strict=True))
    founded = founded_with.get(b"founded", b"")
    if known is not None and founded.decode() != known:
        raise StoreReplacedError(founded.decode())
    if int(founded_with.get(b"layout", b"0")) > LAYOUT:
        message = "the store was written by a newer Doorstep: upgrade this one"
        raise StoreMismatchError(message)
    if founded_with.get(b"partitions") != wanted[b"partitions"]:
        partition_count = founded_with.get(b"partitions", b"?").decode()
        message = (
            f"the store was made with {partition_count} partitions, not {partitions}: use {partition_count}, or a new "
            "store"
        )
        raise StoreMismatchError(message)
    if founded_with.get(b"check") != wanted[b"check"]:
        message = (
            "the store was made with another DOORSTEP_SECRET (index key): keep the old secret as the index secret, "
            "or every suppression would be lost"
        )
        raise StoreMismatchError(message)
    return founded


class ValkeyStore(ValkeyRecords, ValkeyOutbox, ValkeyLedgers, ValkeyPools):
    """A :class:`domain.ports.Store` on a server; made by :func:`open_store`."""

    def __init__(self, connection: ValkeyConnection, keys: StoreKeys, replicas: Replicas | None, day: int) -> None:
        """Use :func:`open_store`."""
        super().__init__(connection, keys, replicas, day)
        self._hints = HintListeners()
        self._listener: asyncio.Task[None] | None = None

    @property
    def partitions(self) -> int:
        """Number of partitions."""
        return len(self._keys.partitions)

    def partition_of(self, name: str) -> int:
        """Return the partition of a subscriber, address hash or user hash."""
        return partition_of(name, self.partitions)

    async def close(self) -> None:
        """End the connections; idempotent."""
        if self._listener:
            await cancel_fully(self._listener)
        self._hints.end_all()
        await self._connection.close()
        if self._replicas:
            await self._replicas.close()

    async def ping(self) -> None:
        """Return if the store answers."""
        await self._connection.run_command(b"PING")

    async def try_write(self) -> None:
        """Write something tiny that means nothing; raises ``StoreTakesNoWritesError``."""
        await self._connection.run_command(b"SET", BARRIER_KEY, b"")

    async def server_ms(self) -> int:
        """Return server time in ms since the epoch."""
        seconds, micros = await self._connection.run_command(b"TIME")
        return int(seconds) * 1000 + int(micros) // 1000

    async def look(self, *, leave_mark: bool = False) -> StoreSight:
        """Look which store answers and what time it has; optionally leave a mark."""
        answer = await self._connection.run_script(LOOK, (LAYOUT_KEY, MARK_KEY), 1 if leave_mark else 0)
        return StoreSight(founded=answer[0].decode(), server_ms=answer[1], mark_ms=answer[2])

    async def examine_keeping(self) -> StoreKeeping | None:
        """Return how the server keeps data; None if it does not say."""
        told: dict[bytes, bytes] = {}
        for section in (b"memory", b"persistence"):
            info: bytes = await self._connection.run_command(b"INFO", section)
            told |= {name: value for name, _, value in (line.partition(b":") for line in info.splitlines())}
        if b"maxmemory_policy" not in told or b"aof_enabled" not in told:
            return None
        return StoreKeeping(
            evicts=told[b"maxmemory_policy"].decode(),
            appends=told[b"aof_enabled"] != b"0",
            keys=int(await self._connection.run_command(b"DBSIZE")),
        )

    async def renew_leases(self, worker: str, *, lease_ms: int) -> frozenset[int]:
        """Renew this worker's partition leases and balance them with the other living workers."""
        held = await self._run_write(LEASE, (WORKERS_KEY, LEASES_KEY), worker, lease_ms, self.partitions)
        return frozenset(int(partition) for partition in held)

    async def release_leases(self, worker: str) -> None:
        """Give all leases of this worker back."""
        await self._run_write(RELEASE, (WORKERS_KEY, LEASES_KEY), worker)

    async def free_all(self) -> None:
        """Free every partition and every claimed head; only for an application that is alone with the store."""
        await self._connection.run_command(b"DEL", WORKERS_KEY, LEASES_KEY)
        lanes = await self._connection.run_command(b"SMEMBERS", LANES_KEY)
        if lanes:
            sets = ([part.ready_set(lane) for lane in lanes] for part in self._keys.partitions)
            await asyncio.gather(*(self._run_write(FREE, keys) for keys in sets))

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
