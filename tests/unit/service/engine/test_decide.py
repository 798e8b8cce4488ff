"""The one pass: consent, flows and onboarding see what the ones before found out."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

import flows.decide
import onboarding.engine.decide
from domain.effects import Count, DeadLetter, SendMail
from domain.events import ConfirmPressed, ProductEvent, Unsubscribed
from service.engine.decide import MOVED_BY, make_dead_letter
from tests.support.people import KEYS, NOON
from tests.support.shipped_workspace import (
    ADDRESS,
    EMAIL,
    MIA,
    TOPIC,
    DecidedPerson,
    chat_texts,
    mail_templates,
    shipped_edition,
    typed_message,
)


def test_a_right_code_confirms_answers_and_welcomes_in_one_pass() -> None:
    """The code that flows accept is a fact that starts the sequence: answer and welcome mail are one decision."""
    decision = DecidedPerson().walk_to_confirmation()
    assert mail_templates(decision) == ["welcome"]
    assert any("You're in" in text for text in chat_texts(decision))
    assert decision.record.runs["tasting_book"].step == "first_cup"
    assert decision.record.tags == ("reader",)


def test_the_button_moves_the_chat_on_in_the_same_pass() -> None:
    """A fact that consent found (the button was pressed) reaches flows and onboarding."""
    desk = DecidedPerson()
    desk.walk_to_code()
    secret = KEYS.confirm_secrets(MIA, ADDRESS, desk.record.pending[ADDRESS].nonce)[0]
    decision = desk.decide_events(ConfirmPressed(id="press", at=NOON, token=secret))
    assert mail_templates(decision) == ["welcome"]
    assert any("You're in" in text for text in chat_texts(decision))


def test_an_unsubscribe_ends_the_run_in_the_same_pass() -> None:
    """Consent's fact “withdrawn” ends the sequence at once."""
    desk = DecidedPerson()
    desk.walk_to_confirmation()
    decision = desk.decide_events(Unsubscribed(id="u", at=NOON, topic=TOPIC, via="one-click", address=ADDRESS))
    assert decision.record.runs["tasting_book"].status == "left"
    assert decision.wake_mail is None


def test_events_of_one_pass_see_each_other() -> None:
    """Four answers in one batch lead where four answers one by one lead."""
    one_by_one, at_once = DecidedPerson(), DecidedPerson()
    one_by_one.walk_to_code()
    at_once.decide_events(typed_message(1, "newsletter"), typed_message(2, "yes"), typed_message(3, EMAIL))
    assert one_by_one.record.conversation
    assert at_once.record.conversation
    assert at_once.record.conversation.step == one_by_one.record.conversation.step == "proof"
    assert (at_once.record.version, one_by_one.record.version) == (1, 3)


def test_a_nudge_is_given_when_it_is_due_and_once() -> None:
    """Twenty minutes without an address bring the nudge; the next wake says nothing more."""
    desk = DecidedPerson()
    desk.type_text("newsletter")
    waiting = desk.type_text("yes")
    assert waiting.wake_chat == NOON + timedelta(minutes=20)
    assert any("All I need is" in text for text in chat_texts(desk.pass_time(timedelta(minutes=20))))
    assert chat_texts(desk.pass_time(timedelta(minutes=20))) == []


def test_a_wake_before_anything_is_due_decides_nothing() -> None:
    """A double wake leaves only a new version behind."""
    desk = DecidedPerson()
    desk.walk_to_confirmation()
    before = desk.record
    decision = desk.decide_events()
    assert decision.effects == ()
    assert decision.record.runs == before.runs
    assert decision.record.version == before.version + 1


def test_an_expired_confirmation_is_told_to_the_chat() -> None:
    """After 48 hours nothing is pending any more, and the chat offers a fresh code."""
    desk = DecidedPerson()
    desk.walk_to_code()
    decision = desk.pass_time(timedelta(hours=48))
    assert decision.record.pending == {}
    assert decision.wake_chat is None or decision.wake_chat > desk.now


def test_three_days_without_a_cup_bring_come_back() -> None:
    """A sequence's timer is decided with no event."""
    desk = DecidedPerson()
    woken = desk.walk_to_confirmation().wake_mail
    assert woken
    desk.now = woken
    assert mail_templates(desk.decide_events()) == ["come_back"]


def test_an_event_that_comes_when_the_timer_is_due_is_seen_first() -> None:
    """A cup that arrives with the due moment counts: no “come back”."""
    desk = DecidedPerson()
    woken = desk.walk_to_confirmation().wake_mail
    assert woken
    desk.now = woken
    decision = desk.decide_events(ProductEvent(id="cup", at=NOON, name="cup.noted"))
    assert mail_templates(decision) == []
    assert decision.record.runs["tasting_book"].step == "real_use"


def test_every_mail_is_pinned_to_the_edition_that_decided_it() -> None:
    """Confirmation and welcome name the workspace version they are to be rendered with."""
    desk = DecidedPerson()
    effects = desk.walk_to_code().effects + desk.type_text(desk.mailed_code()).effects
    assert {one.edition for one in effects if isinstance(one, SendMail)} == {shipped_edition().hash}


@pytest.mark.parametrize("kind", ["chat", "mail"])
def test_a_wake_that_is_not_later_than_now_is_moved_and_alarmed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A room that asks to be woken in the past would spin; it is woken in an hour, counted and explained."""
    desk = DecidedPerson()
    desk.walk_to_confirmation()

    def stubborn(*_: object) -> datetime:
        return desk.now

    monkeypatch.setattr(flows.decide if kind == "chat" else onboarding.engine.decide, "wake_at", stubborn)
    decision = desk.decide_events()
    assert (decision.wake_chat if kind == "chat" else decision.wake_mail) == desk.now + MOVED_BY
    assert [one for one in decision.effects if isinstance(one, Count)] == [Count(name="late_wake")]
    assert [one.text for one in decision.reasons if one.room == "service"] == [
        f"a wake for {kind} was not later than now and is moved by an hour"
    ]


def test_the_record_remembers_the_latest_business_time() -> None:
    """A clock that is behind does not take the record's time back."""
    desk = DecidedPerson()
    desk.type_text("newsletter")
    desk.now -= timedelta(hours=1)
    assert desk.type_text("yes").record.last_event_at == NOON


def test_paused_codes_accept_nothing_typed_but_the_button_still_works() -> None:
    """With the breaker open the right code is “wrong” and costs no try."""
    desk = DecidedPerson()
    desk.walk_to_code()
    secret = KEYS.confirm_secrets(MIA, ADDRESS, desk.record.pending[ADDRESS].nonce)[0]
    refused = desk.type_text(desk.mailed_code(), codes_paused=True)
    assert refused.record.consents[TOPIC].status == "agreed"
    assert refused.record.pending[ADDRESS].wrong == 0
    pressed = desk.decide_events(ConfirmPressed(id="press", at=NOON, token=secret), codes_paused=True)
    assert pressed.record.consents[TOPIC].status == "confirmed"


def test_parking_keeps_the_record_and_the_events() -> None:
    """What could not be decided is posted whole, under ids of its own, and the record only gets a new version."""
    desk = DecidedPerson()
    desk.walk_to_confirmation()
    events = (typed_message(90, "hello"), typed_message(91, "again"))
    decision = make_dead_letter(desk.record, events, NOON)
    parked: Sequence[DeadLetter] = [one for one in decision.effects if isinstance(one, DeadLetter)]
    assert [[event.id for event in one.events] for one in parked] == [["e90:again", "e91:again"]]
    assert decision.record.runs == desk.record.runs
    assert decision.record.version == desk.record.version + 1
    assert (decision.wake_chat, decision.wake_mail) == (NOON + MOVED_BY, NOON + MOVED_BY)
