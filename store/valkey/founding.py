"""Meeting a store: what kind of server answers, what the store there was made with, and making a new one.

In a cluster each partition may be lost for itself: a node restarted without its data serves its slots, empty, as if
nothing had happened.  So each partition on a cluster says which store it belongs to, as ``{meta}:layout`` does.
"""

import asyncio

from domain.ports import StoreMismatchError, StoreReplacedError, StoreSettingsError
from store.keys import LAYOUT_KEY, StoreKeys
from store.layout import LAYOUT
from store.valkey.base import StoreConnection
from store.valkey.connection import ValkeyConnection
from store.valkey.script import FOUND_STORE, LOOK

_OLDEST_SERVER = (6, 2)


async def check_servers(connection: StoreConnection) -> None:
    """Refuse servers that are too old, and those that are something else than the address says."""
    await asyncio.gather(*(_check_server(server, connection) for server in connection.servers))


async def _check_server(server: ValkeyConnection, connection: StoreConnection) -> None:
    info: bytes = await server.run_command(b"INFO", b"server")
    told = {name: value.strip() for name, _, value in (line.partition(":") for line in info.decode().splitlines())}
    version = told["redis_version"]
    if tuple(int(number) for number in version.split(".")[:2]) < _OLDEST_SERVER:
        message = f"DOORSTEP_STORE_URL leads to a server of version {version}; 6.2 or newer is needed"
        raise StoreSettingsError(message)
    mode = told.get("server_mode") or told.get("redis_mode")
    if mode == "cluster" and not connection.spans_servers:
        message = "DOORSTEP_STORE_URL leads to a node of a cluster: write redis+cluster://host:port,…"
        raise StoreSettingsError(message)
    if mode == "sentinel":
        message = "DOORSTEP_STORE_URL leads to a sentinel: write redis+sentinel://host:26379/NAME"
        raise StoreSettingsError(message)


async def check_layout(
    connection: StoreConnection, keys: StoreKeys, check_value: str, known: str | None, *, restoring: bool = False
) -> bytes:
    """Return which store it is; found a new one where nothing is and ``known`` is None.

    Only with ``restoring`` a store is taken that is being filled from a backup.
    """
    partitions = len(keys.partitions)
    wanted = {b"layout": b"%d" % LAYOUT, b"partitions": b"%d" % partitions, b"check": check_value.encode()}
    flat = [part for pair in wanted.items() for part in pair]
    answer = await connection.run_script(FOUND_STORE, (LAYOUT_KEY,), 1 if known is None else 0, *flat)
    founded_with: dict[bytes, bytes] = dict(zip(answer[::2], answer[1::2], strict=True))
    founded = founded_with.get(b"founded", b"")
    if b"moving" in founded_with:
        message = "a move into this store is not finished: run doorstep store move again"
        raise StoreMismatchError(message)
    if b"moved_to" in founded_with:
        message = f"the store was moved to {founded_with[b'moved_to'].decode()}: set DOORSTEP_STORE_URL to it"
        raise StoreMismatchError(message)
    if b"restoring" in founded_with and not restoring:
        message = "a restore into this store is not finished: run doorstep restore again"
        raise StoreMismatchError(message)
    # Restored from a backup of the known one: its records have other versions by now, and so another number.
    if known is not None and known.encode() not in (founded, founded_with.get(b"restored_from")):
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
    if connection.spans_servers:
        await _check_partitions(connection, keys, founded, signed=b"signed" in founded_with)
    connection.expect_store(founded, list_layouts(connection, keys))
    return founded


def list_layouts(connection: StoreConnection, keys: StoreKeys) -> tuple[bytes, ...]:
    """Return the keys that say which store it is."""
    parts = (part.layout for part in keys.partitions) if connection.spans_servers else ()
    return (LAYOUT_KEY, *parts)


async def _check_partitions(connection: StoreConnection, keys: StoreKeys, founded: bytes, *, signed: bool) -> None:
    """Refuse a store of which a partition is gone; sign the partitions of a new one."""
    found = await asyncio.gather(
        *(connection.run_command(b"HGET", part.layout, b"founded") for part in keys.partitions)
    )
    # A store that was founded on one server and moved here by other means than ours is not signed yet.
    if signed and any(one != founded for one in found):
        raise StoreReplacedError(found="")
    if signed:
        return
    for part in keys.partitions:
        await connection.run_script(FOUND_STORE, (part.layout,), 1, b"founded", founded)
        await connection.run_script(LOOK, (part.layout, part.mark), 1)
    # Last: a process that is killed in between leaves a store whose partitions the next one signs.
    await connection.run_command(b"HSET", LAYOUT_KEY, b"signed", b"1")
