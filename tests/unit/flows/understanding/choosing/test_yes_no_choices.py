"""Choices that begin with yes and no are taken by a yes and a no."""

import pytest

from flows.language.matching import normalize_text
from flows.understanding.choosing.choice_index import ChoiceIndex, compile_choices
from flows.understanding.choosing.choices import Ambiguous, read_choice


def index_of(*labels: str) -> ChoiceIndex:
    """Return the index of these labels."""
    numbered = [(label, number) for number, label in enumerate(labels)]
    return compile_choices({normalize_text(label): number for label, number in numbered}, len(labels), numbered)


@pytest.mark.parametrize(
    ("labels", "typed", "choice"),
    [
        (("Yes, delete it all", "No, keep it"), "yes", 0),
        (("Yes, delete it all", "No, keep it"), "yes please", 0),
        (("Yes, delete it all", "No, keep it"), "no thanks", 1),
        (("Ja, alles löschen", "Nein, behalten"), "ja bitte", 0),
        (("Ja, alles löschen", "Nein, behalten"), "nö", 1),
        (("Yes! Do it", "No – later"), "sure", 0),
        # “No mail yet” is what somebody has, and no “no”.
        (("No mail yet", "Change address"), "no", None),
        (("No mail yet", "Yes, I have it"), "no", None),
    ],
)
def test_a_label_may_say_more_than_yes(labels: tuple[str, ...], typed: str, choice: int | None) -> None:
    """What stands before the comma is the yes or the no."""
    assert read_choice(normalize_text(typed), index_of(*labels)) == choice


@pytest.mark.parametrize(
    ("typed", "choice"),
    [("yup", 0), ("jau", 0), ("yep sounds good", 0), ("sure", 0), ("nah", None), ("nope", None), ("maybe", None)],
)
def test_a_yes_is_clear_where_several_choices_say_no(typed: str, choice: int | None) -> None:
    """“Another time” and “Leave it” may both be meant by a no, so none of them is guessed."""
    labels = {"yes book it": 0, "yes": 0, "another time": 1, "no": 1, "leave it": 2, "nope sorry": 2}

    assert read_choice(normalize_text(typed), compile_choices(labels, 3)) == choice


@pytest.mark.parametrize(("typed", "choice"), [("nah", 2), ("yup", None)])
def test_a_no_is_clear_where_several_choices_say_yes(typed: str, choice: int | None) -> None:
    """“Yes, today” and “Yes, tomorrow” are asked about, the no is not."""
    assert read_choice(typed, index_of("Yes, today", "Yes, tomorrow", "No, thanks")) == choice


@pytest.mark.parametrize("typed", ["yup", "nah"])
def test_choices_that_all_say_yes_are_told_apart_by_other_words(typed: str) -> None:
    """A yes among choices of which none says no means nothing."""
    assert read_choice(typed, index_of("Yes, today", "Next week", "Some day")) is None


@pytest.mark.parametrize(
    "typed", ["just a second", "zum ersten mal hier", "first of all", "last week I was there", "on second thought"]
)
def test_an_ordinal_that_is_no_place_chooses_nothing(typed: str) -> None:
    """Patience, times and weeks count no choices."""
    labels = {"hannover": 0, "hamburg": 1, "berlin": 2}
    assert read_choice(normalize_text(typed), compile_choices(labels, 3)) is None


CITIES = ("Hannover", "Hamburg", "Berlin")
CITY_INDEX = index_of(*CITIES)


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("hamburger", ""), ("a hamburger, please", ""), ("ein Berliner", ""), ("in der Hamburger Filiale", "Hamburg"),
        ("Berlin is too far", ""), ("Berlin ist mir zu weit weg", ""), ("I hate Berlin", ""), ("Berlin sucks", ""),
        ("I moved away from Berlin", ""), ("Hamburg is too far from Berlin", ""), ("anywhere but Berlin", ""),
        ("Hamburg, Berlin is too far", "Hamburg"), ("Berlin is too far, Hannover then", "Hannover"),
        ("Hamburg too", "Hamburg"), ("berlin please", "Berlin"),
    ],
)  # fmt: skip
def test_what_a_text_speaks_against_is_not_chosen(text: str, city: str) -> None:
    """Nor is a word that alone means something else than the place it is made of."""
    choice = read_choice(normalize_text(text), CITY_INDEX)

    assert (CITIES[choice] if isinstance(choice, int) else "") == city


def test_a_choice_that_is_taken_back_is_asked_about() -> None:
    """“Berlin … no, Hamburg” may mean either."""
    assert read_choice(normalize_text("Berlin... no, Hamburg"), CITY_INDEX) == Ambiguous((1, 2))
