"""What the history may keep of an input, as the outcome of flows tells it."""

import pytest

from domain.entry_point import EntryPoint
from domain.events import (
    ConfirmPressed,
    Message,
    OptIn,
    Postback,
    Referral,
    ThreadControlChanged,
    VoucherDrawn,
)
from tests.support.flow_person import START, FlowPerson, person_for_steps

STEPS = """\
  a: {say: Which tea?, choices: {Green: b, Black: c}}
  b: {say: How many cups?, ask: number, save: seats}
  c: {say: Bye., choices: {Fine: end}}
"""


def person_at_choice() -> FlowPerson:
    """A person who is asked which tea they like."""
    person = person_for_steps(STEPS)
    person.type_text("go now")
    return person


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("GREEN!", "“green”"), ("go now", "“go now”"), ("back", "“back”"), ("Yes", "“yes”"), ("Fine", "<text>"),
        ("mia@example.com", "<email>"), ("123 456", "<code>"), ("about 4", "<number 4>"), ("030 901820", "<digits>"),
        ("my name is Mia", "<text>"),
    ],
)  # fmt: skip
def test_a_typed_text_is_kept_only_if_it_is_ours(text: str, kept: str) -> None:
    """Labels of the question that was open, start words and keywords stay; of all else its kind."""
    person = person_at_choice()
    person.type_text(text)
    assert person.outcome.redacted_inputs == (kept,)


@pytest.mark.parametrize(
    ("event", "kept"),
    [
        (Message(id="e", at=START, mid="e", text="Black", payload="tap|f|a|1"), "tap|f|a|1"),
        (Message(id="e", at=START, mid="e", text="x", payload="tap|f|a|say.mia@example.com"), "<email>"),
        (Message(id="e", at=START, mid="e", text="", payload="mia@example.com"), "<email>"),
        (Message(id="e", at=START, mid="e", text="", attachments=("image",), urls=("https://a.example/1",)), "<image>"),
        (Message(id="e", at=START, mid="e", text="Hi", entry=EntryPoint(ref="spring")), "ref spring"),
        (Postback(id="e", at=START, mid="e", title="Get Started", payload="get started"), "“get started”"),
        (Referral(id="e", at=START, entry=EntryPoint(ref="spring")), "ref spring"),
        (OptIn(id="e", at=START, ref="spring"), "ref spring"),
        (VoucherDrawn(id="e", at=START, pool="spring", code=""), "drawn none"),
        (ConfirmPressed(id="e", at=START, token="no link of theirs"), "pressed"),
        (ThreadControlChanged(id="e", at=START, action="spoke"), ""),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_each_kind_of_input_has_a_form(
    event: Message | Postback | Referral | OptIn | VoucherDrawn | ConfirmPressed | ThreadControlChanged, kept: str
) -> None:
    """Taps keep our payload, links their ref; what the team did is no input of the person."""
    person = person_at_choice()
    person.handle_event(event)
    assert person.outcome.redacted_inputs == ((kept,) if kept else ())
