import pytest

from domain.consent.decisions import mail_refusal
from domain.events import MessageUnsend
from tests.support.flow_person import KEYS, FlowPerson, person_for_steps

TALK = """
  tea:
    say: Which tea?
    choices:
      Assam: {go: seats, tag: vip, score: {points: 2}}
      Oolong: {go: rare, tag: reader}
    save: tea
  rare:
    say: A rare one!
  seats:
    say: How many?
    ask: {for: number, from: 1, to: 8}
    save: seats
  day:
    say: Which day?
    ask: date
    save: day
  note:
    say: Anything else?
    ask: text
"""


def at_seats() -> FlowPerson:
    """A person who has chosen Assam by typing, and is asked how many."""
    person = person_for_steps(TALK)
    person.type_text("go now")
    assert person.type_text("Assam") == ["How many?"]
    return person


def mid_of_answer(person: FlowPerson) -> str:
    """The id of the message sent last."""
    return f"m{person.events - 1}"


def unsend_message(person: FlowPerson, message: str) -> list[str]:
    """Take a message back; return what the bot says."""
    return person.handle_event(MessageUnsend(id=f"unsend.{message}", at=person.now, mid=message))


def test_an_edited_answer_replaces_the_one_that_is_kept() -> None:
    """It is judged again, kept, and the open question is asked once more."""
    person = at_seats()
    person.type_text("4")
    message = mid_of_answer(person)

    said = person.edit_message(message, "5 of us")

    assert said == ["I have corrected that.", "Which day?"]
    assert (person.record.fields["seats"], person.step_name) == (5, "day")
    assert person.edit_message(message, "six")[0] == "I have corrected that."
    assert person.record.fields["seats"] == 6


def test_an_edit_that_fits_no_more_leaves_the_first_answer() -> None:
    """What was kept still holds, and that is said."""
    person = at_seats()
    person.type_text("4")

    said = person.edit_message(mid_of_answer(person), "lots")

    assert said[0].startswith("I cannot read your correction")
    assert (person.record.fields["seats"], person.step_name) == (4, "day")


def test_an_edited_choice_is_taken_anew() -> None:
    """Where it leads, its tag and its points take the place of the old ones."""
    person = at_seats()

    said = person.edit_message(mid_of_answer(person), "oolong")

    assert said == ["A rare one!", "How many?"]
    assert (person.record.fields, person.record.tags) == ({"tea": "Oolong", "points": 0}, ("reader",))


def test_an_edited_choice_that_lies_back_changes_only_what_is_kept() -> None:
    """The conversation has moved past its consequences."""
    person = at_seats()
    message = mid_of_answer(person)
    person.type_text("4")

    assert person.edit_message(message, "oolong") == ["I have corrected that.", "Which day?"]
    assert (person.record.fields["tea"], person.record.tags, person.step_name) == ("Oolong", ("vip",), "day")


def test_an_answer_taken_back_is_deleted_and_asked_again() -> None:
    """Nothing but the next question had followed from it."""
    person = at_seats()
    person.type_text("4")

    assert unsend_message(person, mid_of_answer(person)) == ["How many?"]
    assert ("seats" in person.record.fields, person.step_name) == (False, "seats")


def test_an_earlier_answer_taken_back_is_only_deleted() -> None:
    """The conversation goes on where it is, and says so."""
    person = at_seats()
    person.type_text("4")
    message = mid_of_answer(person)
    person.type_text("tomorrow")

    assert unsend_message(person, message) == ["You took that answer back, so I have deleted it.", "Anything else?"]
    assert ("seats" in person.record.fields, person.step_name) == (False, "note")
    assert unsend_message(person, message) == []


def test_an_edited_message_answers_the_open_question() -> None:
    """Its first form did not fit."""
    person = at_seats()
    person.type_text("4")
    person.type_text("32.13.")

    assert person.edit_message(mid_of_answer(person), "24.12.") == ["Anything else?"]
    assert person.record.fields["day"] == "2026-12-24"


@pytest.mark.parametrize("message", ["m99", ""])
def test_other_messages_change_nothing(message: str) -> None:
    """An edited or unsent message that answered nothing is none of our business."""
    person = at_seats()
    before = person.record

    assert person.edit_message(message, "7") == []
    assert unsend_message(person, message) == []
    assert person.record == before


def test_a_human_who_took_over_is_not_interrupted() -> None:
    """The correction is kept, in silence."""
    person = at_seats()
    person.type_text("4")
    message = mid_of_answer(person)
    person.type_text("human")

    assert person.edit_message(message, "5") == []
    assert person.record.fields["seats"] == 5
    assert unsend_message(person, message) == []
    assert "seats" not in person.record.fields


# -- addresses and consent --------------------------------------------------------------------------------------
def waiting_person() -> tuple[FlowPerson, str]:
    """A person who typed a yes and a mistyped address, and is asked for the code; with the address's message."""
    person = FlowPerson()
    person.type_text("newsletter")
    person.type_text("yes, send it to me")
    person.type_text("mia@exmaple.com")
    assert person.step_name == "proof"
    return person, mid_of_answer(person)


def test_an_edited_address_gets_a_new_mail_and_the_old_one_is_refused() -> None:
    """The confirmation that waited is dropped, so its mail fails at its gate and its code is void."""
    person, message = waiting_person()
    old, wrong = person.mails[0], person.confirmation_code
    stale = KEYS.address_hash("mia@exmaple.com")

    person.edit_message(message, "mia@example.com")

    assert [one.address for one in person.mails] == [KEYS.address_hash("mia@example.com")]
    assert list(person.record.pending) == [KEYS.address_hash("mia@example.com")]
    assert stale not in person.record.addresses
    assert mail_refusal(person.record, old, person.now) == "the address is no longer known"
    assert mail_refusal(person.record, person.mails[0], person.now) == ""
    assert person.step_name == "proof"
    person.type_text(wrong)
    assert person.consent_status == "agreed"


def test_an_address_can_be_corrected_twice() -> None:
    """The message is remembered with its new answer."""
    person, message = waiting_person()
    person.edit_message(message, "mia@exampel.com")

    person.edit_message(message, "mia@example.com")

    assert list(person.record.pending) == [KEYS.address_hash("mia@example.com")]
    assert len(person.record.addresses) == 1


def test_an_address_edited_away_or_taken_back_is_forgotten_and_asked_for_again() -> None:
    """No mail can go to it any more."""
    for away in (lambda person, message: person.edit_message(message, "never mind"), unsend_message):
        person, message = waiting_person()
        old = person.mails[0]

        away(person, message)

        assert (person.record.pending, person.record.addresses, person.step_name) == ({}, {}, "address")
        assert mail_refusal(person.record, old, person.now) == "the address is no longer known"
        assert person.mails == []


def test_a_proven_address_stays() -> None:
    """Who proved a mailbox has it; editing the message later changes nothing."""
    person, message = waiting_person()
    person.type_text(person.confirmation_code)
    before = person.record.addresses

    person.edit_message(message, "other@example.com")
    unsend_message(person, message)

    assert person.record.addresses == before
    assert person.consent_status == "confirmed"


def test_the_same_address_again_changes_nothing() -> None:
    """A corrected comma is no new request."""
    person, message = waiting_person()
    before = person.record

    assert person.edit_message(message, "It is mia@exmaple.com.") == []
    assert person.record == before


def test_a_yes_edited_into_a_no_is_withdrawn() -> None:
    """Consent is never kept against a person's last word, and no mail goes."""
    person, _ = waiting_person()
    old = person.mails[0]

    person.edit_message("m1", "no")

    assert person.consent_status == "withdrawn"
    assert person.record.pending == {}
    assert mail_refusal(person.record, old, person.now) != ""


def test_a_yes_taken_back_is_withdrawn_and_asked_again() -> None:
    """The wording is shown anew."""
    person, _ = waiting_person()

    unsend_message(person, "m1")

    assert (person.consent_status, person.step_name, person.record.pending) == ("withdrawn", "hello", {})


def test_a_no_is_not_edited_into_a_yes_behind_our_back() -> None:
    """The conversation has ended with the no; to agree, the wording is asked for again."""
    person = FlowPerson()
    person.type_text("newsletter")
    person.type_text("not now")

    person.edit_message("m1", "yes")

    assert person.consent_status == "declined"


CALLER = """
  first: {call: asks}
  topic:
    say: "{{ brand }} writes on Fridays."
    consent: friday_leaf
    agree: Yes please
    decline: No
    else: end
  proof:
    say: "The code is in {{ email }}."
    confirm: friday_leaf
    else: end
"""
CALLED = "  address:\n    say: Which address?\n    ask: email\n    else: end\n"


def calling_person() -> tuple[FlowPerson, str]:
    """A person whose address was asked for by a called flow, and who is asked for the code; with the message."""
    person = person_for_steps(CALLER, asks=CALLED)
    person.type_text("go now")
    person.type_text("mia@exmaple.com")
    message = mid_of_answer(person)
    person.type_text("yes please")
    assert person.step_name == "proof"
    return person, message


def test_an_address_that_a_called_flow_asked_for_is_corrected_too() -> None:
    """A new mail goes to the corrected one, and the old confirmation is dropped."""
    person, message = calling_person()

    assert person.edit_message(message, "mia@example.com") == ["The code is in mia@example.com."]
    assert list(person.record.pending) == [KEYS.address_hash("mia@example.com")]
    assert list(person.record.addresses) == [KEYS.address_hash("mia@example.com")]


def test_an_address_that_a_called_flow_asked_for_is_forgotten_too() -> None:
    """Without an address there is nothing to confirm, so the way out is taken."""
    person, message = calling_person()

    unsend_message(person, message)

    assert (person.record.pending, person.record.addresses, person.step_name) == ({}, {}, "")
