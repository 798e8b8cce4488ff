"""What happens without anybody saying anything: several nudges, timeouts, waits; all of it stands in the record."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.record import decode, encode
from flows.handlers.timers import wake_at
from tests.support.flow_person import START, FlowPerson, person_for_steps

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

ASKS = """
  a:
    say: Which tea?
    ask: text
    nudge:
      - {after: 20 minutes, say: Still here.}
      - {after: 2 hours, say: Last call.}
    timeout: {after: 5 hours, go: gone}
    else: end
  b: {say: Fine., go: end}
  gone: {say: Another time., go: end}
"""


def asked_person(steps: str = ASKS) -> FlowPerson:
    """A person before the open question."""
    person = person_for_steps(steps)
    person.type_text("go now")
    return person


def test_nudges_count_from_the_question_and_then_its_time_is_over() -> None:
    """Two reminders, then the way on; each wakes the conversation at its time."""
    person = asked_person()
    heard = [(person.wake_up(), person.now - START) for _ in range(3)]
    assert heard == [
        (["Still here."], 20 * MINUTE), (["Last call."], 2 * HOUR), (["Another time."], 5 * HOUR),
    ]  # fmt: skip
    assert (person.step_name, person.next_wake) == ("", None)


def test_timers_survive_a_restart() -> None:
    """Everything stands in the record: one that was written and read again wakes at the same time."""
    person = asked_person()
    person.record = decode(encode(person.record))
    assert (person.wake_up(), person.wake_up()) == (["Still here."], ["Last call."])
    person.record = decode(encode(person.record))
    assert person.wake_up() == ["Another time."]


def test_an_answer_ends_all_timers() -> None:
    """Nothing wakes any more."""
    person = asked_person()
    person.wake_up()
    person.type_text("Assam")
    assert person.next_wake is None


def test_a_late_worker_gives_only_the_latest_nudge() -> None:
    """Nobody gets two reminders in a row; and when the time is over, none."""
    late, over = asked_person(), asked_person()
    late.pass_time(3 * HOUR)
    over.pass_time(6 * HOUR)
    assert (late.handle_event(None), late.next_wake) == (["Last call."], START + 5 * HOUR)
    assert (over.handle_event(None), over.next_wake) == (["Another time."], None)


def test_an_answer_that_does_not_fit_does_not_put_nudges_off() -> None:
    """They count from the question."""
    person = asked_person()
    person.pass_time(10 * MINUTE)
    person.type_text("")
    assert person.next_wake == START + 20 * MINUTE


def test_back_asks_anew_and_the_timers_begin_anew() -> None:
    """A question that is asked again has its reminders again."""
    person = asked_person("  z: {say: Mood?, choices: {Calm: a}}" + ASKS)
    person.type_text("calm")
    person.wake_up()
    person.type_text("back")
    person.type_text("calm")
    assert person.next_wake == person.now + 20 * MINUTE


def test_after_a_timeout_one_can_go_back_to_the_question() -> None:
    """The question that nobody answered in time is not lost."""
    person = asked_person("""
  a: {say: Which?, ask: text, timeout: {after: 1 hour, go: b}, else: end}
  b: {say: Or a tip?, choices: {Yes: end}}
""")
    assert person.wake_up() == ["Or a tip?"]
    assert person.type_text("back") == ["Which?"]


def test_a_wait_goes_on_by_itself_and_others_may_interrupt_it() -> None:
    """It stands there until the time is over; what is said meanwhile is heard as outside a conversation."""
    steps = "  a: {say: Brewing., wait: 3 minutes}\n  b: {say: Done., go: end}\n"
    person, other, lost = asked_person(steps), asked_person(steps), asked_person(steps)
    assert (person.step_name, person.next_wake) == ("a", START + 3 * MINUTE)
    assert person.type_text("what is this")[0].startswith("I'm Pip, a bot")
    assert person.wake_up() == ["Done."]
    assert other.type_text("go now") == ["Brewing."]
    lost.record = replace(lost.record, window_expires_at=START)
    assert (lost.wake_up(), lost.step_name) == ([], "")


def test_a_loop_of_waits_stays_bounded_in_one_pass() -> None:
    """However late it is, each pass takes one wait; the next one counts from then."""
    person = asked_person("""
  a: {wait: 1 hour}
  b: {say: Tick., choices: {Enough: end}, timeout: {after: 1 hour, go: c}}
  c: {go: end}
""")
    person.pass_time(9 * HOUR)
    assert person.handle_event(None) == ["Tick."]
    assert person.next_wake == person.now + HOUR


@pytest.mark.parametrize("word", ["person", "stop"])
def test_no_timer_speaks_while_the_bot_is_silent(word: str) -> None:
    """After “person” and after “stop” nothing is due but the bot's return."""
    person = asked_person()
    person.type_text(word)
    expected = {"person": START + 12 * HOUR, "stop": None}
    assert wake_at(person.catalog, person.record) == expected[word]
