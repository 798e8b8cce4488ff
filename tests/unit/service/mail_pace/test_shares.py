"""A provider's share of a day: how it grows, stays, halves, and is never exceeded."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.declarations import RampUp
from service.mail_pace.shares import (
    Share,
    Wish,
    count_days,
    count_going,
    count_left,
    find_share,
    list_used_up,
    move_places,
)

TODAY = date(2026, 11, 28)
RAMP = RampUp(start=200, growth=1.5, ceiling=1000)


def days(number: int) -> timedelta:
    """Return so many days."""
    return timedelta(days=number)


@pytest.mark.parametrize(
    ("share", "after", "limit"),
    [
        (None, 0, 200),
        (Share(day=TODAY, limit=200, taken=200), 0, 200),
        (Share(day=TODAY, limit=200, taken=200), 1, 300),
        (Share(day=TODAY, limit=200, taken=100), 1, 300),
        (Share(day=TODAY, limit=200, taken=99), 1, 200),
        (Share(day=TODAY, limit=200, taken=0), 1, 200),
        # days on which nothing went do not count: three days later it is the next step, not the third
        (Share(day=TODAY, limit=200, taken=200), 3, 300),
        (Share(day=TODAY, limit=900, taken=900), 1, 1000),
        (Share(day=TODAY, limit=800, taken=800), 30, 500),
        (Share(day=TODAY, limit=800, taken=0), 60, 200),
        (Share(day=TODAY, limit=800, taken=0), 3000, 200),
        # the ceiling was lowered since
        (Share(day=TODAY, limit=5000, taken=10), 0, 1000),
    ],
)
def test_a_day_has_its_share(share: Share | None, after: int, limit: int) -> None:
    """It grows after a day that used half of it, stays after one that did not, and halves with each month of rest."""
    book = {"Gmail": share} if share else {}
    assert find_share(book, "Gmail", RAMP, TODAY + days(after)).limit == limit


def test_a_clock_that_was_moved_back_gives_no_second_share() -> None:
    """The day that was reached goes on."""
    book = {"Gmail": Share(day=TODAY, limit=200, taken=200)}
    assert count_left(book, "Gmail", RAMP, TODAY - days(1)) == 0


def test_what_was_asked_for_is_counted_and_goes() -> None:
    """A welcome takes no place from nobody: it goes, and the share shows it."""
    book = {"Gmail": Share(day=TODAY, limit=200, taken=200)}
    after, granted = move_places(book, [Wish("Gmail", 1), Wish("Gmail", 1, asked_for=True)], RAMP, TODAY)
    assert (granted, after["Gmail"].taken, list_used_up(after, RAMP, TODAY)) == ([False, True], 201, ["Gmail"])
    back, _ = move_places(after, [Wish("Gmail", -1), Wish("Gmail", -1)], RAMP, TODAY)
    assert list_used_up(back, RAMP, TODAY) == []


ONE_WISH = st.tuples(st.sampled_from(["Gmail", "Yahoo"]), st.sampled_from([1, 1, 1, -1]))


@given(
    wishes=st.lists(st.lists(ONE_WISH, max_size=40), max_size=12), growth=st.floats(1, 3), start=st.integers(1, 9)
)  # fmt: skip
def test_no_day_has_more_than_its_share(wishes: list[list[tuple[str, int]]], growth: float, start: int) -> None:
    """Whatever is taken and given back on whichever days, and no share is above the ceiling or below the start."""
    ramp, book = RampUp(start=start, growth=growth, ceiling=20), dict[str, Share]()
    for number, of_day in enumerate(wishes):
        day = TODAY + days(number)
        limits = {name: find_share(book, name, ramp, day).limit for name in ("Gmail", "Yahoo")}
        book, _ = move_places(book, [Wish(*one) for one in of_day], ramp, day)
        for name, share in book.items():
            assert 0 <= share.taken <= share.limit
            assert start <= share.limit <= 20
            if share.day == day:
                assert share.limit == limits[name]


@given(number=st.integers(0, 5000), taken=st.integers(0, 200), growth=st.floats(1, 3))
def test_the_days_of_a_plan_are_those_that_it_takes(number: int, taken: int, growth: float) -> None:
    """Taking every place of each day brings the last mail on the day that was foretold."""
    ramp, book = RampUp(start=200, growth=growth, ceiling=1000), {"Gmail": Share(day=TODAY, limit=200, taken=taken)}
    foretold = count_days({"Gmail": number}, book, ramp, TODAY)["Gmail"]
    assert count_going({"Gmail": number}, book, ramp, TODAY, foretold) == number
    used, day = 0, TODAY
    while number > 0:
        left = min(number, count_left(book, "Gmail", ramp, day))
        book, _ = move_places(book, [Wish("Gmail", left)], ramp, day) if left else (book, [])
        number, used, day = number - left, used + 1, day + days(1)
    assert used == foretold
