"""People are moved by ``migrate`` to a step of another kind, and all manner of things happen before they say a word."""

from dataclasses import replace as swap

import pytest

from domain.events import AnyEvent, ChatRefused, Profiled, ThreadControlChanged, VoucherDrawn
from flows.language.model import StepKind
from tests.support.flow_person import START, FlowPerson, person_for_steps
from tests.unit.flows.test_versions import build_catalog, catalog_with_older, standing_in

CHOOSING = """
  a:
    say: Old mood?
    choices: {Calm: end}
    nudge: {after: 1 hour, say: Old nudge.}
    timeout: {after: 2 hours, go: end}
"""
STEPS: dict[StepKind, str] = {
    "email": "{say: New., ask: email, else: end}",
    "text": "{say: New., ask: text, save: tea, else: end}",
    "say": "{say: New., go: end}",
    "if": "{if: tag is vip, go: end, else: b}",
    "split": "{split: {b: 50%, c: 50%}}",
    "wait": "{say: New., wait: 5 minutes, go: end}",
    "code": "{code: spring, go: b, else: c}",
    "mail": "{mail: ticket, go: b, else: c}",
    "relay": "{relay: reminder, say: New., go: end}",
    "hand_over": "{say: New., hand_over: Moved, go: end}",
    "consent": "{say: New., consent: friday_leaf, agree: Yes I do, decline: Not now, else: b}",
    "rating": "{say: New., ask: rating, else: end}",
}
"""By kind, a step that people may be moved to."""
BELOW = "  b: {say: New b., choices: {Ok: end}}\n  c: {say: New c., choices: {Ok: end}}\n"


def person_to_move(old: str, kind: StepKind) -> FlowPerson:
    """A person at step ``a`` of an old flow, which ``migrate`` maps to a step of another kind."""
    before, after = build_catalog(old), build_catalog(f"  z: {STEPS[kind]}\n{BELOW}", "migrate: {a: z}\n")
    person = standing_in(before)
    person.catalog = catalog_with_older(after, before)
    return person


EVENTS: tuple[AnyEvent, ...] = (
    Profiled(id="p", at=START, first_name="Mia"),
    ChatRefused(id="r", at=START, reason="permanent"),
    ThreadControlChanged(id="k", at=START, action="asked"),
    VoucherDrawn(id="d", at=START, pool="autumn", code="TEA-1"),
)


@pytest.mark.parametrize("kind", STEPS)
@pytest.mark.parametrize("event", EVENTS, ids=lambda one: type(one).__name__)
def test_what_nobody_said_makes_no_moved_question_an_open_one(kind: StepKind, event: AnyEvent) -> None:
    """Only arriving asks the new question: whatever else happens first, the next message is no answer to it."""
    person, twin = person_to_move(CHOOSING, kind), person_to_move(CHOOSING, kind)
    person.handle_event(event)
    asked = twin.type_text("calm")
    assert person.type_text("calm") == asked
    assert "Calm" not in person.record.fields.values()
    assert person.step_name == twin.step_name


@pytest.mark.parametrize("kind", STEPS)
def test_a_timer_brings_whoever_was_moved_to_the_new_step(kind: StepKind) -> None:
    """The old step's reminder finds another question: it is asked, and its own timers count from then."""
    person, twin = person_to_move(CHOOSING, kind), person_to_move(CHOOSING, kind)
    spoken = person.wake_up()
    twin.now = person.now
    assert spoken == twin.type_text("calm")
    assert person.step_name == twin.step_name
    assert person.next_wake is None or person.next_wake > person.now


def test_a_wait_that_became_a_question_asks_it_when_it_is_over() -> None:
    """Nobody stands in it for ever."""
    person = person_to_move("  a: {say: Brewing., wait: 1 hour}\n  y: {say: Old., go: end}\n", "email")
    assert (person.wake_up(), person.step_name, person.next_wake) == (["New."], "z", None)


def test_a_code_that_is_drawn_brings_whoever_was_moved_on() -> None:
    """The step that waited for it is another by now."""
    person = person_to_move("  a: {code: spring, go: y, else: y}\n  y: {say: Old., go: end}\n", "email")
    assert person.handle_event(VoucherDrawn(id="d", at=START, pool="spring", code="TEA-1")) == ["New."]
    assert (person.step_name, person.record.codes) == ("z", {"spring": "TEA-1"})


@pytest.mark.parametrize("kind", STEPS)
def test_who_was_moved_while_a_person_talked_is_asked_on_return(kind: StepKind) -> None:
    """The bot comes back with the new step's question, not in the middle of it."""
    person, twin = person_to_move(CHOOSING, kind), person_to_move(CHOOSING, kind)
    person.handle_event(ThreadControlChanged(id="s", at=START, action="spoke"))
    returned = person.handle_event(ThreadControlChanged(id="g", at=START, action="given_back"))
    assert returned == ["Pip, the bot, is back with you.", *twin.type_text("calm")]


def test_a_call_returns_to_the_step_that_the_caller_became() -> None:
    """A renamed step still calls; one of another kind is arrived at."""
    called = "  x: {say: In g., choices: {Ok: end}}\n"
    for step, then in (("{call: g, go: b}", "New b."), ("{say: Instead., go: end}", "Instead.")):
        person = person_for_steps("  a: {call: g}\n  b: {say: Old b., go: end}\n", g=called)
        person.type_text("go now")
        steps = f"  y: {{say: Hi., choices: {{Ok: z}}}}\n  z: {step}\n  b: {{say: New b., go: end}}\n"
        new = person_for_steps(steps, g=called)
        flow = swap(new.catalog.flows["f"], migrate={"a": "z"})
        person.catalog = catalog_with_older(swap(new.catalog, flows={**new.catalog.flows, "f": flow}), person.catalog)
        assert person.type_text("ok") == [then]


@pytest.mark.parametrize(
    ("buttons", "said"),
    [("{Bye: c, Book: b}", "New b."), ("{Reserve: b, Bye: c}", "New b."), ("{Bye: c}", "I did not get that.")],
)
def test_an_old_button_means_what_stood_on_it(buttons: str, said: str) -> None:
    """Its label counts in the new version; without that its place, if there are as many; else it is asked again."""
    old = build_catalog(
        "  a: {say: Which?, buttons: {Book: b, Bye: c}}\n  b: {say: Old b.}\n  c: {say: Old c., go: end}\n"
    )
    new = build_catalog(
        f"  a: {{say: Which?, buttons: {buttons}}}\n  b: {{say: New b., go: end}}\n  c: {{say: New c., go: end}}\n",
        "migrate: {a: a}\n",
    )
    person = standing_in(old)
    tapped = person.chats[-1].buttons[0]
    person.catalog = catalog_with_older(new, old)
    assert said in person.tap_payload(tapped.payload, tapped.label)[-1]
