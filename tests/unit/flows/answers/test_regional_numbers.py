"""Number words of the regions."""

import pytest

from flows.answers.counted_people import find_head_count
from flows.answers.regional_numbers import write_standard


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("zwoa", "zwei"), ("mia san zwoa", "mia san zwei"), ("drei-e", "drei"), ("fümf", "fünf"), ("zwo", "zwei"),
        ("zwoatausend", "zweitausend"), ("zu zwoat", "zu zweit"), ("mir san achte", "mir san acht"),
        ("der achte", "der achte"), ("bloß i", "nur ich"), ("zwoa leit", "zwei leute"), ("am zehnten", "am zehnten"),
    ],
)  # fmt: skip
def test_a_spoken_number_is_written(spoken: str, written: str) -> None:
    """Places and days that sound alike stay."""
    assert write_standard(spoken) == written


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("4 including 2 kids", "en", "4"), ("4, two of whom are children", "en", "4"),
        ("vier inkl. zwei kinder", "de", "vier"), ("4 people (2 kids included)", "en", "4 people"),
        ("4 adults and 2 kids", "en", "4 adults and 2 kids"), ("three or four of us", "en", "three or four of us"),
    ],
)  # fmt: skip
def test_a_part_that_is_included_is_not_counted_again(text: str, language: str, told: str) -> None:
    """Who comes on top of a number is asked about, as before."""
    assert find_head_count(text, language) == told
