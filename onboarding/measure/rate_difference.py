"""The difference of two rates, with an interval that holds at every look.  Pure.

Theory.  The interval of a textbook (Wald: 1.96 standard errors to each side) is wrong in 5 % of all tests if it is
looked at *once*.  Whoever looks at a report every day, and stops when it looks good, is wrong far more often: up to
two thirds of the time in the table that ``tools.measure_coverage`` prints.  A *confidence sequence* is an interval that
holds at all looks together, so nobody has to promise when to look.

Ours is the asymptotic one of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, “Time-uniform central limit theory and
asymptotic confidence sequences” (2021, arXiv 2103.06476, theorem 2.2), by the normal mixture.  After ``n`` people,

    half width = s · sqrt( 2 (n r² + 1) / (n r²) · log( sqrt(n r² + 1) / alpha ) )

with ``s`` the standard error of the difference, which is sqrt(p(1-p)/people of one arm + q(1-q)/people of the other).
The rest is a factor that takes the place of 1.96: about 3.0 where it is least, and slowly more far from there.  ``r²``
says where that is (equation 10 there, with the usual approximation of Lambert's W):

    r² = (-2 log(alpha) + log(-2 log(alpha)) + 1) / expected people

It is called asymptotic because it rests on sums being nearly normal, as Wald's does: with few people it says nothing.
"""

from dataclasses import dataclass
from math import log, sqrt

ALPHA = 0.05
"""How often the interval may be wrong at any look: once in twenty comparisons."""
EXPECTED_PEOPLE = 1_000
"""People in both arms at which the interval is tightest.  A constant on purpose: a number that followed the data would
break the promise; and between 300 and 10,000 people the interval is at most 8 % wider than the best one."""
FEWEST = 5
"""Each arm has so many who did it and so many who did not, or nothing is said: a sum of fewer is not nearly normal."""
MOST_PEOPLE = 100_000_000
"""Beyond that no wait is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many of the people of one arm did it."""

    people: int
    reached: int

    @property
    def share(self) -> float:
        """Share of the people, 0 to 1; 0 of nobody."""
        return self.reached / self.people if self.people else 0.0

    @property
    def is_enough(self) -> bool:
        """Whether there are enough on both sides to say anything."""
        return self.reached >= FEWEST and self.people - self.reached >= FEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class RateDifference:
    """How much higher a rate is than another, as a share: 0.05 is 5 points."""

    estimate: float
    low: float
    high: float

    @property
    def is_decided(self) -> bool:
        """Whether 0, no difference at all, lies outside of the interval."""
        return self.low > 0 or self.high < 0


def measure_difference(
    rate: Rate, other: Rate, *, alpha: float = ALPHA, expected_people: int = EXPECTED_PEOPLE
) -> RateDifference | None:
    """Return how much higher ``rate`` is than ``other``, between what and what; None if there are too few yet."""
    # 60 of 300 and 78 of 300: 20 % and 26 %.  s = sqrt(0.2 · 0.8 / 300 + 0.26 · 0.74 / 300) = 0.0343; with 600 people
    # n r² = 600 · 8.78 / 1000 = 5.27, and the factor sqrt(2 · 6.27 / 5.27 · log(sqrt(6.27) / 0.05)) = 3.05.
    # So the difference is +6.0 points, between -4.5 and +16.5: not decided.  Wald says -0.7 to +12.7.
    if not (rate.is_enough and other.is_enough):
        return None
    estimate = rate.share - other.share
    half = _standard_error(rate, other) * _width_factor(rate.people + other.people, alpha, expected_people)
    return RateDifference(estimate=estimate, low=max(-1.0, estimate - half), high=min(1.0, estimate + half))


def count_missing_people(
    rate: Rate, other: Rate, *, alpha: float = ALPHA, expected_people: int = EXPECTED_PEOPLE
) -> int | None:
    """Return how many more people decide it if both rates stay as they are; 0 if it is decided.

    None if the rates are equal, or so near that nobody can wait for it.
    """
    found = measure_difference(rate, other, alpha=alpha, expected_people=expected_people)
    if found is None or found.estimate == 0:
        return None
    now, error = rate.people + other.people, _standard_error(rate, other)
    # With k times the people the standard error is 1/sqrt(k) of it.  The half width falls with n, so it is bisected.
    low, high = 0, MOST_PEOPLE
    while low < high:
        more = (low + high) // 2
        people = now + more
        half = error * sqrt(now / people) * _width_factor(people, alpha, expected_people)
        low, high = (low, more) if half < abs(found.estimate) else (more + 1, high)
    return low if low < MOST_PEOPLE else None


def _standard_error(rate: Rate, other: Rate) -> float:
    return sqrt(sum(one.share * (1 - one.share) / one.people for one in (rate, other)))


def _width_factor(people: int, alpha: float, expected_people: int) -> float:
    """Return how many standard errors the interval reaches to each side."""
    doubled = -2 * log(alpha)
    scaled = people * (doubled + log(doubled) + 1) / expected_people
    return sqrt(2 * (scaled + 1) / scaled * log(sqrt(scaled + 1) / alpha))
