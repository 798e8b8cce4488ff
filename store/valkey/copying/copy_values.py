"""Copies all values from one server to a store, by the commands of their types.

Unlike ``DUMP`` and ``RESTORE`` these are the same in all versions of Valkey and Redis, newer or older.
"""

import asyncio
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any

from domain.ports import StoreMismatchError
from store.keys import LAYOUT_KEY, LEASES_KEY, NUMBERS_KEY, WORKERS_KEY
from store.valkey.base import StoreConnection
from store.valkey.pipeline import Argument
from store.valkey.scan import scan_keys

AT_ONCE = 200
"""Keys that are copied at once."""
_MOST_PARTS = 1_000
"""Members that one command writes."""

_READ: dict[bytes, tuple[bytes, tuple[Argument, ...]]] = {
    b"string": (b"GET", ()),
    b"list": (b"LRANGE", (0, -1)),
    b"set": (b"SMEMBERS", ()),
    b"hash": (b"HGETALL", ()),
    b"zset": (b"ZRANGE", (0, -1, b"WITHSCORES")),
}
_WRITE = {b"list": (b"RPUSH", 1), b"set": (b"SADD", 1), b"hash": (b"HSET", 2), b"zset": (b"ZADD", 2)}
"""Type: the command, and how many arguments a member has."""
LEFT_BEHIND: Collection[bytes] = frozenset((LAYOUT_KEY, WORKERS_KEY, LEASES_KEY, NUMBERS_KEY))
"""What belongs to the servers and processes of former times."""


async def copy_values(source: StoreConnection, target: StoreConnection | None) -> int:
    """Copy every key but those of the installation itself; return how many.  Without a target, only read them."""
    copied, batch = 0, []
    async for key in scan_keys(source, b"*"):
        if key in LEFT_BEHIND or key.endswith((b"}:layout", b"}:mark", b"}:probe", b"}:barrier")):
            continue
        batch.append(key)
        if len(batch) == AT_ONCE:
            copied += await _copy_keys(source, target, batch)
            batch = []
    return copied + await _copy_keys(source, target, batch)


async def _copy_keys(source: StoreConnection, target: StoreConnection | None, keys: Sequence[bytes]) -> int:
    # By batches, so that a command waits for many keys at once and the memory stays small.
    kinds = await asyncio.gather(*(source.run_command(b"TYPE", key) for key in keys))
    strange = next((kind for kind in kinds if kind not in _READ), b"")
    if strange:
        message = f"the backup holds a value of the type {strange.decode()}, which no Doorstep writes"
        raise StoreMismatchError(message)
    values = await asyncio.gather(*(_read(source, key, kind) for key, kind in zip(keys, kinds, strict=True)))
    ends = await asyncio.gather(*(source.run_command(b"PEXPIRETIME", key) for key in keys))
    if target is not None:
        whole = zip(keys, kinds, values, ends, strict=True)
        await asyncio.gather(*(_write(target, key, kind, value, end) for key, kind, value, end in whole))
    return len(keys)


async def _read(source: StoreConnection, key: bytes, kind: bytes) -> Any:  # noqa: ANN401  whatever a key may hold
    command, rest = _READ[kind]
    return await source.run_command(command, key, *rest)


async def _write(target: StoreConnection, key: bytes, kind: bytes, value: Any, end_ms: int) -> None:  # noqa: ANN401  as above
    if kind == b"string":
        await target.run_durable(b"SET", key, value)
    else:
        command, width = _WRITE[kind]
        # A sorted set is read with the score behind each member, and written with the score before it.
        parts = (
            [part for at in range(0, len(value), 2) for part in (value[at + 1], value[at])]
            if kind == b"zset"
            else value
        )
        for some in _cut(parts, _MOST_PARTS * width):
            await target.run_durable(command, key, *some)
    # -1 is a key without an end, -2 one that ended while it was read: nothing of it is written.
    if end_ms > 0:
        await target.run_durable(b"PEXPIREAT", key, end_ms)


def _cut(parts: Sequence[bytes], size: int) -> Iterator[tuple[bytes, ...]]:
    rest = iter(parts)
    while some := tuple(islice(rest, size)):
        yield some
