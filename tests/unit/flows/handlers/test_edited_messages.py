import pytest

from domain.consent.decisions import may_mail
from domain.events import MessageUnsend
from tests.support.flow_person import KEYS, Person, written

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


def at_seats() -> Person:
    """A person who has chosen Assam by typing, and is asked how many."""
    person = written(TALK)
    person.types("go now")
    assert person.types("Assam") == ["How many?"]
    return person


def mid(person: Person) -> str:
    """The id of the message sent last."""
    return f"m{person.events - 1}"


def unsends(person: Person, message: str) -> list[str]:
    """Take a message back; return what the bot says."""
    return person.meets(MessageUnsend(id=f"unsend.{message}", at=person.now, mid=message))


def test_an_edited_answer_replaces_the_one_that_is_kept() -> None:
    """It is judged again, kept, and the open question is asked once more."""
    person = at_seats()
    person.types("4")
    message = mid(person)

    said = person.edits(message, "5 of us")

    assert said == ["I have corrected that.", "Which day?"]
    assert (person.record.fields["seats"], person.at) == (5, "day")
    assert person.edits(message, "six")[0] == "I have corrected that."
    assert person.record.fields["seats"] == 6


def test_an_edit_that_fits_no_more_leaves_the_first_answer() -> None:
    """What was kept still holds, and that is said."""
    person = at_seats()
    person.types("4")

    said = person.edits(mid(person), "lots")

    assert said[0].startswith("I cannot read your correction")
    assert (person.record.fields["seats"], person.at) == (4, "day")


def test_an_edited_choice_is_taken_anew() -> None:
    """Where it leads, its tag and its points take the place of the old ones."""
    person = at_seats()

    said = person.edits(mid(person), "oolong")

    assert said == ["A rare one!", "How many?"]
    assert (person.record.fields, person.record.tags) == ({"tea": "Oolong", "points": 0}, ("reader",))


def test_an_edited_choice_that_lies_back_changes_only_what_is_kept() -> None:
    """The conversation has moved past its consequences."""
    person = at_seats()
    message = mid(person)
    person.types("4")

    assert person.edits(message, "oolong") == ["I have corrected that.", "Which day?"]
    assert (person.record.fields["tea"], person.record.tags, person.at) == ("Oolong", ("vip",), "day")


def test_an_answer_taken_back_is_deleted_and_asked_again() -> None:
    """Nothing but the next question had followed from it."""
    person = at_seats()
    person.types("4")

    assert unsends(person, mid(person)) == ["How many?"]
    assert ("seats" in person.record.fields, person.at) == (False, "seats")


def test_an_earlier_answer_taken_back_is_only_deleted() -> None:
    """The conversation goes on where it is, and says so."""
    person = at_seats()
    person.types("4")
    message = mid(person)
    person.types("tomorrow")

    assert unsends(person, message) == ["You took that answer back, so I have deleted it.", "Anything else?"]
    assert ("seats" in person.record.fields, person.at) == (False, "note")
    assert unsends(person, message) == []


def test_an_edited_message_answers_the_open_question() -> None:
    """Its first form did not fit."""
    person = at_seats()
    person.types("4")
    person.types("32.13.")

    assert person.edits(mid(person), "24.12.") == ["Anything else?"]
    assert person.record.fields["day"] == "2026-12-24"


@pytest.mark.parametrize("message", ["m99", ""])
def test_other_messages_change_nothing(message: str) -> None:
    """An edited or unsent message that answered nothing is none of our business."""
    person = at_seats()
    before = person.record

    assert person.edits(message, "7") == []
    assert unsends(person, message) == []
    assert person.record == before


def test_a_human_who_took_over_is_not_interrupted() -> None:
    """The correction is kept, in silence."""
    person = at_seats()
    person.types("4")
    message = mid(person)
    person.types("human")

    assert person.edits(message, "5") == []
    assert person.record.fields["seats"] == 5
    assert unsends(person, message) == []
    assert "seats" not in person.record.fields


# -- addresses and consent --------------------------------------------------------------------------------------
def waiting() -> tuple[Person, str]:
    """A person who typed a yes and a mistyped address, and is asked for the code; with the address's message."""
    person = Person()
    person.types("newsletter")
    person.types("yes, send it to me")
    person.types("mia@exmaple.com")
    assert person.at == "code"
    return person, mid(person)


def test_an_edited_address_gets_a_new_mail_and_the_old_one_is_refused() -> None:
    """The confirmation that waited is dropped, so its mail fails at its gate and its code is void."""
    person, message = waiting()
    old, wrong = person.mails[0], person.code
    stale = KEYS.address_hash("mia@exmaple.com")

    person.edits(message, "mia@example.com")

    assert [one.address for one in person.mails] == [KEYS.address_hash("mia@example.com")]
    assert list(person.record.pending) == [KEYS.address_hash("mia@example.com")]
    assert stale not in person.record.addresses
    assert may_mail(person.record, old, person.now) == "the address is no longer known"
    assert may_mail(person.record, person.mails[0], person.now) == ""
    assert person.at == "code"
    person.types(wrong)
    assert person.consent == "agreed"


def test_an_address_can_be_corrected_twice() -> None:
    """The message is remembered with its new answer."""
    person, message = waiting()
    person.edits(message, "mia@exampel.com")

    person.edits(message, "mia@example.com")

    assert list(person.record.pending) == [KEYS.address_hash("mia@example.com")]
    assert len(person.record.addresses) == 1


def test_an_address_edited_away_or_taken_back_is_forgotten_and_asked_for_again() -> None:
    """No mail can go to it any more."""
    for away in (lambda one, message: one.edits(message, "never mind"), unsends):
        person, message = waiting()
        old = person.mails[0]

        away(person, message)

        assert (person.record.pending, person.record.addresses, person.at) == ({}, {}, "address")
        assert may_mail(person.record, old, person.now) == "the address is no longer known"
        assert person.mails == []


def test_a_proven_address_stays() -> None:
    """Who proved a mailbox has it; editing the message later changes nothing."""
    person, message = waiting()
    person.types(person.code)
    before = person.record.addresses

    person.edits(message, "other@example.com")
    unsends(person, message)

    assert person.record.addresses == before
    assert person.consent == "confirmed"


def test_the_same_address_again_changes_nothing() -> None:
    """A corrected comma is no new request."""
    person, message = waiting()
    before = person.record

    assert person.edits(message, "It is mia@exmaple.com.") == []
    assert person.record == before


def test_a_yes_edited_into_a_no_is_withdrawn() -> None:
    """Consent is never kept against a person's last word, and no mail goes."""
    person, _ = waiting()
    old = person.mails[0]

    person.edits("m1", "no")

    assert person.consent == "withdrawn"
    assert person.record.pending == {}
    assert may_mail(person.record, old, person.now) != ""


def test_a_yes_taken_back_is_withdrawn_and_asked_again() -> None:
    """The wording is shown anew."""
    person, _ = waiting()

    unsends(person, "m1")

    assert (person.consent, person.at, person.record.pending) == ("withdrawn", "hello", {})


def test_a_no_is_not_edited_into_a_yes_behind_our_back() -> None:
    """The conversation has ended with the no; to agree, the wording is asked for again."""
    person = Person()
    person.types("newsletter")
    person.types("not now")

    person.edits("m1", "yes")

    assert person.consent == "declined"


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


def called() -> tuple[Person, str]:
    """A person whose address was asked for by a called flow, and who is asked for the code; with the message."""
    person = written(CALLER, asks=CALLED)
    person.types("go now")
    person.types("mia@exmaple.com")
    message = mid(person)
    person.types("yes please")
    assert person.at == "proof"
    return person, message


def test_an_address_that_a_called_flow_asked_for_is_corrected_too() -> None:
    """A new mail goes to the corrected one, and the old confirmation is dropped."""
    person, message = called()

    assert person.edits(message, "mia@example.com") == ["The code is in mia@example.com."]
    assert list(person.record.pending) == [KEYS.address_hash("mia@example.com")]
    assert list(person.record.addresses) == [KEYS.address_hash("mia@example.com")]


def test_an_address_that_a_called_flow_asked_for_is_forgotten_too() -> None:
    """Without an address there is nothing to confirm, so the way out is taken."""
    person, message = called()

    unsends(person, message)

    assert (person.record.pending, person.record.addresses, person.at) == ({}, {}, "")
