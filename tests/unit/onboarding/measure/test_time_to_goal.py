"""Days to the goal: the product formula beside a check by hand, and what may not be claimed."""

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboarding.measure.time_to_goal import TimesToGoal, draw_goal_curve

DAY = timedelta(days=1)
PEOPLE = st.lists(st.tuples(st.integers(0, 40 * 24), st.booleans()), max_size=60)


def times_of(people: list[tuple[int, bool]]) -> TimesToGoal:
    """Return the times of people, by their hours."""
    times = TimesToGoal()
    for hours, reached in people:
        times.add(timedelta(hours=hours), reached=reached)
    return times


def test_the_worked_example_is_true() -> None:
    """Ten people, two on day 1, four watched for two days, one on day 3: 20 %, then 40 %."""
    people = [(20, True)] * 2 + [(48, False)] * 4 + [(60, True)] + [(24 * 30, False)] * 3

    curve = draw_goal_curve(times_of(people))

    assert [round(share, 9) for day in (1, 3, 7, 30) if (share := curve.share_by(day)) is not None] == [
        0.2, 0.4, 0.4, 0.4,
    ]  # fmt: skip
    assert curve.share_by(31) is None
    assert curve.median_days is None


@given(PEOPLE)
def test_it_is_the_product_of_kaplan_and_meier(people: list[tuple[int, bool]]) -> None:
    """Worked out in fractions, person by person: who reached it at a time, of all who were watched up to then."""
    curve = draw_goal_curve(times_of(people))

    for day in (1, 3, 7, 14, 30):
        staying = Fraction(1)
        for hour in sorted({hours for hours, reached in people if reached and hours < day * 24}):
            watched = sum(hours >= hour for hours, _ in people)
            staying *= 1 - Fraction(sum(hours == hour and reached for hours, reached in people), watched)
        told = curve.share_by(day)
        if told is not None:
            assert told == pytest.approx(float(1 - staying))
        else:
            assert all(hours < day * 24 for hours, _ in people)


@given(PEOPLE)
def test_it_only_rises_and_stays_a_share(people: list[tuple[int, bool]]) -> None:
    """From 0 to 1, never back; half of all are there at the median, and not an hour before."""
    curve = draw_goal_curve(times_of(people))

    shares = [share for _, share in curve.steps]
    assert shares == sorted(shares)
    assert all(0 < share <= 1 + 1e-12 for share in shares)
    if curve.median_days is not None:
        assert any(share >= 0.5 for at, share in curve.steps if at < curve.median_days * 24)


@given(st.lists(st.integers(0, 700), min_size=1, max_size=60))
def test_with_everybody_watched_to_the_end_it_is_the_plain_share(hours: list[int]) -> None:
    """Nobody censored: the share by a day is just how many were that fast, and the median the middle one."""
    curve = draw_goal_curve(times_of([(each, True) for each in hours]))

    for day in (1, 7, 30):
        assert curve.share_by(day) == pytest.approx(sum(each < 24 * day for each in hours) / len(hours))
    middle = sorted(hours)[(len(hours) - 1) // 2]
    assert curve.median_days == (middle + 1) / 24


def test_whoever_is_on_the_way_does_not_count_as_a_no() -> None:
    """Of 100 who began yesterday and 10 of last month, five of them there by day 3: a half, not a twentieth."""
    times = TimesToGoal()
    for _ in range(100):
        times.add(DAY, reached=False)
    for number in range(10):
        times.add(2 * DAY if number < 5 else 30 * DAY, reached=number < 5)

    curve = draw_goal_curve(times)

    assert curve.share_by(3) == pytest.approx(0.5)
    assert curve.median_days == pytest.approx(2, abs=0.05)


def test_nobody_has_no_curve() -> None:
    """Of nobody nothing is known."""
    curve = draw_goal_curve(TimesToGoal())

    assert (curve.share_by(1), curve.median_days) == (None, None)
