"""A switch goes by what stands in a field."""

import pytest

from tests.support.flow_person import FlowPerson, person_for_steps

ENDS = "".join(f"  {name}: {{say: {name}, go: end}}\n" for name in ("low", "middle", "high", "other"))


def person_switched(field: str, ask: str, cases: str) -> FlowPerson:
    """Return a person whom a flow has asked for the field, before it switches by it."""
    person = person_for_steps(
        f"  q: {{say: Well?, {ask}, save: {field}, else: end}}\n"
        f"  by: {{switch: {field}, cases: {cases}, else: other}}\n{ENDS}"
    )
    person.type_text("go now")
    return person


@pytest.mark.parametrize(
    ("mark", "way"), [("9", "high"), ("10", "high"), ("7", "middle"), ("8", "middle"), ("6", "low"), ("0", "low")]
)
def test_by_ranges_of_numbers(mark: str, way: str) -> None:
    """As promoters, passives and detractors are told apart."""
    cases = "{9 or more: high, 7 or 8: middle, at most 6: low}"
    person = person_switched("points", "ask: {for: rating, from: 0, to: 10}", cases)

    assert person.type_text(mark) == [way]


@pytest.mark.parametrize(
    ("city", "way"),
    [("Hamburg", "low"), ("bonn", "middle"), ("Kiel", "middle"), ("Rome", "other"), ("this or that", "high")],
)
def test_by_values_of_a_text(city: str, way: str) -> None:
    """Without regard to case; “or” joins values, and may stand in one."""
    cases = "{Hamburg: low, Bonn or Kiel: middle, This or that: high}"

    assert person_switched("tea", "ask: text", cases).type_text(city) == [way]


def test_by_yes_and_no_and_nothing() -> None:
    """An empty field has a case of its own."""
    person = person_for_steps(
        "  by: {switch: agreed, cases: {yes: high, no: low, empty: middle}, else: other}\n" + ENDS
    )

    assert person.type_text("go now") == ["middle"]


def test_by_what_a_list_has() -> None:
    """The first case that is true counts."""
    person = person_switched("interests", "ask: many, choices: [Tea, Cups]", "{Cups: high, Tea: low}")

    assert person.type_text("all") == ["high"]
