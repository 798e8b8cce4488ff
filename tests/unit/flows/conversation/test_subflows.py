"""One flow calls another and goes on when that has ended."""

import pytest

from tests.support.flow_person import person_for_steps

GREETS = """
  a: {say: In f., call: g}
  b: {say: Back in f., go: end}
"""


def test_a_called_flow_returns_to_its_caller() -> None:
    """The end of the called flow goes on with the caller's next step."""
    person = person_for_steps(GREETS, g="  x: {say: In g., choices: {Ok: y}}\n  y: {say: Done., go: end}\n")
    assert person.type_text("go now") == ["In f.", "In g."]
    talk = person.record.conversation
    assert talk is not None
    assert (talk.flow, talk.step, [frame.flow for frame in talk.stack]) == ("g", "x", ["f"])
    assert person.type_text("ok") == ["Done.", "Back in f."]
    assert person.step_name == ""


def test_what_was_asked_in_the_called_flow_is_known_in_the_caller() -> None:
    """The address given there is the conversation's."""
    person = person_for_steps(
        "  a: {call: g}\n  b: {say: '{{ email }}', go: end}\n", g="  x: {say: Address?, ask: email, else: end}\n"
    )
    person.type_text("go now")
    assert person.type_text("mia@example.com") == ["mia@example.com"]


def test_calls_in_calls_return_one_by_one() -> None:
    """Three deep and all the way back."""
    person = person_for_steps(
        "  a: {say: f1, call: g}\n  b: {say: f2, go: end}\n",
        g="  x: {say: g1, call: h}\n  y: {say: g2, go: end}\n",
        h="  z: {say: h1, go: end}\n",
    )
    assert person.type_text("go now") == ["f1", "g1", "h1", "g2", "f2"]


def test_back_stays_in_the_called_flow() -> None:
    """The question before is one of the same flow; the caller's are not asked again."""
    person = person_for_steps(
        "  q: {say: Mood?, choices: {Calm: a}}\n" + GREETS, g="  x: {say: In g., choices: {Ok: end}}\n"
    )
    person.type_text("go now")
    person.type_text("calm")
    assert person.type_text("back")[0] == "This is where we began, so there is no question before this one."
    assert person.type_text("ok") == ["Back in f."]


def test_a_word_of_another_flow_ends_the_whole_conversation() -> None:
    """Nothing returns afterwards."""
    person = person_for_steps(GREETS, g="  x: {say: In g., choices: {Ok: end}}\n")
    person.type_text("go now")
    person.type_text("go now")
    talk = person.record.conversation
    assert talk is not None
    assert len(talk.stack) == 1
    person.type_text("stop")
    assert person.step_name == ""


def test_timers_of_a_called_flow_count_too() -> None:
    """A timeout in the called flow that ends it goes on in the caller."""
    person = person_for_steps(GREETS, g="  x: {say: In g., ask: text, timeout: {after: 1 hour, go: end}, else: end}\n")
    person.type_text("go now")
    assert person.wake_up() == ["Back in f."]


CALLED = (
    "  ask: {say: 'Well, then.', ask: email, declines: no, gives_up: lost}\n"
    "  good: {go: end}\n  no: {result: declined, go: end}\n  lost: {result: gave_up, go: end}\n"
)


@pytest.mark.parametrize(
    ("ways", "answers", "said"),
    [
        ("go: good, declines: pity, gives_up: sorry", ["mia@example.com"], "Good."),
        ("go: good, declines: pity, gives_up: sorry", ["no thanks"], "Pity."),
        ("go: good, declines: pity, gives_up: sorry", ["x", "y", "z"], "Sorry."),
        ("go: good, declines: pity", ["x", "y", "z"], "Good."),
        ("go: good", ["no thanks"], "Good."),
    ],
)
def test_a_called_flow_has_a_result(ways: str, answers: list[str], said: str) -> None:
    """The caller goes on by it where it tells results apart, else as if all were well."""
    ends = "".join(f"  {name}: {{say: {name.title()}., go: end}}\n" for name in ("good", "pity", "sorry"))
    person = person_for_steps(f"  a: {{say: Where to?, call: g, {ways}}}\n{ends}", g=CALLED)
    person.type_text("go now")

    assert [person.type_text(answer) for answer in answers][-1][-1] == said


def test_a_question_that_the_caller_asked_is_repeated() -> None:
    """The called flow says nothing itself, and the person is asked the same again after a question of theirs."""
    person = person_for_steps("  a: {say: Where to?, call: g, go: end}\n", g=CALLED.replace("say: 'Well, then.', ", ""))
    person.type_text("go now")

    assert person.type_text("back")[-1] == "Where to?"
