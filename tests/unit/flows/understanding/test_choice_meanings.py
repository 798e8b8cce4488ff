"""Choices that are meant in other words than their label's, and those at one end of their prices or times."""

import pytest

from flows.language.matching import normalize_text
from flows.understanding.agreement import read_answer
from flows.understanding.choice_index import ChoiceIndex, compile_choices
from flows.understanding.choices import read_choice


def _compile(*labels: str) -> ChoiceIndex:
    written = [(label, number) for number, label in enumerate(labels)]
    return compile_choices({normalize_text(label): number for label, number in written}, len(labels), written)


CONTACT = _compile("By phone", "By mail", "By chat")
COMPANY = _compile("Nur ich", "Als Paar", "Mit Familie", "Mit Freunden")
LEVEL = _compile("Never tried it", "Tried it once or twice", "Every week")
CLASSES = _compile("Yoga flow", "Yin yoga", "Just browsing")
OFTEN = _compile("Daily", "Weekly", "Rarely")
PERSON = _compile("Mr", "Ms", "Prefer not to say")
PRICES = _compile("Basic 9 €", "Plus 19,90 €", "Premium 1.290 €", "Not sure")
TIMES = _compile("30 min – 20 €", "60 min – 35 €", "1.5 hours – 35 €")


@pytest.mark.parametrize(
    ("index", "text", "chosen"),
    [(CONTACT, "call me", 0), (CONTACT, "lieber ruf mich an", 0), (CONTACT, "rather text me", 2),
     (COMPANY, "me and my girlfriend", 1), (COMPANY, "mit meiner Freundin", 1), (COMPANY, "meine frau und die kids", 2),
     (COMPANY, "ich und meine kumpels", 3), (COMPANY, "allein", 0), (LEVEL, "never", 0), (LEVEL, "noch nie", 0),
     (LEVEL, "not yet", 0), (CLASSES, "guck nur", 2), (CLASSES, "i'm just looking around", 2),
     (OFTEN, "every day", 0), (OFTEN, "once a week", 1), (OFTEN, "ab und zu", 2), (PERSON, "i'm a guy", 0),
     (PERSON, "i'd rather not say", 2), (PERSON, "none of your business", 2)],
)  # fmt: skip
def test_a_choice_is_meant_in_other_words(index: ChoiceIndex, text: str, chosen: int) -> None:
    """By what its label means; a girlfriend is no slip of friends."""
    assert read_choice(normalize_text(text), index) == chosen


@pytest.mark.parametrize(
    ("index", "text"),
    [(CONTACT, "don't call me"), (CONTACT, "when can you call?"), (CONTACT, "call or text"),
     (COMPANY, "meine frau mag das nicht"), (COMPANY, "my wife hates it"), (LEVEL, "never mind"), (LEVEL, "not really"),
     (CLASSES, "looks good"), (CLASSES, "i'm looking for a class"), (CLASSES, "call me"), (OFTEN, "never")],
)  # fmt: skip
def test_what_only_holds_such_a_word_chooses_nothing(index: ChoiceIndex, text: str) -> None:
    """A denial, a question, two meanings, another matter, or more than the meaning."""
    assert not isinstance(read_choice(normalize_text(text), index), int)


@pytest.mark.parametrize(
    ("index", "text", "chosen"),
    [(PRICES, "the cheapest one", 0), (PRICES, "am liebsten das günstigste", 0), (PRICES, "most expensive pls", 2),
     (TIMES, "the shortest", 0), (TIMES, "die längste bitte", 2), (TIMES, "cheapest", 0), (TIMES, "the priciest", None),
     (PRICES, "not the cheapest", None), (PRICES, "what's the cheapest?", None), (PRICES, "the longest", None),
     (_compile("45 minutes", "half a day"), "the longest", None), (_compile("Free", "Pro $9"), "the cheapest", 0)],
)  # fmt: skip
def test_the_choice_at_one_end_is_meant(index: ChoiceIndex, text: str, chosen: int | None) -> None:
    """Only where all labels say a price or a time, and one alone is at that end."""
    assert read_choice(normalize_text(text), index) == chosen


@pytest.mark.parametrize(
    ("text", "verdict"),
    [("rather text me", False), ("lieber per mail", False), ("can you text me instead", False), ("call me", True),
     ("yes, text me", None), ("I am on the phone", None)],
)  # fmt: skip
def test_another_way_of_contact_is_a_no_to_the_offered_one(text: str, verdict: object) -> None:
    """A yes beside it is asked again."""
    assert read_answer(text, "Shall we call you when the bike is fixed?") is verdict
