"""Transact: load, decide, commit.  Everything about a subscriber changes through here.

* **Within a process**, calls for one subscriber are batched: while one decision is being committed, later events wait
  in a queue, and are then decided together, in order, with one commit.
* **Across processes**, the version check keeps the order: the second to commit loads and decides again.
* **If deciding raises**, the record stays as it is.  The subscriber is quarantined, and the events are kept as a dead
  letter, which the worker decides again after growing pauses.

A cache of recent records (:mod:`service.engine.recent_records`) saves the load during a chat.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from msgspec.structs import replace

from domain import record as records
from domain.decision import Context, Decision
from domain.events import AnyEvent
from domain.house_values import HouseValues
from domain.keyring import Keyring
from domain.ports import Claim, Clock, Commit, CommitStatus, Committed, Entropy, Store, StoreAwayError, Transacted
from domain.record import Identity
from domain.workspace_config import WorkspaceConfig
from service.engine import build_commit
from service.engine.batching import (
    MOST_EVENTS_A_BATCH,
    WaitingCall,
    gather_results,
    make_calls,
    take_batch,
    unique_events,
)
from service.engine.build_commit import CommitBasis
from service.engine.decide import DECIDED_AGAIN, Rules, decide_events, make_dead_letter, new_record
from service.engine.failures import DecidingFailedError, describe_error, growing_pause_ms
from service.engine.local_delivery import LocalDelivery
from service.engine.recent_records import CachedRecord, RecentRecords
from service.engine.rule_override import DecisionInput, RuleOverride
from service.engine.stop_notes import StopNotes

log = structlog.get_logger("doorstep.transact")

MOST_ROUNDS = 50
"""Times that one decision is made anew because its record or edition changed meanwhile."""
MOST_LATE_ROUNDS = 3
"""Rounds that may end as too late; a disk that takes so long for every note must not keep anybody from leaving."""


async def _nothing_newer() -> None:
    """Do nothing; for a process whose edition is never replaced."""


@dataclass(slots=True, kw_only=True)
class Transactor:
    """Decides and commits; each process has one."""

    store: Store
    keys: Keyring
    clock: Clock
    entropy: Entropy
    rules: Callable[[], tuple[Rules, WorkspaceConfig]]
    """Returns the rules and the configuration of the live edition."""
    epoch: Callable[[], int] = int
    """Returns the number of that edition; 0 if commits are not checked for it."""
    take_over_live: Callable[[], Awaitable[None]] = _nothing_newer
    """Takes over the edition that is live by now."""
    override: RuleOverride | None = None
    """Decides some people by other rules; None if the live rules hold for all."""
    delivery: LocalDelivery | None = None
    """The worker of this process; None if it sends nothing."""
    notify_workers: Callable[[str], None] | None = None
    """Called with the subscriber after a commit whose postings another process must send."""
    cache: RecentRecords = field(default_factory=RecentRecords)
    house: Callable[[], HouseValues] = HouseValues
    """Returns what holds for the whole house now."""
    codes_paused: Callable[[], bool] = bool
    """Returns True while the breaker against guessing of confirmation codes is open."""
    stops: StopNotes | None = None
    """Notes withdrawals and erasures beside the store; None where there is no folder for that."""
    fault: Callable[[], str] = str
    """Returns why nothing may be decided now; empty if all is well."""
    _claiming: int = 0
    """Commits in flight that claim what they post."""
    _queues: dict[str, list[WaitingCall]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __call__(
        self, subscriber: str, events: Sequence[AnyEvent], identity: Identity | None = None, held: Claim | None = None
    ) -> Transacted:
        """Decide and commit these events; see :class:`domain.ports.Transact`."""
        if len(events) > MOST_EVENTS_A_BATCH:  # scripts of the store take some thousand arguments at most
            return await self._commit_in_parts(subscriber, events, identity)
        # A queue exists exactly while a decision for this subscriber is in flight.
        queue = self._queues.get(subscriber)
        if queue is not None:
            done = asyncio.get_running_loop().create_future()
            waiting = WaitingCall(events=tuple(events), identity=identity, done=done, held=held)
            queue.append(waiting)
            return await waiting.done
        self._queues[subscriber] = []
        try:
            return await self._commit_or_keep(subscriber, unique_events(events), identity, held)
        finally:
            if self._queues[subscriber]:
                self._run_task(self._drain_queue(subscriber))
            else:
                del self._queues[subscriber]

    async def _commit_in_parts(
        self, subscriber: str, events: Sequence[AnyEvent], identity: Identity | None
    ) -> Transacted:
        """Commit a call that is too large for one commit as several; nothing that comes later gets between them."""
        calls = make_calls(events, identity)
        is_idle = subscriber not in self._queues
        self._queues.setdefault(subscriber, []).extend(calls)
        if is_idle:
            self._run_task(self._drain_queue(subscriber))
        return await gather_results(calls)

    async def _drain_queue(self, subscriber: str) -> None:
        """Commit the calls that wait for this subscriber, batch by batch, until none is left."""
        queue = self._queues[subscriber]
        while queue:
            batch = take_batch(queue)
            del queue[: len(batch)]
            try:
                await self._commit_batch(subscriber, batch)
            except DecidingFailedError:
                # One event of the batch cannot be decided.  The calls are repeated one by one, so that only that one is
                # kept for later.
                for call in batch:
                    await self._commit_alone(subscriber, call)
            except Exception as error:  # noqa: BLE001  every waiting caller must get it
                self.cache.forget_record(subscriber)
                for call in batch:
                    call.reject(error)
        del self._queues[subscriber]

    async def _commit_batch(self, subscriber: str, batch: Sequence[WaitingCall]) -> None:
        """Decide and commit a batch as one."""
        identity = next((call.identity for call in batch if call.identity), None)
        events = unique_events([event for call in batch for event in call.events])
        commit = self._commit_or_keep if len(batch) == 1 else self._commit_events
        transacted = await commit(subscriber, events, identity, batch[0].held)
        for call in batch:
            call.resolve(transacted)

    async def _commit_alone(self, subscriber: str, call: WaitingCall) -> None:
        """Decide one call of a batch that could not be decided as one."""
        try:
            call.resolve(await self._commit_or_keep(subscriber, unique_events(call.events), call.identity, call.held))
        except Exception as error:  # noqa: BLE001  the waiting caller must get it
            call.reject(error)

    async def _commit_or_keep(
        self, subscriber: str, events: tuple[AnyEvent, ...], identity: Identity | None, held: Claim | None
    ) -> Transacted:
        try:
            return await self._commit_events(subscriber, events, identity, held)
        except DecidingFailedError:
            # Without events a timer failed, and there is nothing to keep.  A dead letter that fails again stays in its
            # lane, which tries it again: it must not be wrapped into a second one.
            if not events or any(event.id.endswith(DECIDED_AGAIN) for event in events):
                raise
            return await self._keep_dead_letter(subscriber, events, identity, held)
        except BaseException:  # also cancelled: the commit may have been written
            self.cache.forget_record(subscriber)
            raise

    async def _keep_dead_letter(
        self, subscriber: str, events: tuple[AnyEvent, ...], identity: Identity | None, held: Claim | None
    ) -> Transacted:
        """Keep the events as a dead letter in the lane ``LATER``, and leave the record as it is."""
        self.cache.forget_record(subscriber)
        loaded = await self.store.load(subscriber, [event.id for event in events])
        now = self._read_clock()
        fresh = tuple(event for event in events if event.id not in loaded.seen)
        record = records.decode(loaded.record) if loaded.record else new_record(subscriber, identity, fresh, now)
        if record is None or not fresh:
            return Transacted(record=record, fresh=frozenset())
        decision = make_dead_letter(record, fresh, now)
        commit = build_commit.build_commit(
            decision, version=loaded.version, events=fresh, now=now, claim_ms=0, ends_quarantine=False
        )
        result = await self.store.commit(replace(commit, held=held))
        if result.status is CommitStatus.LOST:
            return Transacted(record=record, fresh=frozenset())
        if result.status is not CommitStatus.COMMITTED:  # the record changed, so deciding may succeed by now
            return await self._commit_or_keep(subscriber, events, identity, held)
        return Transacted(record=decision.record, fresh=frozenset(event.id for event in fresh))

    async def _commit_events(
        self, subscriber: str, events: tuple[AnyEvent, ...], identity: Identity | None, held: Claim | None
    ) -> Transacted:
        # Optimistic concurrency: decide on what is cached or stored, and commit on exactly that version.  Each way in
        # which the commit can be refused leads to another round with a fresh load.
        entropy = self.entropy()  # once for all rounds, so that a repeated decision is the same one
        met = self.cache.enter_meeting(self.store.meetings)
        cached = self.cache.get(subscriber)
        dropped: frozenset[str] = frozenset()
        for turn in range(MOST_ROUNDS):
            if cached is None:
                met = self.cache.enter_meeting(self.store.meetings)
                cached, seen = await self._load_record(subscriber, events)
                dropped |= seen
            if dropped:
                events = tuple(event for event in events if event.id not in dropped)
            clock = self._read_clock()
            record = cached.record or new_record(subscriber, identity, events, clock)
            if record is None or (dropped and not events):
                return Transacted(record=cached.record, fresh=frozenset())
            now = max(clock, record.last_event_at)  # clocks of processes differ; a record never goes back in time
            epoch = self.epoch()  # no await before rules(), so that number and rules are of one edition
            rules, config = self.rules()
            decision_input = DecisionInput(record=record, events=events, rules=rules, config=config)
            if self.override and self.override.applies_to(record, events):
                decision_input = await self.override.choose_rules(record, events, now)
            decision = await self._decide_or_quarantine(decision_input, now, entropy)
            basis = CommitBasis(record=record, epoch=epoch, config=decision_input.config, due=cached.due)
            commit = build_commit.build_commit(
                decision,
                version=cached.version,
                events=decision_input.events,
                now=now,
                claim_ms=self.delivery.lease_ms if self.delivery else 0,
                basis=basis,
            )
            # A stop that was answered is never in the store alone.
            late = self.stops and (commit.readers or commit.outbox) and await self.stops.note_commit(commit, now)
            if late and turn < MOST_LATE_ROUNDS:
                cached = None
                continue
            commit, result = await self._write_commit(replace(commit, held=held) if held else commit, met)
            if result.status is CommitStatus.COMMITTED:
                return self._after_commit(commit, decision, result.claims)
            if result.status is CommitStatus.LOST:
                self.cache.forget_record(subscriber)
                return Transacted(record=cached.record, fresh=frozenset())
            if result.status is CommitStatus.STALE:  # another edition is live by now
                await self.take_over_live()
            dropped |= result.seen
            cached = None
        message = f"the record changed {MOST_ROUNDS} times while it was decided"
        raise StoreAwayError(message)

    def _read_clock(self) -> datetime:
        """Return the time; raise ``StoreAwayError`` while the clock is wrong."""
        # Asked where the clock is read: it may have jumped while the record was loaded.
        if fault := self.fault():
            raise StoreAwayError(fault)
        return self.clock()

    async def _load_record(self, subscriber: str, events: Sequence[AnyEvent]) -> tuple[CachedRecord, frozenset[str]]:
        """Return the stored record, and the ids of those events that were committed before."""
        loaded = await self.store.load(subscriber, [event.id for event in events])
        record = records.decode(loaded.record) if loaded.record else None
        return CachedRecord(record=record, version=loaded.version), loaded.seen

    async def _write_commit(self, commit: Commit, met: int) -> tuple[Commit, Committed]:
        """Commit what was decided at this meeting; return the commit as it was written, and the store's answer."""
        # A store that lost its end counts the same versions once more, for other records.
        if met != self.store.meetings:
            return commit, Committed(status=CommitStatus.CONFLICT)
        # Heads are claimed in the commit itself only if this process has free slots.  Without them, claimed heads would
        # wait here while another process is idle; unclaimed ones wait in the store for any worker.
        if not commit.claim or not commit.outbox or self.delivery is None:
            return commit, await self.store.commit(commit)
        if not self.delivery.has_room(commit.outbox, self._claiming):
            commit = replace(commit, claim=False)
            return commit, await self.store.commit(commit)
        self._claiming += 1
        try:
            return commit, await self.store.commit(commit)
        finally:
            self._claiming -= 1

    async def _decide_or_quarantine(self, decision_input: DecisionInput, now: datetime, entropy: bytes) -> Decision:
        context = Context(
            now=now, entropy=entropy, keys=self.keys, config=decision_input.config, house=self.house(),
            codes_paused=self.codes_paused(),
        )  # fmt: skip
        try:
            return decide_events(decision_input.record, decision_input.events, context, decision_input.rules)
        except Exception as error:  # noqa: BLE001  a rule may fail in any way; the events are kept
            described = describe_error(error)
            entry = await self.store.quarantine_entry(decision_input.record.id)
            delay = growing_pause_ms(entry.failures if entry else 0)
            await self.store.quarantine(decision_input.record.id, error=described, delay_ms=delay)
            log.error("deciding_failed", subscriber=decision_input.record.id, error=described)
            raise DecidingFailedError(described) from None

    def _after_commit(self, commit: Commit, decision: Decision, claims: Sequence[Claim]) -> Transacted:
        self.cache.keep_record(decision.record, (commit.due_chat, commit.due_mail))
        if claims and self.delivery:
            self.delivery.start_sending(claims)
        # A commit that could claim, and got no claim, posted behind a head that somebody has: no worker is needed.
        elif self.notify_workers and commit.outbox and not commit.claim:
            self.notify_workers(commit.subscriber)
        return Transacted(record=decision.record, fresh=frozenset(commit.event_ids))

    def _run_task(self, coroutine: Awaitable[None]) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Wait until all waiting calls are committed; for a clean stop."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))
