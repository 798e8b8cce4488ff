"""A row of a table is looked up by what a person said, and told; sums reckon with its numbers."""

import pytest
from msgspec.structs import replace

from flows.conversation.variables import found_values
from flows.load import compile_flows
from tests.support.flow_person import FlowPerson, person_for_steps, roomy_config

FLOW = """
flow: f
start: {words: [go now]}
steps:
  number:
    say: Your order number?
    ask: text
    save: tea
    else: end
  look:
    find: {table: orders, where: "number is {{ tea }}"}
    no_rows: unknown
  told:
    set: {points: price * pieces + 4.90}
    say:
      - "Order {{ number }} is {{ state }}. Insured: {{ insured }}."
      - "That is {{ (price * pieces)|money('EUR') }}, with postage {{ points|money('EUR') }}."
    go: end
  unknown: {say: "No order “{{ tea }}”.", go: end}
"""
ORDERS = """
- {id: a, number: A-1042, state: on its way, price: 12.10, pieces: 3, insured: true}
- {id: b, number: B 77, state: packed, price: 8, pieces: 1, insured: false}
"""
GERMAN = "a: {state: unterwegs}\nb: {state: gepackt}\n"


def person_with_orders(language: str = "en", flow: str = FLOW) -> FlowPerson:
    """Return a person in a flow that looks up orders."""
    files = {"flows/f.yaml": flow.lstrip(), "tables/orders.yaml": ORDERS, "tables/orders.de.yaml": GERMAN}
    catalog, found = compile_flows(files, roomy_config())
    assert [str(one) for one in found if one.code != "no-translation"] == []
    person = FlowPerson(catalog, config=roomy_config())
    person.record = replace(person.record, language=language)
    person.type_text("go now")
    return person


@pytest.mark.parametrize(
    "typed",
    ["A-1042", "a1042", " a 1042 ", "A1042!", "it's A-1042, I think", "order a-1042 please", "A1O42", "it is a-lO42"],
)
def test_a_row_is_found_by_what_was_typed(typed: str) -> None:
    """Without regard to case, spaces and signs; or by one word of a sentence."""
    assert person_with_orders().type_text(typed) == [
        "Order A-1042 is on its way. Insured: yes.",
        "That is €36.30, with postage €41.20.",
    ]


@pytest.mark.parametrize("typed", ["A-104", "hmm", "A-1042 or B 77 or B77", "42", "AlOO42", "oo"])
def test_a_row_that_is_not_there_takes_the_way_out(typed: str) -> None:
    """So do two that could be meant."""
    assert person_with_orders().type_text(typed) == [f"No order “{typed}”."]


def test_a_row_is_told_in_the_persons_language() -> None:
    """By the table's translation; yes and no as well."""
    assert person_with_orders("de").type_text("B77")[0] == "Order B 77 is gepackt. Insured: nein."


def test_a_row_that_is_gone_has_no_values() -> None:
    """The table has changed while the person was in between: its columns are missing, and nothing fails."""
    orders = person_with_orders().catalog.tables["orders"]

    assert found_values({"orders": orders}, {"found orders": "gone"}, "en") == {}
    assert found_values({}, {"found orders": "a"}, "en") == {}


def test_a_sum_keeps_its_result_or_nothing() -> None:
    """Where something is missing, the field is empty, and texts say its fallback."""
    person = person_for_steps(
        "  q: {say: How many?, ask: number, save: seats, skip: No idea, else: end}\n"
        '  r: {set: {points: "{{ seats }} * 12.5"}}\n'
        '  s: {say: "{{ points }} for {{ seats * 2 }}", go: end}\n',
    )
    person.record = replace(person.record, fields={"points": 3})
    person.type_text("go now")
    assert person.type_text("4") == ["50 for 8"]
    assert person.record.fields["points"] == 50

    person.record = replace(person.record, fields={"points": 3})
    person.type_text("go now")
    person.type_text("no idea")
    assert "points" not in person.record.fields


MAILING = FLOW.replace(
    "  told:\n    set: {points: price * pieces + 4.90}\n", "  told:\n    mail: welcome\n    else: unknown\n  after:\n"
).replace(", with postage {{ points|money('EUR') }}", "")


@pytest.mark.parametrize(("language", "state", "insured"), [("en", "on its way", "yes"), ("de", "unterwegs", "ja")])
def test_a_mail_is_given_the_cells_of_the_row(language: str, state: str, insured: str) -> None:
    """In the person's language, as the table has them; what a field keeps is not among them."""
    person = person_with_orders(language, MAILING)
    person.prove_address()
    person.type_text("A-1042")
    [mail] = person.mails
    cells = {"id": "a", "number": "A-1042", "state": state, "price": "12.10", "pieces": 3, "insured": insured}
    assert mail.variables == cells


def test_a_row_that_is_gone_gives_empty_cells() -> None:
    """The table changed while the person waited: the mail goes all the same."""
    asked = "  told:\n    say: Shall I mail it?\n    ask: yes_no\n    else: unknown\n  sent:\n"
    waiting = MAILING.replace("  told:\n", asked)
    person = person_with_orders(flow=waiting)
    person.prove_address()
    person.type_text("A-1042")
    talk = person.record.conversation
    assert talk is not None
    person.record = replace(person.record, conversation=replace(talk, variables={"found orders": "gone"}))
    person.type_text("yes")
    assert [set(mail.variables.values()) for mail in person.mails] == [{""}]


def test_a_mail_without_a_look_up_costs_nothing() -> None:
    """Nobody else's mail grows."""
    person = person_for_steps("  a: {mail: welcome, go: b, else: b}\n  b: {say: Sent., go: end}\n")
    person.prove_address()
    person.type_text("go now")
    assert [mail.variables for mail in person.mails] == [{}]
