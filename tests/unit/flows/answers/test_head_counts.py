"""Amounts of time, money and weight do not answer how many people come."""

import pytest

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
