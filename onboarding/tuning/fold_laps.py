"""Folds equal laps of a timeline, so that a daily loop of a year is one lap and a number.  Pure."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TypeVar

LONGEST_LAP = 8
"""Items of one lap at most."""
FEWEST_LAPS = 3
"""Two equal laps are shown as they are."""

Item = TypeVar("Item")


def fold_laps(items: Sequence[Item], key: Callable[[Item], Hashable]) -> Iterator[tuple[Sequence[Item], int]]:
    """Yield the items in order, as runs with the number of laps: 1 for items that do not repeat.

    ``a b c b c b c d`` gives ``a`` once, ``b c`` three times, ``d`` once.  Of folded laps the first is yielded.
    """
    keys = [key(item) for item in items]
    place = 0
    while place < len(items):
        length, laps = _find_laps(keys, place)
        yield items[place : place + length], laps
        place += length * laps


def _find_laps(keys: Sequence[Hashable], place: int) -> tuple[int, int]:
    """Return the length of the lap that begins here, and how often it comes; ``(1, 1)`` if it does not repeat."""
    for length in range(1, LONGEST_LAP + 1):
        lap, laps = keys[place : place + length], 1
        while len(lap) == length and keys[place + laps * length : place + (laps + 1) * length] == lap:
            laps += 1
        if laps >= FEWEST_LAPS:
            return length, laps
    return 1, 1
