"""A person of the team takes over, and the bot comes back."""

from datetime import timedelta
from typing import Literal

import pytest

from domain.effects import NOTICE
from domain.events import ThreadControlChanged, VoucherDrawn
from tests.support.flow_person import START, FlowPerson, person_for_steps

HOUR = timedelta(hours=1)
STEPS = """
  a: {say: I get somebody., hand_over: Wants a quote}
  b: {say: Anything else?, choices: {No: end}}
"""


def handed_over_person() -> FlowPerson:
    """A person who waits for somebody of the team."""
    person = person_for_steps(STEPS)
    person.type_text("go now")
    return person


def send_control(person: FlowPerson, action: Literal["spoke", "taken", "given_back", "asked"]) -> list[str]:
    """Let somebody else do something with the conversation."""
    return person.handle_event(ThreadControlChanged(id="c", at=person.now, action=action))


def test_a_step_hands_over_and_tells_the_team() -> None:
    """The bot is silent, the waiting list knows why, and support has a mail."""
    person = handed_over_person()
    held = person.record.handover
    assert held is not None
    assert (person.record.paused, held.by, held.reason, held.step) == (True, "flow", "Wants a quote", "b")
    assert [(one.team, one.variables) for one in person.mails] == [("support", {NOTICE: "Wants a quote"})]
    assert person.type_text("hello?") == []


def test_handed_back_it_goes_on_with_the_next_step() -> None:
    """The bot says who speaks, then what comes next."""
    person = handed_over_person()
    send_control(person, "spoke")
    assert send_control(person, "given_back") == ["Pip, the bot, is back with you.", "Anything else?"]
    assert (person.record.paused, person.record.handover, person.step_name) == (False, None, "b")


def test_after_quiet_hours_the_bot_takes_over_again() -> None:
    """The hours count from when somebody of the team last wrote."""
    person = handed_over_person()
    assert person.next_wake == START + 12 * HOUR
    person.pass_time(5 * HOUR)
    send_control(person, "spoke")
    assert person.next_wake == START + 17 * HOUR
    assert person.wake_up()[0] == "Pip, the bot, is back with you."
    assert person.next_wake is None


@pytest.mark.parametrize("word", ["bot", "Pip", "pip?"])
def test_who_calls_the_bot_has_it_back(word: str) -> None:
    """By its name it goes on where it was."""
    person = handed_over_person()
    assert person.type_text(word) == ["Pip, the bot, is back with you.", "Anything else?"]


def test_a_start_word_begins_its_flow() -> None:
    """The bot says who speaks first; what was to come is dropped."""
    person = handed_over_person()
    assert person.type_text("go now") == ["Pip, the bot, is back with you.", "I get somebody."]


@pytest.mark.parametrize(("action", "by"), [("spoke", "team"), ("taken", "app")])
def test_who_speaks_meanwhile_silences_the_bot(action: Literal["spoke", "taken"], by: str) -> None:
    """The open question stays open, and is asked again afterwards."""
    person = person_for_steps("  a: {say: Mood?, choices: {Calm: end}, nudge: {after: 1 hour, say: Still here.}}\n")
    person.type_text("go now")
    send_control(person, action)
    held = person.record.handover
    assert held is not None
    assert (person.record.paused, held.by, person.type_text("calm")) == (True, by, [])
    assert send_control(person, "given_back") == ["Pip, the bot, is back with you.", "Mood?"]


def test_after_stop_the_bot_comes_back_without_a_word() -> None:
    """Who said stop while a person of the team was there is not spoken to after quiet hours."""
    person = handed_over_person()
    person.type_text("stop")
    assert (person.wake_up(), person.record.paused, person.record.handover, person.next_wake) == ([], False, None, None)


def test_timers_begin_anew_when_the_bot_is_back() -> None:
    """A wait that was interrupted is not waited for in vain."""
    person = person_for_steps("  a: {say: Brewing., wait: 3 minutes}\n  b: {say: Done., go: end}\n")
    person.type_text("go now")
    send_control(person, "taken")
    person.pass_time(HOUR)
    assert send_control(person, "given_back") == ["Pip, the bot, is back with you."]
    assert person.wake_up() == ["Done."]


def test_a_code_that_is_drawn_meanwhile_is_there_afterwards() -> None:
    """The bot stays silent when it comes, and says it when it is back."""
    person = person_for_steps('  a: {code: spring, else: end}\n  b: {say: "{{ code }}", go: end}\n')
    person.type_text("go now")
    send_control(person, "taken")
    assert person.handle_event(VoucherDrawn(id="d", at=START, pool="spring", code="TEA-1")) == []
    assert send_control(person, "given_back") == ["Pip, the bot, is back with you.", "TEA-1"]


def test_another_app_that_only_asks_changes_nothing() -> None:
    """Nor does handing back what was never taken."""
    person = person_for_steps("  a: {say: Mood?, choices: {Calm: end}}\n")
    person.type_text("go now")
    before = person.record
    assert (send_control(person, "asked"), send_control(person, "given_back"), person.record) == ([], [], before)


def test_a_hand_over_in_a_called_flow_returns_to_the_caller() -> None:
    """When the called flow ends behind the hand-over, the caller goes on."""
    person = person_for_steps(
        "  a: {call: g}\n  b: {say: Back in f., go: end}\n", g="  x: {hand_over: Help, go: end}\n"
    )
    person.type_text("go now")
    assert send_control(person, "given_back") == ["Pip, the bot, is back with you.", "Back in f."]


def test_without_a_support_mailbox_nobody_is_mailed() -> None:
    """The waiting list is enough."""
    person = FlowPerson(handed_over_person().catalog)
    person.config = person.config.model_copy(update={"team": {}})
    person.type_text("go now")
    assert (person.mails, person.record.paused) == ([], True)


def test_what_was_said_before_the_team_spoke_is_numbered() -> None:
    """Those messages are not sent any more if they still wait; what the bot says while it is silent has others."""
    person = handed_over_person()
    before = person.record.chat_serial
    send_control(person, "spoke")
    person.type_text("stop")
    send_control(person, "spoke")
    held = person.record.handover
    assert held is not None
    assert (held.chats, person.record.chat_serial > before) == (before, True)
