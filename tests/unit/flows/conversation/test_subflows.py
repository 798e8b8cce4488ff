"""One flow calls another and goes on when that has ended."""

from tests.support.flow_person import written

GREETS = """
  a: {say: In f., call: g}
  b: {say: Back in f., go: end}
"""


def test_a_called_flow_returns_to_its_caller() -> None:
    """The end of the called flow goes on with the caller's next step."""
    person = written(GREETS, g="  x: {say: In g., choices: {Ok: y}}\n  y: {say: Done., go: end}\n")
    assert person.types("go now") == ["In f.", "In g."]
    talk = person.record.conversation
    assert talk is not None
    assert (talk.flow, talk.step, [frame.flow for frame in talk.stack]) == ("g", "x", ["f"])
    assert person.types("ok") == ["Done.", "Back in f."]
    assert person.at == ""


def test_what_was_asked_in_the_called_flow_is_known_in_the_caller() -> None:
    """The address given there is the conversation's."""
    person = written(
        "  a: {call: g}\n  b: {say: '{{ email }}', go: end}\n", g="  x: {say: Address?, ask: email, else: end}\n"
    )
    person.types("go now")
    assert person.types("mia@example.com") == ["mia@example.com"]


def test_calls_in_calls_return_one_by_one() -> None:
    """Three deep and all the way back."""
    person = written(
        "  a: {say: f1, call: g}\n  b: {say: f2, go: end}\n",
        g="  x: {say: g1, call: h}\n  y: {say: g2, go: end}\n",
        h="  z: {say: h1, go: end}\n",
    )
    assert person.types("go now") == ["f1", "g1", "h1", "g2", "f2"]


def test_back_stays_in_the_called_flow() -> None:
    """The question before is one of the same flow; the caller's are not asked again."""
    person = written("  q: {say: Mood?, choices: {Calm: a}}\n" + GREETS, g="  x: {say: In g., choices: {Ok: end}}\n")
    person.types("go now")
    person.types("calm")
    assert person.types("back")[0] == "This is where we began, so there is no question before this one."
    assert person.types("ok") == ["Back in f."]


def test_a_word_of_another_flow_ends_the_whole_conversation() -> None:
    """Nothing returns afterwards."""
    person = written(GREETS, g="  x: {say: In g., choices: {Ok: end}}\n")
    person.types("go now")
    person.types("go now")
    talk = person.record.conversation
    assert talk is not None
    assert len(talk.stack) == 1
    person.types("stop")
    assert person.at == ""


def test_timers_of_a_called_flow_count_too() -> None:
    """A timeout in the called flow that ends it goes on in the caller."""
    person = written(GREETS, g="  x: {say: In g., ask: text, timeout: {after: 1 hour, go: end}, else: end}\n")
    person.types("go now")
    assert person.wakes_up() == ["Back in f."]
