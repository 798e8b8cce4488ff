"""Hooks: asked by the shell, and what the conversation does with the answer."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from domain.effects import CallHook
from domain.events import HookAnswered, ThreadControlChanged
from domain.record import Value
from tests.support.flow_person import START, FlowPerson, person_for_steps

STEPS = """
  which: {say: Which tea?, ask: text, save: tea, else: bye}
  look: {say: I look., hook: crm, fields: [tea, points], sets: [seats, agreed, day], at_most: 1 minute, else: lost}
  told: {say: "Thank you.", go: end}
  lost: {say: I cannot see it now., go: end}
  bye: {say: Bye., go: end}
"""


def waiting_person() -> FlowPerson:
    """A person for whom a hook is asked."""
    person = person_for_steps(STEPS)
    person.type_text("go now")
    person.type_text("Assam")
    return person


def call_of(person: FlowPerson) -> CallHook:
    """The one call that was decided last."""
    [call] = [one for one in person.effects_of(CallHook) if isinstance(one, CallHook)]
    return call


def answer(
    person: FlowPerson, fields: Mapping[str, Value], *, taken: bool = True, at: datetime | None = None
) -> list[str]:
    """Let the shell tell what the hook answered."""
    stood = person.record.conversation
    asked_at = at or (stood.entered_at if stood else START)
    return person.handle_event(
        HookAnswered(id="h", at=person.now, hook="crm", asked_at=asked_at, taken=taken, fields=dict(fields))
    )


def test_only_listed_fields_are_told_and_the_answer_is_waited_for() -> None:
    """A field that nobody gave is not told; the call says where and until when it counts."""
    person = waiting_person()
    call = call_of(person)
    assert (call.hook, call.flow, call.step) == ("crm", "f", "look")
    assert (call.fields, call.sets) == ({"tea": "Assam"}, ("seats", "agreed", "day"))
    assert call.until - call.at == timedelta(minutes=1)
    assert (person.bot_texts[-1], person.step_name) == ("I look.", "look")


def test_an_answer_sets_fields_and_goes_on() -> None:
    """What is listed is kept, and null empties a field; what is not listed is not."""
    person = waiting_person()
    assert answer(person, {"seats": 4, "agreed": True, "day": None, "tea": "Other"}) == ["Thank you."]
    kept = person.record.fields
    assert (kept["seats"], kept["agreed"], kept["day"], kept["tea"]) == (4, True, None, "Assam")


@pytest.mark.parametrize(
    "fields",
    [
        {"seats": "four"}, {"seats": True}, {"seats": float("inf")}, {"seats": 10**16}, {"agreed": "yes"},
        {"agreed": 1}, {"day": "tomorrow"}, {"day": "2026-02-30"}, {"day": 20261224}, {"day": "20261224"},
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_type_is_no_answer(fields: dict[str, Value]) -> None:
    """Nothing of such an answer is kept, not even what would fit."""
    person = waiting_person()
    assert answer(person, {"seats": 4, "agreed": False, **fields}) == ["I cannot see it now."]
    assert set(person.record.fields) == {"tea"}


def test_a_failure_and_silence_take_the_way_out() -> None:
    """The same way, at once or after ``at_most``."""
    person = waiting_person()
    assert answer(person, {}, taken=False) == ["I cannot see it now."]
    person = waiting_person()
    person.pass_time(timedelta(minutes=1))
    assert person.handle_event(None) == ["I cannot see it now."]


def test_an_answer_to_an_earlier_visit_is_dropped() -> None:
    """It sets nothing and moves nobody; the present visit still waits."""
    person = waiting_person()
    earlier = call_of(person).at
    person.type_text("start over")
    person.pass_time(timedelta(seconds=20))
    person.type_text("Sencha")
    assert answer(person, {"seats": 4}, at=earlier) == []
    assert (person.step_name, person.record.fields) == ("look", {"tea": "Sencha"})
    assert answer(person, {"seats": 5}) == ["Thank you."]


def test_what_is_typed_meanwhile_gets_a_moment() -> None:
    """No try, no offer of other flows, and the answer still counts."""
    person = waiting_person()
    assert person.type_text("hello?") == ["One moment, I am looking that up."]
    assert answer(person, {"seats": 2}) == ["Thank you."]


def test_while_the_team_speaks_the_answer_is_kept_and_nothing_said() -> None:
    """When they hand back, the hook is asked once more."""
    person = waiting_person()
    person.handle_event(ThreadControlChanged(id="c", at=person.now, action="spoke"))
    assert answer(person, {"seats": 2}) == []
    assert person.record.fields["seats"] == 2
    person.pass_time(timedelta(seconds=5))
    person.handle_event(ThreadControlChanged(id="d", at=person.now, action="given_back"))
    assert call_of(person).at == person.now


def test_without_a_time_of_its_own_a_step_waits_half_a_minute() -> None:
    """The default."""
    person = person_for_steps("  a: {hook: crm, else: b}\n  b: {say: No., go: end}\n")
    person.type_text("go now")
    call = call_of(person)
    assert call.until - call.at == timedelta(seconds=30)
