"""How fast a Page may send, and how long it waits."""

import asyncio

import pytest

import bot.pace
from bot.errors import Outcome
from bot.pace import PAUSES, Bucket, Pace, PauseRule
from store.memory import MemoryStore

LANE = "chat:1"


class Time:
    """A clock that the test moves: seconds for the bucket, milliseconds for the server."""

    def __init__(self) -> None:
        """Begin somewhere."""
        self.now = 1_000_000.0

    def seconds(self) -> float:
        """Return the time in seconds."""
        return self.now

    def ms(self) -> int:
        """Return the time in milliseconds."""
        return int(self.now * 1000)


@pytest.fixture
def time() -> Time:
    """Return a clock."""
    return Time()


def pace(time: Time, store: MemoryStore | None = None) -> Pace:
    """Return the pace of two Pages."""
    kept = store or MemoryStore(server_ms=time.ms)
    return Pace(frozenset({LANE, "chat:2"}), kept, 100, time.seconds)


def test_a_bucket_allows_its_rate(time: Time) -> None:
    """A burst goes at once; in the long run it is the rate, whoever waits."""
    bucket = Bucket(100, time.seconds)
    waits = [bucket.take() for _ in range(120)]
    assert waits[:20] == [pytest.approx(0, abs=1e-6)] * 20
    assert waits[119] == pytest.approx(1.0, abs=1e-6)
    assert bucket.crowded()
    time.now += 1.0
    assert not bucket.crowded()
    assert bucket.take() == pytest.approx(0.01, abs=1e-6)


async def test_a_crowded_page_holds_up_no_other(time: Time) -> None:
    """Only its own lane is left out of the poll."""
    one = pace(time)
    for _ in range(20):
        async with one.turn(LANE):
            pass
    assert one.waiting(time.ms()) == frozenset()
    turns = [asyncio.create_task(one.turn(LANE).__aenter__()) for _ in range(20)]
    await asyncio.sleep(0)
    assert one.waiting(time.ms()) == {LANE}
    async with one.turn("chat:2"):
        assert one.waiting(time.ms()) == {LANE}
    await asyncio.gather(*turns)


async def test_a_hanging_page_is_not_polled_for_ever_more(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its messages under way must not take all there is."""
    monkeypatch.setattr(bot.pace, "MOST_UNDER_WAY", 2)
    one = pace(time)
    async with one.turn(LANE):
        assert one.waiting(time.ms()) == frozenset()
        async with one.turn(LANE):
            assert one.waiting(time.ms()) == {LANE}
    assert one.waiting(time.ms()) == frozenset()


@pytest.mark.parametrize("rule", PAUSES, ids=lambda rule: rule.outcome.value)
async def test_pauses_double_up_to_their_most(time: Time, rule: PauseRule) -> None:
    """Each further refusal after a pause waits twice as long."""
    one = pace(time)
    lengths = []
    for _ in range(12):
        pause = await one.pause(LANE, rule.outcome, 0)
        lengths.append((pause.until_ms - time.ms()) // 1000)
        time.now += lengths[-1] + 1
    assert lengths[:2] == [rule.first_s, 2 * rule.first_s]
    assert max(lengths) == lengths[-1] == rule.most_s


async def test_refusals_of_one_moment_are_one_strike(time: Time) -> None:
    """Messages under way together are refused together."""
    one = pace(time)
    first = await one.pause(LANE, Outcome.RATE, 0)
    assert await one.pause(LANE, Outcome.RATE, 0) == first


async def test_the_platform_may_ask_for_longer(time: Time) -> None:
    """Its word counts, up to a day."""
    one = pace(time)
    assert (await one.pause(LANE, Outcome.RATE, 300)).until_ms == time.ms() + 300_000
    assert (await one.pause("chat:2", Outcome.RATE, 10**9)).until_ms == time.ms() + 86_400_000


async def test_a_message_that_went_ends_the_doubling(time: Time) -> None:
    """The next pause begins small again."""
    one = pace(time)
    await one.pause(LANE, Outcome.RATE, 0)
    time.now += 31
    await one.went(LANE)
    assert (await one.pause(LANE, Outcome.RATE, 0)).until_ms == time.ms() + 30_000


async def test_all_processes_keep_a_pause(time: Time) -> None:
    """Another process learns of it from the store, and of its end."""
    store = MemoryStore(server_ms=time.ms)
    here, there = pace(time, store), pace(time, store)
    await here.pause(LANE, Outcome.TOKEN, 0)
    assert there.waiting(time.ms()) == frozenset()
    await there.refresh()
    assert there.waiting(time.ms()) == {LANE}
    time.now += 31
    assert there.waiting(time.ms()) == frozenset()
