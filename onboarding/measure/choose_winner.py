"""Which of several parts is the better one, or why that cannot be said yet.  Pure.

The same interval as in the reports decides (:mod:`onboarding.measure.rate_difference`), so it may be asked as often as
one likes.  The best part must be better than every other one; of all pairs together one in twenty may be wrong, since
which one is the best is seen only in the same numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from onboarding.measure.rate_difference import ALPHA, Rate, measure_difference
from onboarding.measure.split_check import is_split_off

FEWEST_PEOPLE = 100
"""People of each part whose time is over."""
WHOLE_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class WinnerVerdict:
    """What can be said of the parts now."""

    winner: str = ""
    """The part to take; empty if it is too early."""
    is_early: bool = False
    """True if nothing is settled, and ``winner`` is only what was to be taken then."""
    why: str
    """Half a sentence: why it wins, or why it is too early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """What became of the people of one part."""

    percent: int
    """Its share, as people were divided."""
    exposed: int
    """People who got it."""
    rate: Rate
    """Those of them whose time is over, and who of these did it."""


def choose_winner(
    parts: Mapping[str, PartResult], *, otherwise: str = "", fewest_people: int = FEWEST_PEOPLE
) -> WinnerVerdict:
    """Return the part that is better than all others, or why there is none yet.

    ``parts`` are those that people got: two or more, each with a share above 0.  ``otherwise`` is taken if nothing is
    settled; empty if that is left open.
    """
    verdict = _find_best(parts, fewest_people)
    return verdict if verdict.winner or not otherwise else replace(verdict, winner=otherwise, is_early=True)


def _find_best(parts: Mapping[str, PartResult], fewest_people: int) -> WinnerVerdict:
    # First of all: if some get lost on one way, the rates compare people who are not alike.
    results = parts.values()
    if is_split_off([each.exposed for each in results], [each.percent / WHOLE_PERCENT for each in results]):
        return WinnerVerdict(why="people were not divided as the file says")
    for name, part in parts.items():
        if part.rate.people < fewest_people:
            return WinnerVerdict(why=f"{name} has {part.rate.people:,} of the {fewest_people:,} people that are needed")
    # Three parts, 10 %, 30 % and 31 % of 400: 31 % beats the first, but may beat the second by chance: nothing has won.
    best, *others = sorted(parts, key=lambda name: -parts[name].rate.share)
    # The best is picked from the numbers that judge it, so any pair may be the one that is asked about.
    pairs = len(parts) * (len(parts) - 1) // 2
    if all(_is_better(parts[best].rate, parts[other].rate, ALPHA / pairs) for other in others):
        return WinnerVerdict(winner=best, why=_tell_shares(parts, [best, *others]))
    return WinnerVerdict(why=f"the difference may still be chance: {_tell_shares(parts, [best, *others])}")


def _is_better(rate: Rate, other: Rate, alpha: float) -> bool:
    found = measure_difference(rate, other, alpha=alpha)
    return found is not None and found.low > 0


def _tell_shares(parts: Mapping[str, PartResult], names: Sequence[str]) -> str:
    return ", ".join(f"{name} {parts[name].rate.share:.1%} of {parts[name].rate.people:,}" for name in names)
