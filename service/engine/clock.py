"""Time and randomness: the only module that asks the machine for them."""

import os
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

_ahead = timedelta(0)


def run_ahead(offset: timedelta) -> None:
    """Let this process's clock run ahead of the machine's, or behind it.

    For tests, which must not depend on the hour at which they are run.  Call it before anything asks for the time.
    """
    global _ahead  # noqa: PLW0603  one clock a process, set once at its start
    _ahead = offset


def system_now() -> datetime:
    """Return the machine's time, aware, UTC, moved by :func:`run_ahead`."""
    return datetime.now(UTC) + _ahead


def system_ms() -> int:
    """Return :func:`system_now` in ms since the epoch."""
    return int(system_now().timestamp() * 1000)


def machine_ms() -> int:
    """Return the machine's own time in ms since the epoch, whatever :func:`run_ahead` says."""
    return int(time.time() * 1000)


def fresh_entropy() -> bytes:
    """Return 16 random bytes that no other call returns."""
    # Every event needs a draw, and a call of os.urandom costs more than deciding.  One call therefore fills 64 draws.
    # pop() is atomic, so threads never get the same one.
    while True:
        try:
            return _unused_draws.pop()
        except IndexError:
            random_bytes = os.urandom(_DRAW_BYTES * _DRAWS_AT_ONCE)
            _unused_draws.extend(
                [random_bytes[at : at + _DRAW_BYTES] for at in range(0, len(random_bytes), _DRAW_BYTES)]
            )


_DRAW_BYTES, _DRAWS_AT_ONCE = 16, 64
"""Bytes of a draw, and draws that one call of the machine fills."""
_unused_draws: list[bytes] = []
# A forked child would otherwise hand out the same bytes as its parent.
os.register_at_fork(after_in_child=_unused_draws.clear)


class MovableClock:
    """Business time that can be moved ahead: the machine's time plus an offset.

    The offset only grows, since deciding never goes back in time.  ``keep`` saves it for the next start, and for other
    processes.
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

    async def move_ahead(self, ahead: timedelta) -> datetime:
        """Move the clock ahead and return the new time; raises ``ValueError`` for a step back."""
        if ahead < timedelta(0):
            message = "the clock only moves ahead"
            raise ValueError(message)
        self.offset += ahead
        if self._keep:
            await self._keep(self.offset)
        return self.now()
