"""Looks at everybody for whom a start by a condition or a date, or a wait for a condition, is new, in the background.

Theory.  A person is woken for a start only after they were looked at once (:mod:`onboarding.engine.starts.by_time`).
Whoever writes or is told of is looked at by that; the silent ones are looked at here, after an edition with a new start
became live.  A look is a decision without events, as when a timer is due.  It begins nobody.  Whoever stands at a wait
whose condition was changed is looked at, too: it may hold already.

The record itself says whether it was looked at, so the walk needs no other cursor: after a kill it begins anew, and
passes those by who were looked at, which costs reading them.  The store only notes for which starts it came to its end.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import msgspec
import structlog

from domain import record as records
from domain.ports import Store, StoreAwayError, StoreError, Transact
from onboarding.engine.start_and_exit import needs_look
from onboarding.language.catalog import SequenceCatalog
from service.engine.failures import DecidingFailedError, describe_error

log = structlog.get_logger("doorstep.starts")

META = "starts_walked"
"""Name of the stored value: the starts for which everybody was looked at."""
MOST_A_SECOND = 2400
"""People looked at in a second at most, so that messages are answered as fast as ever meanwhile."""
LATE_SECONDS = 0.25
"""Lateness that the next looks make up for; of a longer one the time is lost."""
AT_ONCE = 96
"""Looks under way at once; a message waits behind so many at most, about 8 ms.

With fewer, a store that is slow to write, not the processor, would say how fast it goes.
"""
PAUSE_SECONDS = 1.0
"""Between two questions whether a start is new."""


@dataclass(slots=True, kw_only=True)
class StartWalk:
    """The walk of a process; one process, the leader, walks."""

    store: Store
    transact: Transact
    catalog: Callable[[], SequenceCatalog]
    is_leader: Callable[[], bool]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _done: frozenset[str] | None = None
    """The starts of the last walk as far as this process knows; None if it has not asked the store yet."""
    _free_at: float = 0.0
    """By the monotonic clock, when the next looks may begin."""

    async def follow(self) -> None:
        """Walk whenever a start is new; runs until cancelled."""
        while True:
            try:
                await self.walk_if_new()
            except StoreError as error:
                log.warning("store_away", error=type(error).__name__)
            await self.sleep(PAUSE_SECONDS)

    async def walk_if_new(self) -> int:
        """Look at everybody if a start is new; return the number of people who were looked at."""
        starts = _name_starts(self.catalog())
        if starts == self._done or not self.is_leader():
            return 0
        raw = await self.store.load_meta(META)
        walked = frozenset(msgspec.msgpack.decode(raw, type=list[str])) if raw else frozenset[str]()
        looked = await self._walk() if starts - walked else 0
        # Another edition became live meanwhile: who was passed by before that may lack its starts.
        if _name_starts(self.catalog()) != starts:
            return looked
        if starts != walked:
            await self.store.save_meta(META, msgspec.msgpack.encode(sorted(starts)))
        self._done = starts
        return looked

    async def _walk(self) -> int:
        looked = 0
        names: list[str] = []
        log.info("start_walk_begins")
        # Who comes again has had the look by then.
        async for name, raw in self.store.all_subscribers(once=False):
            if self._lacks_look(name, raw):
                names.append(name)
            if len(names) == AT_ONCE:
                looked += await self._look_at(names)
                names = []
        looked += await self._look_at(names)
        log.info("start_walk_ended", count=looked)
        return looked

    def _lacks_look(self, name: str, raw: bytes) -> bool:
        try:
            return needs_look(self.catalog(), records.decode(raw))
        except msgspec.MsgspecError:
            log.error("unreadable", subscriber=name)
            return False

    async def _look_at(self, names: Sequence[str]) -> int:
        await asyncio.gather(*(self._look_at_one(name) for name in names))
        # A slow answer of the store is made up for by the next looks, else the rate would be that of the slow ones.
        now = time.monotonic()
        self._free_at = max(self._free_at, now - LATE_SECONDS) + len(names) / MOST_A_SECOND
        await self.sleep(max(0.0, self._free_at - now))
        return len(names)

    async def _look_at_one(self, name: str) -> None:
        try:
            await self.transact(name, ())
        except DecidingFailedError:
            return  # it is quarantined, and decided again when that ends
        except StoreAwayError:
            raise
        except Exception as error:  # noqa: BLE001  one record that cannot be decided must not end the walk for all
            log.error("look_failed", subscriber=name, error=describe_error(error))


def _name_starts(catalog: SequenceCatalog) -> frozenset[str]:
    """Return what people are looked at for: starts with the topic, since another one is of other people, and waits."""
    starts = {f"{start.key} {sequence.topic}" for sequence in catalog.begun_by_time for start in sequence.start.timed}
    waits = catalog.condition_waits.items()
    return frozenset(starts | {f"{'/'.join(place)} {wait.condition.text} {wait.text}" for place, wait in waits})
