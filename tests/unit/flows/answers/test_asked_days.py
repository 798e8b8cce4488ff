import pytest

from domain.record import Value
from flows.answers.dates.asked_days import asks_of_something
from tests.support.flow_person import person_for_steps


@pytest.mark.parametrize(
    "text",
    [
        "could we do Friday at 7?", "is Friday ok?", "is the 27th ok", "is this Friday fine?", "Is Friday open?",
        "would Friday work", "does Friday suit you?", "do you have time on Friday?", "have you got a slot on Friday?",
        "how about Friday", "what about Friday?", "what if I come on Friday", "are you free on Friday?", "Friday?",
        "is it possible on Friday", "Friday at 7", "is the coming Friday ok", "is three ok",
        "shall I bring my bike on Friday?",
    ],
)  # fmt: skip
def test_a_proposal_in_english_answers(text: str) -> None:
    """It asks only whether the day or time is right."""
    assert not asks_of_something(text, "en")


@pytest.mark.parametrize(
    "text",
    [
        "will the bike be ready on Friday?", "will the bike be ready on friday", "is it ready on Friday?",
        "hi, is the bike ready on Friday", "are you open on Friday?", "is there a party on Friday?",
        "is the ride over at 3pm", "do you close at 3?", "who works on Friday", "when do you close on Friday",
        "did you call me on Friday?", "does my son get it on Friday", "why not Friday", "is Friday closed?",
        "will my bike be ready at three",
    ],
)  # fmt: skip
def test_a_question_in_english_that_holds_a_day_does_not(text: str) -> None:
    """With or without its question mark."""
    assert asks_of_something(text, "en")


@pytest.mark.parametrize(
    "text",
    [
        "geht Freitag um 7?", "passt Freitag", "ist der Freitag recht?", "ist der 27. ok", "wäre Freitag möglich",
        "kann ich das Rad am Freitag bringen?", "habt ihr am Freitag Zeit?", "ist am Freitag was frei?", "Freitag?",
        "wie wärs mit Freitag", "was ist mit Freitag?", "was haltet ihr von Freitag", "seid ihr Freitag frei?",
        "ist das Wochenende ok", "soll ich Freitag kommen", "könntet ihr Freitag?",
        "habt ihr Freitag noch was offen?",
    ],
)  # fmt: skip
def test_a_proposal_in_german_answers(text: str) -> None:
    """A German proposal begins with its verb, as a question does."""
    assert not asks_of_something(text, "de")


@pytest.mark.parametrize(
    "text",
    [
        "wird das Rad am Freitag fertig?", "ist das Rad Freitag fertig", "wird es bis Freitag fertig",
        "habt ihr Freitag geschlossen?", "habt ihr Freitag offen?",
        "macht ihr Freitag zu", "bringt ihr das Rad am Freitag?",
        "wer arbeitet am Freitag", "warum nicht Freitag", "endet die Tour um 15 Uhr", "ist der Chef um 15 Uhr da?",
        "hallo, was ist am Freitag",
    ],
)  # fmt: skip
def test_a_question_in_german_that_holds_a_day_does_not(text: str) -> None:
    """Its verb is of a thing, of doors, or of what the shop does."""
    assert asks_of_something(text, "de")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("4 of us on Friday", {"day": "2026-11-27", "seats": 4}),
        ("Is Friday ok for 4 of us?", {"day": "2026-11-27", "seats": 4}),
        ("We are 4. Is the bike ready on Friday?", {"seats": 4}),
        ("is the bike ready on Friday, we are 4", {"seats": 4}),
    ],
)
def test_a_question_tells_no_day_to_several_questions_either(typed: str, kept: dict[str, Value]) -> None:
    """No part of it is read as one, while the number beside it is kept."""
    person = person_for_steps(
        "  both: {say: Well?, ask: {for: several, steps: [day, crew]}, go: day}\n"
        "  day: {say: Which day?, ask: date, save: day, else: bye}\n"
        "  crew: {say: How many?, ask: number, save: seats, else: bye}\n"
        "  bye: {say: Bye., go: end}\n"
    )
    person.type_text("go now")
    person.type_text(typed)
    assert person.record.fields == kept
