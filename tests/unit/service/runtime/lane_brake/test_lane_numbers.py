"""When the marketing lane stops itself: each reason at its limit and below it, and a new beginning after a look."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.runtime.lane_brake.lane_numbers import (
    KNOWN_MAILS,
    LaneNumbers,
    TriedMail,
    add_heard,
    add_tried,
    find_reason,
    let_go,
)

NOW = datetime(2026, 11, 28, 10, tzinfo=UTC)
TODAY = NOW.date()
NEVER_MANY = 1e9


def make_mails(number: int, *, provider: str = "Gmail", troubled: int = 0, start: int = 1) -> Iterator[TriedMail]:
    """Yield so many mails that went, of which some were put off."""
    for place in range(number):
        off = place < troubled
        yield TriedMail(provider, 0 if off else start + place, off, not off, planned=True)


def judge(numbers: LaneNumbers, expected: float | None = NEVER_MANY, now: datetime = NOW) -> str:
    """Return why the lane must stop."""
    return find_reason(numbers, expected, TODAY, now)


def hear(numbers: LaneNumbers, bounced: int, complained: int) -> LaneNumbers:
    """Return the numbers after the counters of today say so."""
    return add_heard(numbers, {TODAY.isoformat(): (bounced, complained)})


@pytest.mark.parametrize(
    ("tried", "bounced", "complained", "reason"),
    [
        (1000, 0, 2, ""),
        (1000, 0, 3, "3 of the last 1,000 mails were reported as spam"),
        (1000, 49, 2, ""),
        (1000, 50, 0, "50 of the last 1,000 mails went to mailboxes that do not exist"),
        (100, 9, 0, ""),
        (100, 10, 0, "10 of the last 100 mails went to mailboxes that do not exist"),
        (99, 99, 99, ""),
    ],
)
def test_what_comes_back_stops_the_lane(tried: int, bounced: int, complained: int, reason: str) -> None:
    """At 0.3 % complaints or 5 % dead mailboxes, once a hundred mails went."""
    numbers = add_tried(hear(LaneNumbers(), 7, 7), make_mails(tried), TODAY)
    assert judge(hear(numbers, 7 + bounced, 7 + complained)) == reason


def test_what_lies_before_the_last_thousand_counts_no_more() -> None:
    """Two complaints long ago and one now are not three."""
    numbers = add_tried(hear(LaneNumbers(), 0, 0), make_mails(500), TODAY)
    numbers = hear(numbers, 0, 2)
    for start in range(1000, 3000, 100):  # as the process writes, second by second
        numbers = add_tried(numbers, make_mails(100, start=start), TODAY)
    assert judge(hear(numbers, 0, 3)) == ""
    assert judge(hear(numbers, 0, 5)) == "3 of the last 1,000 mails were reported as spam"
    assert len(numbers.marks) < 25


def test_a_new_day_of_the_counters_begins_at_zero() -> None:
    """What yesterday said is not heard again, and what was heard late of yesterday still counts."""
    numbers = add_tried(hear(LaneNumbers(), 4, 1), make_mails(200), TODAY)
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    after = add_heard(numbers, {TODAY.isoformat(): (5, 1), tomorrow: (2, 1)})
    assert (after.now.bounced, after.now.complained) == (3, 1)


@pytest.mark.parametrize(
    ("provider", "mails", "troubled", "stops"),
    [("Gmail", 50, 25, True), ("Gmail", 50, 24, False), ("Gmail", 49, 49, False), ("", 200, 200, False)],
)
def test_a_provider_that_puts_half_off_stops_the_lane(provider: str, mails: int, troubled: int, *, stops: bool) -> None:
    """One whom we know by name, of fifty answers at least."""
    numbers = add_tried(LaneNumbers(), make_mails(mails, provider=provider, troubled=troubled), TODAY)
    reason = f"Gmail put off or refused {troubled} of the last {mails} mails (4xx, 5.7)"
    assert judge(numbers) == (reason if stops else "")


def test_a_provider_that_takes_mail_again_is_forgiven() -> None:
    """Only the latest answers are looked at."""
    numbers = add_tried(LaneNumbers(), make_mails(40, troubled=40), TODAY)
    numbers = add_tried(numbers, make_mails(200), TODAY)
    assert judge(numbers) == ""


def test_the_same_mail_to_one_person_twice_stops_the_lane() -> None:
    """Also when another process has sent the first; one that was put off is no first."""
    mail = TriedMail("Gmail", 7, troubled=False, ended=True, planned=True)
    off = TriedMail("Gmail", 0, troubled=True, ended=False, planned=True)
    once = add_tried(LaneNumbers(), [off, mail, off], TODAY)
    assert judge(once) == ""
    assert judge(add_tried(once, [mail], TODAY)) == "one person got the same mail twice"
    assert len(add_tried(once, make_mails(2 * KNOWN_MAILS), TODAY).latest) == KNOWN_MAILS


@pytest.mark.parametrize(
    ("went", "expected", "stops"),
    [(200, 0, False), (201, 0, True), (2000, 1000, False), (2001, 1000, True), (5000, None, False)],
)
def test_twice_the_volume_that_was_expected_stops_the_lane(went: int, expected: float | None, *, stops: bool) -> None:
    """Of a day whose forecast is known, and of more than two hundred mails."""
    numbers = add_tried(LaneNumbers(), make_mails(went), TODAY)
    assert bool(judge(numbers, expected)) is stops


def test_after_a_look_counting_begins_anew() -> None:
    """Nothing of before stops it again, and the volume is not judged for a day."""
    numbers = add_tried(hear(LaneNumbers(), 0, 0), make_mails(600, troubled=300), TODAY)
    numbers = hear(numbers, 100, 9)
    assert judge(numbers)
    after = let_go(numbers, NOW)
    assert judge(after, expected=0) == ""
    assert "planned and forecast" in judge(after, 0, NOW + timedelta(days=1))
    again = hear(add_tried(after, make_mails(100, start=5000), TODAY), 100, 12)
    assert judge(again) == "3 of the last 100 mails were reported as spam"


@given(
    seconds=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 40), st.integers(0, 3)), max_size=30),
    day=st.dates(date(2026, 1, 1), date(2026, 12, 1)),
)
def test_the_value_stays_small_and_never_counts_backwards(seconds: list[tuple[int, int, int]], day: date) -> None:
    """Whatever is tried and heard, in seconds of any length and over any number of days."""
    numbers, numbered = LaneNumbers(), count(1)
    bounced = complained = 0
    for place, (tried, more, spam) in enumerate(seconds):
        bounced, complained = bounced + more, complained + spam
        mails = [TriedMail("Gmail", next(numbered), troubled=False, ended=True, planned=True) for _ in range(tried)]
        after = add_tried(numbers, mails, day + timedelta(days=place // 3))
        after = add_heard(after, {day.isoformat(): (bounced, complained)})
        assert after.now.tried == numbers.now.tried + tried
        assert after.now.bounced >= numbers.now.bounced
        assert len(after.marks) <= 22 + len(seconds)
        assert sum(block.all for block in after.answers.get("Gmail", ())) <= 200
        assert len(after.days) <= 4
        numbers = after
    assert not numbers.twice
