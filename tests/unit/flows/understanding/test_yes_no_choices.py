"""Choices that begin with yes and no are taken by a yes and a no."""

import pytest

from flows.language.matching import normalize_text
from flows.understanding.choices import ChoiceIndex, compile_choices, read_choice


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
    "typed", ["just a second", "zum ersten mal hier", "first of all", "last week I was there", "on second thought"]
)
def test_an_ordinal_that_is_no_place_chooses_nothing(typed: str) -> None:
    """Patience, times and weeks count no choices."""
    labels = {"hannover": 0, "hamburg": 1, "berlin": 2}
    assert read_choice(normalize_text(typed), compile_choices(labels, 3)) is None
