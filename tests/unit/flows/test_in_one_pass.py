"""Flows in the one pass: what is due is done in the same commit, and the earliest timer is what wakes."""

from datetime import timedelta

from domain.decision import Context, Decision
from domain.effects import SendChat
from domain.events import Message
from domain.record import Identity, Subscriber
from onboarding.language.compile import compile_sequences
from service.engine.decide import Rules, create, decide
from tests.support.flow_person import KEYS, START, roomy_house, written

STEPS = """
  a: {relay: {mail: reminder}, say: Now.}
  b: {relay: {mail: reminder, at: 3 hours after now}, say: Later.}
  c: {say: Mood?, ask: text, nudge: {after: 2 hours, say: Still here.}, timeout: {after: 5 hours, go: d}, else: end}
  d: {relay: {mail: reminder}, say: Last., go: end}
"""


def decided(record: Subscriber, *events: Message, hours: int = 0) -> Decision:
    """Decide some hours after the start."""
    rules = Rules(edition="e", flows=written(STEPS).book, sequences=compile_sequences({}, roomy_house())[0])
    context = Context(now=START + timedelta(hours=hours), entropy=b"x" * 16, keys=KEYS, config=roomy_house())
    return decide(record, events, context, rules)


def said(decision: Decision) -> list[str]:
    """The texts of a decision, in order."""
    return [one.text for one in decision.effects if isinstance(one, SendChat)]


def test_all_that_is_due_is_done_in_one_commit() -> None:
    """A relay without a time goes at once, in its place; then nudge, relay and timeout each wake at their time."""
    met = create("person", Identity(page="1", psid="2"), START)
    first = decided(met, Message(id="1", at=START, mid="m1", text="go now"))
    assert (said(first), first.wake_chat) == (["Now.", "Mood?"], START + timedelta(hours=2))
    nudged = decided(first.record, hours=2)
    assert (said(nudged), nudged.wake_chat) == (["Still here."], START + timedelta(hours=3))
    told = decided(nudged.record, hours=3)
    assert (said(told), told.wake_chat) == (["Later."], START + timedelta(hours=5))
    over = decided(told.record, hours=5)
    assert (said(over), over.wake_chat, over.record.conversation) == (["Last."], None, None)


def test_a_message_that_comes_before_the_late_timer_is_heard_first() -> None:
    """Who answers while the worker is late has answered."""
    met = create("person", Identity(page="1", psid="2"), START)
    first = decided(met, Message(id="1", at=START, mid="m1", text="go now"))
    late = decided(first.record, Message(id="2", at=START, mid="m2", text="Calm"), hours=6)
    assert said(late) == ["Last.", "Later."]
    assert late.wake_chat is None
