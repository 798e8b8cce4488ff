"""The split's own check: a fair bet on being wrong, worked out in full on small numbers."""

from collections.abc import Iterator
from math import exp, factorial, log, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboarding.measure.split_check import is_split_off, measure_split_evidence

SHARES = st.lists(st.integers(1, 10), min_size=2, max_size=4).map(lambda parts: [one / sum(parts) for one in parts])


def divisions(people: int, arms: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to divide people into arms."""
    if arms == 1:
        yield (people,)
        return
    for first in range(people + 1):
        yield from ((first, *rest) for rest in divisions(people - first, arms - 1))


@given(SHARES, st.integers(0, 9))
def test_under_a_right_split_it_wins_nothing(shares: list[float], people: int) -> None:
    """Over all ways in which people can fall, weighted by how likely they are, the e-value is 1 on average."""
    average = sum(
        factorial(people) / prod(map(factorial, counts))
        * prod(share**count for share, count in zip(shares, counts, strict=True))
        * exp(measure_split_evidence(counts, shares))
        for counts in divisions(people, len(shares))
    )  # fmt: skip

    assert average == pytest.approx(1)


@given(SHARES, st.data())
def test_one_more_person_wins_nothing_on_average(shares: list[float], data: st.DataObject) -> None:
    """Whatever was counted so far, the next person changes nothing on average: so it may be looked at any day."""
    counts = [data.draw(st.integers(0, 3_000)) for _ in shares]
    now = measure_split_evidence(counts, shares)

    gains = [
        share * exp(measure_split_evidence([*counts[:arm], counts[arm] + 1, *counts[arm + 1 :]], shares) - now)
        for arm, share in enumerate(shares)
    ]

    assert sum(gains) == pytest.approx(1, rel=1e-6)


@given(st.integers(0, 5_000), st.integers(0, 5_000), st.integers(1, 99))
def test_the_order_of_arms_does_not_matter(one: int, other: int, percent: int) -> None:
    """Both ways round the same evidence."""
    share = percent / 100

    assert measure_split_evidence([one, other], [share, 1 - share]) == pytest.approx(
        measure_split_evidence([other, one], [1 - share, share]), abs=1e-6
    )


@pytest.mark.parametrize(
    ("counts", "shares", "off"),
    [
        ([0, 0], [0.5, 0.5], False),
        ([60, 40], [0.5, 0.5], False),
        ([600, 400], [0.5, 0.5], True),
        ([60, 0], [0.5, 0.5], True),
        ([901, 881, 218], [0.45, 0.45, 0.10], False),
        ([901, 981, 118], [0.45, 0.45, 0.10], True),
        ([5_050, 4_950], [0.5, 0.5], False),
        ([3, 97], [0, 1], True),
        ([0, 97], [0, 1], False),
    ],
)
def test_a_broken_split_is_told(counts: list[int], shares: list[float], *, off: bool) -> None:
    """Off by chance is believed, off by a fault is not; a part of 0 % is nobody's."""
    assert is_split_off(counts, shares) is off


def test_the_worked_example_is_true() -> None:
    """60 and 40 of halves: 0.66; 600 and 400: 17.1, far above log(1,000)."""
    halves = [0.5, 0.5]

    assert round(measure_split_evidence([60, 40], halves), 2) == 0.66
    assert round(measure_split_evidence([600, 400], halves), 1) == 17.1
    assert log(1000) < 17.1
