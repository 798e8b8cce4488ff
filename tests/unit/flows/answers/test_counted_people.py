"""A number of people stands among times, days and names."""

import pytest

from flows.answers.counted_people import find_head_count
from tests.support.flow_person import person_for_steps

GO_ON = "  fine:\n    say: Fine.\n    go: end\n"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("3 of us at 7 please", 3), ("4 people at 7pm", 4), ("there are 3 of us, at 18:00", 3),
        ("table for two at 7 pm", 2),
        ("3 people on the 14th", 3), ("four people on 5 December", 4), ("4 of us, at about half past six", 4),
        ("zu zweit am Freitag um 7", 2), ("drei Personen am 14.", 3), ("zu viert so gegen acht", 4),
        ("2 Personen um 19 Uhr", 2),
        ("me and my wife", 2), ("my husband and I", 2), ("meine Frau und ich", 2), ("2, my husband and me", 2),
        ("3 of us my sister and my mom and me", 3), ("wir sind drei, meine Mutter, meine Schwester und ich", 3),
        ("2 friends and me", None), ("2 of us and me", None), ("three of us, my two kids and me", None),
        ("5 (five)", 5), ("6 hungry cyclists", 6), ("a group of four, arriving about 6", 4), ("4 am Freitag", None),
        # A second number may count people, too, and a number alone may be a time.
        ("4 of us but 2 come later", None), ("2 of us now and 3 later", None), ("3, at 7", None), ("at seven", None),
        ("me and my three brothers", None), ("my wife, me and 2 kids", None), ("me and my wife and her sister", None),
        ("4 adults, a baby", None), ("4 plus me", None), ("the 4 of us minus Tom", None), ("2 + 2", None),
        ("4 5", None),
        ("4 tables", None), ("2 tandems", None), ("page 4", None), ("4x", None), ("4 at least", None),
        ("one of us", None),
        ("last time we were 5", None), ("one thing first", None), ("a table", None), ("freitag der 3.", None),
        ("sieben uhr", None), ("eine Familie", None), ("Haus 4", None), ("twice 2", None),
    ],
)  # fmt: skip
def test_how_many_come_is_told_from_other_numbers(typed: str, kept: int | None) -> None:
    """Where it is not certain which number is meant, it is asked again."""
    asked = "  q: {say: How many of you come?, ask: {number: whole, from: 1, to: 8}, save: seats, else: fine}\n"
    person = person_for_steps(asked + GO_ON)
    person.type_text("go now")

    person.type_text(typed)

    assert person.record.fields.get("seats") == kept


def test_a_text_that_counts_nobody_stays_as_it_is() -> None:
    """Only what certainly tells how many come is cut out."""
    assert find_head_count("at 7 on Friday", "en") == "at 7 on Friday"
    assert find_head_count("3 of us and 4 of them at 7", "en") == "3 of us and 4 of them at 7"
    assert find_head_count("3 of us at 7", "en") == "3 of us"
