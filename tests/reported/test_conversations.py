"""Reported conversations with the shipped flows, as they go now."""

import pytest

from tests.support.flow_person import FlowPerson, person_for_steps


def talk(*texts: str, language: str = "") -> FlowPerson:
    """Somebody who tapped get-started and typed these."""
    person = FlowPerson(language=language)
    person.begin_chat()
    for text in texts:
        person.type_text(text)
    return person


@pytest.mark.parametrize(
    ("typed", "step"),
    [("Sunday 3 am", "when"), ("monday 11pm", "when"), ("Tuesday 7pm", "when"), ("Saturday at 3 pm", "party")],
)
def test_a_table_is_for_whole_people_while_the_shop_is_open(typed: str, step: str) -> None:
    """Closed days and nights are not reserved, and a guest and a half are no number."""
    person = talk("reserve", "Hamburg", typed)
    assert person.step_name == step
    if step == "party":
        person.type_text("1.5")
        assert (person.step_name, person.record.fields.get("party")) == ("party", None)


@pytest.mark.parametrize(("typed", "evening"), [("der erste", 0), ("2", 1), ("the second one", 1)])
def test_dates_are_chosen_by_their_place(typed: str, evening: int) -> None:
    """Shown as cards, they are counted as people count them."""
    person = talk("evening", typed)
    titles = [card.title for message in talk("evening").chats for card in message.cards]
    assert (person.step_name, person.record.fields["evening"]) == ("seats", titles[evening])


def test_who_leaves_the_date_open_hears_nothing_false() -> None:
    """“Egal” is no date; nobody is told that there is none."""
    person = talk("evening", language="de")
    said = [text for _ in range(4) for text in person.type_text("egal")]
    assert not any("Termin zieht" in text or "Noch steht kein Termin" in text for text in said)


@pytest.mark.parametrize("typed", ["no thanks", "I changed my mind", "changed my mind", "lieber doch nicht"])
def test_a_no_at_the_address_declines(typed: str) -> None:
    """And is no address that looks wrong."""
    person = talk("yes")
    assert person.step_name == "address"
    said = person.type_text(typed)
    assert (person.record.addresses, any("looks like" in text for text in said)) == ({}, False)
    assert person.step_name != "address"


def test_an_address_after_a_detour_takes_the_subscription_up() -> None:
    """The consent is agreed and lacks its address, which comes at last."""
    person = talk("yes", "evening", "none", "no")
    person.type_text("mia@example.com")
    assert [held.email for held in person.record.addresses.values()] == ["mia@example.com"]
    assert person.step_name == "proof"


@pytest.mark.parametrize("typed", ["a hotel", "hotel", "for our hotel please", "it's a restaurant"])
def test_a_declared_word_among_others_chooses(typed: str) -> None:
    """“Hotel” stands among the words of a choice of the shipped flow for offices."""
    person = talk("trade", typed)
    assert person.record.fields.get("place") == "Café"


def test_nothing_ends_in_silence() -> None:
    """A flow that gives up with ``else: end`` still says a word."""
    person = person_for_steps("  a: {say: Which number?, ask: number, else: end}\n")
    person.type_text("go now")
    assert all(person.type_text("no idea at all") for _ in range(3))


def test_each_end_of_a_question_has_its_way() -> None:
    """Declining, giving up, and a table without a row that fits."""
    steps = (
        "  a: {say: How many?, ask: number, tries: 1, declines: b, gives_up: c, else: end}\n"
        "  b: {say: As you like., go: end}\n  c: {say: Never mind., go: end}\n"
    )
    ways = {}
    for typed in ("no thanks", "blue"):
        person = person_for_steps(steps)
        person.type_text("go now")
        ways[typed] = person.type_text(typed)[-1]
    assert ways == {"no thanks": "As you like.", "blue": "Never mind."}


@pytest.mark.parametrize(("typed", "language"), [("Hello", "en"), ("hello!", "en"), ("Hallo", "de"), ("Moin", "de")])
def test_hello_is_understood(typed: str, language: str) -> None:
    """The first word of most people begins what get-started begins."""
    person = FlowPerson(language=language)
    person.type_text(typed)
    assert person.step_name == talk(language=language).step_name


def test_the_default_reply_offers_a_few_and_a_person() -> None:
    """Not eleven buttons."""
    person = FlowPerson()
    person.type_text("xqvt wrmpf")
    assert (len(person.chip_labels) <= 5, person.chip_labels[-1]) == (True, "A human, please")


def test_misfits_vary_and_offer_a_person() -> None:
    """The same sentence three times helps nobody."""
    person = talk("reserve")
    first, second = person.type_text("xqvt wrmpf"), person.type_text("xqvt wrmpf")
    assert first != second
    assert person.chip_labels[-1] == "A human, please"
