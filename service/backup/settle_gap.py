"""Settles what was due between a backup and its restore: it is decided, and nothing of it is sent that time overtook.

What waited in a queue, and what came due since, may have been sent by the service whose store is lost; nobody knows.
So chat and marketing mail of that time are dropped, with the line ``unknown`` in the send ledger, as after a connection
that broke at the final dot.  A transactional mail that came due since stays: it may come twice, and is refused by its
own rules where its moment is over (a code that expired, an appointment that began).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from msgspec import Struct

from domain.ports import HOOKS, INTERNAL, LATER, MARKETING, TRANSACTIONAL, Store, Transact
from service.engine.failures import DecidingFailedError
from service.issues.change_issue import pause_issue
from service.issues.states import RELEASED, load_states
from service.runtime.store_watch.lane_pauses import LanePause, pause_lane
from store.keys import StoreKeys
from store.valkey.base import StoreConnection
from store.valkey.copying.drop_waiting import drop_waiting, list_lanes

log = structlog.get_logger("doorstep.restore")
_KEPT = frozenset((INTERNAL, LATER, HOOKS))
"""Lanes whose items may be done twice and must be done once: addresses, seats, erasures, events kept for later."""
_NOTE = "waited when the backup was made that was restored"
_NOTE_DUE = "came due between a backup and its restore"
_AT_ONCE = 16


class Settled(Struct, frozen=True, kw_only=True):
    """What became of the time between."""

    waited: int
    """Messages and mails that waited when the backup was made."""
    came_due: int
    """Those that came due since."""
    decided: int
    """Decisions that were due."""
    issues: tuple[str, ...]
    """Newsletter issues that are paused now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The time between, of one store."""

    store: Store
    connection: StoreConnection
    """To the same store."""
    transact: Transact | None
    """None where no workspace was live: then nothing can be due."""
    now: datetime

    async def drop_waiting(self) -> int:
        """Drop everything that waited to be sent when the backup was made."""
        return await self._drop({MARKETING, TRANSACTIONAL, *await list_lanes(self.connection)} - _KEPT, _NOTE)

    async def hold_marketing(self, reason: str) -> tuple[str, ...]:
        """Pause marketing mail and every newsletter issue that is on its way; return the issues."""
        await pause_lane(self.store, MARKETING, LanePause(reason=reason, since=self.now))
        # An issue that only its moment holds back is paused too: that moment may be behind us.
        found = tuple(name for name, state in (await load_states(self.store)).items() if state.state in RELEASED)
        for name in found:
            await pause_issue(self.store, name, reason, self.now)
        return found

    async def settle_due(self) -> tuple[int, int]:
        """Decide what came due since, and drop what that would send now; return how many decisions, and messages."""
        decided = sum([await self._decide_partition(number) for number in range(self.store.partitions)])
        lanes = {MARKETING, *await list_lanes(self.connection)} - _KEPT - {TRANSACTIONAL}
        return decided, await self._drop(lanes, _NOTE_DUE)

    async def _drop(self, lanes: Iterable[str], note: str) -> int:
        keys = StoreKeys(self.store.partitions)
        return sum([await drop_waiting(self.connection, keys, lane, note) for lane in lanes])

    async def _decide_partition(self, partition: int) -> int:
        decided = 0
        while self.transact:
            work = await self.store.poll(
                partition,
                now_ms=int(self.now.timestamp() * 1000),
                lanes=(),
                most_due=_AT_ONCE,
                most_claims=0,
                lease_ms=0,
            )
            # A decision puts the next moment behind now, and one that fails is put off: so this comes to an end.
            names = dict.fromkeys((*work.due_chat, *work.due_mail))
            if not names:
                break
            for name in names:
                decided += await self._decide(self.transact, name)
        return decided

    async def _decide(self, transact: Transact, name: str) -> int:
        try:
            await transact(name, ())
        except DecidingFailedError:
            return 0
        except Exception as error:  # noqa: BLE001  one record that cannot be read must not stop the restore
            log.error("wake_failed", subscriber=name, error=type(error).__name__)
            await self.store.quarantine(name, error=type(error).__name__, delay_ms=30_000)
            return 0
        return 1
