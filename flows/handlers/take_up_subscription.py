"""An address that nobody asks for just now: it takes up a subscription that was agreed to and still lacks its proof.

People agree, are called away, and send their address an hour later, outside the conversation or in the middle of
another one.  The address then goes to the flow that confirms the topic; what was open is kept, to go on with it.
"""

from domain.record import Conversation, Subscriber
from flows.answers.addresses.read_addresses import read_addresses
from flows.answers.addresses.result import OneAddress, SeveralAddresses, SuggestedAddress
from flows.answers.user_input import UserInput
from flows.compiled.catalog import Flow, Step
from flows.conversation.state import ConversationTurn
from flows.conversation.subflows import stand_in_call
from flows.conversation.walk import open_question
from flows.handlers import give_address
from flows.handlers.interruptions import restore_interrupted

ADDRESS_KINDS = ("email", "confirm", "prove", "text")
"""Kinds of questions that an address may answer itself."""


def take_up_subscription(turn: ConversationTurn, user_input: UserInput) -> bool:
    """Take an address for a subscription that waits for one; False if it is no address, or none waits."""
    if (turn.step is not None and turn.step.kind in ADDRESS_KINDS) or not holds_address(user_input.text):
        return False
    flow = _find_flow(turn)
    if flow is None:
        return False
    kept, left = turn.record.interrupted, open_question(turn)
    if kept is not None and _outermost(kept) == flow.name and restore_interrupted(turn):
        flow = turn.flow or flow
    else:
        turn.variables, turn.trail, turn.stack, turn.answered = {}, (), (), ()
    if left is not None or kept is not None:
        turn.change_record(interrupted=left)
    turn.flow, turn.flow_hash = flow, flow.hash
    if turn.flow.first_step("email") is None and (call := _find_call(turn, flow)):
        flow = stand_in_call(turn, flow, call) or flow
    turn.step = flow.first_step("email")
    turn.add_reason("The address takes up a subscription that was agreed to before.")
    if turn.step is not None:
        turn.start_waiting(turn.step)
    return give_address.answer_with_address(turn, user_input)


def holds_address(text: str) -> bool:
    """Return True if a text holds an address, or several, or one that has to be asked about."""
    if "@" not in text and "＠" not in text:
        return False
    return isinstance(read_addresses(text), OneAddress | SeveralAddresses | SuggestedAddress)


def _find_flow(turn: ConversationTurn) -> Flow | None:
    """Return the flow that asks for the address of the topic that was agreed to last; None if no topic lacks one."""
    topics = _agreed_topics(turn.record)
    kept = turn.record.interrupted
    # The flow in which they agreed, before another that confirms the topic too.
    known = sorted(turn.catalog.flows.values(), key=lambda flow: kept is None or flow.name != _outermost(kept))
    flows = (flow for topic in topics for flow in known if _confirms(turn, flow, topic))
    return next(flows, None)


def _outermost(kept: Conversation) -> str:
    """Return the flow that a conversation began with, whatever it calls just now."""
    return kept.stack[0].flow if kept.stack else kept.flow


def _find_call(turn: ConversationTurn, flow: Flow) -> Step | None:
    """Return the call in which a flow has the topic confirmed that was agreed to last."""
    found = (flow.find_confirmation(topic) for topic in _agreed_topics(turn.record))
    return next((step for step in found if step and step.kind == "call"), None)


def _agreed_topics(record: Subscriber) -> list[str]:
    """Return the topics that were agreed to and are not confirmed, the latest first."""
    agreed = [(consent.asked_at, topic) for topic, consent in record.consents.items() if consent.status == "agreed"]
    return [topic for _, topic in sorted(agreed, reverse=True)]


def _confirms(turn: ConversationTurn, flow: Flow, topic: str) -> bool:
    step = flow.find_confirmation(topic)
    if step is None or flow.first_step("consent", topic) is None:
        return False
    asking = turn.catalog.flows.get(step.called_flow) if step.kind == "call" else flow
    return asking is not None and asking.first_step("email") is not None
