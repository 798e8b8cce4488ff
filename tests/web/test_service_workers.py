"""Workers on a real store: they share, take over, stop cleanly, and are on time."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import pytest_asyncio
from msgspec.structs import replace

from domain import record as records
from domain.effects import SendChat, decode_posted, encode_posted
from domain.events import AnyEvent
from domain.ports import Claim, Commit, Posting, Store, Transacted, chat_lane
from domain.record import Identity, Subscriber
from service.engine.clock import fresh_entropy, system_now
from service.engine.decide import VERSION_BITS
from service.engine.transact import Transactor
from service.runtime.work_sharing import partition_leases
from service.runtime.work_sharing.partition_leases import PartitionLeases
from service.runtime.worker import Worker
from store.embedded.server import embedded_server
from store.valkey.store import ValkeyStore, open_store
from tests.support.patience import PATIENCE_SECONDS
from tests.support.people import KEYS, new_subscriber
from tests.support.shipped_workspace import IDENTITY, MIA, PAGE, shipped_edition, typed_message
from tests.support.transactors import load_stored

LANE = chat_lane(PAGE)
PARTITIONS = 8


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Run one server for this file."""
    async with embedded_server(tmp_path_factory.mktemp("store")) as one:
        yield one


@pytest.fixture
async def opened(url: str) -> AsyncIterator[Callable[[], Awaitable[ValkeyStore]]]:
    """Return how a process opens the (emptied) store."""
    stores: list[ValkeyStore] = []

    async def another() -> ValkeyStore:
        stores.append(await open_store(url, partitions=PARTITIONS, check_value="check"))
        return stores[-1]

    first = await another()
    await first._connection.run_command(b"FLUSHDB")  # noqa: SLF001 RUF100  there is no other way to empty a store
    await first.close()
    yield another
    for one in stores:
        await one.close()


Opened = Callable[[], Awaitable[ValkeyStore]]


@dataclass
class Deliveries:
    """A sender that notes what it delivers, and can be held up."""

    store: Store
    open: asyncio.Event
    done: list[tuple[str, str]] = field(default_factory=list)
    """(subscriber, id) in the order of delivery."""
    begun: int = 0

    async def deliver(self, claim: Claim) -> Claim | None:
        """Carry out the outbox protocol."""
        if not await self.store.begin(claim):
            return None
        self.begun += 1
        await self.open.wait()
        held, following = await self.store.settle(claim, lease_ms=5_000)
        if held:
            self.done.append((claim.subscriber, getattr(decode_posted(claim.item), "id", "")))
        return following


@dataclass
class Wakes:
    """A ``Transact`` that notes who was woken."""

    woken: list[str] = field(default_factory=list)

    async def __call__(
        self, subscriber: str, events: Sequence[AnyEvent], identity: Identity | None = None
    ) -> Transacted:
        """Note it; ``events`` and ``identity`` are empty for a wake."""
        assert not events
        assert identity is None
        self.woken.append(subscriber)
        raise records.NewerSchemaError


def hired(store: Store, name: str, *, lease_ms: int = 5_000) -> tuple[Worker, Deliveries]:
    """Return a worker of the chat lane with its sender."""
    sender = Deliveries(store, asyncio.Event())
    sender.open.set()
    worker = Worker(
        leases=PartitionLeases(name=name, store=store),
        store=store,
        transact=transactor(store),
        clock=system_now,
        lanes=(LANE,),
        senders={"chat": sender},
        lease_ms=lease_ms,
    )
    return worker, sender


def transactor(store: Store) -> Transactor:
    """Return a process's transactor on the shipped rules."""
    edition = shipped_edition()
    return Transactor(
        store=store, keys=KEYS, clock=system_now, entropy=fresh_entropy, rules=lambda: (edition.rules, edition.config)
    )


@asynccontextmanager
async def at_work(*workers: Worker) -> AsyncIterator[None]:
    """Let workers work; stop those that still do."""
    tasks = [asyncio.create_task(one.run()) for one in workers]
    try:
        yield
    finally:
        for one in workers:
            await one.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(true: Callable[[], bool], *, seconds: float = 10.0) -> float:
    """Wait for other tasks; return how long it took."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110  workers have no event for us
            await asyncio.sleep(0.005)
    return loop.time() - start


async def post(store: Store, name: str, count: int) -> list[tuple[str, str]]:
    """Put messages into somebody's list; return what is to be delivered."""
    ids = [f"{name}:{number}" for number in range(count)]
    outbox = tuple(Posting(lane=LANE, item=encode_posted(SendChat(id=one, to="1", text="x"))) for one in ids)
    await store.commit(Commit(subscriber=name, version=0, record=b"record", outbox=outbox))
    return [(name, one) for one in ids]


async def test_workers_share_the_partitions_and_deliver_once_in_order(opened: Opened) -> None:
    """Three workers, two hundred people with three messages each: none twice, none missing, none out of order."""
    team = [hired(await opened(), name) for name in ("ada", "bea", "cem")]
    store = await opened()
    expected = [await post(store, f"person{number}", 3) for number in range(200)]
    async with at_work(*(worker for worker, _ in team)):
        await until(lambda: sum(len(sender.done) for _, sender in team) == 600)
        await until(lambda: sorted(len(worker.held_partitions) for worker, _ in team) in ([2, 3, 3], [0, 4, 4]))
    by_person = defaultdict(list)
    for _, sender in team:
        for one in sender.done:
            by_person[one[0]].append(one)
    assert sorted(by_person.values()) == sorted(expected)


async def test_a_vanished_workers_work_is_taken_over_after_its_lease(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Partitions and the head in hand of a worker that is gone without a word are another's, and late is not never."""
    monkeypatch.setattr(partition_leases, "PARTITION_LEASE_MS", 400)
    monkeypatch.setattr(partition_leases, "RENEW_SECONDS", 0.1)
    gone, hung = hired(await opened(), "gone", lease_ms=500)
    hung.open.clear()
    expected = await post(gone.store, "mia", 2)
    running = asyncio.create_task(gone.run())
    await until(lambda: hung.begun == 1)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    heir, sender = hired(await opened(), "heir")
    async with at_work(heir):
        await until(lambda: len(sender.done) == 2)
        assert len(heir.held_partitions) == PARTITIONS
        hung.open.set()
        await until(lambda: not gone._tasks)
    assert sender.done == expected
    assert hung.done == []


async def test_a_stopping_worker_finishes_what_it_has_and_leaves_the_rest(opened: Opened) -> None:
    """After stop nothing is in hand: what was begun is settled, the next head is free at once for another."""
    store = await opened()
    worker, sender = hired(store, "first", lease_ms=60_000)
    sender.open.clear()
    expected = await post(store, "mia", 3)
    running = asyncio.create_task(worker.run())
    await until(lambda: sender.begun == 1)
    stopping = asyncio.create_task(worker.stop())
    await asyncio.sleep(0)
    sender.open.set()
    await stopping
    await running
    assert sender.done == expected[:1]
    other, rest = hired(await opened(), "second")
    async with at_work(other):
        assert await until(lambda: len(rest.done) == 2) < 2
    assert rest.done == expected[1:]


async def test_heads_claimed_while_stopping_are_given_back(opened: Opened) -> None:
    """What a commit claims after the worker began to stop is not kept for the length of a lease."""
    store = await opened()
    worker, sender = hired(store, "first", lease_ms=60_000)
    expected = await post(store, "mia", 1)
    claim = await store.claim(LANE, "mia", lease_ms=60_000)
    assert claim
    worker._stopping = True
    worker.take_claims([claim])
    await worker.stop()
    assert sender.done == []
    again = await store.claim(LANE, "mia", lease_ms=1_000)
    assert again
    assert (again.subscriber, again.failures) == (expected[0][0], 0)


async def test_paused_lanes_are_not_claimed(opened: Opened) -> None:
    """A Page that must wait is left alone; when it may go on, its messages go."""
    store = await opened()
    worker, sender = hired(store, "one")
    paused = {LANE}
    worker.paused_lanes = lambda _: frozenset(paused)
    await post(store, "mia", 1)
    async with at_work(worker):
        await until(lambda: len(worker.held_partitions) == PARTITIONS)
        for _ in range(3):
            worker.poll_soon()
            await asyncio.sleep(0.02)
        assert sender.begun == 0
        claim = await store.claim(LANE, "mia", lease_ms=1)
        assert claim
        assert claim.attempt is None
        await store.retry(claim, delay_ms=0)
        paused.clear()
        await until(lambda: len(sender.done) == 1)


async def asleep(store: Store, name: str, *, chat: float | None = None, mail: float | None = None) -> None:
    """Commit somebody who is due so many seconds from now."""
    now = system_now()
    record: Subscriber = replace(
        new_subscriber(name),
        id=name,
        version=1,
        created_at=now - timedelta(days=1),
        last_event_at=now - timedelta(days=1),
    )
    chat_ms, mail_ms = (
        None if one is None else int((now + timedelta(seconds=one)).timestamp() * 1000) for one in (chat, mail)
    )
    await store.commit(
        Commit(subscriber=name, version=0, record=records.encode(record), due_chat=chat_ms, due_mail=mail_ms)
    )


async def woken(store: Store, name: str) -> bool:
    """Tell whether somebody was decided about since."""
    return (await load_stored(store, name)).version > 1


async def test_a_moment_that_comes_due_is_noticed_in_time(opened: Opened) -> None:
    """Half a second ahead, the wake comes at most two seconds after its moment."""
    store = await opened()
    worker, _ = hired(store, "one")
    await asleep(store, "mia", chat=0.5)
    loop = asyncio.get_running_loop()
    due = loop.time() + 0.5
    async with at_work(worker):
        while not await woken(store, "mia"):
            assert loop.time() < due + 2
            await asyncio.sleep(0.01)
    assert loop.time() >= due


async def test_a_nudge_in_chat_does_not_wait_behind_mails(opened: Opened) -> None:
    """With thousands of mails due, a conversation that is due last of all is woken within two seconds."""
    store = await opened()
    worker, _ = hired(store, "one")
    await asyncio.gather(*(asleep(store, f"reader{number}", mail=-60) for number in range(3_000)))
    await asleep(store, "mia", chat=0)
    loop = asyncio.get_running_loop()
    start = loop.time()
    async with at_work(worker):
        while not await woken(store, "mia"):  # noqa: ASYNC110  workers have no event for us
            await asyncio.sleep(0.005)
        took = loop.time() - start
        left = await store.next_due("mail")
    assert took < 2
    assert left is not None


async def test_a_record_that_cannot_be_read_is_not_tried_at_every_tick(opened: Opened) -> None:
    """One that a newer Doorstep wrote is left alone for a while; nobody else suffers."""
    store = await opened()
    worker, _ = hired(store, "one")
    wakes = Wakes()
    worker.transact = wakes
    await asleep(store, "mia", chat=-1)
    async with at_work(worker):
        await until(lambda: bool(wakes.woken))
        for _ in range(5):
            worker.poll_soon()
            await asyncio.sleep(0.02)
    assert wakes.woken == ["mia"]


async def test_two_processes_lose_and_double_nothing(opened: Opened) -> None:
    """Two transactors on one store, fed the same events at once: each counts once, in each process's order."""
    here, there = transactor(await opened()), transactor(await opened())
    store = await opened()

    async def feed(transact: Transactor, numbers: range) -> list[int]:
        done = await asyncio.gather(*(transact(MIA, (typed_message(number, "help"),), IDENTITY) for number in numbers))
        return [len(one.fresh) for one in done]

    await asyncio.gather(feed(here, range(60)), feed(there, range(40, 100)), feed(here, range(30, 50)))
    lines = await store.history(MIA, last=1000)
    record = await load_stored(store)
    assert record.version % (1 << VERSION_BITS) == len(lines)
    counted = (await store.load(MIA, [f"e{number}" for number in range(100)])).seen
    assert len(counted) == 100
    claim, texts = await store.claim(LANE, MIA, lease_ms=60_000), []
    while claim is not None:
        texts.append(getattr(decode_posted(claim.item), "id", ""))
        assert await store.begin(claim)
        _, claim = await store.settle(claim, lease_ms=60_000)
    assert len(texts) == len(set(texts)) == record.chat_serial >= 100


async def test_a_store_closes_at_any_moment(opened: Opened) -> None:
    """Also while it is only beginning to listen for hints: a process that must stop at once does not hang."""
    for number in range(60):
        store = await opened()
        store.listen_hints()
        await asyncio.sleep(number * 0.0001)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await store.close()
