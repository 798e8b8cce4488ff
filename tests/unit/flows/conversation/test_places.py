"""The place that a choice names has its own clock and opening hours."""

import pytest

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


ASKED = """
flow: f
start: {words: [go now]}
steps:
  hello:
    say: Which shop?
    choices:
      Manhattan: {go: now, set: {tea: Manhattan}}
      Berlin: {go: now, set: {tea: Berlin}}
    else: end
  now: {if: open now, go: here, else: closed}
  here: {say: "Open: {{ opening_hours }}.", go: when}
  closed: {say: "Closed now; {{ opening_hours }}."}
  when:
    say: When?
    ask: {for: moment, open: false}
    save: tasting_at
    else: end
  then: {if: field tasting_at is open, go: fits, else: shut}
  fits: {say: "{{ tasting_at }}: we are there.", go: end}
  shut: {say: "{{ tasting_at }}: nobody is there.", go: end}
"""
ALL_DAY = "Open: Monday to Sunday, 08:00 to 23:00."


@pytest.mark.parametrize(
    ("shop", "hour", "at_once", "typed", "later"),
    [
        ("Manhattan", 14, ALL_DAY, "monday at 10 pm", "Monday, 23 November, 22:00 (New York time): we are there."),
        ("Manhattan", 14, ALL_DAY, "monday at 5 am", "Monday, 23 November, 05:00 (New York time): nobody is there."),
        ("Manhattan", 10, "Closed now; Monday to Sunday", "monday at 8 am", "08:00 (New York time): we are there."),
        ("Berlin", 14, "Closed now; Tuesday to Saturday", "monday at 10 pm", "22:00: nobody is there."),
        ("Berlin", 14, "Closed now; Tuesday to Saturday", "tuesday at 1 pm", "13:00: we are there."),
    ],
)
def test_the_chosen_place_is_asked_whether_it_is_open(
    shop: str, hour: int, at_once: str, typed: str, later: str
) -> None:
    """“open now”, “field … is open”, {{ opening_hours }} and the name of the clock are those of the place."""
    catalog, found = compile_flows({"flows/f.yaml": ASKED.lstrip(), "tables/shops.yaml": SHOPS}, roomy_config())
    assert [str(one) for one in found if one.severity == "error"] == []
    person = FlowPerson(catalog, config=roomy_config())
    person.now = person.now.replace(hour=hour)
    person.type_text("go now")
    assert person.type_text(shop)[0].startswith(at_once)
    assert person.type_text(typed)[-1].endswith(later)
    conversation = person.record.conversation
    assert conversation is None or not any(name.startswith("@") for name in conversation.variables)


def test_a_mail_names_the_clock_of_the_place() -> None:
    """What a step mails is said by the place's name too."""
    mailing = FLOW.lstrip().replace("done: {say: Fine., go: end}", "post: {mail: checklist, else: end}")
    catalog, _ = compile_flows({"flows/f.yaml": mailing, "tables/shops.yaml": SHOPS}, roomy_config())
    person = FlowPerson(catalog, config=roomy_config())
    person.prove_address()
    for text in ("go now", "Manhattan", "monday at 10 pm"):
        person.type_text(text)
    assert [mail.variables for mail in person.mails] == [{"@place": "America/New_York"}]
