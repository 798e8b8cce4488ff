"""A called flow whose first question its caller says, as that of ``address_and_code``: it never falls silent."""

import pytest

from tests.support.flow_person import FlowPerson

START = {
    "newsletter": ("Which address should it go to", "Hello! I'm Pip"),
    "invitations": ("Which address should they go to", "About once a month"),
}


@pytest.fixture(name="person", params=START)
def _person(request: pytest.FixtureRequest) -> FlowPerson:
    """Return a person who agreed, and is asked for an address in the words of the caller."""
    person = FlowPerson()
    person.type_text(request.param)
    person.type_text("yes")
    return person


def expected(person: FlowPerson) -> tuple[str, str]:
    """Return the caller's question, and how the caller begins."""
    talk = person.record.conversation
    assert talk is not None
    return START[talk.stack[0].flow]


@pytest.mark.parametrize("typed", ["how long does shipping take?", "thanks!", "help", "wie lange dauert der Versand?"])
def test_the_callers_question_is_asked_again(person: FlowPerson, typed: str) -> None:
    """After whatever came in between."""
    question, _ = expected(person)
    assert question in person.type_text(typed)[-1]


def test_a_voice_message_costs_no_try(person: FlowPerson) -> None:
    """And the question is asked again."""
    question, _ = expected(person)
    assert question in person.type_text("", "audio")[-1]


@pytest.mark.parametrize("typed", ["back", "zurück"])
def test_back_asks_the_callers_question(person: FlowPerson, typed: str) -> None:
    """From the code to the address."""
    question, _ = expected(person)
    person.type_text("mia@example.com")
    assert question in person.type_text(typed)[-1]


@pytest.mark.parametrize("before", [[], ["mia@example.com"]])
def test_start_over_begins_what_the_person_began(person: FlowPerson, before: list[str]) -> None:
    """Not the called flow, which nobody can begin."""
    _, hello = expected(person)
    for text in before:
        person.type_text(text)
    assert person.type_text("start over")[0].startswith(hello)


def test_an_old_button_of_the_called_flow_begins_what_the_person_began(person: FlowPerson) -> None:
    """Tapped at another question; after the end, where nobody knows the caller any more, the first flow begins."""
    person.type_text("mia@example.com")
    button = next(chip for chip in person.chats[-1].quick_replies if chip.label == "No mail yet")
    person.type_text("change address")
    assert "Which address shall it be" in person.bot_texts[-1]
    person.type_text("rather not")
    said = person.tap_payload(button.payload, button.label)
    assert said[0].startswith("That button belongs to an earlier chat")
    assert said[1].startswith("Hello! I'm Pip")
