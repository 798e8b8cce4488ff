"""The worker: wakes who is due, drains the lanes, shares the work with its peers.

One loop polls the partitions this worker holds.  What a poll claims is handed to the lane's sender at once, as
long as the lane has room, so that mail never takes the room of chat.  Claims are leased by server time: what a
worker that died had in hand is claimed again by another.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from domain.ports import (
    INTERNAL,
    LATER,
    MARKETING,
    TRANSACTIONAL,
    Claim,
    Clock,
    Posting,
    Store,
    StoreAwayError,
    StoreError,
    Transact,
    Work,
)
from service.engine.failures import describe_error
from service.engine.transact import DecidingFailedError

log = structlog.get_logger("doorstep.worker")

PARTITION_LEASE_MS = 10_000
RENEW_SECONDS = 2.5
TICK_SECONDS = 0.25
"""How late a moment may be noticed at most."""
MOST_DUE = 16
"""Due subscribers taken from a partition at a time, chat and mail each."""
MOST_WAKES = 64
"""Due subscribers decided at once, chat and mail each."""
AWAY_SECONDS = 1.0
UNREADABLE_MS = 30_000
"""How long a record that could not even be read is left alone."""

SLOTS = {"chat": 128, TRANSACTIONAL: 24, MARKETING: 24, INTERNAL: 64, LATER: 64}
"""Deliveries at once, by kind of lane."""
POLL_AGAIN_AT = {kind: room * 3 // 4 for kind, room in SLOTS.items()}
"""A lane that was full is polled again when so many are left.  Polling after each delivery would cost more than it."""


class LaneSender(Protocol):
    """Delivers the heads of a lane."""

    async def deliver(self, claim: Claim) -> Claim | None:
        """Deliver a claimed head; return the next one if it is ours too."""


def lane_kind(lane: str) -> str:
    """Return ``chat`` for a Page's lane, else the lane itself."""
    return lane.partition(":")[0] if lane.startswith("chat:") else lane


def _idle_event() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass(slots=True, kw_only=True)
class Worker:
    """One worker of a process."""

    name: str
    """Unique among living workers."""
    store: Store
    transact: Transact
    clock: Clock
    lanes: Sequence[str]
    senders: Mapping[str, LaneSender]
    """By kind of lane."""
    lease_ms: int
    """How long a claimed head stays ours."""
    paused_lanes: Callable[[int], frozenset[str]] = lambda _: frozenset()
    """Lanes not to be claimed, by server time in ms."""
    share_rate: Callable[[float], None] = lambda _: None
    """Told which part of all partitions this worker holds."""
    _held: frozenset[int] = frozenset()
    _inflight: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _waking: dict[str, set[str]] = field(default_factory=lambda: {"chat": set(), "mail": set()})
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: bool = False
    _idle: asyncio.Event = field(default_factory=_idle_event)
    """Set while :meth:`run` does not run: nothing is claimed that nobody would deliver."""

    def take_claims(self, claims: Iterable[Claim]) -> None:
        """Deliver heads that a commit of this process claimed."""
        for claim in claims:
            self._start_delivery(claim)

    def has_room(self, postings: Iterable[Posting], promised: int) -> bool:
        """Tell whether each of these could be delivered now, besides what ``promised`` commits may still claim."""
        return all(
            self._inflight[kind] + promised < SLOTS[kind] for kind in (lane_kind(posting.lane) for posting in postings)
        )

    def is_leader(self) -> bool:
        """Tell whether it is this worker that does what one alone is to do: who has the first partition."""
        return 0 in self._held

    def poll_soon(self) -> None:
        """Poll again at once: there is news."""
        self._news.set()

    async def run(self) -> None:
        """Work until :meth:`stop`; raises if anything ends that must go on, so that nobody takes it for working."""
        self._idle.clear()
        try:
            async with asyncio.TaskGroup() as group:
                chores = [group.create_task(self._renew_leases()), group.create_task(self._follow_hints())]
                while not self._stopping:
                    await self._retry_while_away(self._run_round)
                for chore in chores:
                    chore.cancel()
        finally:
            self._idle.set()

    async def stop(self, *, within: float = 20.0) -> None:
        """Finish what is in hand, leave the rest, give the partitions back."""
        self._stopping = True
        self._news.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._idle.wait()
                while self._tasks:
                    await asyncio.wait(set(self._tasks))
        for late in set(self._tasks):
            late.cancel()  # as if we had died: nothing may write once the store is closed
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._retry_while_away(lambda: self.store.release_leases(self.name))

    async def _retry_while_away(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except StoreAwayError:
            log.warning("store_away")
            await asyncio.sleep(AWAY_SECONDS)
        except StoreError as error:  # somebody must mend the store; until then this worker may not vanish
            log.error("store_refused", error=str(error))
            await asyncio.sleep(AWAY_SECONDS)

    async def _renew_leases(self) -> None:
        while True:
            await self._retry_while_away(self._renew_lease)
            await asyncio.sleep(RENEW_SECONDS)

    async def _renew_lease(self) -> None:
        held = await self.store.renew_leases(self.name, lease_ms=PARTITION_LEASE_MS)
        if held != self._held:
            log.info("partitions", held=len(held))
            self._held = held
            self.share_rate(len(held) / self.store.partitions)
            self._news.set()

    async def _follow_hints(self) -> None:
        while True:
            await self._retry_while_away(self._hear_hints)

    async def _hear_hints(self) -> None:
        async for partition in self.store.listen_hints():
            if partition in self._held:
                self._news.set()

    async def _run_round(self) -> None:
        self._news.clear()
        server_ms = await self.store.server_ms()
        lanes, most = self._open_lanes(server_ms)
        polls = await asyncio.gather(
            *(self._poll_partition(one, lanes, most) for one in self._held), return_exceptions=True
        )
        works = [one for one in polls if isinstance(one, Work)]
        for work in works:
            self.take_claims(work.claims)
        woken = self._wake_due("chat", (name for work in works for name in work.due_chat))
        woken += self._wake_due("mail", (name for work in works for name in work.due_mail))
        for one in polls:
            if isinstance(one, BaseException):  # only now: what the others claimed is in hand
                raise one
        await self._wait_for_work(works, server_ms, woken)

    async def _poll_partition(self, partition: int, lanes: Sequence[str], most: int) -> Work:
        return await self.store.poll(
            partition,
            now_ms=int(self.clock().timestamp() * 1000),
            lanes=lanes,
            most_due=MOST_DUE,
            most_claims=most,
            lease_ms=self.lease_ms,
        )

    def _open_lanes(self, server_ms: int) -> tuple[list[str], int]:
        paused = self.paused_lanes(server_ms)
        free = {lane: SLOTS[lane_kind(lane)] - self._inflight[lane_kind(lane)] for lane in self.lanes}
        lanes = [lane for lane in self.lanes if free[lane] > 0 and lane not in paused]
        smallest = min((free[lane] for lane in lanes), default=0)
        return lanes, max(1, smallest // max(1, len(self._held)))

    async def _wait_for_work(self, works: Sequence[Work], server_ms: int, woken: int) -> None:
        """Wait for news, the next head that becomes ready, or a tick; not at all while much is due and gets done."""
        if any(len(work.due_chat) == MOST_DUE or len(work.due_mail) == MOST_DUE for work in works):
            if woken:
                await self._wait_for_room()
                return
            if self._waking["chat"] or self._waking["mail"]:
                await asyncio.wait(set(self._tasks), timeout=TICK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                return
        wait = TICK_SECONDS
        heads = [work.next_ready_ms for work in works if work.next_ready_ms is not None]
        if heads:
            wait = min(wait, max(0.002, (min(heads) - server_ms) / 1000))
        try:
            async with asyncio.timeout(wait):
                await self._news.wait()
        except TimeoutError:
            return

    async def _wait_for_room(self) -> None:
        while len(self._waking["mail"]) > MOST_WAKES // 2 and not self._stopping:
            await asyncio.wait(set(self._tasks), return_when=asyncio.FIRST_COMPLETED)

    def _wake_due(self, kind: str, names: Iterable[str]) -> int:
        """Decide about these as far as there is room; return about how many."""
        waking, woken = self._waking[kind], 0
        for name in names:
            if len(waking) >= MOST_WAKES:
                break
            if name not in waking:
                waking.add(name)
                woken += 1
                self._run_task(self._wake_one(kind, name))
        return woken

    async def _wake_one(self, kind: str, name: str) -> None:
        try:
            await self.transact(name, ())
        except DecidingFailedError:
            return  # it is put off in the store: no poll finds it until then
        except StoreAwayError:
            raise
        except Exception as error:  # noqa: BLE001  a record that cannot be read must not be tried at every tick
            log.error("wake_failed", subscriber=name, error=type(error).__name__)
            await self.store.quarantine(name, error=type(error).__name__, delay_ms=UNREADABLE_MS)
        finally:
            self._waking[kind].discard(name)

    def _start_delivery(self, claim: Claim) -> None:
        kind = lane_kind(claim.lane)
        self._inflight[kind] += 1
        self._run_task(self._deliver_claims(kind, claim))

    async def _deliver_claims(self, kind: str, claim: Claim | None) -> None:
        sender = self.senders[kind]
        try:
            while claim is not None:
                if self._stopping:
                    await self.store.retry(claim, delay_ms=0, keep_attempt=claim.attempt is not None, counted=False)
                    return
                claim = await sender.deliver(claim)
        finally:
            self._inflight[kind] -= 1
            if self._inflight[kind] == POLL_AGAIN_AT[kind]:
                self._news.set()

    def _run_task(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._note_end)

    def _note_end(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, StoreAwayError):
            log.warning("store_away")
        elif error is not None:
            log.error("delivery_failed", error=describe_error(error))
