"""Transact: load, decide, commit; the one way in which anything about a subscriber changes.

Events of one subscriber that wait in this process are folded: while one decision is being committed, later
events gather, and are then decided together, in order, with one commit.  Across processes the version check
keeps order: whoever comes second loads again and decides again.

A small cache of the newest records saves the load in a running chat.  It is only a guess: the commit checks
version and event ids, so a stale guess costs one more round trip and never a wrong decision.
"""

import asyncio
import traceback
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from msgspec import Struct
from msgspec.structs import replace

from domain import record as records
from domain.decision import Context, Decision
from domain.events import AnyEvent
from domain.keyring import Keyring
from domain.ports import Claim, Clock, Commit, CommitStatus, Committed, Entropy, Posting, Store, Transacted
from domain.record import Identity, Subscriber
from domain.workspace_config import WorkspaceConfig
from service.engine import build_commit
from service.engine.batching import Waiting, foldable, once
from service.engine.build_commit import Basis
from service.engine.decide import AGAIN, Rules, begins, decide, meet, parking
from service.engine.draft_links import Scene, Trials, staged

log = structlog.get_logger("doorstep.transact")

FIRST_DELAY_MS = 1_000
LONGEST_DELAY_MS = 3_600_000
CACHED = 256
"""Records kept for a guess; about 1 MB."""


class DecidingFailedError(Exception):
    """Deciding raised.  The record is untouched and noted as stuck: see ``doorstep stuck``."""


async def _nothing_newer() -> None:
    """Stand in where editions are never swapped."""


class Guess(Struct, frozen=True, kw_only=True, gc=False):
    """What is believed to be stored."""

    record: Subscriber | None
    version: int


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
    renew: Callable[[], Awaitable[None]] = _nothing_newer
    """Takes the edition over that is live by now."""
    trials: Trials | None = None
    """Finds what somebody plays who tries an edition that is not live; None: nobody can."""
    sending: Callable[[Sequence[Claim]], None] | None = None
    """Takes the claims that commits made, when this process sends."""
    roomy: Callable[[Sequence[Posting], int], bool] = lambda _postings, _promised: True
    """Whether it could send these now, besides what so many commits under way may claim; else the poll finds them."""
    nudged: Callable[[str], None] | None = None
    """Called after a commit that posted something which another process must send."""
    lease_ms: int = 30_000
    """Lease of those claims."""
    codes_paused: Callable[[], bool] = bool
    """Whether the breaker against guessing is open."""
    _claiming: int = 0
    """Commits under way that claim what they post."""
    _queues: dict[str, list[Waiting]] = field(default_factory=dict)
    _guesses: OrderedDict[str, Guess] = field(default_factory=OrderedDict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __call__(
        self, subscriber: str, events: Sequence[AnyEvent], identity: Identity | None = None
    ) -> Transacted:
        """Decide and commit these events; see :class:`domain.ports.Transact`."""
        queue = self._queues.get(subscriber)
        if queue is not None:
            waiting = Waiting(events=tuple(events), identity=identity, done=asyncio.get_running_loop().create_future())
            queue.append(waiting)
            return await waiting.done
        self._queues[subscriber] = []
        try:
            return await self._commit_or_park(subscriber, once(events), identity)
        finally:
            if self._queues[subscriber]:
                self._spawn(self._drain(subscriber))
            else:
                del self._queues[subscriber]

    async def _drain(self, subscriber: str) -> None:
        """Commit what gathered for this subscriber meanwhile, folded, until nothing waits."""
        queue = self._queues[subscriber]
        while queue:
            batch = foldable(queue)
            del queue[: len(batch)]
            try:
                await self._fold(subscriber, batch)
            except DecidingFailedError:
                for one in batch:
                    await self._alone(subscriber, one)
            except Exception as error:  # noqa: BLE001  every waiter must hear of it
                self._guesses.pop(subscriber, None)
                for one in batch:
                    one.fail(error)
        del self._queues[subscriber]

    async def _fold(self, subscriber: str, batch: Sequence[Waiting]) -> None:
        """Decide and commit a whole batch as one."""
        identity = next((one.identity for one in batch if one.identity), None)
        events = once([event for one in batch for event in one.events])
        commit = self._commit_or_park if len(batch) == 1 else self._commit
        transacted = await commit(subscriber, events, identity)
        for one in batch:
            one.tell(transacted)

    async def _alone(self, subscriber: str, one: Waiting) -> None:
        """Decide one call of a batch that could not be decided whole, so that only what fails is parked."""
        try:
            one.tell(await self._commit_or_park(subscriber, once(one.events), one.identity))
        except Exception as error:  # noqa: BLE001  the waiter must hear of it
            one.fail(error)

    async def _commit_or_park(
        self, subscriber: str, events: tuple[AnyEvent, ...], identity: Identity | None
    ) -> Transacted:
        try:
            return await self._commit(subscriber, events, identity)
        except DecidingFailedError:
            if not events or any(event.id.endswith(AGAIN) for event in events):
                raise
            return await self._park(subscriber, events, identity)
        except BaseException:
            self._guesses.pop(subscriber, None)
            raise

    async def _park(self, subscriber: str, events: tuple[AnyEvent, ...], identity: Identity | None) -> Transacted:
        """Keep the events, leave the record as it is: they are decided again from the internal lane."""
        self._guesses.pop(subscriber, None)
        loaded = await self.store.load(subscriber, [event.id for event in events])
        now = self.clock()
        fresh = tuple(event for event in events if event.id not in loaded.seen)
        record = records.decode(loaded.record) if loaded.record else _met(subscriber, identity, fresh, now)
        if record is None or not fresh:
            return Transacted(record=record, fresh=frozenset())
        decision = parking(record, fresh, now)
        result = await self.store.commit(
            build_commit.commit(decision, version=loaded.version, events=fresh, now=now, claim_ms=0, unstick=False)
        )
        if result.status is not CommitStatus.COMMITTED:
            return await self._commit_or_park(subscriber, events, identity)
        return Transacted(record=decision.record, fresh=frozenset(event.id for event in fresh))

    async def _commit(self, subscriber: str, events: tuple[AnyEvent, ...], identity: Identity | None) -> Transacted:
        entropy = self.entropy()
        guess = self._guesses.get(subscriber)
        dropped: frozenset[str] = frozenset()
        while True:
            if guess is None:
                guess, seen = await self._stored(subscriber, events)
                dropped |= seen
            if dropped:
                events = tuple(event for event in events if event.id not in dropped)
            clock = self.clock()
            record = guess.record or _met(subscriber, identity, events, clock)
            if record is None or (dropped and not events):
                return Transacted(record=guess.record, fresh=frozenset())
            now = max(clock, record.last_event_at)
            epoch = self.epoch()
            scene = await staged(record, events, now, self.rules(), self.trials)
            decision = await self._decide(scene, now, entropy)
            basis = Basis(record=record, book=scene.rules.flows, epoch=epoch)
            form = build_commit.commit(
                decision,
                version=guess.version,
                events=scene.events,
                now=now,
                claim_ms=self.lease_ms if self.sending else 0,
                basis=basis,
            )
            form, result = await self._write(form)
            if result.status is CommitStatus.COMMITTED:
                return self._committed(form, decision, result.claims)
            if result.status is CommitStatus.STALE:
                await self.renew()
            dropped |= result.seen
            guess = None

    async def _stored(self, subscriber: str, events: Sequence[AnyEvent]) -> tuple[Guess, frozenset[str]]:
        """Return what is stored, and which of these events were committed already."""
        loaded = await self.store.load(subscriber, [event.id for event in events])
        record = records.decode(loaded.record) if loaded.record else None
        return Guess(record=record, version=loaded.version), loaded.seen

    async def _write(self, form: Commit) -> tuple[Commit, Committed]:
        """Commit, and return what was committed.

        What is posted is claimed only if this process has room for it, so that it waits in the store.
        """
        if not form.claim or not form.outbox:
            return form, await self.store.commit(form)
        if not self.roomy(form.outbox, self._claiming):
            form = replace(form, claim=False)
            return form, await self.store.commit(form)
        self._claiming += 1
        try:
            return form, await self.store.commit(form)
        finally:
            self._claiming -= 1

    async def _decide(self, scene: Scene, now: datetime, entropy: bytes) -> Decision:
        context = Context(
            now=now, entropy=entropy, keys=self.keys, config=scene.config, codes_paused=self.codes_paused()
        )
        try:
            return scene.counted(decide(scene.record, scene.events, context, scene.rules))
        except Exception as error:  # noqa: BLE001  a rule may fail in any way; the events are kept
            place = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__} in {place.name}:{place.lineno}"
            stuck = await self.store.stuck(scene.record.id)
            delay = min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** min(stuck.failures if stuck else 0, 12))
            await self.store.stick(scene.record.id, error=what, delay_ms=delay)
            log.error("deciding_failed", subscriber=scene.record.id, error=what)
            raise DecidingFailedError(what) from None

    def _committed(self, form: Commit, decision: Decision, claims: Sequence[Claim]) -> Transacted:
        self._guesses[form.subscriber] = Guess(record=decision.record, version=decision.record.version)
        self._guesses.move_to_end(form.subscriber)
        if len(self._guesses) > CACHED:
            self._guesses.popitem(last=False)
        if claims and self.sending:
            self.sending(claims)
        elif self.nudged and form.outbox and not form.claim:  # what is behind a claimed head needs nobody
            self.nudged(form.subscriber)
        return Transacted(record=decision.record, fresh=frozenset(form.event_ids))

    def believed(self, subscriber: str) -> tuple[Subscriber, int] | None:
        """Return the record as this process last saw it, and its version; it may have changed since."""
        guess = self._guesses.get(subscriber)
        return (guess.record, guess.version) if guess and guess.record else None

    def forget(self, subscriber: str) -> None:
        """Believe nothing of a record any more: it was changed elsewhere."""
        self._guesses.pop(subscriber, None)

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Wait until everything in hand is committed; for a clean stop."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))


def _met(subscriber: str, identity: Identity | None, events: Sequence[AnyEvent], now: datetime) -> Subscriber | None:
    """Return a new record if these events may create one."""
    return meet(subscriber, identity, now) if identity is not None and begins(events) else None
