"""A crowd fits a new `when` start on the day it is applied: counted before, looked at in parts, mailed slowly or not.

On the embedded store.  ``DOORSTEP_CROWD=1000000`` is the long form, which prints what it took.
"""

import asyncio
import os
import resource
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import pytest_asyncio

from domain import record as records
from domain.effects import SendMail
from domain.events import AnyEvent
from domain.house_values import HouseValues
from domain.ports import MARKETING, Commit, Transacted
from domain.record import Address, Consent, Identity, Subscriber
from service.cli.apply import apply_edition
from service.cli.plan import plan_edition
from service.engine.clock import fresh_entropy
from service.engine.house.stored_values import load_house
from service.engine.transact import Transactor
from service.forecast.brake import Brake
from service.forecast.night_notes import load_notes, note_forecast, note_ordered
from service.forecast.step_mails import FEWEST_MAILS, StepMails
from service.runtime.time_starts.let_begin import MOST_A_TURN, BeginKeeper
from service.runtime.time_starts.walk_starts import AT_ONCE, StartWalk
from service.workspace.edition import Edition, compile_edition
from service.workspace.publishing.begin_orders import order_begin
from service.workspace.publishing.editions import Editions
from store.embedded.server import embedded_server
from store.valkey.store import ValkeyStore, open_store
from tests.support.people import KEYS, NOON, deciding_context
from tests.support.walk_flows import tour_edition, tour_files

CROWD = int(os.environ.get("DOORSTEP_CROWD", "400"))
A_DAY = CROWD // 10
TOGETHER = 200
HOURS, TURNS = (26, 30) if CROWD <= 1000 else (1, 1000)
"""Hours of an order that are played, and turns of the keeper in each."""
MOST_MEMORY_MB = 60
"""What a walk may add to this process, however large the crowd is."""
DAY = timedelta(days=1)
STEP = "crowd/hello"
SEQUENCE = """\
sequence: crowd
topic: leaf
start: {start}
steps:
  hello: {{send: hello}}
"""
MAIL = """\
<mjml>
  <mj-head><mj-title>Green tea</mj-title><mj-preview>The first picking is here.</mj-preview></mj-head>
  <mj-body><mj-section padding="0"><mj-column>
    <mj-text css-class="title" mj-class="title">Green tea</mj-text>
    <mj-text css-class="ink">{{ hi }}, the first picking is here.</mj-text>
    <mj-button css-class="primary" href="https://amseltea.example/green">Look at it</mj-button>
  </mj-column></mj-section></mj-body>
</mjml>
"""


def crowd_edition(start: str) -> Edition:
    """Return a workspace with this start."""
    files = tour_files() | {"emails/hello.mjml": MAIL, "sequences/crowd.yaml": SEQUENCE.format(start=start)}
    found, findings = compile_edition(files)
    assert found, findings
    return found


def silent_reader(number: int) -> Subscriber:
    """Return somebody who confirmed long ago, likes green tea and says nothing."""
    name, address = KEYS.subscriber_id("page", f"p{number}"), KEYS.address_hash(f"p{number}@example.com")
    consent = Consent(status="confirmed", wording="w", language="en", asked_at=NOON, address=address)
    proven = Address(email=f"p{number}@example.com", status="proven", proven_at=NOON, proven_by="code")
    return Subscriber(
        id=name, version=1, identity=Identity(page="page", psid=f"p{number}"), created_at=NOON, last_event_at=NOON,
        consents={"leaf": consent}, addresses={address: proven}, fields={"liked": "green"},
    )  # fmt: skip


class Town:
    """The crowd in a real store, and one process that works there."""

    def __init__(self, store: ValkeyStore) -> None:
        self.store, self.now = store, NOON
        self.editions = Editions(tour_edition(), [], store, lambda: self.now)
        self.house = HouseValues()
        self.looks = self.most_looks = 0
        self.told: list[str] = []
        self.transactor = Transactor(
            store=store, keys=KEYS, clock=lambda: self.now, entropy=fresh_entropy, rules=self.editions.current_rules,
            epoch=self.editions.live_number, take_over_live=self.editions.take_over_live, house=lambda: self.house,
        )  # fmt: skip

    async def transact(
        self, subscriber: str, events: Sequence[AnyEvent], identity: Identity | None = None
    ) -> Transacted:
        """Decide, and count how many decisions are under way."""
        self.looks += 1
        self.most_looks = max(self.most_looks, self.looks)
        try:
            return await self.transactor(subscriber, events, identity)
        finally:
            self.looks -= 1

    async def tell(self, text: str) -> bool:
        """Keep what the team is told."""
        self.told.append(text)
        return True

    async def make_live(self, edition: Edition) -> None:
        """Apply an edition, take it over, and note what is forecast, as the service does."""
        await apply_edition(self.store, edition)
        await self.editions.take_over_live()
        catalog, context = edition.rules.sequences, deciding_context()
        await note_forecast(self.store, catalog, context, self.editions.live_number(), StepMails())

    async def look_at_all(self) -> int:
        """Walk over everybody, as the leader does."""
        walk = StartWalk(
            store=self.store, transact=self.transact, is_leader=lambda: True,
            catalog=lambda: self.editions.current.rules.sequences,
        )  # fmt: skip
        return await walk.walk_if_new()

    async def mails_queued(self) -> int:
        """Return how many mails were queued."""
        return (await self.store.measure_lane(MARKETING))[0]

    def new_brake(self) -> Brake:
        """Return the brake of a process that sends."""
        return Brake(
            store=self.store, clock=lambda: self.now, config=self.editions.current_config,
            sequences=lambda: self.editions.current.rules.sequences, tell_team=self.tell,
        )  # fmt: skip


@pytest_asyncio.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """Return it, with everybody in it and no sequence live."""
    async with embedded_server(tmp_path) as url:
        store = await open_store(url, partitions=4, check_value="c")
        for first in range(0, CROWD, TOGETHER):
            people = map(silent_reader, range(first, min(CROWD, first + TOGETHER)))
            commits = (Commit(subscriber=one.id, version=0, record=records.encode(one)) for one in people)
            await asyncio.gather(*map(store.commit, commits))
        one = Town(store)
        await one.editions.run_live_edition()
        yield one
        await store.close()


def memory_mb() -> float:
    """Return the most memory that this process had until now."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def test_applying_is_counted_before_and_mails_nobody(town: Town) -> None:
    """`plan` says how many fit and how many a day; the walk holds so many at a time, and not one mail is queued."""
    edition = crowd_edition("when field liked is green")
    plan = await plan_edition(town.store, edition, (), (), now=NOON, keys=KEYS)
    assert [(change.name, change.fit, change.a_day) for change in plan.changes] == [("crowd", CROWD, A_DAY)]
    assert plan.soon
    assert (plan.soon.yours, plan.soon.live) == (0, 0)

    await town.make_live(edition)
    before, began = memory_mb(), perf_counter()
    assert await town.look_at_all() == CROWD
    took, grew = perf_counter() - began, memory_mb() - before
    print(f"{CROWD:,} looked at in {took:,.1f} s, {grew:,.0f} MB more")  # noqa: T201  the figures of the long form
    assert town.most_looks <= AT_ONCE
    assert grew < MOST_MEMORY_MB
    assert await town.mails_queued() == 0


async def test_who_is_let_begin_is_mailed_over_days_and_no_brake_takes_it_for_a_surge(town: Town) -> None:
    """At most a tenth in a day and twenty in a turn; a tenth is what is then forecast for the day."""
    edition = crowd_edition("when field liked is green")
    await town.make_live(edition)
    assert (await load_notes(town.store)).steps == {STEP: 0}
    await order_begin(town.store, edition.rules.sequences, ["crowd"], NOON)
    await note_ordered(town.store, edition.rules.sequences)
    assert (await load_notes(town.store)).steps == {STEP: A_DAY}
    assert not await load_house_after(town, mails=max(FEWEST_MAILS, A_DAY))

    keeper = BeginKeeper(
        store=town.store, transact=town.transact, clock=lambda: town.now, is_leader=lambda: True,
        catalog=lambda: edition.rules.sequences,
    )  # fmt: skip
    begun: list[int] = []
    for _ in range(HOURS * TURNS):
        begun.append(await keeper.take_turn())
        town.now += timedelta(hours=1) / TURNS
    assert max(begun) <= MOST_A_TURN
    assert sum(begun[: 24 * TURNS]) <= A_DAY
    assert 0 < await town.mails_queued() <= sum(begun)


async def test_a_moment_that_comes_for_all_is_stopped_after_a_hundred(town: Town) -> None:
    """A date that nobody had forecast: a poll returns a few at a time, and the step is halted before all are mailed."""
    await town.make_live(crowd_edition("when date is after 2026-11-25"))
    assert await town.look_at_all() == CROWD
    assert await town.mails_queued() == 0
    town.now += 6 * DAY
    woken = await decide_some(town, most=16)
    assert 0 < woken <= 16 * town.store.partitions
    assert await town.mails_queued() == woken

    assert await load_house_after(town, mails=FEWEST_MAILS + 1) == {STEP}
    assert "101 mails within an hour; 0 were forecast for the day" in town.told[0]
    town.house = await load_house(town.store)
    before = await town.mails_queued()
    assert await decide_some(town, most=16) > 0
    assert await town.mails_queued() == before


async def decide_some(town: Town, *, most: int) -> int:
    """Decide for those whom one poll of each partition returns, as a worker does; return how many."""
    now_ms = int(town.now.timestamp() * 1000)
    names: list[str] = []
    for partition in range(town.store.partitions):
        work = await town.store.poll(partition, now_ms=now_ms, lanes=[], most_due=most, most_claims=0, lease_ms=60_000)
        names += work.due_mail
    await asyncio.gather(*(town.transact(name, ()) for name in names))
    return len(names)


async def load_house_after(town: Town, *, mails: int) -> set[str]:
    """Return the steps that are halted after so many mails left within a minute."""
    brake = town.new_brake()
    for number in range(mails):
        mail = SendMail(
            id=f"{number}.{town.now}", template="hello", address="a", lane="marketing", language="en",
            queued_at=town.now, sequence="crowd", step="hello",
        )  # fmt: skip
        brake.note_sent(f"person {number}", mail)
    await brake.write_sent()
    return set((await load_house(town.store)).halted)
