"""Cards that are meant by typing a part of their title."""

import pytest

from flows.load import compile_flows
from tests.support.flow_person import FlowPerson, roomy_config

FLOW = """
flow: f
start: {words: [go now]}
steps:
  a:
    say: [Look., {cards: {from: cakes, title: "{{ name }}", subtitle: A cake, buttons: {This one: "b"}}}]
    else: end
  b: {say: A good choice.}
"""
CAKES = """
- {id: crumble, name: Apple crumble}
- {id: plum, name: Plum cake with cream}
- {id: carrot, name: Carrot cake not sweet}
"""


def means_card(typed: str) -> bool:
    """Return True if a typed text means one of the cards."""
    book, _ = compile_flows({"flows/f.yaml": FLOW, "tables/cakes.yaml": CAKES}, roomy_config())
    person = FlowPerson(book, config=roomy_config())
    person.type_text("go now")
    return "A good choice." in person.type_text(typed)


@pytest.mark.parametrize("typed", ["crumble", "Apple", "carrot cake", "plum cream", "cream"])
def test_words_of_one_title_are_enough(typed: str) -> None:
    """Whichever words they are, as long as one card alone has them all."""
    assert means_card(typed)


@pytest.mark.parametrize("typed", ["cake", "cheese crumble", "not", "ap"])
def test_words_of_several_titles_or_of_none_are_not(typed: str) -> None:
    """What could be another card, or a no, is never guessed."""
    assert not means_card(typed)
