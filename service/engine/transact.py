"""Transact: load, decide, commit; the one way in which anything about a subscriber changes.

Events of one subscriber that wait in this process are folded: while one decision is being committed, later
events gather, and are then decided together, in order, with one commit.  Across processes the version check
keeps order: whoever comes second loads again and decides again.

The cache of the newest records (:mod:`service.engine.recent_records`) saves the load in a running chat.
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
from domain.keyring import Keyring
from domain.ports import Claim, Clock, Commit, CommitStatus, Committed, Entropy, Posting, Store, Transacted
from domain.record import Identity, Subscriber
from domain.workspace_config import WorkspaceConfig
from service.engine import build_commit
from service.engine.batching import WaitingCall, take_batch, unique_events
from service.engine.build_commit import CommitBasis
from service.engine.decide import (
    DECIDED_AGAIN,
    Rules,
    create_unsaved_record,
    decide_events,
    keep_for_later,
    may_create_record,
)
from service.engine.failures import describe_error
from service.engine.recent_records import CachedRecord, RecentRecords
from service.engine.rule_override import DecisionInput, RuleOverride

log = structlog.get_logger("doorstep.transact")

FIRST_DELAY_MS = 1_000
LONGEST_DELAY_MS = 3_600_000


class DecidingFailedError(Exception):
    """Deciding raised.  The record is untouched and noted as stuck: see ``doorstep sends``."""


async def _nothing_newer() -> None:
    """Stand in where editions are never swapped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalDelivery:
    """How commits hand what they posted to the worker of this process, without a detour through the store."""

    start_sending: Callable[[Sequence[Claim]], None]
    """Takes the claims that a commit made."""
    has_room: Callable[[Sequence[Posting], int], bool]
    """Returns True if the worker has free slots for these postings, counting this many commits under way."""
    lease_ms: int = 30_000
    """Lease of those claims."""


@dataclass(slots=True, kw_only=True)
class Transactor:
    """Decides and commits.  One a process."""

    store: Store
    keys: Keyring
    clock: Clock
    entropy: Entropy
    rules: Callable[[], tuple[Rules, WorkspaceConfig]]
    """The current edition."""
    epoch: Callable[[], int] = int
    """Number of the edition that :attr:`rules` are of; 0: commits are not checked for it."""
    take_over_live: Callable[[], Awaitable[None]] = _nothing_newer
    """Takes the edition over that is live by now."""
    override: RuleOverride | None = None
    """Decides a few people by other rules; None if everybody meets the live ones."""
    delivery: LocalDelivery | None = None
    """The worker of this process; None if it sends nothing."""
    notify_workers: Callable[[str], None] | None = None
    """Called with the subscriber after a commit that posted something which another process must send."""
    cache: RecentRecords = field(default_factory=RecentRecords)
    codes_paused: Callable[[], bool] = bool
    """Whether the breaker against guessing is open."""
    _claiming: int = 0
    """Commits under way that claim what they post."""
    _queues: dict[str, list[WaitingCall]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __call__(
        self, subscriber: str, events: Sequence[AnyEvent], identity: Identity | None = None
    ) -> Transacted:
        """Decide and commit these events; see :class:`domain.ports.Transact`."""
        queue = self._queues.get(subscriber)
        if queue is not None:
            waiting = WaitingCall(
                events=tuple(events), identity=identity, done=asyncio.get_running_loop().create_future()
            )
            queue.append(waiting)
            return await waiting.done
        self._queues[subscriber] = []
        try:
            return await self._commit_or_park(subscriber, unique_events(events), identity)
        finally:
            if self._queues[subscriber]:
                self._run_task(self._drain_queue(subscriber))
            else:
                del self._queues[subscriber]

    async def _drain_queue(self, subscriber: str) -> None:
        """Commit what gathered for this subscriber meanwhile, folded, until nothing waits."""
        queue = self._queues[subscriber]
        while queue:
            batch = take_batch(queue)
            del queue[: len(batch)]
            try:
                await self._commit_batch(subscriber, batch)
            except DecidingFailedError:
                for call in batch:
                    await self._commit_alone(subscriber, call)
            except Exception as error:  # noqa: BLE001  every waiter must hear of it
                self.cache.forget_record(subscriber)
                for call in batch:
                    call.reject(error)
        del self._queues[subscriber]

    async def _commit_batch(self, subscriber: str, batch: Sequence[WaitingCall]) -> None:
        """Decide and commit a whole batch as one."""
        identity = next((one.identity for one in batch if one.identity), None)
        events = unique_events([event for one in batch for event in one.events])
        commit = self._commit_or_park if len(batch) == 1 else self._commit_events
        transacted = await commit(subscriber, events, identity)
        for call in batch:
            call.resolve(transacted)

    async def _commit_alone(self, subscriber: str, call: WaitingCall) -> None:
        """Decide one call of a batch that could not be decided whole, so that only what fails is parked."""
        try:
            call.resolve(await self._commit_or_park(subscriber, unique_events(call.events), call.identity))
        except Exception as error:  # noqa: BLE001  the waiter must hear of it
            call.reject(error)

    async def _commit_or_park(
        self, subscriber: str, events: tuple[AnyEvent, ...], identity: Identity | None
    ) -> Transacted:
        try:
            return await self._commit_events(subscriber, events, identity)
        except DecidingFailedError:
            if not events or any(event.id.endswith(DECIDED_AGAIN) for event in events):
                raise
            return await self._park_events(subscriber, events, identity)
        except BaseException:
            self.cache.forget_record(subscriber)
            raise

    async def _park_events(
        self, subscriber: str, events: tuple[AnyEvent, ...], identity: Identity | None
    ) -> Transacted:
        """Keep the events, leave the record as it is: they are decided again from the internal lane."""
        self.cache.forget_record(subscriber)
        loaded = await self.store.load(subscriber, [event.id for event in events])
        now = self.clock()
        fresh = tuple(event for event in events if event.id not in loaded.seen)
        record = records.decode(loaded.record) if loaded.record else _new_record(subscriber, identity, fresh, now)
        if record is None or not fresh:
            return Transacted(record=record, fresh=frozenset())
        decision = keep_for_later(record, fresh, now)
        result = await self.store.commit(
            build_commit.build_commit(
                decision, version=loaded.version, events=fresh, now=now, claim_ms=0, unstick=False
            )
        )
        if result.status is not CommitStatus.COMMITTED:
            return await self._commit_or_park(subscriber, events, identity)
        return Transacted(record=decision.record, fresh=frozenset(event.id for event in fresh))

    async def _commit_events(
        self, subscriber: str, events: tuple[AnyEvent, ...], identity: Identity | None
    ) -> Transacted:
        entropy = self.entropy()
        cached = self.cache.get(subscriber)
        dropped: frozenset[str] = frozenset()
        while True:
            if cached is None:
                cached, seen = await self._load_record(subscriber, events)
                dropped |= seen
            if dropped:
                events = tuple(event for event in events if event.id not in dropped)
            clock = self.clock()
            record = cached.record or _new_record(subscriber, identity, events, clock)
            if record is None or (dropped and not events):
                return Transacted(record=cached.record, fresh=frozenset())
            now = max(clock, record.last_event_at)
            epoch = self.epoch()
            rules, config = self.rules()
            chosen = DecisionInput(record=record, events=events, rules=rules, config=config)
            if self.override and self.override.applies_to(record, events):
                chosen = await self.override.choose_rules(record, events, now)
            decision = await self._decide_or_stick(chosen, now, entropy)
            basis = CommitBasis(record=record, epoch=epoch)
            commit = build_commit.build_commit(
                decision,
                version=cached.version,
                events=chosen.events,
                now=now,
                claim_ms=self.delivery.lease_ms if self.delivery else 0,
                basis=basis,
            )
            commit, result = await self._write_commit(commit)
            if result.status is CommitStatus.COMMITTED:
                return self._after_commit(commit, decision, result.claims)
            if result.status is CommitStatus.STALE:
                await self.take_over_live()
            dropped |= result.seen
            cached = None

    async def _load_record(self, subscriber: str, events: Sequence[AnyEvent]) -> tuple[CachedRecord, frozenset[str]]:
        """Return what is stored, and which of these events were committed already."""
        loaded = await self.store.load(subscriber, [event.id for event in events])
        record = records.decode(loaded.record) if loaded.record else None
        return CachedRecord(record=record, version=loaded.version), loaded.seen

    async def _write_commit(self, commit: Commit) -> tuple[Commit, Committed]:
        """Commit, and return what was committed.

        What is posted is claimed only if this process has room for it, so that it waits in the store.
        """
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

    async def _decide_or_stick(self, chosen: DecisionInput, now: datetime, entropy: bytes) -> Decision:
        context = Context(
            now=now, entropy=entropy, keys=self.keys, config=chosen.config, codes_paused=self.codes_paused()
        )
        try:
            return decide_events(chosen.record, chosen.events, context, chosen.rules)
        except Exception as error:  # noqa: BLE001  a rule may fail in any way; the events are kept
            described = describe_error(error)
            stuck = await self.store.quarantine_entry(chosen.record.id)
            delay = min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** min(stuck.failures if stuck else 0, 12))
            await self.store.quarantine(chosen.record.id, error=described, delay_ms=delay)
            log.error("deciding_failed", subscriber=chosen.record.id, error=described)
            raise DecidingFailedError(described) from None

    def _after_commit(self, commit: Commit, decision: Decision, claims: Sequence[Claim]) -> Transacted:
        self.cache.keep_record(decision.record)
        if claims and self.delivery:
            self.delivery.start_sending(claims)
        elif self.notify_workers and commit.outbox and not commit.claim:  # what is behind a claimed head needs nobody
            self.notify_workers(commit.subscriber)
        return Transacted(record=decision.record, fresh=frozenset(commit.event_ids))

    def _run_task(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Wait until everything in hand is committed; for a clean stop."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))


def _new_record(
    subscriber: str, identity: Identity | None, events: Sequence[AnyEvent], now: datetime
) -> Subscriber | None:
    """Return a new record if these events may create one."""
    return (
        create_unsaved_record(subscriber, identity, now) if identity is not None and may_create_record(events) else None
    )
