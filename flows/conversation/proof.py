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


def is_settled(turn: ConversationTurn, step: Step) -> bool:
    """Return True if what a step asks proof of is proven already."""
    # ``prove`` has no topic: it asks for nothing but the address.
    return has_confirmed(turn, step.topic) if step.topic else has_proven(turn, turn.address)
