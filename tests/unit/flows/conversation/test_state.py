"""The state of one turn."""

import gc

from flows.conversation.state import ConversationTurn
from tests.support.flow_person import FlowPerson


def test_a_turn_is_freed_at_its_end() -> None:
    """Turn and speech refer to each other, and nothing of them waits for the garbage collector."""
    person = FlowPerson()
    gc.collect()
    gc.disable()
    try:
        person.type_text("newsletter")
        left = [type(thing).__name__ for thing in gc.get_objects() if isinstance(thing, ConversationTurn)]
    finally:
        gc.enable()
    assert left == []
