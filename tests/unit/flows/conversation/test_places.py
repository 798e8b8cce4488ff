"""The place that a choice names has its own clock and opening hours."""

from flows.load import compile_flows
from tests.support.flow_person import FlowPerson, roomy_config

FLOW = """
flow: f
start: {words: [go now]}
steps:
  hello:
    say: Which shop?
    choices:
      Manhattan: {go: when, set: {tea: Manhattan}}
      Berlin: {go: when, set: {tea: Berlin}}
    else: end
  when:
    say: When?
    ask: {for: moment, from: tomorrow}
    save: tasting_at
    else: end
  done: {say: Fine., go: end}
"""
SHOPS = """
- {id: ny, tea: Manhattan, zone: America/New_York, open: "mon-sun 8:00 to 23:00"}
- {id: b1, tea: Berlin}
- {id: k1, tea: Kreuzberg}
"""


def after_choosing(shop: str, table: str = SHOPS) -> FlowPerson:
    """Return a person who chose a shop."""
    catalog, found = compile_flows({"flows/f.yaml": FLOW.lstrip(), "tables/shops.yaml": table}, roomy_config())
    assert [str(one) for one in found if one.severity == "error"] == []
    person = FlowPerson(catalog, config=roomy_config())
    for text in ("go now", shop):
        person.type_text(text)
    return person


def test_a_choice_that_names_a_row_of_places_chooses_it() -> None:
    """A Monday evening is open there, and the time is that of the place."""
    person = after_choosing("Manhattan")

    assert person.type_text("monday at 10 pm")[-1] == "Fine."
    assert person.record.fields["tasting_at"] == "2026-11-23T22:00:00-05:00"


def test_a_row_without_hours_keeps_those_of_the_workspace() -> None:
    """Its empty cells say nothing."""
    assert (
        after_choosing("Berlin").type_text("monday at 10 pm")[0].startswith("On Monday, 23 November 2026 we are closed")
    )


def test_two_rows_of_that_name_are_no_place() -> None:
    """Nobody could tell which."""
    twice = SHOPS + '- {id: ny2, tea: Manhattan, open: "mon-sun 0:00 to 24:00"}\n'

    assert after_choosing("Manhattan", twice).type_text("monday at 10 pm")[0].startswith("On Monday")
