"""Reads a claimed head of a chat lane, and says how long it still has to wait.  Pure."""

from collections.abc import Callable

from msgspec import DecodeError

from domain.effects import MoveThread, SendChat, decode_posted
from domain.ports import Claim

ECHO_WAIT_MS = 10_000
"""How long the echo is awaited after the first attempt began."""
MOST_DOUBLINGS = 9
"""Bounds the wait after unknown attempts: (2**9 - 1) × 10 s are 85 minutes."""


def read_chat_item(claim: Claim) -> SendChat | MoveThread | None:
    """Return what is to be sent; None if it cannot be decoded."""
    try:
        item = decode_posted(claim.item)
    except DecodeError:
        return None
    return item if isinstance(item, SendChat | MoveThread) else None


def echo_wait_ms(claim: Claim) -> int:
    """Return how long, in ms, the echo of an attempt without an answer is still to be awaited."""
    if claim.attempt is None:
        return 0
    # Counted from the first attempt: 10 s, then 30, 70, 150 …, so each wait is twice as long as the one before.
    waits = (1 << min(claim.attempt.count, MOST_DOUBLINGS)) - 1
    return max(0, claim.attempt.begun_ms + ECHO_WAIT_MS * waits - claim.server_ms)


MayWrite = Callable[[], bool]
"""Returns whether a message whose attempt had begun may be written: nobody can have taken its claim over."""


def watch_nothing() -> MayWrite:
    """Return a question whose answer is always yes; for a process that is alone."""
    return lambda: True


async def nothing_to_secure() -> None:
    """Return: nobody else can have the claims."""
