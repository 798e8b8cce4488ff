"""A flow is asked for in a sentence around the word that begins it."""

import pytest

from flows.language.matching import normalize_text
from flows.understanding.requests.flow_requests import find_requested_word
from tests.support.flow_person import FlowPerson, shipped_catalog

WORDS = frozenset(("trial", "trial class", "book a class", "try a class", "the letter", "probestunde", "newsletter"))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("hi can i try a class", "try a class"), ("I want to book a class", "book a class"),
        ("I'd like a trial class, please", "trial class"), ("can I book a trial class?", "trial class"),
        ("Trial please", "trial"), ("I'd like the letter please", "the letter"),
        ("newsletter bitte, danke", "newsletter"),
        ("Hallo, ich würde gern eine Probestunde buchen", "probestunde"),
        ("kann ich bei euch mal eine probestunde machen", "probestunde"),
        ("Wir möchten eine Probestunde", "probestunde"), ("ich interessiere mich für den Newsletter", "newsletter"),
    ],
)  # fmt: skip
def test_politeness_around_a_word_is_taken_off(text: str, word: str) -> None:
    """The longest word that is left is the one that is meant."""
    assert find_requested_word(normalize_text(text), WORDS) == word


@pytest.mark.parametrize(
    "text",
    [
        "no newsletter please", "I don't want the newsletter", "ich will keine Probestunde", "what is the trial?",
        "how long is the trial class", "is the trial free", "I already have a trial class", "I want to cancel my trial",
        "book a class for tomorrow", "ich möchte den Newsletter nicht mehr bekommen", "was kostet die Probestunde",
        "the trial was great", "I liked the letter", "please", "hello", "", "book",
    ],
)  # fmt: skip
def test_whatever_says_more_asks_for_no_flow(text: str) -> None:
    """A denial, a question, a story: none of them begins anything."""
    assert not find_requested_word(normalize_text(text), WORDS)


@pytest.mark.parametrize("text", ["Hi, can I book a table please?", "I would like a reservation"])
def test_the_flow_begins_where_nothing_is_open(text: str) -> None:
    """As if its word had been typed alone."""
    person = FlowPerson(shipped_catalog())

    said = person.type_text(text)

    assert said[-1] == "In which shop?"
    assert person.record.conversation
    assert person.record.conversation.flow == "table"


def test_an_answer_that_holds_such_a_word_is_still_an_answer() -> None:
    """While a question is open, only the word alone leads to another flow."""
    person = FlowPerson(shipped_catalog())
    person.type_text("reserve")

    person.type_text("can I get the newsletter?")

    assert person.record.conversation
    assert person.record.conversation.flow == "table"
