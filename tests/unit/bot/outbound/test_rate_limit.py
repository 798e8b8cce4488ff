"""How fast a Page may send, and how long it waits."""

import asyncio

import pytest

import bot.outbound.rate_limit
from bot.graph_api.errors import SendOutcome
from bot.outbound.rate_limit import PAUSES, PageRateLimiter, PauseRule, TokenBucket, block_page, unblock_page
from tests.support.memory_store.store import MemoryStore

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


def pace(time: Time, store: MemoryStore | None = None) -> PageRateLimiter:
    """Return the pace of two Pages."""
    kept = store or MemoryStore(server_ms=time.ms)
    return PageRateLimiter(frozenset({LANE, "chat:2"}), kept, 100, time.seconds)


def test_a_bucket_allows_its_rate(time: Time) -> None:
    """Some go at once, the others as soon as the second allows: no second holds more, nearly all hold as many."""
    bucket = TokenBucket(100, time.seconds)
    goes = [bucket.take_token() for _ in range(300)]
    assert goes[:3] == [0, 0, pytest.approx(0.001, abs=1e-6)]
    assert 95 <= max(sum(first <= one < first + 1 - 1e-9 for one in goes) for first in goes) <= 98
    assert goes[-1] == pytest.approx(299 * 0.0105 - 0.02, abs=1e-6)
    assert bucket.is_crowded()
    time.now += goes[-1]
    assert not bucket.is_crowded()
    assert bucket.take_token() == pytest.approx(0.0105, abs=1e-6)


def test_a_bucket_is_shared_and_slowed(time: Time) -> None:
    """Other processes have their part, whatever the platform says of its allowance; half of a half is a quarter."""
    bucket = TokenBucket(100, time.seconds)
    bucket.share_rate(0.5)
    bucket.slow_down(0.5)
    goes = [bucket.take_token() for _ in range(100)]
    assert max(sum(first <= one < first + 1 - 1e-9 for one in goes) for first in goes) in (24, 25)
    bucket.share_rate(1)
    bucket.slow_down(1)
    assert bucket.take_token() == pytest.approx(goes[-1] + 0.042, abs=1e-6)
    assert bucket.take_token() == pytest.approx(goes[-1] + 0.0525, abs=1e-6)


def test_no_second_holds_more_even_after_a_hold_up(time: Time) -> None:
    """Turns that came due while the process stood still do not go all at once."""
    bucket = TokenBucket(100, time.seconds)
    assert [bucket.count_in_second() for _ in range(101)] == [0.0] * 100 + [1.0]
    time.now += 0.5
    assert bucket.count_in_second() == 0.5
    time.now += 0.5
    assert bucket.count_in_second() == 0.0


async def test_a_process_without_partitions_sends_slower(time: Time) -> None:
    """It has just begun, and the others send at the whole rate until they learn of it."""
    one = pace(time)
    one.share_rate(0)
    goes = [one._buckets[LANE].take_token() for _ in range(100)]
    assert max(sum(first <= one < first + 1 - 1e-9 for one in goes) for first in goes) in (48, 49)


async def test_a_crowded_page_holds_up_no_other(time: Time) -> None:
    """Only its own lane is left out of the poll."""
    one = pace(time)
    for _ in range(5):
        async with one.reserve_slot(LANE):
            pass
    assert one.lanes_to_skip(time.ms()) == frozenset()
    turns = [asyncio.create_task(one.reserve_slot(LANE).__aenter__()) for _ in range(30)]
    await asyncio.sleep(0)
    assert one.lanes_to_skip(time.ms()) == {LANE}
    async with one.reserve_slot("chat:2"):
        assert one.lanes_to_skip(time.ms()) == {LANE}
    await asyncio.gather(*turns)


async def test_a_hanging_page_is_not_polled_for_ever_more(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its messages under way must not take all there is."""
    monkeypatch.setattr(bot.outbound.rate_limit, "MOST_CONCURRENT", 2)
    one = pace(time)
    async with one.reserve_slot(LANE):
        assert one.lanes_to_skip(time.ms()) == frozenset()
        async with one.reserve_slot(LANE):
            assert one.lanes_to_skip(time.ms()) == {LANE}
    assert one.lanes_to_skip(time.ms()) == frozenset()


@pytest.mark.parametrize("rule", PAUSES, ids=lambda rule: rule.outcome.value)
async def test_pauses_double_up_to_their_most(time: Time, rule: PauseRule) -> None:
    """Each further refusal after a pause waits twice as long."""
    one = pace(time)
    lengths = []
    for _ in range(12):
        pause = await one.pause_lane(LANE, rule.outcome, 0)
        lengths.append((pause.until_ms - time.ms()) // 1000)
        time.now += lengths[-1] + 1
    assert lengths[:2] == [rule.first_s, 2 * rule.first_s]
    assert max(lengths) == lengths[-1] == rule.most_s


async def test_refusals_of_one_moment_are_one_strike(time: Time) -> None:
    """Messages under way together are refused together."""
    one = pace(time)
    first = await one.pause_lane(LANE, SendOutcome.RATE, 0)
    assert await one.pause_lane(LANE, SendOutcome.RATE, 0) == first


async def test_refusals_that_come_while_the_first_is_saved_are_the_same_strike(time: Time) -> None:
    """A store takes its time; whoever comes meanwhile does not pause the Page again."""

    class SlowStore(MemoryStore):
        async def load_meta(self, name: str) -> bytes | None:
            await asyncio.sleep(0)
            return await super().load_meta(name)

    one = pace(time, SlowStore(server_ms=time.ms))
    pauses = await asyncio.gather(*(one.pause_lane(LANE, SendOutcome.RATE, 0) for _ in range(20)))
    assert {pause.strikes for pause in pauses} == {1}
    assert len({pause.until_ms for pause in pauses}) == 1


async def test_the_platform_may_ask_for_longer(time: Time) -> None:
    """Its word counts, up to a day."""
    one = pace(time)
    assert (await one.pause_lane(LANE, SendOutcome.RATE, 300)).until_ms == time.ms() + 300_000
    assert (await one.pause_lane("chat:2", SendOutcome.RATE, 10**9)).until_ms == time.ms() + 86_400_000


async def test_a_message_that_went_ends_the_doubling(time: Time) -> None:
    """The next pause begins small again."""
    one = pace(time)
    await one.pause_lane(LANE, SendOutcome.RATE, 0)
    time.now += 31
    await one.note_success(LANE)
    assert (await one.pause_lane(LANE, SendOutcome.RATE, 0)).until_ms == time.ms() + 30_000


async def test_all_processes_keep_a_pause(time: Time) -> None:
    """Another process learns of it from the store, and of its end."""
    store = MemoryStore(server_ms=time.ms)
    here, there = pace(time, store), pace(time, store)
    await here.pause_lane(LANE, SendOutcome.TOKEN, 0)
    assert there.lanes_to_skip(time.ms()) == frozenset()
    await there.refresh_pauses()
    assert there.lanes_to_skip(time.ms()) == {LANE}
    time.now += 31
    assert there.lanes_to_skip(time.ms()) == frozenset()


async def test_no_pause_of_ours_ends_a_block(time: Time) -> None:
    """Neither a refusal, nor a message that went, in a process that has not learned of it; only the platform does."""
    store = MemoryStore(server_ms=time.ms)
    here = pace(time, store)
    await here.pause_lane(LANE, SendOutcome.RATE, 0)
    time.now += 31
    await block_page(store, "1")
    await here.note_success(LANE)
    await here.pause_lane(LANE, SendOutcome.RATE, 0)
    time.now += 86_400
    assert here.lanes_to_skip(time.ms()) == {LANE}
    await unblock_page(store, "1")
    await here.refresh_pauses()
    assert here.lanes_to_skip(time.ms()) == frozenset()
