"""A sequence that has changed: passes go on at the new names of their steps, and nothing is sent twice."""

from datetime import timedelta

from domain.decision import Fact
from domain.effects import SendMail
from domain.record import Subscriber
from onboarding.engine.decide import decide, refusal_reason
from tests.support.people import NOON, TOPIC, deciding_context
from tests.support.sequence_people import compile_clean, compile_texts, confirmed_newcomer, sequence_text

OLD = sequence_text("  hello:\n    send: welcome\n  pause:\n    wait: 2 days\n  again:\n    send: come_back\n")
NEW = sequence_text("  greet:\n    send: welcome\n  rest:\n    wait: 3 days\n  again:\n    send: come_back\n")
MAP = "migrate: {hello: greet, pause: rest}\n"


def begun() -> tuple[SendMail, Subscriber]:
    """Return the first mail and the record of somebody who waits at “pause”."""
    person = confirmed_newcomer()
    fact = Fact(name="confirmed", at=NOON, topic=TOPIC, address=person.consents[TOPIC].address)
    outcome = decide(compile_clean(OLD), person, None, (fact,), deciding_context())
    (mail,) = (one for one in outcome.effects if isinstance(one, SendMail))
    return mail, outcome.record


def test_a_pass_goes_on_at_the_new_name_of_its_step() -> None:
    """By the new length of the wait, counted from when it came there; what was sent counts under its new name."""
    _, record = begun()
    moved = decide(compile_clean(NEW + MAP), record, None, (), deciding_context(after=timedelta(days=2)))
    run = moved.record.runs["s"]
    assert (run.step, run.sent, run.due_at) == ("rest", ("greet",), NOON + timedelta(days=3))
    assert moved.reasons[0].text == "s has changed: who stood at pause goes on at rest."
    assert [one for one in moved.effects if isinstance(one, SendMail)] == []


def test_a_pass_ends_where_the_map_says_so_or_there_is_none() -> None:
    """It is left, never sent on by chance."""
    _, record = begun()
    for catalog, why in (
        (compile_clean(NEW + "migrate: {pause: end}\n"), "lets everybody go"),
        (compile_clean(NEW), "has no step pause"),
    ):
        moved = decide(catalog, record, None, (), deciding_context(after=timedelta(days=2)))
        assert moved.record.runs["s"].status == "left"
        assert why in moved.reasons[-1].text


def test_a_queued_mail_may_go_though_its_step_has_another_name() -> None:
    """Without a map it may not: nobody knows whether it is still wanted."""
    mail, record = begun()
    assert refusal_reason(compile_clean(NEW + MAP), record, mail, NOON) == ""
    assert refusal_reason(compile_clean(NEW), record, mail, NOON) == "s no longer has the step hello"


def test_a_map_to_nowhere_is_an_error_and_a_needless_one_is_told() -> None:
    """With the nearest step there is."""
    _, findings = compile_texts(NEW + "migrate: {hello: gret, rest: greet}\n")
    assert [(one.code, one.severity, one.hint) for one in sorted(findings)] == [
        ("unknown-step", "error", "Did you mean “greet”?"),
        ("needless-migrate", "warning", "Take it out."),
    ]
