"""Carries a store to other servers while it is in use: most of it alongside, the rest while it stands still.

1. *Prepare*: the target must be empty; a note in its layout says which store is on its way, and keeps everybody out.
2. *Copy* every key, as often as makes sense, while the service runs.
3. *Freeze*: the source says that it was moved.  From then on no process takes it for its store, not even after a
   restart, and those that run end within a second.  The servers refuse their writes at once.
4. *Finish*: what changed since is copied, what is gone is removed.  Last of all the target becomes openable.

Until the last write of step 4 the source has everything, afterwards the target.  Killed anywhere, the same call goes
on.
"""

import asyncio
from collections.abc import Iterable, Sequence
from hashlib import blake2b

from msgspec import Struct

from domain.ports import StoreError, StoreMismatchError
from store.keys import LAYOUT_KEY, LEASES_KEY, LIVE_EDITION_KEY, WORKERS_KEY, PartitionKeys
from store.valkey.base import StoreConnection
from store.valkey.scan import scan_keys

MOVED = b"moved"
"""What the layout of a source says instead of when it was founded."""
COPIED_AT_ONCE = 200
_MOST_PASSES = 4
_FEW_KEYS = 500
"""Changed keys after which one more pass would not make the freeze shorter."""
_NEVER_COPIED = frozenset((LAYOUT_KEY, WORKERS_KEY, LEASES_KEY))
_NO_WRITES = 1_000
"""Replicas that a frozen server wants before it takes a write; nobody has so many."""

_Digests = dict[bytes, bytes]


class Moved(Struct, frozen=True, kw_only=True):
    """How a move ended."""

    keys: int
    copied: int
    """Keys written to the target, those of all passes together."""


class StoreMove:
    """One move, from the connection of a source to that of a target; both are open."""

    def __init__(self, source: StoreConnection, target: StoreConnection, place: str) -> None:
        """``place`` is where the target is, without user and password: the source will tell it."""
        self._source = source
        self._target = target
        self._place = place
        self._digests: _Digests = {}
        """What the target has of each key."""
        self._copied = 0

    async def prepare(self) -> bool:
        """Make sure that the target may be filled; return False if everything is there already.

        Raises :class:`StoreMismatchError` where it may not.
        """
        source, target = await _read_layout(self._source), await _read_layout(self._target)
        founded = _founded_of(source)
        if not founded:
            message = "there is no store at the address to move from"
            raise StoreMismatchError(message)
        if target.get(b"founded") == founded and b"moving" not in target:
            return False
        if target.get(b"moving") == founded:
            return True
        if await _count_keys(self._target):
            message = "the servers to move to are not empty: give others, or empty them"
            raise StoreMismatchError(message)
        if source.get(b"founded") == MOVED and source.get(b"moved_to") != self._place.encode():
            message = (
                f"the store is on its way to {source.get(b'moved_to', b'').decode()}: finish that move, or take it back"
            )
            raise StoreMismatchError(message)
        await self._target.run_durable(b"HSET", LAYOUT_KEY, b"moving", founded)
        return True

    async def copy_alongside(self) -> None:
        """Copy everything while the service goes on, again and again until little changes between two passes."""
        for _ in range(_MOST_PASSES):
            if await self._copy_changed() <= _FEW_KEYS:
                return

    async def freeze(self) -> bool:
        """Say in the source that it was moved, and refuse writes there; the service's processes end by themselves.

        Returns False if the servers do not let us refuse writes: then wait until those processes have ended.
        """
        source = await _read_layout(self._source)
        if source.get(b"founded") != MOVED:
            # One command, so that no kill leaves a source that has forgotten when it was founded.
            values = (b"was", source[b"founded"], b"moved_to", self._place.encode(), b"founded", MOVED)
            await self._source.run_durable(b"HSET", LAYOUT_KEY, *values)
        return await self._refuse_writes(_NO_WRITES)

    async def thaw(self) -> None:
        """Give the source back to the service, unless the target is openable already."""
        source, target = await _read_layout(self._source), await _read_layout(self._target)
        if target.get(b"founded") and b"moving" not in target:
            message = "the move was finished: what was written since is in the new store only"
            raise StoreMismatchError(message)
        await self._refuse_writes(0)
        if source.get(b"founded") == MOVED:
            await self._source.run_durable(b"HSET", LAYOUT_KEY, b"founded", source[b"was"])
            await self._source.run_durable(b"HDEL", LAYOUT_KEY, b"was", b"moved_to")

    async def finish(self, source: StoreConnection) -> Moved:
        """Copy the rest from a source that nobody writes to any more; the target may be opened afterwards."""
        self._source = source
        await self._copy_changed()
        await self._remove_others()
        if self._target.spans_servers:
            # On one server each partition knows the live edition; in a cluster one place decides.
            number = await self._source.run_command(b"GET", PartitionKeys(0).live_edition)
            if number is not None and LIVE_EDITION_KEY not in self._digests:
                await self._target.run_durable(b"SET", LIVE_EDITION_KEY, number)
        layout = await _read_layout(self._source)
        kept = {name: value for name, value in layout.items() if name not in (b"was", b"moved_to", b"signed")}
        kept[b"founded"] = _founded_of(layout)
        flat = [part for pair in kept.items() for part in pair]
        await self._target.run_durable(b"HSET", LAYOUT_KEY, *flat)
        # The one write that decides: before it the source is the store, after it the target.
        await self._target.run_durable(b"HDEL", LAYOUT_KEY, b"moving")
        return Moved(keys=len(self._digests), copied=self._copied)

    async def _copy_changed(self) -> int:
        """Copy every key that is not in the target as it is now; return how many."""
        changed, batch = 0, []
        met: set[bytes] = set()
        async for key in scan_keys(self._source, b"*"):
            if key in _NEVER_COPIED or key.endswith((b"}:layout", b"}:mark", b"}:probe")):
                continue
            met.add(key)
            batch.append(key)
            if len(batch) == COPIED_AT_ONCE:
                changed += await self._copy_keys(batch)
                batch = []
        changed += await self._copy_keys(batch)
        self._digests = {key: digest for key, digest in self._digests.items() if key in met}
        return changed

    async def _copy_keys(self, keys: Sequence[bytes]) -> int:
        """Copy these keys where they differ; one that goes while it is looked at is left out."""
        dumps = await asyncio.gather(*(self._source.run_command(b"DUMP", key) for key in keys))
        lives = await asyncio.gather(*(self._source.run_command(b"PTTL", key) for key in keys))
        fresh: dict[bytes, tuple[bytes, int]] = {}
        for key, dump, life in zip(keys, dumps, lives, strict=True):
            if dump is None:
                self._digests.pop(key, None)
                continue
            digest = blake2b(dump, digest_size=16).digest()
            if self._digests.get(key) != digest:
                fresh[key] = dump, max(0, life)
                self._digests[key] = digest
        await self._write_keys(fresh.items())
        self._copied += len(fresh)
        return len(fresh)

    async def _write_keys(self, fresh: Iterable[tuple[bytes, tuple[bytes, int]]]) -> None:
        restored = (self._target.run_durable(b"RESTORE", key, life, dump, b"REPLACE") for key, (dump, life) in fresh)
        try:
            await asyncio.gather(*restored)
        except StoreError as error:
            if "payload version" in str(error):
                message = "the servers to move to are older than those to move from: take newer ones"
                raise StoreMismatchError(message) from error
            raise

    async def _remove_others(self) -> None:
        """Remove from the target what is gone from the source since it was copied, also by a move that was killed."""
        async for key in scan_keys(self._target, b"*"):
            if key != LAYOUT_KEY and key not in self._digests:
                await self._target.run_durable(b"DEL", key)

    async def _refuse_writes(self, replicas: int) -> bool:
        try:
            for server in self._source.servers:
                await server.run_command(b"CONFIG", b"SET", b"min-replicas-to-write", replicas)
        except StoreError:  # a hosted server may not let us
            return False
        return True


async def _read_layout(connection: StoreConnection) -> dict[bytes, bytes]:
    answer = await connection.run_command(b"HGETALL", LAYOUT_KEY)
    return dict(zip(answer[::2], answer[1::2], strict=True))


def _founded_of(layout: dict[bytes, bytes]) -> bytes:
    found = layout.get(b"founded", b"")
    return layout[b"was"] if found == MOVED else found


async def _count_keys(connection: StoreConnection) -> int:
    return sum(await asyncio.gather(*(server.run_command(b"DBSIZE") for server in connection.servers)))
