"""One flow calls another and goes on when that has ended."""

import pytest
from msgspec.structs import replace

from domain.events import ConfirmPressed, MessageUnsend
from tests.support.flow_person import FlowPerson, person_for_steps

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


def test_back_leads_out_of_the_called_flow() -> None:
    """Behind its first question come those of the caller; with none, this is where it began."""
    person = person_for_steps(
        "  q: {say: Mood?, choices: {Calm: a}}\n" + GREETS, g="  x: {say: In g., choices: {Ok: end}}\n"
    )
    person.type_text("go now")
    person.type_text("calm")
    assert person.type_text("back") == ["Mood?"]
    assert person.type_text("back")[0] == "This is where we began, so there is no question before this one."
    assert person.type_text("calm") == ["In f.", "In g."]
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


SUBSCRIBES = """
  ask: {say: Letters?, consent: friday_leaf, agree: 'Yes, please', decline: No, else: bye}
  address: {say: Where to?, call: g, topic: friday_leaf, go: done, declines: bye, gives_up: lost}
  done: {say: You are in., go: end}
  lost: {say: Lost., go: end}
  bye: {say: Another time., go: end}
"""
PROVES = """
  address: {ask: email, declines: no, else: lost}
  proof: {say: A code is in your mail., prove: address, else: lost}
  good: {go: end}
  no: {result: declined, go: end}
  lost: {result: gave_up, go: end}
"""
YES_MID = "m1"
"""The message that agreed: the second event."""


def _subscriber_at_address() -> FlowPerson:
    person = person_for_steps(SUBSCRIBES, g=PROVES)
    person.type_text("go now")
    assert person.type_text("yes, please") == ["Where to?"]
    return person


def test_a_proof_in_a_called_flow_confirms_the_topic_of_the_call() -> None:
    """The mail names the topic, and its code confirms it; the call goes on as hoped."""
    person = _subscriber_at_address()
    assert person.type_text("mia@example.com") == ["A code is in your mail."]
    assert [mail.template for mail in person.mails] == ["confirmation"]
    assert person.type_text(person.confirmation_code) == ["You are in."]
    assert person.consent_status == "confirmed"


def test_the_button_of_the_mail_goes_on_behind_the_call() -> None:
    """Also after the conversation is over, as with a step that confirms by itself."""
    person = _subscriber_at_address()
    person.type_text("mia@example.com")
    secret = person.link_secret
    person.record = replace(person.record, conversation=None)
    assert person.handle_event(ConfirmPressed(id="press", at=person.now, token=secret)) == ["You are in."]


def test_a_yes_edited_while_the_called_flow_runs_leads_out_of_it() -> None:
    """An edited no withdraws; other words for yes change nothing."""
    person = _subscriber_at_address()
    assert person.edit_message(YES_MID, "yes please!") == []
    assert person.edit_message(YES_MID, "no") == ["Another time."]
    assert (person.consent_status, person.step_name) == ("withdrawn", "")


def test_a_yes_unsent_while_the_called_flow_runs_is_asked_again() -> None:
    """The code that is under way counts no more."""
    person = _subscriber_at_address()
    person.type_text("mia@example.com")
    assert person.handle_event(MessageUnsend(id="unsend", at=person.now, mid=YES_MID))[0] == "Letters?"
    assert (person.consent_status, person.step_name, person.record.pending) == ("withdrawn", "ask", {})


def test_two_taps_on_the_yes_ask_the_address_once() -> None:
    """The second tap arrives while the called flow waits, and is the same yes."""
    person = person_for_steps(SUBSCRIBES, g=PROVES)
    person.type_text("go now")
    payload = next(chip.payload for chip in person.chats[-1].quick_replies if chip.label == "Yes, please")
    assert person.tap_payload(payload, "Yes, please") == ["Where to?"]
    assert person.tap_payload(payload, "Yes, please") == []
    assert person.step_name == "address"


def test_an_address_sent_later_goes_on_in_the_called_flow() -> None:
    """The subscription that was agreed to is taken up where its caller has it confirmed."""
    person = _subscriber_at_address()
    for _ in range(3):
        person.type_text("at home")
    assert person.step_name == ""
    assert person.type_text("mia@example.com") == ["A code is in your mail."]
    assert person.type_text(person.confirmation_code) == ["You are in."]


def test_a_consent_that_is_gone_is_asked_for_by_the_caller() -> None:
    """A withdrawal elsewhere, between the yes and the address, mails nothing."""
    person = _subscriber_at_address()
    person.record = replace(person.record, consents={})
    assert person.type_text("mia@example.com")[0] == "Letters?"
    assert (person.step_name, person.mails) == ("ask", [])


def test_a_no_at_the_code_withdraws_the_topic_of_the_call() -> None:
    """Leaving the code leaves nothing agreed to behind."""
    person = _subscriber_at_address()
    person.type_text("mia@example.com")
    person.type_text("no thanks")
    person.type_text("no thanks")
    assert person.consent_status == "withdrawn"


def test_back_leads_to_the_consent_and_forth_again() -> None:
    """The caller's question is asked again, and a second yes needs no second address step on the way back."""
    person = _subscriber_at_address()
    assert person.type_text("back")[0] == "Letters?"
    assert person.type_text("yes, please") == ["Where to?"]
