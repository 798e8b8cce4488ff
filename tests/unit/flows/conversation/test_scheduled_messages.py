"""Telling a person something at its time: by chat while the window is open, else by mail; once."""

from datetime import timedelta
from typing import Literal

import pytest
from msgspec.structs import replace

from domain.events import ChatRefused, Message
from domain.record import Consent, ScheduledMessage
from tests.support.flow_person import KEYS, START, FlowPerson, person_for_steps

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MIA = KEYS.address_hash("mia@example.com")


def scheduling_person(at: str = "", sets: str = "", topic: str = "") -> FlowPerson:
    """A person with a proven address before a flow that schedules a message."""
    more = (f", at: {at}" if at else "") + (f", topic: {topic}" if topic else "")
    gate = f"  z: {{if: consent {topic} is confirmed, go: a, else: end}}\n" if topic else ""
    person = person_for_steps(f"""
{gate}  a: {{set: {{tea: Assam{sets}}}, say: Hi., go: r}}
  r: {{relay: {{mail: reminder{more}}}, say: "Your {{{{ tea }}}} is near."}}
  b: {{say: Bye., go: end}}
""")
    person.prove_address()
    return person


def scheduled_messages(person: FlowPerson) -> list[tuple[str, bool]]:
    """Step and whether it was told, of each relay in the record."""
    return [(one.step, bool(one.chat)) for one in person.record.relays]


def test_it_is_told_by_chat_while_the_window_is_open() -> None:
    """The flow goes on at once; the words come when they are due, as an update and without quick replies."""
    person = scheduling_person("2 hours after now")
    assert person.type_text("go now") == ["Hi.", "Bye."]
    assert (person.next_wake, scheduled_messages(person)) == (START + 2 * HOUR, [("r", False)])
    assert person.wake_up() == ["Your Assam is near."]
    assert [(one.response, one.quick_replies) for one in person.chats] == [(False, ())]
    assert (person.mails, scheduled_messages(person), person.next_wake) == ([], [("r", True)], None)


def test_without_a_time_it_is_told_in_its_place() -> None:
    """Now means among what is said in the same turn; a refusal of that message turns it to mail too."""
    person = scheduling_person()
    assert person.type_text("go now") == ["Hi.", "Your Assam is near.", "Bye."]
    [told] = person.record.relays
    assert (told.chat, person.next_wake, person.mails) == (person.chats[1].id, None, [])
    person.handle_event(ChatRefused(id="x", at=person.now, reason="outside_window", send=told.chat))
    assert ([one.id for one in person.mails], person.record.relays) == ([told.id], ())


def test_without_a_time_it_goes_by_mail_at_once_where_the_person_wants_that() -> None:
    """Nothing waits for a timer."""
    person = scheduling_person()
    person.record = replace(person.record, channels={"": "mail"})
    assert person.type_text("go now") == ["Hi.", "Bye."]
    assert ([one.template for one in person.mails], person.record.relays) == (["reminder"], ())


@pytest.mark.parametrize("why", ["window", "channel", "unavailable", "silent"])
def test_where_the_chat_cannot_it_goes_by_mail(why: str) -> None:
    """A closed window, the channel the person chose, who left Messenger, and who talks with the team."""
    person = scheduling_person("1 hour after now")
    person.type_text("go now")
    changed: dict[str, dict[str, object]] = {
        "window": {"window_expires_at": START},
        "channel": {"channels": {"": "mail"}},
        "unavailable": {"unavailable": True},
        "silent": {"paused": True},
    }
    person.record = replace(person.record, **changed[why])
    planned_id = person.record.relays[0].id
    assert person.wake_up() == []
    [mail] = person.mails
    assert (mail.id, mail.template, mail.lane, mail.address) == (planned_id, "reminder", "transactional", MIA)
    assert (mail.flow, mail.step, person.record.relays) == ("f", "r", ())


def test_both_means_both() -> None:
    """By chat and by mail; nothing is left to be refused."""
    person = scheduling_person("1 hour after now")
    person.type_text("go now")
    person.record = replace(person.record, channels={"": "both"})
    assert (person.wake_up(), len(person.mails), person.record.relays) == (["Your Assam is near."], 1, ())


@pytest.mark.parametrize("reason", ["outside_window", "user_unavailable"])
def test_what_the_platform_refuses_goes_by_mail_once(reason: Literal["outside_window", "user_unavailable"]) -> None:
    """The refusal of its message turns it to mail, under the relay's own id."""
    person = scheduling_person("1 hour after now")
    person.type_text("go now")
    person.wake_up()
    [told] = person.record.relays
    refusal = ChatRefused(id="x", at=person.now, reason=reason, send=told.chat)
    person.handle_event(refusal)
    assert ([one.id for one in person.mails], person.record.relays) == ([told.id], ())
    person.handle_event(refusal)
    assert person.mails == []


def test_other_refusals_leave_it_alone() -> None:
    """Another message was refused, or this one for good: nothing goes by mail."""
    person = scheduling_person("1 hour after now")
    person.type_text("go now")
    person.wake_up()
    told = person.record.relays
    person.handle_event(ChatRefused(id="x", at=person.now, reason="outside_window", send="person.99"))
    assert (person.mails, person.record.relays) == ([], told)
    person.handle_event(ChatRefused(id="y", at=person.now, reason="permanent", send=told[0].chat))
    assert person.mails == []


def test_what_was_told_by_chat_is_forgotten_after_two_days() -> None:
    """It can no longer be refused then."""
    person = scheduling_person("1 hour after now")
    person.type_text("go now")
    person.wake_up()
    person.pass_time(2 * DAY)
    person.type_text("hello")
    assert person.record.relays == ()


def test_a_reminder_comes_before_a_day_of_the_person() -> None:
    """One day before the moment that was set."""
    person = scheduling_person("1 day before tasting_at", ', tasting_at: "2026-12-24T19:00:00+01:00"')
    person.type_text("go now")
    assert person.next_wake is not None
    assert person.next_wake.isoformat() == "2026-12-23T18:00:00+00:00"


def test_a_reminder_whose_time_is_past_comes_now_or_not_at_all() -> None:
    """While the moment itself is ahead it comes at once; afterwards it is dropped, with the reason."""
    ahead = scheduling_person("1 day before tasting_at", ', tasting_at: "2026-11-22T19:00:00+01:00"')
    over = scheduling_person("1 day before tasting_at", ', tasting_at: "2026-11-21T19:00:00+01:00"')
    empty = scheduling_person("1 day before tasting_at")
    for person in (ahead, over, empty):
        person.type_text("go now")
    assert [person.bot_texts for person in (ahead, over, empty)] == [
        ["Hi.", "Your Assam is near.", "Bye."], ["Hi.", "Bye."], ["Hi.", "Bye."],
    ]  # fmt: skip
    said = "Nothing is left to tell: tasting_at is empty or over."
    assert [said in {one.text for one in person.outcome.reasons} for person in (ahead, over, empty)] == [
        False, True, True,
    ]  # fmt: skip


def test_walking_there_again_replaces_what_was_planned() -> None:
    """Who changes a reservation is reminded of the new day only."""
    person = scheduling_person("1 hour after now")
    person.type_text("go now")
    person.pass_time(HOUR / 2)
    person.type_text("go now")
    assert [one.due_at for one in person.record.relays] == [START + 1.5 * HOUR]


@pytest.mark.parametrize("status", ["confirmed", "withdrawn"])
def test_a_topic_needs_its_consent_when_it_is_due(status: Literal["confirmed", "withdrawn"]) -> None:
    """Marketing: with a confirmed consent to the address of that consent, else not at all."""
    person = scheduling_person("1 hour after now", topic="friday_leaf")
    given = Consent(status=status, wording="x", language="en", asked_at=START, address=MIA)
    confirmed = replace(given, status="confirmed")
    person.record = replace(person.record, consents={"friday_leaf": confirmed}, channels={"friday_leaf": "mail"})
    person.type_text("go now")
    person.record = replace(person.record, consents={"friday_leaf": given})
    person.wake_up()
    told = [(one.lane, one.topic, one.address) for one in person.mails]
    assert told == ([("marketing", "friday_leaf", MIA)] if status == "confirmed" else [])
    assert person.record.relays == ()


def test_without_an_address_and_a_window_it_is_dropped_with_a_reason() -> None:
    """There is no way to tell it."""
    person = scheduling_person("1 day after now")
    person.record = replace(person.record, addresses={})
    person.type_text("go now")
    person.wake_up()
    assert (person.mails, person.record.relays) == ([], ())
    assert "No address is proven, so it could not be told by mail." in {one.text for one in person.outcome.reasons}


def test_the_open_question_is_left_as_it_is() -> None:
    """A relay speaks from its own place: another conversation goes on undisturbed."""
    person = scheduling_person("1 hour after now")
    person.type_text("go now")
    person.type_text("newsletter")
    before = person.record.conversation
    assert person.wake_up() == ["Your Assam is near."]
    assert person.record.conversation == before


def test_stop_plans_nothing_any_more() -> None:
    """Who says stop is told nothing later."""
    person = scheduling_person("1 hour after now")
    person.type_text("go now")
    person.type_text("stop")
    assert (person.record.relays, person.next_wake) == ((), None)


def test_a_relay_whose_step_is_gone_is_dropped() -> None:
    """A flow that was rewritten meanwhile tells nothing wrong."""
    person = scheduling_person("1 hour after now")
    lost = ScheduledMessage(id="1", flow="f", flow_hash="old", step="gone", due_at=START)
    person.record = replace(person.record, relays=(lost,))
    person.handle_event(Message(id="1", at=START, text="blorp"))
    assert (person.handle_event(None), person.mails, person.record.relays) == ([], [], ())
