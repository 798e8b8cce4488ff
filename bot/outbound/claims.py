"""What a claimed head of a chat lane says, and how long it still has to wait."""

from msgspec import DecodeError

from domain.effects import MoveThread, SendChat, decode_posted
from domain.ports import Claim

ECHO_WAIT_MS = 10_000
"""How long after an attempt began its echo is awaited."""
MOST_DOUBLINGS = 9
"""The wait after an unknown attempt grows to 85 minutes at most."""


def read_chat_item(claim: Claim) -> SendChat | MoveThread | None:
    """Return what is to be sent; None if it cannot be read."""
    try:
        item = decode_posted(claim.item)
    except DecodeError:
        return None
    return item if isinstance(item, SendChat | MoveThread) else None


def echo_wait_ms(claim: Claim) -> int:
    """Return how long, in ms, the echo of an unknown attempt is still to be awaited."""
    if claim.attempt is None:
        return 0
    waits = (1 << min(claim.attempt.count, MOST_DOUBLINGS)) - 1
    return max(0, claim.attempt.begun_ms + ECHO_WAIT_MS * waits - claim.server_ms)
