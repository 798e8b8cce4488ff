"""A question of a sequence in the chat: asked with buttons, answered by a tap, a label, its number or with a slip."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.decision import Decision, Fact
from domain.effects import SendChat, SendMail
from domain.events import AnyEvent, ChatRefused, ChoiceAnswered, Message
from domain.questions.question_state import CHOICES
from flows.load import compile_flows
from onboarding.engine.decide import decide
from service.engine.decide import Rules, decide_events
from tests.support.people import NOON, TOPIC
from tests.support.sequence_people import confirmed_newcomer
from tests.unit.onboarding.engine.test_acts import CONFIG, HEAD, HOUR, compile_all, context_at

FLOW = """flow: tea
start: {words: [tea]}
steps:
  ask: {say: Green?, choices: {Keep me: end, No: end}}
"""
ASKING = (
    "  still: {relay: {mail: come_back, say: {en: Still with us?, de: Noch dabei?}},"
    " choices: {Keep me: stay, Take me off: off},"
    " labels: {de: {Keep me: Ich bleibe, Take me off: Nehmt mich raus}}, at_most: 14 days, else: late}\n"
    "  stay: {tag: guest, go: end}\n  off: {tag: lead, go: end}\n  late: {tag: reader}\n"
)


class Chatter:
    """Somebody whose chat is open and whom a sequence has just asked something there."""

    def __init__(self, *, steps: str = ASKING, language: str = "", window: timedelta = 24 * HOUR) -> None:
        sequences = compile_all({"sequences/s.yaml": f"sequence: s\n{HEAD}\nsteps:\n{steps}"})
        self.rules = Rules(edition="e", flows=compile_flows({"flows/tea.yaml": FLOW}, CONFIG)[0], sequences=sequences)
        person = replace(confirmed_newcomer(), language=language, window_expires_at=NOON + window, first_flow="tea")
        fact = Fact(name="confirmed", at=NOON, topic=TOPIC, address=person.consents[TOPIC].address)
        self.asked = decide(sequences, person, None, (fact,), context_at())
        self.record = self.asked.record

    @property
    def chat(self) -> SendChat:
        """The message that asks."""
        (chat,) = (effect for effect in self.asked.effects if isinstance(effect, SendChat))
        return chat

    def take(self, event: AnyEvent, after: timedelta = HOUR) -> Decision:
        """Decide an event as the service does."""
        decision = decide_events(self.record, (event,), context_at(after), self.rules)
        self.record = decision.record
        return decision

    def type_text(self, text: str, *, payload: str = "", after: timedelta = HOUR) -> list[str]:
        """Write or tap, and return what the bot says."""
        event = Message(id=f"{text}{payload}{after}", at=NOON + after, mid="m", text=text, payload=payload)
        return [one.text for one in self.take(event, after).effects if isinstance(one, SendChat)]


def test_the_chat_asks_with_buttons_in_the_persons_language() -> None:
    """The mail would have the same answers, and is the same question."""
    person = Chatter(language="de")

    assert person.chat.text == "Noch dabei?"
    assert [button.label for button in person.chat.quick_replies] == ["Ich bleibe", "Nehmt mich raus"]
    question = person.record.runs["s"].question
    assert question is not None
    assert {button.payload.split("|")[1] for button in person.chat.quick_replies} == {question.send}


def test_a_tap_answers_once_and_the_bot_says_so() -> None:
    """A second tap on the same button says the same; the other one within the hour takes its place."""
    person = Chatter()
    keep, off = person.chat.quick_replies

    assert person.type_text(keep.label, payload=keep.payload) == ["Thank you, noted."]
    assert (person.record.tags, person.record.runs["s"].answers) == (("guest",), {"still": "Keep me"})
    assert person.type_text(keep.label, payload=keep.payload, after=HOUR + HOUR / 2) == ["Thank you, noted."]
    assert "closed" in person.type_text(off.label, payload=off.payload, after=5 * HOUR)[0]


@pytest.mark.parametrize(
    ("text", "tag"),
    [("Keep me", "guest"), ("keep ME!", "guest"), ("2", "lead"), ("tkae me off", "lead"), ("Ich bleibe", "guest")],
)
def test_what_is_typed_counts(text: str, tag: str) -> None:
    """In capitals or not, by its number, with a slip, and in the language of the file."""
    person = Chatter(language="de" if text.startswith("Ich") else "")

    person.type_text(text)

    assert person.record.tags == (tag,)


@pytest.mark.parametrize("text", ["3", "0", "hello", "what time do you open?", "no"])
def test_what_is_no_answer_is_for_the_bot(text: str) -> None:
    """The question stays open."""
    person = Chatter()

    person.type_text(text)

    assert person.record.tags == ()
    assert person.record.runs["s"].answers == {}


def test_a_flow_that_waits_for_an_answer_has_it() -> None:
    """The same label to a flow's question is no answer to the sequence; a tap on the older button still is."""
    person = Chatter()
    person.type_text("tea")
    person.type_text("Keep me", after=2 * HOUR)
    assert person.record.runs["s"].answers == {}

    person.type_text("Take me off", payload=person.chat.quick_replies[1].payload, after=3 * HOUR)

    assert person.record.tags == ("lead",)


def test_stop_is_heard_before_any_answer() -> None:
    """Also where an answer reads like it."""
    person = Chatter(steps=ASKING.replace("Take me off", "Stop"))

    person.type_text("Stop")

    assert person.record.consents[TOPIC].status == "withdrawn"
    assert person.record.runs["s"].answers == {}


def test_a_made_up_button_changes_nothing() -> None:
    """Another question, a place that there is not, and rubbish."""
    person = Chatter()
    send = person.chat.quick_replies[0].payload.split("|")[1]

    for payload in (f"answer|{send}|9", "answer|other|0", "answer|", f"answer|{send}|-1", f"answer|{send}|²"):
        person.type_text("x", payload=payload)

    assert person.record.runs["s"].answers == {}


def test_what_the_chat_refuses_asks_by_mail() -> None:
    """The same question: a link of the mail answers it."""
    person = Chatter()

    decision = person.take(ChatRefused(id="r", at=NOON, reason="outside_window", send=person.chat.id), timedelta(0))

    (mail,) = (effect for effect in decision.effects if isinstance(effect, SendMail))
    assert mail.variables[CHOICES] == "Keep me\nTake me off"
    person.take(ChoiceAnswered(id="a", at=NOON + HOUR, send=mail.id, number=1))
    assert person.record.tags == ("lead",)


def test_the_mail_asks_where_the_chat_is_closed() -> None:
    """What is typed later is no answer to a mail."""
    person = Chatter(window=-HOUR)

    (mail,) = (effect for effect in person.asked.effects if isinstance(effect, SendMail))
    assert mail.variables[CHOICES] == "Keep me\nTake me off"
    person.type_text("Keep me")
    assert person.record.runs["s"].answers == {}
