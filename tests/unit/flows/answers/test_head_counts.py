"""Amounts of time, money and weight do not answer how many people come."""

import pytest

from flows.answers.head_counts import names_other_count
from tests.support.flow_person import person_for_steps

GO_ON = "  fine:\n    say: Fine.\n    go: end\n"


@pytest.mark.parametrize(
    ("question", "typed", "kept"),
    [
        ("How many of you come along?", "two hours", None), ("How many of you come along?", "for 2 h", None),
        ("How many of you come along?", "4 euros", None), ("How many of you come along?", "4 of us", 4),
        ("How many of you come along?", "two", 2), ("How many hours do you need?", "two hours", 2),
        ("For how many days?", "3 days", 3), ("How far do you ride?", "7 km", 7),
    ],
)  # fmt: skip
def test_a_measure_is_no_head_count(question: str, typed: str, kept: int | None) -> None:
    """Where people are asked for, “two hours” is asked about again; where hours are, it is the answer."""
    steps = f"  q:\n    say: {question}\n    ask: {{number: whole, from: 1, to: 8}}\n    save: seats\n    else: fine\n"
    person = person_for_steps(steps + GO_ON)
    person.type_text("go now")

    person.type_text(typed)

    assert person.record.fields.get("seats") == kept


@pytest.mark.parametrize(
    "text",
    [
        "one more", "two more than last time", "+1", "3 others and me", "ein Freund und ich", "noch einer", "4x4",
        "2 of my friends", "two of us can’t come", "einer von uns ist krank", "zwei können nicht", "room 4", "Zimmer 4",
        "my son is 4", "seit 4 Jahren dabei", "we have 2 dogs", "ich brauche 2 Helme", "it costs 4", "number 7 bus",
        "acht auf die Kinder", "as many as 5", "alle acht nicht",
    ],
)  # fmt: skip
def test_a_number_of_something_else_counts_nobody(text: str) -> None:
    """Some of them, somebody added, a thing, an age: it is asked again."""
    assert names_other_count(text)


@pytest.mark.parametrize(
    "text",
    [
        "4", "we are four", "wir sind zu viert", "4 of us", "a table for 4", "4 people please",
        "vier Personen", "nur ich", "4 if that's ok", "eight", "acht Leute", "3 kids and one adult, 4 in all",
    ],
)  # fmt: skip
def test_people_are_counted(text: str) -> None:
    """However they are said."""
    assert not names_other_count(text)
