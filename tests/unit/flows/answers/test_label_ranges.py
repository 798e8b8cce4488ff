"""The range of a label that a number lies in."""

import pytest

from flows.answers.label_ranges import find_range
from flows.language.matching import normalize_text

AGES = {"under 18": 0, "18 to 24": 1, "25 to 34": 2, "35 or older": 3, "35 oder älter": 3, "unter 18": 0}


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("I'm 34", "en", 2), ("just turned 28", "en", 2), ("i'm twenty-eight", "en", 2), ("18", "en", 1),
        ("17", "en", 0),
        ("52 years young", "en", 3), ("age 31", "en", 2), ("ich bin einundzwanzig", "de", 1), ("30 jahre", "de", 2),
        ("bin 12", "de", 0), ("grad 30 geworden", "de", 2), ("ich bin scho 61", "de", 3),
    ],
)  # fmt: skip
def test_a_number_chooses_the_range_it_lies_in(text: str, language: str, number: int) -> None:
    """Alone or in a sentence, in figures or in words."""
    assert find_range(normalize_text(text), AGES, language) == number


@pytest.mark.parametrize(
    "text", ["150", "34 or 35", "over 18", "my son is 12", "2 kids", "18 to 24", "", "i'm old", "under 18", "not 34"]
)
def test_what_is_no_single_number_of_ones_own_chooses_none(text: str) -> None:
    """Borders, several numbers, somebody else's age, no age at all."""
    assert find_range(normalize_text(text), AGES, "en") is None


@pytest.mark.parametrize(
    ("labels", "text", "number"),
    [
        (("18 29", "30 45", "46"), "34", 1), (("up to 5 km", "5 to 20 km", "more than 20 km"), "12 km", 1),
        (("up to 5 km", "more than 5 km"), "5", 0), (("under 5", "over 5"), "5", None), (("2", "4", "6"), "5", None),
        (("1 bike", "2 or more"), "3", 1),
    ],
)  # fmt: skip
def test_ranges_are_read_from_how_labels_are_written(labels: tuple[str, ...], text: str, number: int | None) -> None:
    """Open at either end, with units; bare numbers are no ranges."""
    assert find_range(text, {label: place for place, label in enumerate(labels)}, "en") == number


PRICES = {"under 50": 0, "50 100": 1, "over 100": 2}
SCALE = {str(number): number for number in range(11)}
YEARS = {"never tried it": 0, "less than a year": 1, "1 3 years": 2, "more than 3 years": 3}
PARTIES = {"1 2 people": 0, "3 4 people": 1, "5 or more": 2}


@pytest.mark.parametrize(
    ("labels", "text", "number"),
    [
        (PRICES, "about 80 euros", 1), (PRICES, "around 50 to 60", 1), (PRICES, "80-90", 1), (PRICES, "40 to 60", None),
        (PRICES, "max 50", None), (PRICES, "not more than 80", None), (PRICES, "30 bucks", 0),
        (PARTIES, "2 adults and 2 kids", 1), (PARTIES, "me and 3 friends", 1), (PARTIES, "zu viert", 1),
        (PARTIES, "two of us, maybe 6", None), (PARTIES, "3 or 4", 1), (PARTIES, "2 or 3", None),
    ],
)  # fmt: skip
def test_a_small_range_or_a_sum_lies_in_one(labels: dict[str, int], text: str, number: int | None) -> None:
    """Both ends in the same range; people of two kinds are counted together."""
    assert find_range(normalize_text(text), labels, "en") == number
