"""Drops what waits in lanes of a store that nobody uses: after a restore nobody knows whether it was sent."""

import asyncio

from store.item_id import item_id_of
from store.keys import LANES_KEY, PartitionKeys, StoreKeys
from store.valkey.base import StoreConnection

MAIL = "mail-"
"""Beginning of the lanes whose items have a line in the send ledger."""


async def list_lanes(connection: StoreConnection) -> frozenset[str]:
    """Return the lanes that were ever posted to."""
    return frozenset(lane.decode() for lane in await connection.run_command(b"SMEMBERS", LANES_KEY))


async def drop_waiting(connection: StoreConnection, keys: StoreKeys, lane: str, note: str) -> int:
    """Drop every item of a lane; a mail's line in the send ledger says ``unknown`` and the note.  Return how many."""
    seconds, micros = await connection.run_command(b"TIME")
    line = f"unknown {int(seconds) * 1000 + int(micros) // 1000} {note}"
    return sum([await _drop_partition(connection, part, lane, line) for part in keys.partitions])


async def _drop_partition(connection: StoreConnection, part: PartitionKeys, lane: str, line: str) -> int:
    ready = part.ready_set(lane.encode())
    # Whoever has a list in the lane is in its ready set, whether claimed or not.
    dropped = 0
    for name in await connection.run_command(b"ZRANGE", ready, 0, -1):
        waiting = part.waiting_list(lane.encode(), name)
        items = await connection.run_command(b"LRANGE", waiting, 0, -1)
        for send_id in filter(None, map(item_id_of, items)) if lane.startswith(MAIL) else ():
            await _note_unknown(connection, part, name, send_id, line)
        await asyncio.gather(
            connection.run_durable(b"DEL", waiting),
            connection.run_durable(b"DEL", part.attempts_key(lane.encode(), name)),
        )
        dropped += len(items)
    await connection.run_durable(b"DEL", ready)
    return dropped


async def _note_unknown(connection: StoreConnection, part: PartitionKeys, name: bytes, send_id: str, line: str) -> None:
    member = b"%b %b" % (name, send_id.encode())
    # The line first: whoever is killed in between writes all of it once more.
    await connection.run_durable(b"HSET", part.send_ledger(name), send_id, line)
    await connection.run_durable(b"SREM", part.attempting_lines, member)
    await connection.run_durable(b"SADD", part.unknown_lines, member)
