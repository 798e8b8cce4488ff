"""A choice by its place in the list."""

import pytest

from flows.language.matching import normalize_text
from flows.understanding.choosing.places import read_place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("the second one from the top", 1), ("second to last", 1), ("the last but one", 1), ("der vorletzte", 1),
        ("der zweite von oben", 1), ("zweiter von unten", 1), ("the penultimate one", 1),
        ("number two on your list", 1),
        ("der 2. von oben", 1), ("der zweite laden", 1), ("third from the bottom", 0), ("ganz oben", 0),
        ("the uppermost", 0), ("drittletzter", 0), ("first of the three", 0), ("ganz unten", 2),
        ("the very last one", 2), ("third from the top", 2), ("das allerletzte", 2), ("der letzte in der liste", 2),
    ],
)  # fmt: skip
def test_a_place_may_be_told_from_either_end(text: str, place: int) -> None:
    """Of three choices, in English and in German."""
    assert read_place(normalize_text(text), 3) == place


@pytest.mark.parametrize(
    "text",
    ["", "second", "the fourth from the top", "the second wednesday", "my last bike", "not the second from the top",
     "2", "ganz oben ist es kalt", "from the top"],
)  # fmt: skip
def test_other_words_are_no_place(text: str) -> None:
    """A bare ordinal is read elsewhere; a place that the list has not, a denial and other things are none."""
    assert read_place(normalize_text(text), 3) is None
