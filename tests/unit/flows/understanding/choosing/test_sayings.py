"""Sayings that stand for a label, and remarks that speak against nothing."""

import pytest

from flows.language.matching import normalize_text
from flows.understanding.choosing.sayings import drop_remark, find_saying, is_at_loss, says_has_none, says_undecided

BIKES = {"city bike": 0, "mountain bike": 1, "i have none": 2, "stadtrad": 0, "elektrorad": 1, "ich habe keins": 2}


@pytest.mark.parametrize(
    "text",
    [
        "hm no clue tbh", "idk tbh", "not a clue mate", "haven't a clue", "beats me", "good question, no idea",
        "couldn't tell you", "i wouldn't know", "not rly sure tbh", "ka ehrlich gesagt", "k.a. ehrlich gesagt", "kp",
        "keinen schimmer", "woaß ned", "weiß nich so genau", "kann ich nicht sagen", "null plan", "hm weiß grad nicht",
    ],
)  # fmt: skip
def test_who_does_not_know_says_so_with_fillers(text: str) -> None:
    """In sayings, dialect and short forms."""
    assert is_at_loss(normalize_text(text))


@pytest.mark.parametrize(
    "text", ["i know", "not sure about the price", "ich weiß nicht ob ihr offen habt", "sure", "no", "kaputt"]
)
def test_more_than_that_is_no_saying(text: str) -> None:
    """Something else is told or asked."""
    assert not is_at_loss(normalize_text(text))


@pytest.mark.parametrize(
    "text",
    ["havent decided yet", "I have not decided yet", "undecided", "still deciding", "haven't made up my mind yet",
     "hab mich noch nicht entschieden", "noch keine entscheidung getroffen", "kann mich nicht entscheiden"],
)  # fmt: skip
def test_who_has_not_decided_says_so(text: str) -> None:
    """With or without the apostrophe."""
    assert says_undecided(normalize_text(text))


@pytest.mark.parametrize(
    "text",
    ["I don't own any", "don't have one", "haven't got one", "i have no bike", "no bike", "dont ride", "ain't got one",
     "ich besitze keins", "ich hab kein rad", "i hob koans", "hab keens", "ich besitz gar kein fahrrad", "gar keins"],
)  # fmt: skip
def test_who_has_none_says_so_by_a_denied_verb(text: str) -> None:
    """The thing is what at least two labels end with."""
    assert says_has_none(normalize_text(text), list(BIKES))


@pytest.mark.parametrize("text", ["no", "no sorry", "no time", "i have no mountain", "ich hab keine zeit", "no city"])
def test_having_something_else_not_is_no_answer(text: str) -> None:
    """A mere no, and what only one label names."""
    assert not says_has_none(normalize_text(text), list(BIKES))


def test_a_saying_takes_the_label_that_says_the_same() -> None:
    """And none where no label does."""
    assert find_saying("i dont own any", BIKES, None) == 2
    assert find_saying("no clue", {"not yet decided": 1}, None) == 1
    assert find_saying("no clue", BIKES, 4) == 4
    assert find_saying("no clue", BIKES, None) is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("hamburg, that's not far", "hamburg"), ("hamburg ist ned weit", "hamburg"), ("berlin isn't bad", "berlin"),
        ("hamburg is not far from berlin", "hamburg from berlin"), ("berlin is too far", "berlin is too far"),
        ("not berlin", "not berlin"), ("not far", "not far"),
    ],
)  # fmt: skip
def test_a_remark_that_speaks_against_nothing_is_dropped(text: str, left: str) -> None:
    """What really speaks against a choice stays."""
    assert drop_remark(normalize_text(text)) == left
