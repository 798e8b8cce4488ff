"""The watch over the store: one look and mark a second, its keeping once a minute.

A mark that was there and is older now means that the store lost its end, be it at a start or while the service runs:
after a failover without replicas it answers as if nothing had happened.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
from prometheus_client import Gauge

from domain.ports import MARKETING, Clock, Store, StoreAwayError, StoreError, StoreReplacedError, StoreSight
from service.issues.states import RELEASED, load_states
from service.runtime.store_watch.clock_check import ClockCheck
from service.runtime.store_watch.known_store import KnownStores
from service.runtime.store_watch.lane_pauses import LanePause, load_pauses, pause_lane
from store.stop_file import StopFile

log = structlog.get_logger("doorstep.store")
AWAY = Gauge("doorstep_store_away", "1 while the store does not answer, or nothing may be decided.")

HeldLanes = Callable[[int], frozenset[str]]
"""Returns the lanes that must not be claimed at this server time (ms)."""
LOOK_SECONDS = 1.0
HOUR_MS = 3_600_000
LONG_REST_MS = 2 * HOUR_MS
"""Without a mark for so long a store has slept, or is a copy that somebody restored."""
LOOKS_A_MARK = 5
"""On a cluster, where each partition has a mark; and for the file of stops."""
LOOKS_A_KEEPING = 60


class ForgetfulStoreError(StoreError):
    """The server would lose data.  Mend its configuration, or start with ``--accept-loss`` on a laptop."""


@dataclass(slots=True, kw_only=True)
class StoreWatch:
    """What the newest look at the store has shown."""

    store: Store
    known: KnownStores
    stops: StopFile
    """Told at each mark that every stop until then is in it."""
    clock_check: ClockCheck
    now: Clock
    """Real time."""
    accept_loss: bool = False
    """Start on a server that loses data; for a laptop."""
    plays: bool = False
    """True in the demo, which sleeps over night and mails nobody."""
    _pauses: dict[str, LanePause] = field(default_factory=dict)
    _keeping_faults: list[str] = field(default_factory=list)
    _founded: str = ""
    _mark_ms: int = 0
    """Newest mark of ours that is in the store for certain."""
    _parts: int = 1
    _told: str = ""

    async def meet(self) -> None:
        """Look before anything is served: refuse a forgetful server, and notice what is missing.

        Raises :class:`ForgetfulStoreError`.
        """
        keeping = await self.store.examine_keeping()
        self._keeping_faults = keeping.list_faults() if keeping else []
        if self._keeping_faults and not self.accept_loss:
            faults = "; ".join(self._keeping_faults)
            message = f"this server would lose people: {faults}. On a laptop: doorstep run --accept-loss"
            raise ForgetfulStoreError(message)
        known = self.known.read()
        sight = await self.store.look()
        self._founded = sight.founded
        self.clock_check.note_server_time(sight.server_ms)
        if known and sight.mark_ms < known.mark_ms:
            await self._pause_after_loss((known.mark_ms - sight.mark_ms) / 1000)
        elif sight.mark_ms and not (self.accept_loss or self.plays):
            await self._pause_after_rest(sight.server_ms - sight.mark_ms)
        await asyncio.to_thread(self._begin_stops)
        with suppress(StoreAwayError):  # too few replicas; the next look tries again
            self._keep_mark(await self.store.look(leave_mark=True))
        self._pauses = await load_pauses(self.store)

    async def _pause_after_loss(self, seconds: float) -> None:
        """Pause marketing: among what is missing may be withdrawals, and mails that went out may go again."""
        span = "second" if seconds < 1.5 else f"{seconds:,.0f} seconds"  # noqa: PLR2004  as it is rounded
        reason = f"the store came back without its last {span} or more"
        await pause_lane(self.store, MARKETING, LanePause(reason=reason, since=self.now()))
        remedy = "look what is missing, then: doorstep mail resume marketing"
        log.error("store_lost_its_end", count=round(seconds), remedy=remedy)

    async def _pause_after_rest(self, rested_ms: int) -> None:
        """Pause marketing if the store was away for long and would send at once: it may be a copy of an older one."""
        if rested_ms < LONG_REST_MS or not await self._would_send():
            return
        reason = f"the store was away for {rested_ms // HOUR_MS} hours, and mails wait in it"
        await pause_lane(self.store, MARKETING, LanePause(reason=reason, since=self.now()))
        remedy = "look whether it is the newest one, then: doorstep mail resume marketing"
        log.error("store_was_away", count=rested_ms // HOUR_MS, remedy=remedy)

    async def _would_send(self) -> bool:
        """Return True if marketing mail would leave now: heads that wait, sequences that are due, a released issue."""
        if (await self.store.measure_lane(MARKETING))[0]:
            return True
        due = await self.store.next_due("mail")
        is_due = due is not None and due[1] <= self.now().timestamp() * 1000
        return is_due or any(state.state in RELEASED for state in (await load_states(self.store)).values())

    def find_fault(self) -> str:
        """Return why nothing may be decided now; empty if all is well."""
        return self.clock_check.find_fault()

    def list_alarms(self) -> Sequence[str]:
        """Return what the team should know now, a sentence each."""
        paused = (
            f"{lane.removeprefix('mail-')} mail is paused: {pause.reason}" for lane, pause in self._pauses.items()
        )
        keeping = (f"the store may lose people: {fault}" for fault in self._keeping_faults)
        return [text for text in (self.find_fault(), *paused, *keeping) if text]

    def is_paused(self, lane: str) -> bool:
        """Return True if a lane is paused, as far as this process knows."""
        return lane in self._pauses

    def list_paused(self) -> frozenset[str]:
        """Return the lanes that are paused, as far as this process knows."""
        return frozenset(self._pauses)

    def hold_lanes(self, held: HeldLanes, lanes: Sequence[str]) -> HeldLanes:
        """Return which lanes are held at a server time: those ``held`` says, the paused ones, all while at fault."""

        def list_held(server_ms: int) -> frozenset[str]:
            return frozenset(lanes) if self.find_fault() else held(server_ms) | self._pauses.keys()

        return list_held

    async def follow(self) -> None:
        """Look until cancelled.  Raises :class:`StoreReplacedError`, upon which the process must end."""
        looks = 0
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            looks += 1
            try:
                await self._look(looks)
                AWAY.set(bool(self.find_fault()))
            except StoreReplacedError:
                raise
            except StoreError as error:
                AWAY.set(1)
                log.warning("store_away", job="watch", error=type(error).__name__)
            self._tell_changes()

    async def leave(self) -> None:
        """Leave a last mark: whatever is missing at the next start is then missed."""
        with suppress(StoreError, OSError):
            sight = await self.store.look(leave_mark=True)
            self.stops.leave_mark(self.now())
            if sight.founded == self._founded:
                self.known.write(sight)

    async def _look(self, looks: int) -> None:
        leave_mark = self._parts == 1 or looks % LOOKS_A_MARK == 0
        # First without a mark: a store that was moved away takes no writes, and still says that it was.
        sight = await self.store.look()
        if leave_mark and sight.founded == self._founded:
            sight = await self.store.look(leave_mark=True)
        # Before anything else of the look is believed.
        if sight.founded != self._founded:  # emptied, or swapped, while the connection stood
            raise StoreReplacedError(sight.founded)
        self.clock_check.note_server_time(sight.server_ms)
        if sight.before_ms < self._mark_ms:
            await self._pause_after_loss((self._mark_ms - sight.before_ms) / 1000)
        if leave_mark:
            self._keep_mark(sight)
        if looks % LOOKS_A_MARK == 0:
            with suppress(OSError):
                self.stops.leave_mark(self.now())
        self._pauses = await load_pauses(self.store)
        if looks % LOOKS_A_KEEPING == 0:
            keeping = await self.store.examine_keeping()
            self._keeping_faults = keeping.list_faults() if keeping else []

    def _keep_mark(self, sight: StoreSight) -> None:
        # Only what this process left: a mark of another one may not have reached the replicas yet.
        self._mark_ms, self._parts = sight.mark_ms, sight.parts
        self.known.write(sight)

    def _begin_stops(self) -> None:
        try:
            self.stops.begin(self.now())
        except OSError as error:
            remedy = "give DOORSTEP_STOPS a folder that the service may write to"
            log.error("stops_not_kept", error=type(error).__name__, remedy=remedy)

    def _tell_changes(self) -> None:
        # Why a lane is paused is an operator's own words, which may name somebody: the log has the lane alone.
        paused = (f"{lane} is paused" for lane in self._pauses)
        alarms = "; ".join(text for text in (self.find_fault(), *paused, *self._keeping_faults) if text)
        if alarms != self._told:
            log.error("store_alarm", what=alarms) if alarms else log.info("store_alarm_over")
        self._told = alarms
