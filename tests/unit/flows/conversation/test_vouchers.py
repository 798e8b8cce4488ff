"""Codes of a pool: drawn by the shell, and what the conversation does with them."""

from domain.effects import DrawVoucher
from domain.events import VoucherDrawn
from tests.support.flow_person import START, FlowPerson, person_for_steps

STEPS = """
  a: {say: One moment., code: spring, else: none}
  b: {say: "Your code is {{ code }}.", go: end}
  none: {say: All gone., go: end}
"""


def draw_code(person: FlowPerson, code: str) -> list[str]:
    """Let the shell tell what it drew."""
    return person.handle_event(VoucherDrawn(id="d", at=START, pool="spring", code=code))


def waiting_person() -> FlowPerson:
    """A person for whom a code is being drawn."""
    person = person_for_steps(STEPS)
    person.type_text("go now")
    return person


def test_a_code_is_drawn_and_said() -> None:
    """The step asks for a code, waits for it, says it, and it is kept."""
    person = waiting_person()
    assert (person.bot_texts, person.step_name) == (["One moment."], "a")
    assert [one.pool for one in person.effects_of(DrawVoucher) if isinstance(one, DrawVoucher)] == ["spring"]
    assert draw_code(person, "TEA-1") == ["Your code is TEA-1."]
    assert person.record.codes == {"spring": "TEA-1"}


def test_the_same_person_gets_the_same_code_again() -> None:
    """Nothing is drawn a second time."""
    person = waiting_person()
    draw_code(person, "TEA-1")
    assert person.type_text("go now") == ["One moment.", "Your code is TEA-1."]
    assert person.effects_of(DrawVoucher) == []


def test_an_empty_pool_takes_the_way_out() -> None:
    """Nothing is kept."""
    person = waiting_person()
    assert (draw_code(person, ""), person.record.codes) == (["All gone."], {})


def test_a_code_that_comes_late_is_kept_and_disturbs_nobody() -> None:
    """The person has gone on meanwhile; the next time the code is there at once."""
    person = waiting_person()
    person.type_text("stop")
    assert draw_code(person, "TEA-1") == []
    assert person.type_text("go now")[-1] == "Your code is TEA-1."


def test_while_the_code_is_drawn_the_bot_is_patient() -> None:
    """What is typed meanwhile is no answer, and none is missing."""
    person = waiting_person()
    assert person.type_text("hello?") == ["One moment, I'm on it."]
    assert draw_code(person, "TEA-1") == ["Your code is TEA-1."]
