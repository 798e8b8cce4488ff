"""Cards made of the rows of a table, within the limits of the generic template."""

from collections.abc import Mapping

import pytest

from domain.effects import Button, Card
from flows.language.cards import MOST_LINE_CHARACTERS, compile_cards
from flows.language.model import Cards
from flows.language.tables import Table, read_tables
from language.conditions.values import ComparisonScope
from language.text_template import TextError, TextTemplate
from tests.support.flow_person import START, shipped_config


def read_table(text: str) -> Table:
    """Return a table of this text."""
    tables, findings = read_tables({"tables/teas.yaml": text}, shipped_config())
    assert {one.code for one in findings} <= {"no-translation"}
    return tables["teas"]


def render_cards(written: Mapping[str, object], rows: str, **values: object) -> tuple[Card, ...]:
    """Return the cards that a person sees."""
    cards = Cards.model_validate({"from": "teas", **written})
    compiled = compile_cards(
        cards, None, read_table(rows), language="en", make_payload=lambda what: f"tap|{what}", first_button=0
    )

    def values_for(_text: TextTemplate) -> Mapping[str, object]:
        return {"website": "https://a.example", "@language": "de", **values}

    return compiled.render(values_for, lambda: ComparisonScope(now=START, values=values))


def test_a_card_says_what_its_row_holds() -> None:
    """Columns are variables, beside the person's; filters say them in the person's language."""
    rows = "- {id: assam, name: Assam, price: 12.9, slug: assam-1, black: true}"
    written = {
        "title": "{{ name }} for {{ who }}", "subtitle": "{{ price | money('EUR') }}, schwarz: {{ black }}",
        "image": "{{ website }}/{{ slug }}.jpg", "link": "{{ website }}/{{ slug }}",
        "buttons": {"Order": "{{ website }}/order/{{ slug }}", "Ask": "ask", "Call": "+49401234567"},
    }  # fmt: skip
    assert render_cards(written, rows, who="Mia", name="nobody") == (
        Card(
            title="Assam for Mia", subtitle="12,90\N{NO-BREAK SPACE}€, schwarz: ja",
            image="https://a.example/assam-1.jpg",
            link="https://a.example/assam-1",
            buttons=(
                Button(label="Order", url="https://a.example/order/assam-1"),
                Button(label="Ask", payload="tap|button.1.assam"),
                Button(label="Call", call="+49401234567"),
            ),
        ),
    )  # fmt: skip


def test_no_more_cards_than_are_wanted() -> None:
    """The first rows of the table that fit."""
    rows = "\n".join(f"- {{id: r{at}, name: Tea {at}, strong: {'true' if at % 2 else 'false'}}}" for at in range(30))
    many = render_cards({"title": "{{ name }}", "where": "strong is yes"}, rows)
    assert [one.title for one in many] == [f"Tea {at}" for at in range(1, 20, 2)]
    assert len(render_cards({"title": "{{ name }}", "most": 3}, rows)) == 3


def test_what_would_be_refused_is_cut_or_left_out() -> None:
    """Long lines are cut, invalid addresses are dropped, a row without a title shows no card."""
    rows = f"- {{id: a, name: {'x' * 200}, image: soon}}\n- {{id: b, name: '', image: ''}}"
    (card,) = render_cards({"title": "{{ name }}", "image": "{{ image }}", "buttons": {"See": "{{ image }}"}}, rows)
    assert card == Card(title="x" * (MOST_LINE_CHARACTERS - 1) + "…")


def test_a_condition_that_is_not_understood_is_said() -> None:
    """Compiling raises, so a mistake that the checks missed does not pass."""
    cards = Cards.model_validate({"from": "teas", "title": "{{ name }}", "where": "colour is blue"})
    with pytest.raises(TextError, match="colour"):
        compile_cards(cards, None, read_table("- {id: a, name: A}"), language="en", make_payload=str, first_button=0)


def test_without_a_table_there_are_no_cards() -> None:
    """A table that could not be read shows nothing."""
    compiled = compile_cards(
        Cards.model_validate({"from": "teas", "title": "x"}),
        None,
        None,
        language="en",
        make_payload=str,
        first_button=0,
    )
    assert compiled.render(lambda _: {}, lambda: ComparisonScope(now=START)) == ()
