"""The worker's loop on a store in memory: what it takes on, and what it lives through."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from domain import record as records
from domain.effects import SendChat, encode_posted
from domain.events import AnyEvent
from domain.ports import (
    LATER,
    MARKETING,
    Claim,
    Commit,
    Posting,
    StoreAwayError,
    StoreError,
    Transact,
    Transacted,
    Work,
    chat_lane,
)
from domain.record import Identity
from service.engine.lane_slots import SLOTS, lane_kind
from service.engine.local_delivery import LocalDelivery
from service.runtime import worker as working
from service.runtime.work_sharing.partition_leases import PartitionLeases
from service.runtime.worker import MOST_DUE, Worker
from tests.support.patience import PATIENCE_SECONDS
from tests.support.people import KEYS, NOON, new_subscriber
from tests.support.shipped_workspace import PAGE, typed_message
from tests.support.transactors import TransactorBench

LANE = chat_lane(PAGE)


@dataclass
class Slow:
    """A sender whose far side answers when the test lets it."""

    config: TransactorBench
    open: asyncio.Event = field(default_factory=asyncio.Event)
    done: list[bytes] = field(default_factory=list)
    now: int = 0
    most: int = 0
    """Most deliveries that were under way at once."""

    async def deliver(self, claim: Claim) -> Claim | None:
        """Wait, then settle."""
        self.now += 1
        self.most = max(self.most, self.now)
        await self.open.wait()
        self.now -= 1
        assert await self.config.store.begin(claim)
        self.done.append(claim.item)
        _, following = await self.config.store.settle(claim, lease_ms=60_000)
        return following


def hired(config: TransactorBench, transact: Transact, **senders: Slow) -> Worker:
    """Return a worker of these kinds of lanes."""
    kinds = {LATER if kind == "later" else kind: sender for kind, sender in senders.items()}
    lanes = [LANE if kind == "chat" else kind for kind in kinds]
    return Worker(
        leases=PartitionLeases(name="ada", store=config.store),
        store=config.store,
        transact=transact,
        clock=lambda: config.now,
        lanes=lanes,
        senders=kinds,
        lease_ms=60_000,
    )


@asynccontextmanager
async def at_work(worker: Worker) -> AsyncIterator[asyncio.Task[None]]:
    """Let the worker work; stop it in the end."""
    task = asyncio.create_task(worker.run())
    try:
        yield task
    finally:
        await worker.stop(within=0.5)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool] | Callable[[], Awaitable[bool]]) -> None:
    """Wait for other tasks."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found if isinstance(found := true(), bool) else await found):  # noqa: ASYNC110  workers have no event for us
            await asyncio.sleep(0.005)


async def post(config: TransactorBench, *names: str) -> None:
    """Put a message into everybody's list."""
    for name in names:
        item = encode_posted(SendChat(id=name, to="1", text="x"))
        outbox = (Posting(lane=LANE, item=item),)
        await config.store.commit(Commit(subscriber=name, version=0, record=b"record", outbox=outbox))


def in_partition(config: TransactorBench, partition: int, count: int) -> list[str]:
    """Return names that live in one partition."""
    names = (f"person{number}" for number in range(100_000))
    found = (name for name in names if config.store.partition_of(name) == partition)
    return [next(found) for _ in range(count)]


async def test_commits_claim_no_more_than_the_worker_has_room_for() -> None:
    """Of a thousand who write at once, as many are in hand as fit; the rest waits in the store, and all is sent."""
    config = TransactorBench()
    worker: Worker

    def start_sending(claims: Sequence[Claim]) -> None:
        worker.take_claims(claims)

    def has_room(postings: Sequence[Posting], promised: int) -> bool:
        return worker.has_room(postings, promised)

    local = LocalDelivery(start_sending=start_sending, has_room=has_room)
    transact = config.make_transactor(delivery=local, notify_workers=lambda _: worker.poll_soon())
    chat, later = Slow(config), Slow(config)
    worker = hired(config, transact, chat=chat, later=later)
    await asyncio.gather(
        *(
            transact(
                KEYS.subscriber_id(PAGE, str(number)),
                (typed_message(number, "tea"),),
                Identity(page=PAGE, psid=str(number)),
            )
            for number in range(1_000)
        )
    )
    assert (chat.now <= SLOTS["chat"], later.now <= SLOTS[LATER]) == (True, True)
    promised = [one for commit in config.store.commits for one in commit.outbox]
    async with at_work(worker):
        chat.open.set()
        later.open.set()
        await until(lambda: len(chat.done) + len(later.done) == len(promised))
    assert sorted(chat.done + later.done) == sorted(one.item for one in promised)
    assert {kind: worker._in_flight[kind] for kind in map(lane_kind, worker.lanes)} == {"chat": 0, LATER: 0}


async def test_nothing_goes_by_its_own_commit_into_a_lane_that_is_paused() -> None:
    """A pause holds for what is decided while it lasts, from the start of the process on."""
    config = TransactorBench()
    worker = hired(config, config.make_transactor(), chat=Slow(config), later=Slow(config))
    marketing, later = (Posting(lane=lane, item=b"m") for lane in (MARKETING, LATER))
    worker.paused_lanes = lambda _: frozenset({MARKETING})
    assert [worker.has_room(some, 0) for some in ([marketing], [later], [later, marketing])] == [False, True, False]
    worker._open_lanes(1, 1)
    worker.paused_lanes = lambda _: frozenset()
    assert not worker.has_room([marketing], 0)  # as of the last round
    worker._open_lanes(2, 1)
    assert worker.has_room([marketing], 0)


@pytest.mark.parametrize("error", [StoreError("NOPERM: not allowed"), StoreAwayError("away")])
async def test_a_store_that_refuses_does_not_end_the_loop(error: StoreError, monkeypatch: pytest.MonkeyPatch) -> None:
    """One poll fails, in whatever way a store fails; the worker pauses and goes on."""
    monkeypatch.setattr(working, "AWAY_SECONDS", 0.01)
    config = TransactorBench()
    chat = Slow(config)
    chat.open.set()
    worker, poll, errors = hired(config, config.make_transactor(), chat=chat), config.store.poll, [error]

    async def fragile(partition: int, **what: Any) -> Work:  # noqa: ANN401  handed on
        if errors:
            raise errors.pop()
        return await poll(partition, **what)

    monkeypatch.setattr(config.store, "poll", fragile)
    await post(config, "mia")
    async with at_work(worker) as running:
        await until(lambda: len(chat.done) == 1)
        assert not running.done()
    assert errors == []


async def test_a_helper_that_dies_ends_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that can no longer renew its leases, for an unforeseen reason, fails its task."""
    config = TransactorBench()

    async def broken(*_: object, **__: object) -> frozenset[int]:
        raise ZeroDivisionError

    monkeypatch.setattr(config.store, "renew_leases", broken)
    worker = hired(config, config.make_transactor(), chat=Slow(config))
    with pytest.raises(ExceptionGroup) as raised:
        await asyncio.wait_for(worker.run(), PATIENCE_SECONDS)
    assert [type(one) for one in raised.value.exceptions] == [ZeroDivisionError]
    await worker.stop()


async def test_one_failed_poll_hides_nothing_the_others_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """While one partition is away, what was claimed in another is delivered, not forgotten for a lease."""
    monkeypatch.setattr(working, "AWAY_SECONDS", 60)
    config = TransactorBench()
    chat = Slow(config)
    chat.open.set()
    worker, poll = hired(config, config.make_transactor(), chat=chat), config.store.poll
    (mia,), (away,) = in_partition(config, 1, 1), in_partition(config, 2, 1)

    async def torn(partition: int, **what: Any) -> Work:  # noqa: ANN401  handed on
        if partition == config.store.partition_of(away):
            message = "away"
            raise StoreAwayError(message)
        await asyncio.sleep(0)
        return await poll(partition, **what)

    monkeypatch.setattr(config.store, "poll", torn)
    await post(config, mia)
    task = asyncio.create_task(worker.run())
    await until(lambda: len(chat.done) == 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_head_that_no_sender_can_cope_with_waits_longer_each_time() -> None:
    """It is told once a try, and tried after half a minute, a minute, …; others behind another list are not held up."""
    config, tried = TransactorBench(), []

    @dataclass
    class Broken(Slow):
        async def deliver(self, claim: Claim) -> Claim | None:
            tried.append(claim.failures)
            message = "nobody thought of this"
            raise ValueError(message)

    await post(config, "mia")
    with capture_logs() as logs:
        async with at_work(hired(config, config.make_transactor(), chat=Broken(config))):
            for seconds in (0, 30, 60, 120):
                config.server_ms += seconds * 1000
                count = len(tried)
                await until(lambda count=count: len(tried) > count)
    assert tried == [0, 1, 2, 3]
    assert [line["failures"] for line in logs if line["event"] == "delivery_failed"] == [1, 2, 3, 4]


async def test_records_that_cannot_be_read_do_not_starve_others() -> None:
    """As many as a poll takes, all due before a good one: they are put off in the store, the good one is woken."""
    config = TransactorBench()
    *bad, good = in_partition(config, 1, MOST_DUE + 1)
    newer = records.encode(replace(new_subscriber("1"), schema=99))
    for name in bad:
        await config.store.commit(Commit(subscriber=name, version=0, record=newer, due_chat=1))
    whole = replace(new_subscriber("2"), id=good, version=1, created_at=NOON, last_event_at=NOON)
    await config.store.commit(Commit(subscriber=good, version=0, record=records.encode(whole), due_chat=2))

    async def woken() -> bool:
        return (await config.store.load(good)).version > 1

    async with at_work(hired(config, config.make_transactor(), chat=Slow(config))):
        await until(woken)
    stuck = await config.store.all_quarantined()
    assert [one.subscriber for one in stuck] == sorted(bad)
    assert {(one.error, one.until_ms) for one in stuck} == {("NewerSchemaError", config.server_ms + 30_000)}


async def test_the_loop_does_not_spin_while_all_that_is_due_is_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full poll that starts nothing new is no reason to poll again at once."""
    config, held = TransactorBench(), asyncio.Event()

    async def hangs(subscriber: str, events: Sequence[AnyEvent], identity: Identity | None = None) -> Transacted:
        assert (subscriber, events, identity) == (subscriber, (), None)
        await held.wait()
        return Transacted(record=None, fresh=frozenset())

    for name in in_partition(config, 1, MOST_DUE):
        await config.store.commit(Commit(subscriber=name, version=0, record=b"record", due_chat=1))
    polled, poll = 0, config.store.poll

    async def counted(partition: int, **what: Any) -> Work:  # noqa: ANN401  handed on
        nonlocal polled
        polled += 1
        return await poll(partition, **what)

    monkeypatch.setattr(config.store, "poll", counted)
    worker = hired(config, hangs, chat=Slow(config))
    task = asyncio.create_task(worker.run())
    for _ in range(500):
        await asyncio.sleep(0)
    assert polled <= 3 * config.store.partitions
    held.set()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_takes_too_long_to_stop_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """After its time a stopping worker lets go, so that nothing writes once the store is closed."""
    config, released = TransactorBench(), asyncio.Event()

    async def release(_: str) -> None:
        released.set()

    monkeypatch.setattr(config.store, "release_leases", release)
    chat = Slow(config)
    worker = hired(config, config.make_transactor(), chat=chat)
    await post(config, "mia")
    claim = await config.store.claim(LANE, "mia", lease_ms=60_000)
    assert claim
    worker.take_claims([claim])
    await asyncio.sleep(0)
    await worker.stop(within=0.01)
    assert (chat.now, worker._tasks, released.is_set()) == (1, set(), True)
