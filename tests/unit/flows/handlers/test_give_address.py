"""Addresses in the chat: the mail goes to the mailbox that was typed, or the person is asked first."""

import pytest

from domain.events import MessageUnsend
from domain.record import decode, encode
from tests.support.flow_person import FlowPerson, person_for_steps


def asked_person(language: str = "") -> FlowPerson:
    """Somebody who was asked for an address."""
    person = FlowPerson(language=language)
    person.begin_chat()
    person.type_text("newsletter")
    person.type_text("yes")
    assert person.step_name == "address"
    return person


def mailed_to(person: FlowPerson) -> list[str]:
    """Addresses that the mails of the last turn go to."""
    return [person.record.addresses[mail.address].email for mail in person.mails]


@pytest.mark.parametrize(
    ("typed", "email"),
    [
        ("_mia@example.com", "_mia@example.com"),
        ("😊mia@example.com", "mia@example.com"),
        ("我的邮箱是mia@example.com", "mia@example.com"),
        ("E-Mail：mia@example.com", "mia@example.com"),
        ("http://mia@example.com", "mia@example.com"),
        ("O’Brien@example.com", "O'Brien@example.com"),
        ("ｍｉａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "mia@example.com"),
        ("mailto:mia%2Bnews@example.com", "mia+news@example.com"),
        ("mia@example.com\u200b", "mia@example.com"),
        ("mia@example.com، شكرا", "mia@example.com"),
        ("mia@example.com/", "mia@example.com"),
        ("用户@例子.广告", "用户@例子.广告"),
    ],
)
def test_the_mail_goes_to_the_mailbox_that_was_typed(typed: str, email: str) -> None:
    """Whatever stands around it."""
    person = asked_person()
    person.type_text(typed)
    assert mailed_to(person) == [email]


@pytest.mark.parametrize(
    "typed",
    [
        "anna. mueller@example.com", "-mia@example.com", "`mia@example.com", "email=mia@example.com", "mia@gmial.com",
        "mia @example.com", "mia@example,com", "mia@example.com or leo@example.com", "anna mueller@example.com",
    ],
)  # fmt: skip
def test_a_doubtful_address_is_asked_about_before_anything_is_mailed(typed: str) -> None:
    """However often it is asked, no try is spent, and nothing is held of the address."""
    person = asked_person()
    for _ in range(4):
        assert person.type_text(f"{typed} ")
        if "gmial" in typed or typed.startswith(("-", "`", "email=")):
            break  # typed once more, it is insisted on
    assert (person.mails, person.step_name, person.record.addresses) == ([], "address", {})
    assert person.record.conversation is not None
    assert person.record.conversation.tries == 0


def test_a_slip_is_asked_about_once() -> None:
    """The question names the address; its answers fit on buttons."""
    person = asked_person()
    assert person.type_text("mia@gmial.com") == ["Do you mean mia@gmail.com?"]
    assert person.chip_labels == ["Yes, that one", "No, mine is right"]
    person.tap_label("Yes, that one")
    assert mailed_to(person) == ["mia@gmail.com"]


@pytest.mark.parametrize("typed", ["mia@gmial.com", "mia@example.com or leo@example.com"])
@pytest.mark.parametrize("between", ["where is my parcel?", "haha", "how are you?", "👍👍", "do you sell elephants?"])
def test_what_was_asked_about_an_address_is_asked_again_after_something_in_between(typed: str, between: str) -> None:
    """A question, small talk or a row of emoji is answered; then the same is asked, with the same buttons."""
    person = asked_person()
    asked, labels = person.type_text(typed), person.chip_labels
    said = person.type_text(between)
    assert (len(said), said[-1:]) == (2, asked)
    assert person.chip_labels[: len(labels)] == labels


@pytest.mark.parametrize("answer", ["yes", "Yes please!", "ja", "exactly", "Yes, that one", "mia@gmail.com"])
def test_a_slip_is_mended_by_a_typed_yes(answer: str) -> None:
    """Or by the address that was meant."""
    person = asked_person()
    person.type_text("mia@gmial.com")
    person.type_text(answer)
    assert mailed_to(person) == ["mia@gmail.com"]


@pytest.mark.parametrize("answer", ["mia@gmial.com", "no, mia@gmial.com", "No, mine is right"])
def test_what_the_person_insists_on_is_taken(answer: str) -> None:
    """Typed again or tapped, it is their mailbox."""
    person = asked_person()
    person.type_text("mia@gmial.com")
    person.type_text(answer)
    assert mailed_to(person) == ["mia@gmial.com"]


def test_insisting_by_a_tap() -> None:
    """“No, mine is right” takes the address as it was typed."""
    person = asked_person()
    person.type_text("mia@gmial.com")
    person.tap_label("No, mine is right")
    assert mailed_to(person) == ["mia@gmial.com"]


@pytest.mark.parametrize("answer", ["no", "Nein", "neither"])
def test_after_a_no_the_address_is_typed_once_more(answer: str) -> None:
    """Neither address is taken, and the no is no try."""
    person = asked_person()
    person.type_text("anna. mueller@example.com")
    assert person.chip_labels == ["Yes, that one", "No, another one"]
    assert person.type_text(answer) == ["All right. Then type it once more, exactly as it should be."]
    person.type_text("mueller@example.com")
    assert mailed_to(person) == ["mueller@example.com"]


@pytest.mark.parametrize("answer", ["the second one", "2", "leo@example.com", "Second!", "die zweite"])
def test_of_two_addresses_one_is_chosen(answer: str) -> None:
    """By its place, or by typing it."""
    person = asked_person()
    said = person.type_text("mia@example.com or leo@example.com")
    assert said == ["I want to be sure. Which address is it: mia@example.com or leo@example.com?"]
    assert person.chip_labels == ["The first one", "The second one"]
    person.type_text(answer)
    assert mailed_to(person) == ["leo@example.com"]


def test_the_question_is_german_where_the_person_is() -> None:
    """Texts and buttons."""
    person = asked_person("de")
    assert person.type_text("mia@gmx.ed") == ["Meinst du mia@gmx.de?"]
    assert person.chip_labels == ["Ja, genau die", "Nein, meine stimmt"]
    assert all(len(label) <= 20 for label in person.chip_labels)


def test_the_question_survives_a_restart_and_is_not_in_the_history() -> None:
    """It is kept in the record; payload and history hold no address."""
    person = asked_person()
    person.type_text("mia@gmial.com")
    payload = person.chats[-1].quick_replies[0].payload
    assert "mia" not in payload
    person.record = decode(encode(person.record))
    person.tap_payload(payload, "Yes, that one")
    assert mailed_to(person) == ["mia@gmail.com"]
    assert not [text for text in person.outcome.redacted_inputs if "mia" in text]


def test_an_old_tap_on_another_address_takes_nothing() -> None:
    """The button of an earlier question does not answer a later one."""
    person = asked_person()
    person.type_text("mia@gmial.com")
    old = person.chats[-1].quick_replies[0].payload
    person.type_text("leo@gmial.com")
    person.tap_payload(old, "Yes, that one")
    assert (person.mails, person.step_name) == ([], "address")


def test_the_address_of_the_profile_is_never_questioned() -> None:
    """The platform tells it, so nobody has mistyped it."""
    person = asked_person()
    person.tap_payload("mia@gmial.com", "mia@gmial.com")
    assert mailed_to(person) == ["mia@gmial.com"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("mia@example", "I see no dot behind the @."),
        ("mia.example.com", "I see no @ in that."),
        ("leo@mia@example.com", "I see two @ in that"),
        ("hello@lists.mailjet.com", "That is the address of a mailing list"),
    ],
)
def test_a_reply_says_what_is_wrong(typed: str, said: str) -> None:
    """Instead of the flow's own text for every misfit."""
    assert asked_person().type_text(typed)[0].startswith(said)


def test_another_address_while_a_code_is_waited_for_is_asked_about_too() -> None:
    """Nothing is mailed before the answer, and the first code still fits until then."""
    person = asked_person()
    person.type_text("mia@example.com")
    assert person.type_text("mia@gmial.com") == ["Do you mean mia@gmail.com?"]
    assert person.mails == []
    person.tap_label("Yes, that one")
    assert mailed_to(person) == ["mia@gmail.com"]
    person.type_text(person.confirmation_code)
    assert person.consent_status == "confirmed"


def test_an_edited_address_is_asked_about_too() -> None:
    """A slip in the correction goes nowhere before a yes."""
    person = asked_person()
    person.type_text("mia@example.com")
    person.edit_message("m3", "mia@gmial.com")
    assert (person.mails, person.bot_texts) == ([], ["Do you mean mia@gmail.com?"])
    person.type_text("yes")
    assert mailed_to(person) == ["mia@gmail.com"]


def test_a_step_that_is_left_forgets_what_it_asked() -> None:
    """“Back” and then yes answers the consent, not the old question."""
    person = asked_person()
    person.type_text("mia@gmial.com")
    person.type_text("back")
    assert person.record.conversation is not None
    assert "asked_address" not in person.record.conversation.variables


def test_an_address_with_a_field_is_kept_in_it() -> None:
    """After the question as without one."""
    person = person_for_steps(
        "  ask_it:\n    ask: email\n    save: tea\n    say: Your address?\n    go: done\n  done:\n    say: Fine.\n"
    )
    person.type_text("go now")
    person.type_text("mia@gmial.com")
    person.type_text("yes")
    assert person.record.fields["tea"] == "mia@gmail.com"


def test_taking_back_a_message_takes_back_the_address() -> None:
    """The message that answered the question counts as the one that gave the address."""
    person = asked_person()
    person.type_text("mia@gmial.com")
    person.type_text("yes")
    person.handle_event(MessageUnsend(id="u", at=person.now, mid="m4"))
    assert (person.step_name, person.record.pending) == ("address", {})
