"""What is resumed goes on at once: what a pause kept in the outbox does not wait on."""

from datetime import timedelta
from typing import cast

import pytest
from msgspec.structs import replace

from domain.house_values import HouseValues
from domain.ports import MARKETING, Commit, Posting
from service.engine.house.watch import HouseWatch
from service.issues.states import IssueState
from service.issues.watch import IssueWatch
from service.runtime.sending.end_waits import LOOKS_AFTER, WaitEnder
from service.runtime.store_watch.watch import StoreWatch
from tests.support.memory_store.store import MemoryStore
from tests.support.people import NOON, SHIPPED_CONFIG

NAME = "winter_teas"
GOING = IssueState(state="sending", since=NOON)
PAUSED = replace(GOING, state="paused", before="sending")
LONG_MS = int(timedelta(minutes=5).total_seconds() * 1000)


class PauseBench:
    """One reader's mail, which a sender put back because the issue was paused."""

    def __init__(self) -> None:
        """Nobody has looked yet."""
        self.store = MemoryStore(server_ms=lambda: 1_000_000)
        self.watch = IssueWatch(store=self.store, current={NAME: GOING})
        self.leads = True
        self.house = HouseWatch(store=self.store, clock=lambda: NOON, config=lambda: SHIPPED_CONFIG)
        self.paused_lanes: frozenset[str] = frozenset()
        self.opening = NOON
        self.ender = WaitEnder(
            store=self.store, issues=self.watch, lanes=cast("StoreWatch", self), house=self.house,
            is_leader=lambda: self.leads, find_opening=lambda: self.opening,
        )  # fmt: skip

    def list_paused(self) -> frozenset[str]:
        """Return the lanes that are paused, in place of the watch over the store."""
        return self.paused_lanes

    async def post(self) -> None:
        """Put the mail into the outbox."""
        await self.store.commit(
            Commit(subscriber="mia", version=0, record=b"r", outbox=(Posting(lane=MARKETING, item=b"m"),))
        )

    async def put_back(self) -> None:
        """Let a sender put it back for the longest time."""
        claim = await self.store.claim(MARKETING, "mia", lease_ms=LONG_MS)
        assert claim
        assert await self.store.retry(claim, delay_ms=LONG_MS, counted=False)

    async def is_ready(self, *, looks: int = 1) -> bool:
        """Look so many times, and return whether the mail may be tried now."""
        for _ in range(looks):
            await self.ender.look()
        since = (await self.store.measure_lane(MARKETING))[1]
        return since is not None and since <= 1_000_000


@pytest.fixture(name="bench")
async def _bench() -> PauseBench:
    bench = PauseBench()
    await bench.post()
    return bench


async def test_a_resumed_issue_ends_the_waits_of_its_mails(bench: PauseBench) -> None:
    """Not while it is paused, and also for the mail that a sender puts back a moment after the end of the pause."""
    await bench.is_ready(looks=LOOKS_AFTER)
    bench.watch.current = {NAME: PAUSED}
    await bench.put_back()
    assert not await bench.is_ready(looks=3)
    bench.watch.current = {NAME: GOING}
    assert await bench.is_ready()
    await bench.put_back()
    assert await bench.is_ready()
    await bench.is_ready(looks=LOOKS_AFTER)
    await bench.put_back()  # for another reason: nothing was resumed
    assert not await bench.is_ready(looks=3)


async def test_a_resumed_lane_and_a_step_that_goes_again_end_waits(bench: PauseBench) -> None:
    """The end of the pause, not its beginning."""
    await bench.is_ready(looks=LOOKS_AFTER)
    bench.paused_lanes = frozenset({MARKETING})
    await bench.put_back()
    assert not await bench.is_ready(looks=3)
    bench.paused_lanes = frozenset()
    assert await bench.is_ready(looks=LOOKS_AFTER)
    bench.house.current = HouseValues(halted={"book/news": NOON})
    await bench.put_back()
    assert not await bench.is_ready(looks=3)
    bench.house.current = HouseValues()
    assert await bench.is_ready()


async def test_a_day_that_begins_ends_waits(bench: PauseBench) -> None:
    """What found no place yesterday is tried in the same moment, once for each time that places open."""
    await bench.is_ready(looks=LOOKS_AFTER)
    await bench.put_back()
    assert not await bench.is_ready(looks=3)
    bench.opening = NOON + timedelta(hours=12)
    assert await bench.is_ready(looks=LOOKS_AFTER)
    await bench.put_back()
    assert not await bench.is_ready(looks=3)


async def test_a_new_leader_ends_waits_that_the_old_one_may_have_left(bench: PauseBench) -> None:
    """A process that does not lead leaves the lane alone."""
    await bench.put_back()
    bench.leads = False
    assert not await bench.is_ready()
    bench.leads = True
    assert await bench.is_ready()
