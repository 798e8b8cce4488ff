"""The difference of two rates: bounds, symmetry, and the arithmetic of its worked example."""

from math import exp, log, pi, sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from onboarding.measure.rate_difference import FEWEST, Rate, count_missing_people, measure_difference


@st.composite
def rates(draw: st.DrawFn) -> Rate:
    """Return an arm that is large enough."""
    reached, missed = draw(st.integers(FEWEST, 5_000)), draw(st.integers(FEWEST, 5_000))
    return Rate(people=reached + missed, reached=reached)


def test_the_worked_example_is_true() -> None:
    """26 % and 20 % of 300 people each: +6.0 points, between -4.5 and +16.5."""
    found = measure_difference(Rate(people=300, reached=78), Rate(people=300, reached=60))

    assert found is not None
    assert [round(100 * number, 1) for number in (found.estimate, found.low, found.high)] == [6.0, -4.5, 16.5]
    assert not found.is_decided


@pytest.mark.parametrize("reached", [0, 4, 96, 100])
def test_too_few_on_either_side_say_nothing(reached: int) -> None:
    """Four who did it, or four who did not, are too few, in whichever arm."""
    few, many = Rate(people=100, reached=reached), Rate(people=100, reached=50)

    assert measure_difference(few, many) is None
    assert measure_difference(many, few) is None
    assert measure_difference(Rate(people=0, reached=0), many) is None
    assert count_missing_people(few, many) is None


@given(rates(), rates())
def test_the_other_way_round_it_is_the_same_with_another_sign(rate: Rate, other: Rate) -> None:
    """The interval holds its estimate, lies in -1 to 1, and is mirrored when the arms change places."""
    found, mirrored = measure_difference(rate, other), measure_difference(other, rate)

    assert found is not None
    assert mirrored is not None
    assert -1 <= found.low < found.estimate < found.high <= 1
    assert (mirrored.estimate, mirrored.low, mirrored.high) == pytest.approx(
        (-found.estimate, -found.high, -found.low), abs=1e-12
    )


@given(rates(), rates())
def test_more_people_and_more_risk_make_it_narrower(rate: Rate, other: Rate) -> None:
    """Twice the people at the same rates, or more risk of being wrong: never wider; and Wald's lies inside."""
    doubled = [Rate(people=2 * one.people, reached=2 * one.reached) for one in (rate, other)]
    found, larger = measure_difference(rate, other), measure_difference(*doubled)
    bolder = measure_difference(rate, other, alpha=0.2)

    assert found is not None
    assert larger is not None
    assert bolder is not None
    assert found.low <= larger.low
    assert larger.high <= found.high
    assert found.low <= bolder.low
    wald = 1.96 * sqrt(sum(one.share * (1 - one.share) / one.people for one in (rate, other)))
    assert found.low <= max(-1, found.estimate - wald)


@given(st.integers(400, 20_000), st.floats(0.001, 0.2), st.integers(50, 50_000))
def test_the_width_is_where_a_bet_on_any_effect_wins(people: int, alpha: float, expected: int) -> None:
    """The half width agrees with the mixture behind it, added up in small steps.

    The formula answers: how far must a sum of n values of spread 1 be from 0, so that the average of
    exp(x · sum - x² · n / 2), over effects x drawn from a normal distribution of variance r², has grown to 1/alpha?
    """
    half = Rate(people=people, reached=people // 2)
    found = measure_difference(half, half, alpha=alpha, expected_people=expected)
    assert found is not None
    errors = found.high / sqrt(2 * half.share * (1 - half.share) / people)
    counted, variance = 2 * people, (-2 * log(alpha) + log(-2 * log(alpha)) + 1) / expected
    total = errors * sqrt(counted)

    # The integrand is a bell of this width around this centre, so ten widths to each side hold all of it.
    width = 1 / sqrt(counted + 1 / variance)
    effects = [total * width**2 + width * step / 50 for step in range(-500, 501)]
    bells = [exp(x * total - x * x * counted / 2 - x * x / (2 * variance)) / sqrt(2 * pi * variance) for x in effects]

    assert sum(bells) * width / 50 == pytest.approx(1 / alpha, rel=1e-6)


@given(rates(), rates())
def test_so_many_more_people_decide_it(rate: Rate, other: Rate) -> None:
    """At the told number the interval leaves out 0 if the rates stay, and one in a hundred fewer do not suffice."""
    found, missing = measure_difference(rate, other), count_missing_people(rate, other)
    assume(found is not None and found.estimate != 0)
    assert found is not None

    if missing is None:
        assert not found.is_decided
    else:
        assert (missing == 0) == found.is_decided


def test_the_missing_people_are_about_right() -> None:
    """The worked example needs 1,237 more: at 1,900 of the same rates it is decided, at 1,800 it is not."""
    rate, other = Rate(people=300, reached=78), Rate(people=300, reached=60)

    assert count_missing_people(rate, other) == 1237
    for each, decided in ((900, False), (950, True)):
        found = measure_difference(
            Rate(people=each, reached=round(0.26 * each)), Rate(people=each, reached=round(0.2 * each))
        )
        assert found is not None
        assert found.is_decided is decided
    assert count_missing_people(rate, rate) is None
