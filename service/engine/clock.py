"""Where time and randomness come in: the only place that asks the machine for them."""

import os
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta


def system_now() -> datetime:
    """Return the machine's time, aware, UTC."""
    return datetime.now(UTC)


def system_ms() -> int:
    """Return the machine's time in ms since the epoch; the server time of the memory store."""
    return time.time_ns() // 1_000_000


def fresh_entropy() -> bytes:
    """Return 16 random bytes that nobody else gets."""
    while True:
        try:
            return _drawn.pop()
        except IndexError:
            many = os.urandom(_DRAW * _DRAWS)
            _drawn.extend([many[at : at + _DRAW] for at in range(0, len(many), _DRAW)])


_DRAW, _DRAWS = 16, 64
"""Bytes of a draw, and draws for which the machine is asked once: every event takes one."""
_drawn: list[bytes] = []
os.register_at_fork(after_in_child=_drawn.clear)


class MovableClock:
    """Business time that can be moved ahead: the machine's time plus an offset.

    The offset only grows, since deciding never goes back in time.  ``keep`` saves it, so that it outlives the
    process and other processes can take it over.
    """

    def __init__(
        self,
        offset: timedelta = timedelta(0),
        *,
        base: Callable[[], datetime] = system_now,
        keep: Callable[[timedelta], Awaitable[None]] | None = None,
    ) -> None:
        """Start ``offset`` ahead of ``base``."""
        self.offset = offset
        self._base = base
        self._keep = keep

    def now(self) -> datetime:
        """Return business time, aware, UTC."""
        return self._base() + self.offset

    async def move(self, ahead: timedelta) -> datetime:
        """Move the clock ahead and return the new time; raises ``ValueError`` for a step back."""
        if ahead < timedelta(0):
            message = "the clock only moves ahead"
            raise ValueError(message)
        self.offset += ahead
        if self._keep:
            await self._keep(self.offset)
        return self.now()
