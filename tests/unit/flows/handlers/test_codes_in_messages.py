"""Six digits in the chat: a code only when they can be one, and only such a one is a try."""

import pytest

from tests.support.flow_person import FlowPerson

NOTHING_WAITS = "There is nothing waiting for a code just now."


def waiting_person() -> FlowPerson:
    """Somebody who was asked for a code."""
    person = FlowPerson()
    person.begin_chat()
    for text in ("newsletter", "yes", "mia@example.com"):
        person.type_text(text)
    assert person.record.pending
    return person


@pytest.mark.parametrize("text", ["Are you open on 24.12.26?", "my order 123456 is late", "24.12.26", "it is 123456 €"])
def test_where_no_code_is_waited_for_a_date_or_an_order_is_a_message_like_others(text: str) -> None:
    """Nobody is told about codes."""
    person = FlowPerson()
    assert not [said for said in person.type_text(text) if NOTHING_WAITS in said]


@pytest.mark.parametrize("text", ["123456", "my code is 123 456", "“123456”"])
def test_a_late_code_is_told_that_nothing_waits_for_it(text: str) -> None:
    """A message that is nothing but a code means one."""
    assert [said for said in FlowPerson().type_text(text) if NOTHING_WAITS in said]


@pytest.mark.parametrize("text", ["24.12.26", "24/12/2026", "my order 123456 is late", "12345", "call me at 123456"])
def test_what_cannot_be_the_code_is_no_wrong_try(text: str) -> None:
    """However often it is typed, the right code still fits."""
    person = waiting_person()
    for _ in range(12):
        person.type_text(text)
    assert person.record.wrong_codes == ()
    person.type_text(person.confirmation_code)
    assert person.consent_status == "confirmed"


@pytest.mark.parametrize(
    "wrap",
    ["{0}\u2212{1}", "\u200b{0}{1}\u200b", "{0}\u00a0{1}", "“{0}{1}”", "Der Code ist {0} {1}.", "ok, I got {0}{1}"],
)
def test_a_pasted_code_confirms(wrap: str) -> None:
    """Signs that a mail program or a keyboard adds do not matter."""
    person = waiting_person()
    code = person.confirmation_code
    person.type_text(wrap.format(code[:3], code[3:]))
    assert person.consent_status == "confirmed"


@pytest.mark.parametrize("text", ["12345", "1234567", "my code is 1234567"])
def test_a_digit_too_many_or_too_few_is_told(text: str) -> None:
    """The reply says what is wrong, in the person's language."""
    person = waiting_person()
    assert person.type_text(text) == ["Almost: the code has six digits. Could you look at the mail once more?"]
