"""Flows in the one pass: what is due is done in the same commit, and the earliest timer is what wakes."""

from datetime import timedelta

from domain.decision import Context, Decision
from domain.effects import SendChat
from domain.events import Message
from domain.record import Identity, Subscriber
from onboarding.language.compile import compile_sequences
from service.engine.decide import Rules, create_record, decide_events
from tests.support.flow_person import KEYS, START, person_for_steps, roomy_config

STEPS = """
  a: {relay: {mail: reminder}, say: Now.}
  b: {relay: {mail: reminder, at: 3 hours after now}, say: Later.}
  c: {say: Mood?, ask: text, nudge: {after: 2 hours, say: Still here.}, timeout: {after: 5 hours, go: d}, else: end}
  d: {relay: {mail: reminder}, say: Last., go: end}
"""


def decide_at(record: Subscriber, *events: Message, hours: int = 0) -> Decision:
    """Decide some hours after the start."""
    rules = Rules(
        edition="e", flows=person_for_steps(STEPS).catalog, sequences=compile_sequences({}, roomy_config())[0]
    )
    context = Context(now=START + timedelta(hours=hours), entropy=b"x" * 16, keys=KEYS, config=roomy_config())
    return decide_events(record, events, context, rules)


def chat_texts(decision: Decision) -> list[str]:
    """The texts of a decision, in order."""
    return [one.text for one in decision.effects if isinstance(one, SendChat)]


def test_all_that_is_due_is_done_in_one_commit() -> None:
    """A message without a time goes at once, in its place; nudge, scheduled message and timeout each at theirs."""
    met = create_record("person", Identity(page="1", psid="2"), START)
    first = decide_at(met, Message(id="1", at=START, mid="m1", text="go now"))
    assert (chat_texts(first), first.wake_chat) == (["Now.", "Mood?"], START + timedelta(hours=2))
    nudged = decide_at(first.record, hours=2)
    assert (chat_texts(nudged), nudged.wake_chat) == (["Still here."], START + timedelta(hours=3))
    told = decide_at(nudged.record, hours=3)
    assert (chat_texts(told), told.wake_chat) == (["Later."], START + timedelta(hours=5))
    over = decide_at(told.record, hours=5)
    assert (chat_texts(over), over.wake_chat, over.record.conversation) == (["Last."], None, None)


def test_a_message_that_comes_before_the_late_timer_is_heard_first() -> None:
    """Who answers while the worker is late has answered."""
    met = create_record("person", Identity(page="1", psid="2"), START)
    first = decide_at(met, Message(id="1", at=START, mid="m1", text="go now"))
    late = decide_at(first.record, Message(id="2", at=START, mid="m2", text="Calm"), hours=6)
    assert chat_texts(late) == ["Last.", "Later."]
    assert late.wake_chat is None
