"""One sentence answers several questions; what it leaves out is asked."""

import pytest
from msgspec.structs import replace

from tests.support.flow_person import FlowPerson, person_for_steps

STEPS = """
  book: {say: "Where, when, how many?", ask: {for: several, steps: [when, party, where]}, else: bye}
  when:
    say: When?
    ask: {for: moment, open: false, from: today 14:00, to: in 60 days 20:30}
    save: tasting_at
    else: bye
  party: {say: How many?, ask: {number: whole, from: 1, to: 8}, save: seats, else: bye}
  where: {say: Where?, choices: {Hamburg: done, Berlin: done}, save: tea, else: bye}
  done: {say: "Right?", choices: {"Fine": bye, Another time: when}, else: bye}
  bye: {say: Bye., go: end}
"""
FRIDAY = "2026-11-27T19:00:00+01:00"


def person_asked() -> FlowPerson:
    """Return a person whom a flow has asked for three things at once, on a Sunday."""
    person = person_for_steps(STEPS.lstrip("\n"))
    person.type_text("go now")
    return person


@pytest.mark.parametrize(
    "sentence",
    [
        "a table for 4 on Friday at 7 in Hamburg",
        "Friday at 7 for 4, Hamburg please",
        "Hamburg, 4 people, Friday 7 pm",
        "we are 4 people, could we come to Hamburg on Friday at 19:00?",
        "for four on friday at seven pm, hamburg",
        "party of 4, on Friday, 27 November at 7 in hamburg",
        "Freitag um 19 Uhr für 4 Personen in Hamburg",
        "Hamburg Freitag 19 Uhr zu viert",
    ],
)
def test_everything_in_one_sentence(sentence: str) -> None:
    """Nothing is asked any more, and what was understood is said back."""
    person = person_asked()
    if "Freitag" in sentence:
        person.record = replace(person.record, language="de")

    assert person.type_text(sentence)[-1] == "Right?"
    kept = person.record.fields
    assert (kept["tasting_at"], kept["seats"], kept["tea"]) == (FRIDAY, 4, "Hamburg")


@pytest.mark.parametrize(
    ("sentence", "asked", "kept"),
    [
        ("for 4 on Friday at 7", "Where?", {"tasting_at": FRIDAY, "seats": 4}),
        ("Friday at 7", "How many?", {"tasting_at": FRIDAY}),
        ("4 people", "When?", {"seats": 4}),
        ("we're two", "When?", {"seats": 2}),
        ("we’ll be three", "When?", {"seats": 3}),
        ("Berlin", "When?", {"tea": "Berlin"}),
        ("for 4 on Friday", "When?", {"seats": 4}),
        ("I would like a table", "When?", {}),
        ("for 12 on Friday at 7", "How many?", {"tasting_at": FRIDAY}),
        ("for 17 on Friday at 7", "How many?", {"tasting_at": FRIDAY}),
        ("for 4 or 5 people on Friday at 7", "How many?", {"tasting_at": FRIDAY}),
        ("4 or 5 people, Friday at 7", "How many?", {"tasting_at": FRIDAY}),
        ("2 adults and 2 kids, Friday at 7", "How many?", {"tasting_at": FRIDAY}),
        ("4 people, no wait 5 people, Friday at 7", "Where?", {"tasting_at": FRIDAY, "seats": 5}),
        ("for 4, no, Friday at 7", "Where?", {"tasting_at": FRIDAY, "seats": 4}),
        ("Friday at 7 for 4, not in Berlin", "Where?", {"tasting_at": FRIDAY, "seats": 4}),
        ("Friday at 7 for 4, Hamburg or Berlin", "Where?", {"tasting_at": FRIDAY, "seats": 4}),
        ("for 4 on Friday at 7 or 8", "When?", {"seats": 4}),
        ("for 4 on Thursday or Friday at 7", "When?", {"seats": 4}),
        ("for 4 on Friday at 3 am in Berlin", "When?", {"seats": 4, "tea": "Berlin"}),
        ("for 4 on Friday at 7. We'd like Berlin", "Right?", {"tasting_at": FRIDAY, "seats": 4, "tea": "Berlin"}),
        ("Friday at 7, we'd be 4", "Where?", {"tasting_at": FRIDAY, "seats": 4}),
        ("the last table for 4 on Friday at 7", "Where?", {"tasting_at": FRIDAY, "seats": 4}),
    ],
)
def test_what_is_missing_is_asked(sentence: str, asked: str, kept: dict[str, object]) -> None:
    """By the steps that ask for it, in their order."""
    person = person_asked()

    assert person.type_text(sentence)[-1] == asked
    assert {name: value for name, value in person.record.fields.items() if value} == kept


@pytest.mark.parametrize(
    ("sentence", "seats"),
    [("4 am Freitag um 7", 4), ("wir sind 4, nein 5, Freitag um 7", 5), ("um 7 am Freitag zu viert", 4)],
)
def test_german_numbers_beside_days(sentence: str, seats: int) -> None:
    """The “am” before a day is no hour of the morning, and what is put right counts."""
    person = person_asked()
    person.record = replace(person.record, language="de")
    person.type_text(sentence)

    assert (person.record.fields["tasting_at"], person.record.fields["seats"]) == (FRIDAY, seats)


def test_half_of_an_answer_is_completed() -> None:
    """The day was said, so the step for it needs the time only."""
    person = person_asked()
    person.type_text("for 4 on Friday in Hamburg")

    assert person.type_text("at 7") == ["Right?"]
    assert person.record.fields["tasting_at"] == FRIDAY


def test_a_question_that_is_come_back_to_is_asked() -> None:
    """What one sentence has answered is passed once."""
    person = person_asked()
    person.type_text("for 4 on Friday at 7 in Hamburg")

    assert person.type_text("another time") == ["When?"]


def test_what_was_understood_is_said_back() -> None:
    """With the labels of the fields, as texts say them."""
    assert person_asked().type_text("for 4 on Friday at 7")[0].startswith("I have noted: ")
