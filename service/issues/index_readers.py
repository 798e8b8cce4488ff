"""Completes the index of readers in a store that was made before there was one.

The commits of this version write their people into the index.  Who made no commit since is written by one walk over all
records, and only if their record is still the one that the walk has read: so a walk never undoes what a commit wrote.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec
import structlog

from domain import record as records
from domain.consent.readers import find_place
from domain.ports import Store, StoreError
from domain.record import Subscriber

log = structlog.get_logger("doorstep.issues")

META = "readers_indexed"
"""Name of the stored value that says that the index is complete."""
PAUSE_SECONDS = 1.0
AT_ONCE = 32


@dataclass(slots=True, kw_only=True)
class ReaderIndex:
    """The walk of a process; one process, the leader, walks."""

    store: Store
    is_leader: Callable[[], bool]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def complete_once(self) -> None:
        """Walk if the index is not complete; returns when it is, and then waits until cancelled."""
        while not await self._try_to_complete():
            await self.sleep(PAUSE_SECONDS)
        # A vital task must not end.
        await asyncio.Event().wait()

    async def _try_to_complete(self) -> bool:
        try:
            if not await is_indexed(self.store):
                if not self.is_leader():
                    return False
                # Told here and not in the walk: a command that prints JSON walks too.
                log.info("readers_indexed", count=await index_readers(self.store))
        except StoreError as error:
            log.warning("store_away", error=type(error).__name__)
            return False
        return True


async def is_indexed(store: Store) -> bool:
    """Return True if every reader is in the index."""
    return await store.load_meta(META) is not None


async def index_readers(store: Store) -> int:
    """Walk over all records, and say so in the store; return how many people were written."""
    written = 0
    names: list[str] = []
    # Who comes again is written the same once more.
    async for name, raw in store.all_subscribers(once=False):
        if _list_places(_decode(raw)):  # most people of a chat never confirmed anything
            names.append(name)
        if len(names) == AT_ONCE:
            written += sum(await asyncio.gather(*(_place(store, one) for one in names)))
            names = []
    written += sum(await asyncio.gather(*(_place(store, one) for one in names)))
    # Only at the end: a walk that was killed begins anew, which writes the same once more.
    await store.save_meta(META, b"1")
    return written


async def _place(store: Store, name: str) -> bool:
    while True:
        met = store.meetings
        loaded = await store.load(name)
        places = _list_places(_decode(loaded.record)) if loaded.record else ()
        # A store that lost its end counts the same versions again, for other records.
        if met != store.meetings:
            continue
        # Whoever committed in between has written the index by that.
        if not places or await store.place_reader(name, version=loaded.version, readers=places):
            return bool(places)


def _decode(raw: bytes) -> Subscriber | None:
    try:
        return records.decode(raw)
    except msgspec.MsgspecError:
        return None


def _list_places(record: Subscriber | None) -> tuple[tuple[str, int], ...]:
    consents = record.consents.items() if record else ()
    return tuple((topic, place) for topic, consent in consents if (place := find_place(consent)))
