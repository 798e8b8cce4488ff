"""Laps of a timeline: what repeats is told once, and nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboarding.tuning.fold_laps import FEWEST_LAPS, LONGEST_LAP, fold_laps


@pytest.mark.parametrize(
    ("items", "folded"),
    [
        ("", []),
        ("abc", [("a", 1), ("b", 1), ("c", 1)]),
        ("aab", [("a", 1), ("a", 1), ("b", 1)]),
        ("aaab", [("a", 3), ("b", 1)]),
        ("abcbcbcd", [("a", 1), ("bc", 3), ("d", 1)]),
    ],
)
def test_equal_laps_are_one_lap_and_a_number(items: str, folded: list[tuple[str, int]]) -> None:
    """Two equal laps stay as they are; three are folded."""
    assert [("".join(lap), laps) for lap, laps in fold_laps(items, key=str)] == folded


@given(st.text("ab", max_size=60))
def test_unfolded_it_is_what_it_was(items: str) -> None:
    """Whatever is folded, laid out again it is the timeline."""
    folded = list(fold_laps(items, key=str))

    assert "".join("".join(lap) * laps for lap, laps in folded) == items
    assert all(laps == 1 or (laps >= FEWEST_LAPS and len(lap) <= LONGEST_LAP) for lap, laps in folded)
