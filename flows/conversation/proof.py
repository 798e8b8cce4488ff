"""What a person has confirmed and proven, so that nothing is asked for twice."""

from flows.compiled.step import Step
from flows.conversation.state import ConversationTurn


def has_confirmed(turn: ConversationTurn, topic: str) -> bool:
    """Return True if the person has confirmed this topic in its present wording."""
    consent = turn.record.consents.get(topic)
    if consent is None or consent.status != "confirmed":
        return False
    config = turn.context.config
    # The wording counts in any language: who changes the language afterwards has agreed to the same thing.
    return any(config.consent_wording(topic, language)[0] == consent.wording for language in config.languages)


def has_agreed(turn: ConversationTurn, topic: str) -> bool:
    """Return True if the person agreed to this topic, confirmed or not yet, in whatever wording."""
    consent = turn.record.consents.get(topic)
    return consent is not None and consent.status in ("agreed", "confirmed")


def has_proven(turn: ConversationTurn, address: str) -> bool:
    """Return True if the person has proven this address (its keyed hash)."""
    held = turn.record.addresses.get(address)
    return held is not None and held.status == "proven"


def asked_topic(turn: ConversationTurn, step: Step) -> str:
    """Return the topic that the proof of a step confirms; empty if it proves nothing but the address.

    ``prove: address`` in a called flow confirms the topic that its caller says beside ``call``.
    """
    if step.kind != "prove" or not turn.stack:
        return step.topic
    # Read from the caller each time, so that nothing is stored which could disagree with it.
    frame = turn.stack[-1]
    flow, name = turn.catalog.locate_step(frame.flow, frame.flow_hash, frame.step)
    caller = flow.steps.get(name) if flow else None
    return caller.topic if caller and caller.kind == "call" else ""


def asked_topics(turn: ConversationTurn, step: Step) -> tuple[str, ...]:
    """Return the same as a tuple, for a request that may be about several."""
    topic = asked_topic(turn, step)
    return (topic,) if topic else ()


def is_settled(turn: ConversationTurn, step: Step) -> bool:
    """Return True if what a step asks proof of is proven already."""
    topic = asked_topic(turn, step)
    return has_confirmed(turn, topic) if topic else has_proven(turn, turn.address)
