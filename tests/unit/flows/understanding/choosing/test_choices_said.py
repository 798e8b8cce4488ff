import pytest

from flows.understanding.choosing.choice_index import compile_choices
from flows.understanding.choosing.choices import read_choice

PLACES = compile_choices({"hannover": 0, "hamburg": 1, "berlin": 2}, 3)


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        ("not berlin hamburg", 1), ("nicht berlin sondern hamburg", 1), ("hamburg rather than berlin", 1),
        ("hamburg is nearer than berlin", 1), ("lieber hamburg als berlin", 1), ("the second of them", 1), ("2", 1),
        ("hamburg not berlin", 1),
    ],
)  # fmt: skip
def test_what_is_preferred_to_another_is_chosen(typed: str, chosen: int) -> None:
    """A denial and a comparison name two and leave one."""
    assert read_choice(typed, PLACES) == chosen


@pytest.mark.parametrize(
    "typed",
    [
        "neither hamburg nor berlin", "not hamburg or berlin", "not hamburg", "nicht hamburg und nicht berlin",
        "hamburg is further than berlin from here not berlin either",
        "at 2", "um 2", "in 2 hours", "two of them", "2 of them", "alle drei", "all three", "both two",
        "früher hamburg jetzt köln", "berlin was where i was born now im in cologne", "my brother has a shop in berlin",
    ],
)  # fmt: skip
def test_what_only_names_a_choice_is_none(typed: str) -> None:
    """A time, an amount, several of them, the past, and somebody else's choose nothing."""
    assert not isinstance(read_choice(typed, PLACES), int)
