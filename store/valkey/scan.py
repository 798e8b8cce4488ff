"""The walk over all keys of a store, on one server or on all nodes of a cluster."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator

from domain.ports import StoreAwayError
from store.valkey.base import StoreConnection
from store.valkey.cluster_map import read_own_slots
from store.valkey.connection import ValkeyConnection

_SCAN_STEP = 1000
_MOST_PASSES = 100
_MOVING_SECONDS = 0.5
"""Pause before another pass over a cluster whose slots move."""

_GROUPS = 0x1FFF
"""Marks are kept in so many groups, less one, by their first bits: a million make groups of a kilobyte."""

_Places = frozenset[tuple[str, ...]]


async def scan_keys(connection: StoreConnection, pattern: bytes, *, once: bool = True) -> AsyncIterator[bytes]:
    """Yield each key that fits and exists all the time, once; with ``once=False``, once or more often.

    Raises :class:`StoreAwayError` where the slots of a cluster do not come to rest.
    """
    met = MetKeys() if once else None
    for _ in range(_MOST_PASSES):
        # Asked of every node, since only a node itself tells that one of its slots is on its way.
        before = await _locate_slots(connection)
        for server in connection.servers:
            async for key in _scan_server(server, pattern):
                if met is None or met.add(key):
                    yield key
        # A slot that moved to a node which had been walked took its keys along unseen.
        if before == await _locate_slots(connection) and not any("[" in slot for one in before for slot in one):
            return
        await asyncio.sleep(_MOVING_SECONDS)
    message = "slots of the cluster move all the time: come again when they are at rest"
    raise StoreAwayError(message)


class MetKeys:
    """Which keys a walk has met: about 12 bytes each, where a set of them takes 130."""

    def __init__(self) -> None:
        self._marks = defaultdict[int, bytearray](bytearray)

    def add(self, key: bytes) -> bool:
        """Return True if the key was not met before."""
        # 64 bits: that two of a million keys share them, or fit across two marks, has odds of less than 1 to a million.
        mark = hash(key).to_bytes(8, "little", signed=True)
        marks = self._marks[mark[0] | mark[1] << 8 & _GROUPS]
        if mark in marks:
            return False
        marks += mark
        return True


async def _locate_slots(connection: StoreConnection) -> _Places:
    if not connection.spans_servers:
        return frozenset()
    told = await asyncio.gather(*(server.run_command(b"CLUSTER", b"NODES") for server in connection.servers))
    return frozenset(map(read_own_slots, told))


async def _scan_server(server: ValkeyConnection, pattern: bytes) -> AsyncIterator[bytes]:
    # SCAN may return a key twice while the server rehashes; a key that exists all the time comes at least once.
    cursor: bytes = b"0"
    while True:
        cursor, keys = await server.run_command(b"SCAN", cursor, b"MATCH", pattern, b"COUNT", _SCAN_STEP)
        for key in keys:
            yield key
        if cursor == b"0":
            return
