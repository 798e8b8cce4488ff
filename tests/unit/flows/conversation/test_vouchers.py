"""Codes of a pool: drawn by the shell, and what the conversation does with them."""

from domain.effects import DrawCode
from domain.events import CodeDrawn
from tests.support.flow_person import START, Person, written

STEPS = """
  a: {say: One moment., code: spring, else: none}
  b: {say: "Your code is {{ code }}.", go: end}
  none: {say: All gone., go: end}
"""


def drawn(person: Person, code: str) -> list[str]:
    """Let the shell tell what it drew."""
    return person.meets(CodeDrawn(id="d", at=START, pool="spring", code=code))


def waiting() -> Person:
    """A person for whom a code is being drawn."""
    person = written(STEPS)
    person.types("go now")
    return person


def test_a_code_is_drawn_and_said() -> None:
    """The step asks for a code, waits for it, says it, and it is kept."""
    person = waiting()
    assert (person.said, person.at) == (["One moment."], "a")
    assert [one.pool for one in person.wants(DrawCode) if isinstance(one, DrawCode)] == ["spring"]
    assert drawn(person, "TEA-1") == ["Your code is TEA-1."]
    assert person.record.codes == {"spring": "TEA-1"}


def test_the_same_person_gets_the_same_code_again() -> None:
    """Nothing is drawn a second time."""
    person = waiting()
    drawn(person, "TEA-1")
    assert person.types("go now") == ["One moment.", "Your code is TEA-1."]
    assert person.wants(DrawCode) == []


def test_an_empty_pool_takes_the_way_out() -> None:
    """Nothing is kept."""
    person = waiting()
    assert (drawn(person, ""), person.record.codes) == (["All gone."], {})


def test_a_code_that_comes_late_is_kept_and_disturbs_nobody() -> None:
    """The person has gone on meanwhile; the next time the code is there at once."""
    person = waiting()
    person.types("stop")
    assert drawn(person, "TEA-1") == []
    assert person.types("go now")[-1] == "Your code is TEA-1."


def test_while_the_code_is_drawn_the_bot_is_patient() -> None:
    """What is typed meanwhile is no answer, and none is missing."""
    person = waiting()
    assert person.types("hello?") == ["One moment, I am getting your code."]
    assert drawn(person, "TEA-1") == ["Your code is TEA-1."]
