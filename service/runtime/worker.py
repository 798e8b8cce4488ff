"""The worker: decides due timers, delivers the lanes, and shares the partitions with other workers.

One loop polls the partitions that this worker holds.  Each claimed head starts a delivery by the sender of its lane.
Every kind of lane has slots of its own, so that mail never takes the slots of chat.  If a worker dies, another takes
over its partitions and what it had claimed within five seconds (:mod:`service.runtime.work_sharing.partition_leases`).
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from domain.ports import Claim, Clock, Posting, Store, StoreAwayError, StoreError, Transact, Work
from service.engine.failures import DecidingFailedError, describe_error, growing_pause_ms
from service.engine.lane_slots import POLL_AGAIN_SHARE, SLOTS, LaneSender, lane_kind
from service.runtime.work_sharing import partition_leases
from service.runtime.work_sharing.partition_leases import PartitionLeases
from service.runtime.work_sharing.poll_plan import TICK_SECONDS, PollPlan

log = structlog.get_logger("doorstep.worker")

MOST_DUE = 16
"""Due subscribers that one poll of a partition returns, for chat and for mail."""
MOST_WAKES = 64
"""Due subscribers that are decided concurrently, for chat and for mail."""
STOP_SECONDS = 8.0
"""How long a stop waits for the answers to what was sent; container engines kill after ten."""
AWAY_SECONDS = 1.0
UNREADABLE_MS = 30_000
"""Quarantine of a record that cannot be decoded."""


def _set_event() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass(slots=True, kw_only=True)
class Worker:
    """The worker of a process."""

    leases: PartitionLeases
    store: Store
    transact: Transact
    clock: Clock
    lanes: Sequence[str]
    senders: Mapping[str, LaneSender]
    """By kind of lane."""
    lease_ms: int
    """Lease of a claimed head."""
    paused_lanes: Callable[[int], frozenset[str]] = lambda _: frozenset()
    """Returns the lanes that must not be claimed at this server time (ms)."""
    on_stop: Callable[[], None] = lambda: None
    """Called when the worker stops: gives up what has not begun to be sent."""
    share_rate: Callable[[float], None] = lambda _: None
    """Called with the part of all partitions that this worker holds."""
    slots: Mapping[str, int] = field(default_factory=lambda: SLOTS)
    """Deliveries that go on at once, by kind of lane."""
    _paused: frozenset[str] | None = None
    """Lanes that were paused in the last round; None before the first."""
    _in_flight: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _waking: dict[str, set[str]] = field(default_factory=lambda: {"chat": set(), "mail": set()})
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _plan: PollPlan = field(default_factory=PollPlan)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the next round is to begin now."""
    _stopping: bool = False
    _not_running: asyncio.Event = field(default_factory=_set_event)
    """Set while :meth:`run` is not active; nothing may be claimed then."""

    def take_claims(self, claims: Iterable[Claim]) -> None:
        """Deliver heads that a commit of this process claimed."""
        for claim in claims:
            self._start_delivery(claim)

    def has_room(self, postings: Sequence[Posting], promised: int) -> bool:
        """Return True if there are free slots for these, counting ``promised`` commits in flight that may claim too."""
        # What a commit claims for itself would pass by the pause of its lane.  At the start all may be paused.
        paused = self.paused_lanes(0) if self._paused is None else self._paused
        kinds = [lane_kind(posting.lane) for posting in postings if posting.lane not in paused]
        return len(kinds) == len(postings) and all(
            self._in_flight[kind] + promised < self.slots[kind] for kind in kinds
        )

    @property
    def held_partitions(self) -> frozenset[int]:
        """The partitions that this worker has now."""
        return self.leases.held

    def is_leader(self) -> bool:
        """Return True if this worker does the jobs that only one may do: the one that holds the first partition."""
        return 0 in self.leases.held

    def poll_soon(self) -> None:
        """Poll all partitions now."""
        self._plan.want_all()
        self._news.set()

    async def run(self) -> None:
        """Work until :meth:`stop`.  Raises if one of the loops fails, so that the supervisor ends the process."""
        self._not_running.clear()
        try:
            async with asyncio.TaskGroup() as group:
                background = [group.create_task(self._renew_leases()), group.create_task(self._follow_hints())]
                while not self._stopping:
                    await self._run_guarded(self._run_round)
                for chore in background:
                    chore.cancel()
        finally:
            self._not_running.set()

    async def stop(self, *, within: float = STOP_SECONDS) -> None:
        """Finish the deliveries in flight, and give the partitions back; the rest stays in the store."""
        self._stopping = True
        self._news.set()
        self.on_stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._not_running.wait()
                while self._tasks:
                    await asyncio.wait(set(self._tasks))
        for late in set(self._tasks):
            late.cancel()  # nothing may write once the store is closed; the leases make up for it, as after a crash
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._run_guarded(lambda: self.store.release_leases(self.leases.name))

    async def _run_guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except StoreAwayError:
            log.warning("store_away")
            await asyncio.sleep(AWAY_SECONDS)
        except StoreError as error:  # an operator must mend the store; until then the worker keeps trying
            log.error("store_refused", error=str(error))
            await asyncio.sleep(AWAY_SECONDS)

    async def _renew_leases(self) -> None:
        while True:
            await self._run_guarded(self._renew_lease)
            await asyncio.sleep(partition_leases.RENEW_SECONDS)

    async def _renew_lease(self) -> None:
        if await self.leases.renew():
            log.info("partitions", held=len(self.leases.held))
            self.share_rate(len(self.leases.held) / self.store.partitions)
            self.poll_soon()

    async def _follow_hints(self) -> None:
        while True:
            await self._run_guarded(self._hear_hints)

    async def _hear_hints(self) -> None:
        async for partition in self.store.listen_hints():
            if partition in self.leases.held:
                self._plan.want(partition)
                self._news.set()

    async def _run_round(self) -> None:
        # Cleared before the poll: news that comes during the round starts the next one at once.
        self._news.clear()
        server_ms = await self.store.server_ms()
        partitions = self._plan.take(self.leases.held, now=asyncio.get_running_loop().time(), server_ms=server_ms)
        lanes, most = self._open_lanes(server_ms, len(partitions))
        polls = await asyncio.gather(
            *(self._poll_partition(partition, lanes, most) for partition in partitions), return_exceptions=True
        )
        works = {partition: poll for partition, poll in zip(partitions, polls, strict=True) if isinstance(poll, Work)}
        for partition, work in works.items():
            self.take_claims(work.claims)
            self._plan.note_ready(partition, work.next_ready_ms)
        woken = self._wake_due("chat", (name for work in works.values() for name in work.due_chat))
        woken += self._wake_due("mail", (name for work in works.values() for name in work.due_mail))
        for poll in polls:
            if isinstance(poll, BaseException):  # raised last, since the claims of the other polls must be delivered
                raise poll
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

    def _open_lanes(self, server_ms: int, partitions: int) -> tuple[list[str], int]:
        """Return the lanes with free slots, and how many heads each of so many partitions may claim."""
        # All polls run at once, and each may claim so many heads in every lane.  Together they must fit into the lane
        # with the fewest free slots.  The least is one: else a lane with fewer free slots than there are partitions
        # would never be polled.
        self._paused = paused = self.paused_lanes(server_ms)
        free = {lane: self.slots[lane_kind(lane)] - self._in_flight[lane_kind(lane)] for lane in self.lanes}
        self._plan.pass_over(lane_kind(lane) for lane in self.lanes if free[lane] <= 0)
        lanes = [lane for lane in self.lanes if free[lane] > 0 and lane not in paused]
        smallest = min((free[lane] for lane in lanes), default=0)
        return lanes, max(1, smallest // max(1, partitions))

    async def _wait_for_work(self, works: Mapping[int, Work], server_ms: int, woken: int) -> None:
        """Wait for news, for the next head that becomes ready, or for a tick."""
        # A full poll means that more is due.  The next round then begins at once, or, if no slot was free, as soon as a
        # task ends.
        full = [one for one, work in works.items() if MOST_DUE in (len(work.due_chat), len(work.due_mail))]
        for partition in full:
            self._plan.want(partition)
        if full:
            if woken:
                await self._wait_for_room()
                return
            if self._waking["chat"] or self._waking["mail"]:
                await asyncio.wait(set(self._tasks), timeout=TICK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                return
        wait = self._plan.wait_seconds(now=asyncio.get_running_loop().time(), server_ms=server_ms)
        try:
            async with asyncio.timeout(wait):
                await self._news.wait()
        except TimeoutError:
            return

    async def _wait_for_room(self) -> None:
        while len(self._waking["mail"]) > MOST_WAKES // 2 and not self._stopping:
            await asyncio.wait(set(self._tasks), return_when=asyncio.FIRST_COMPLETED)

    def _wake_due(self, kind: str, names: Iterable[str]) -> int:
        """Start deciding the timers of these subscribers, as far as there are slots; return how many were started."""
        waking, woken = self._waking[kind], 0
        for name in names:
            if len(waking) >= MOST_WAKES:
                break
            if name not in waking:
                waking.add(name)
                woken += 1
                self._run_task(self._wake_subscriber(kind, name))
        return woken

    async def _wake_subscriber(self, kind: str, name: str) -> None:
        try:
            await self.transact(name, ())
        except DecidingFailedError:
            return  # the transactor has quarantined the record, and no poll returns it until that ends
        except StoreAwayError:
            raise
        except Exception as error:  # noqa: BLE001  a record that cannot be read must not be tried at every tick
            log.error("wake_failed", subscriber=name, error=type(error).__name__)
            try:
                await self.store.quarantine(name, error=type(error).__name__, delay_ms=UNREADABLE_MS)
            except StoreError:
                # Not even that could be written, and it stays due: without a pause every poll would begin it anew.
                await asyncio.sleep(AWAY_SECONDS)
                raise
        finally:
            self._waking[kind].discard(name)

    def _start_delivery(self, claim: Claim) -> None:
        kind = lane_kind(claim.lane)
        self._in_flight[kind] += 1
        self._run_task(self._deliver_claims(kind, claim))

    async def _deliver_claims(self, kind: str, claim: Claim | None) -> None:
        sender = self.senders[kind]
        try:
            while claim is not None:
                if self._stopping:  # the head goes back, so that another worker has it without waiting for the lease
                    await self.store.retry(claim, delay_ms=0, counted=False)
                    return
                claim = await self._deliver_head(sender, claim)
        finally:
            self._in_flight[kind] -= 1
            has_room = self._in_flight[kind] == int(self.slots[kind] * POLL_AGAIN_SHARE)
            if has_room and self._plan.has_passed_over(kind):
                self.poll_soon()

    async def _deliver_head(self, sender: LaneSender, claim: Claim) -> Claim | None:
        """Deliver a head; one that no sender can cope with is put back, each time for twice as long."""
        try:
            return await sender.deliver(claim)
        except StoreAwayError:
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, it must not be tried at every poll
            log.error("delivery_failed", lane=claim.lane, error=describe_error(error), failures=claim.failures + 1)
            delay_ms = growing_pause_ms(claim.failures, first_ms=UNREADABLE_MS)
            # It may have failed after it had sent: what is written of the attempt stays as it is.
            await self.store.retry(claim, delay_ms=delay_ms, keep_attempt=True)
            return None

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
