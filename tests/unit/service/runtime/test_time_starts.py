"""A new start by a condition: the silent are looked at, nobody begins, and who is let begins slowly."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain import record as records
from domain.events import AnyEvent
from domain.ports import Commit, StoreAwayError, Transacted
from domain.record import Consent, Identity, Subscriber
from domain.sequence_runs import Run
from service.cli.apply import apply_edition
from service.cli.plan import plan_edition
from service.runtime.time_starts.let_begin import BeginKeeper
from service.runtime.time_starts.walk_starts import META, StartWalk
from service.workspace.publishing.begin_orders import load_orders, most_a_day, order_begin
from tests.support.memory_store.store import MemoryStore
from tests.support.people import KEYS, NOON
from tests.support.walk_flows import TOUR, TouringProcess, start_touring, tour_edition

DAY = timedelta(days=1)
PEOPLE = 30
SEQUENCE = """\
sequence: book
topic: leaf
start: when field liked is green
again: always
steps:
  first:
    wait: 2 days
"""
WAIT = "wait: {when: field liked is green, at_most: 9 days}"
LATER = SEQUENCE.replace("when field liked is green", "[when field liked is green, when date is after 2026-12-24]")


class House:
    """A store with people who are silent, half of whom like green tea; and one process that works."""

    def __init__(self, one: TouringProcess) -> None:
        self.one, self.store = one, one.store
        self.walk = self.new_walk()
        self.keeper = self.new_keeper()
        self.looks = 0
        self.fails_after = -1

    async def no_sleep(self, seconds: float) -> None:
        """Let no time pass."""

    async def transact(
        self, subscriber: str, events: Sequence[AnyEvent], identity: Identity | None = None
    ) -> Transacted:
        """Decide, and be away once a test says so."""
        if self.looks == self.fails_after:
            message = "away"
            raise StoreAwayError(message)
        self.looks += 1
        return await self.one.transact(subscriber, events, identity)

    def new_walk(self) -> StartWalk:
        """Return the walk of a process that has just started."""
        return StartWalk(
            store=self.store,
            transact=self.transact,
            catalog=lambda: self.one.editions.current.rules.sequences,
            is_leader=lambda: True,
            sleep=self.no_sleep,
        )

    def new_keeper(self) -> BeginKeeper:
        """Return what carries out the orders in a process that has just started."""
        return BeginKeeper(
            store=self.store,
            transact=self.transact,
            clock=lambda: self.one.now,
            catalog=lambda: self.one.editions.current.rules.sequences,
            is_leader=lambda: True,
        )

    async def make_live(self, book: str) -> None:
        """Apply an edition, and take it over."""
        await apply_edition(self.store, tour_edition(TOUR, book))
        await self.one.editions.take_over_live()

    async def people(self) -> list[Subscriber]:
        """Return all records."""
        return [records.decode(raw) async for _, raw in self.store.all_subscribers()]

    async def begun(self) -> int:
        """Return how many people ever began."""
        return sum("book" in record.runs for record in await self.people())


@pytest.fixture
async def house() -> House:
    """Return it, with the tour live and no sequence."""
    one = await start_touring(MemoryStore(2, server_ms=lambda: 0))
    for number in range(PEOPLE):
        name = KEYS.subscriber_id("page", f"p{number}")
        consent = Consent(status="confirmed", wording="w", language="en", asked_at=NOON, address="a")
        record = Subscriber(
            id=name,
            version=1,
            identity=Identity(page="page", psid=f"p{number}"),
            created_at=NOON,
            last_event_at=NOON,
            consents={"leaf": consent} if number else {},
            fields={"liked": "green"} if number % 2 else {},
        )
        await one.store.commit(Commit(subscriber=name, version=0, record=records.encode(record)))
    return House(one)


async def test_everybody_of_the_topic_is_looked_at_once_and_nobody_begins(house: House) -> None:
    """Also after a restart; other words and a start that is gone ask nobody again."""
    assert await house.walk.walk_if_new() == 0
    await house.make_live(SEQUENCE)
    assert [await house.walk.walk_if_new(), await house.new_walk().walk_if_new()] == [PEOPLE - 1, 0]
    assert [len(record.starts) for record in await house.people()].count(1) == PEOPLE - 1
    assert await house.begun() == 0
    await house.make_live(SEQUENCE.replace("2 days", "3 days"))
    assert await house.walk.walk_if_new() == 0
    await house.make_live(LATER)
    assert await house.walk.walk_if_new() == PEOPLE - 1
    # They stay silent, and time alone begins the new start.
    assert {f"{record.looks_at:%d %b}" for record in await house.people() if record.starts} == {"25 Dec"}
    await house.make_live(SEQUENCE)
    assert await house.walk.walk_if_new() == 0
    assert await house.store.load_meta(META)


async def test_who_stands_at_a_wait_whose_condition_was_changed_is_looked_at(house: House) -> None:
    """They go on if it holds already; the others wait by the new version, and nobody is looked at twice."""
    waits = SEQUENCE.replace("when field liked is green", "confirmed").replace("wait: 2 days", WAIT)
    run = Run(number=1, sequence_hash="old", step="first", started_at=NOON, entered_at=NOON, address="a")
    for person in await house.people():
        runs = {"book": replace(run, due_at=NOON + 9 * DAY)} if person.consents else {}
        at_wait = replace(person, version=2, runs=runs)
        await house.store.commit(Commit(subscriber=person.id, version=1, record=records.encode(at_wait)))

    await house.make_live(waits)
    assert await house.walk.walk_if_new() == PEOPLE - 1
    ended = [record.runs["book"].status for record in await house.people() if record.runs]
    assert (ended.count("finished"), ended.count("running")) == (PEOPLE // 2, PEOPLE // 2 - 1)
    assert await house.new_walk().walk_if_new() == 0


async def test_a_walk_that_was_killed_goes_on(house: House) -> None:
    """Who was looked at is passed by."""
    await house.make_live(SEQUENCE)
    house.fails_after = 11
    with pytest.raises(StoreAwayError):
        await house.walk.walk_if_new()
    house.fails_after = -1
    assert await house.new_walk().walk_if_new() == PEOPLE - 1 - 11


async def test_a_follower_does_not_walk(house: House) -> None:
    """The leader does."""
    await house.make_live(SEQUENCE)
    house.walk.is_leader = lambda: False
    assert await house.walk.walk_if_new() == 0


async def test_the_plan_says_who_fits(house: House) -> None:
    """Of a new start; of one that was live before nothing is said."""
    plan = await plan_edition(house.store, tour_edition(TOUR, SEQUENCE), (), (), now=NOON)
    assert [(change.name, change.fit, change.a_day) for change in plan.changes] == [("book", 15, 2)]
    await house.make_live(SEQUENCE)
    plan = await plan_edition(house.store, tour_edition(TOUR, SEQUENCE.replace("2 d", "3 d")), (), (), now=NOON)
    assert [change.fit for change in plan.changes] == [None]


async def test_who_is_let_begins_slowly(house: House) -> None:
    """Two a day, also after a kill and after a night without the service; each once, and the order ends."""
    await house.make_live(SEQUENCE)
    await house.walk.walk_if_new()
    catalog = house.one.editions.current.rules.sequences
    for _ in range(2):  # the command may be repeated
        assert await order_begin(house.store, catalog, ["book"], NOON) == {"book": 15}
    counts = []
    for hour in range(24 * 9):
        house.one.now = NOON + timedelta(hours=hour)
        if hour == 30:
            house.keeper = house.new_keeper()
        if not 72 <= hour < 96:
            await house.keeper.take_turn()
        counts.append(await house.begun())
    assert counts[0] == 1
    assert max(later - earlier for earlier, later in zip(counts, counts[24:], strict=False)) <= 2
    assert counts[-1] == 15
    assert await load_orders(house.store) == {}
    assert not any("book" in record.runs for record in await house.people() if record.fields.get("liked") != "green")


@pytest.mark.parametrize(("fit", "a_day"), [(0, 0), (1, 1), (10, 1), (11, 2), (2204, 221)])
def test_a_tenth_begins_in_a_day(fit: int, a_day: int) -> None:
    """At least one."""
    assert most_a_day(fit) == a_day
