"""A flow that begins by a word in the middle of another, and the way back; addresses that nobody waits for just now."""

from datetime import timedelta

import pytest

from domain import record as records
from tests.support.flow_person import FlowPerson, person_for_steps, shipped_catalog

OFFER = "Shall we go on with 'go now'?"
ADDRESS = "Which address should it go to? Tap yours or type it."
OTHER = "  x: {say: 'Inside?', choices: {Fine: end}, else: y}\n  y: {say: Over., go: end}\n"


def interrupted_person() -> FlowPerson:
    """A person who is asked how many, and types the word of another flow."""
    person = person_for_steps(
        "  a: {say: 'Nice. How many?', ask: {for: number, from: 1}, save: seats, else: b}\n"
        "  b: {say: 'Lost.', go: end}\n",
        "words: [go now]",
        g=OTHER,
    )
    person.type_text("go now")
    return person


def interrupt(person: FlowPerson) -> None:
    """Begin the other flow by the payload of the menu, and end it."""
    assert person.tap_payload("start|g") == ["Inside?"]
    assert person.tap_label("Fine") == [OFFER]


@pytest.mark.parametrize("answer", ["yes", "ja", "Yes, go on", "tap"])
def test_after_the_flow_in_between_the_open_question_is_offered_and_asked(answer: str) -> None:
    """One tap or a typed yes; then its answer counts as if nothing had come between."""
    person = interrupted_person()
    interrupt(person)
    assert person.chip_labels == ["Yes, go on", "No, leave it"]
    said = person.tap_label("Yes, go on") if answer == "tap" else person.type_text(answer)
    assert said == ["How many?"]
    assert (person.step_name, person.record.interrupted) == ("a", None)
    person.type_text("3")
    assert person.record.fields["seats"] == 3


@pytest.mark.parametrize("answer", ["no", "No, leave it", "nein danke", "I changed my mind", "tap"])
def test_a_no_leaves_it_there(answer: str) -> None:
    """And what the bot can do is offered."""
    person = interrupted_person()
    interrupt(person)
    said = person.tap_label("No, leave it") if answer == "tap" else person.type_text(answer)
    assert said == ["All right, I'll leave it there."]
    assert (person.step_name, person.record.interrupted) == ("", None)


def test_it_survives_a_restart() -> None:
    """The question is in the record, whole."""
    person = interrupted_person()
    interrupt(person)
    person.record = records.decode(records.encode(person.record))
    assert person.type_text("yes") == ["How many?"]


@pytest.mark.parametrize("word", ["stop", "start over", "person"])
def test_stop_start_over_and_a_person_drop_it(word: str) -> None:
    """Whoever leaves leaves this, too."""
    person = interrupted_person()
    person.tap_payload("start|g")
    assert person.record.interrupted is not None
    person.type_text(word)
    assert person.record.interrupted is None


def test_another_flow_instead_of_an_answer_drops_it() -> None:
    """It is not kept for ever, and not offered twice."""
    person = interrupted_person()
    interrupt(person)
    person.tap_payload("start|g")
    assert person.record.interrupted is None
    assert person.tap_label("Fine") == []


def test_a_week_later_nobody_is_asked() -> None:
    """The question is forgotten by then."""
    person = interrupted_person()
    person.tap_payload("start|g")
    person.pass_time(timedelta(days=8))
    assert OFFER not in person.type_text("Fine")
    assert person.record.interrupted is None


def test_a_step_that_is_gone_is_not_offered() -> None:
    """A flow was changed while another one ran."""
    person = interrupted_person()
    person.tap_payload("start|g")
    other = person_for_steps("  z: {say: 'New.', ask: text, else: end}\n", "words: [go now]", g=OTHER)
    person.catalog = other.catalog
    assert person.type_text("fine") == []
    assert person.record.interrupted is None


def test_going_back_to_the_flow_by_its_word_begins_it_again() -> None:
    """And nothing is offered when it ends."""
    person = interrupted_person()
    person.tap_payload("start|g")
    assert person.type_text("go now") == ["Nice. How many?"]
    person.type_text("2")
    assert person.record.interrupted is None


# -- an address that nobody waits for ------------------------------------------------------------------------------
def subscriber() -> FlowPerson:
    """A person who agreed to the newsletter and gave no address yet."""
    person = FlowPerson(shipped_catalog())
    person.type_text("newsletter")
    person.type_text("yes")
    return person


def test_an_address_after_the_conversation_takes_the_subscription_up_again() -> None:
    """Three answers that are no address ended it; the address comes later."""
    person = subscriber()
    for text in ("at home", "my street", "whatever"):
        person.type_text(text)
    assert (person.step_name, person.consent_status) == ("", "agreed")
    assert person.type_text("mia@example.com")[0].startswith("Now look in mia@example.com.")
    assert person.step_name == "proof"


def test_an_address_after_an_interruption_takes_the_subscription_up_again() -> None:
    """Yes → “evening” → none → no → the address: it was answered by the default reply once."""
    person = subscriber()
    person.type_text("evening")
    person.type_text("none")
    person.type_text("no")
    assert person.type_text("it's mia@example.com")[0].startswith("Now look in mia@example.com.")
    assert person.record.interrupted is None


def test_an_address_in_the_middle_of_another_flow_takes_it_up_and_comes_back() -> None:
    """What was open is offered when the subscription is done."""
    person = subscriber()
    person.type_text("reserve")
    assert person.type_text("mia@example.com")[0].startswith("Now look in mia@example.com.")
    said = person.type_text(person.confirmation_code)
    assert person.consent_status == "confirmed"
    assert said[-1] == "Shall we go on with 'reserve'?"
    assert person.type_text("yes")[-1] == "In which shop?"


def test_a_doubtful_address_is_asked_about_there_too() -> None:
    """The reader of addresses is the same everywhere."""
    person = subscriber()
    person.type_text("evening")
    person.type_text("none")
    person.type_text("no")
    assert "mia@gmail.com" in person.type_text("mia@gmial.com")[0]
    assert person.type_text("yes")[0].startswith("Now look in mia@gmail.com.")


def test_an_address_that_nothing_waits_for_is_no_riddle() -> None:
    """It is said so, in place of “I didn't get that”."""
    person = FlowPerson()
    assert person.type_text("mia@example.com") == ["Thank you, but I need no address just now. Here is what I can do."]
    assert len(person.chip_labels) == 5
