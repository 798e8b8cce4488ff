"""Choices by size, by amount, and those that say that any will do."""

import pytest

from flows.language.matching import normalize_text
from flows.understanding.choosing.choice_index import ChoiceIndex, compile_choices
from flows.understanding.choosing.choices import read_choice
from flows.understanding.choosing.indifference import is_indifferent
from flows.understanding.choosing.sizes import find_size

PIZZAS = compile_choices({"small 26 cm": 0, "medium 32 cm": 1, "large 40 cm": 2}, 3)
GERMAN = compile_choices({"klein 26 cm": 0, "mittel 32 cm": 1, "gross 40 cm": 2}, 3)
PARTS = compile_choices({"morning": 0, "afternoon": 1, "evening": 2, "i dont mind": 3, "ist mir egal": 3}, 4)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [("the big one", 2), ("biggest please", 2), ("I'd say the middle one", 1), ("a little one", 0), ("40cm", 2),
     ("26cm pls", 0), ("large", 2), ("biggest one you got", 2), ("die 40er bitte", 2)],
)  # fmt: skip
def test_a_size_is_chosen_in_other_words(text: str, chosen: int) -> None:
    """Also by its amount, typed without the space."""
    assert read_choice(normalize_text(text), PIZZAS) == chosen


@pytest.mark.parametrize(
    ("text", "chosen"), [("nehm die mittlere", 1), ("ne große bitte", 2), ("die kleinste reicht", 0), ("32cm", 1)]
)
def test_a_size_is_chosen_in_german(text: str, chosen: int) -> None:
    """With the endings that an adjective has."""
    assert read_choice(normalize_text(text), GERMAN) == chosen


@pytest.mark.parametrize(
    "text",
    ["too big", "big family", "not the big one", "small or big", "two big ones and a small", "3 big ones", "12cm",
     "4cm", "die 20er", "how big is it", "a huge one"],
)  # fmt: skip
def test_what_only_speaks_of_size_chooses_nothing(text: str) -> None:
    """A complaint, a denial, two sizes, an amount that no label has, a size that none is."""
    assert not isinstance(read_choice(normalize_text(text), PIZZAS), int)


@pytest.mark.parametrize(
    ("text", "choices"),
    [("are the large ones spicy", PIZZAS), ("is the big one good", PIZZAS), ("is the second one thicker", PIZZAS),
     ("do you have the large without cheese", PIZZAS), ("sind die großen scharf", GERMAN),
     ("ist die mittlere für zwei", GERMAN), ("gibts die kleine auch vegan", GERMAN)],
)  # fmt: skip
def test_a_question_that_begins_with_its_verb_chooses_nothing(text: str, choices: ChoiceIndex) -> None:
    """It asks about a choice, though nobody types its sign."""
    assert read_choice(normalize_text(text), choices) is None


@pytest.mark.parametrize("text", ["can i have the large one", "do the large one", "kann ich die grosse haben"])
def test_who_asks_for_a_choice_has_chosen(text: str) -> None:
    """The same words in front of a wish."""
    assert read_choice(normalize_text(text), GERMAN if "ich" in text else PIZZAS) == 2


def test_one_size_is_no_series() -> None:
    """“Big Ben” stands beside places, and two labels of the same size leave it open."""
    assert find_size("the large one", {"big ben": 0, "tower": 1}) is None
    assert find_size("the big one", {"small": 0, "large tea": 1, "large coffee": 2}) is None
    assert find_size("the biggest", {"s": 0, "m": 1, "xl": 2}) == 2


@pytest.mark.parametrize(
    "text",
    ["egal", "is mir wirklich egal", "whatever", "is mir wurscht", "doesn't matter to me", "any", "no preference"],
)
def test_any_will_do_where_a_choice_says_so(text: str) -> None:
    """And only there."""
    assert read_choice(normalize_text(text), PARTS) == 3
    assert read_choice(normalize_text(text), PIZZAS) is None


@pytest.mark.parametrize(
    "text", ["I do mind", "not any", "anything but evening", "whatever size", "any news?", "Wurstsalat"]
)
def test_who_is_not_indifferent_chooses_nothing(text: str) -> None:
    """A denial, an exception, another thing."""
    assert not is_indifferent(normalize_text(text))
