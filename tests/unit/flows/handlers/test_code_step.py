"""Where a code is waited for: what is promised of mails, and how a choice is understood by its words."""

from datetime import timedelta

import pytest

from tests.unit.flows.test_decide import at_address


def test_the_same_address_again_gets_no_promise_of_a_mail() -> None:
    """After “back”, the same address within fifteen minutes gets no mail, and the bot says so; later it gets one."""
    person = at_address()
    person.type_text("mia@example.com")
    person.type_text("back")
    [said] = person.type_text("mia@example.com")
    assert said.startswith("I send a new code at most every 15 minutes. If one is in mia@example.com, it still works:")
    assert person.mails == []
    person.pass_time(timedelta(minutes=15))
    person.type_text("back")
    [said] = person.type_text("mia@example.com")
    assert said.startswith("Now look in mia@example.com.")
    assert len(person.mails) == 1


def test_the_last_request_of_a_day_is_the_last_promise() -> None:
    """Who asked for more codes than a day allows is told that there are a few a day."""
    person = at_address()
    said = ""
    for number in range(7):
        said = person.type_text(f"mia{number}@example.com")[-1]
        person.type_text("back")
    assert said.startswith("I send a new code at most every 15 minutes, and a few a day.")


@pytest.mark.parametrize(
    ("typed", "at", "understood"),
    [
        ("no mail", "proof", True),
        ("keine Mail", "proof", True),
        ("I got no mail yet", "proof", True),
        ("ich habe noch keine Mail", "proof", True),
        ("the mail", "proof", False),
        ("mail", "proof", False),
        ("please change address", "other", False),
    ],
)
def test_a_choice_is_understood_by_its_words(typed: str, at: str, *, understood: bool) -> None:
    """Two words of a choice are enough, and so is a sentence that holds it; a “no” on one side only is not."""
    person = at_address()
    person.type_text("mia@example.com")
    [said] = person.type_text(typed)
    assert (person.step_name, "Spam" in said) == (at, understood)


def test_a_no_to_the_code_is_offered_a_way_out() -> None:
    """“No” may mean that no mail came, so the first one offers to leave it, help, and a person; a second one leaves."""
    person = at_address()
    person.type_text("mia@example.com")

    [said] = person.type_text("no thanks")
    labels = [reply.label for reply in person.chats[-1].quick_replies]

    assert said.startswith("Without the code, nothing comes.")
    assert (labels[0], labels[-1], person.step_name) == ("Leave it", "A human, please", "proof")
    person.type_text("leave it")
    assert (person.consent_status, person.record.conversation) == ("withdrawn", None)


def test_the_button_that_leaves_the_code_means_nothing_elsewhere() -> None:
    """An old one, tapped at another question, ends nothing."""
    person = at_address()
    person.type_text("mia@example.com")
    person.type_text("no")
    person.type_text("change address")

    person.tap_payload("do|leave_code", "Leave it")

    assert (person.consent_status, person.step_name) == ("agreed", "other")
