"""Compares this machine's clock with the store's: with a wrong one, records would lie in the past or the future.

Between two looks at the store, the time that has passed is taken from the monotonic clock, which never jumps.  So a
jump of the machine's clock is noticed by the next decision, not only by the next look.
"""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from domain.ports import Clock
from service.engine.clock import machine_ms

MOST_APART_MS = 300_000
"""Milliseconds that the two clocks may be apart."""


@dataclass(slots=True, kw_only=True)
class ClockCheck:
    """What is known of the store's time, and whether this machine agrees."""

    right: Literal["", "machine", "store"] = ""
    """Which of the two clocks the operator says is right (``DOORSTEP_CLOCK``); empty: they have to agree."""
    _ahead_ms: float | None = None
    """Server time minus monotonic time at the newest look."""

    def note_server_time(self, server_ms: int) -> None:
        """Take the store's time of this moment."""
        self._ahead_ms = server_ms - time.monotonic() * 1000

    def apart_ms(self) -> float:
        """Return by how much this machine's clock is ahead of the store's; 0 before the first look."""
        # What the server's clock must show by now: its time at the look, and what has passed since.
        return 0.0 if self._ahead_ms is None else machine_ms() - (time.monotonic() * 1000 + self._ahead_ms)

    def correct(self, clock: Clock) -> Clock:
        """Return the clock to decide by: this one, or where the store is right, this one put right by the store."""
        if self.right != "store":
            return clock
        return lambda: clock() - timedelta(milliseconds=self.apart_ms())

    def find_fault(self) -> str:
        """Return how far the clocks are apart, for a log line and an answer; empty while they agree."""
        apart = self.apart_ms()
        if self.right or abs(apart) <= MOST_APART_MS:
            return ""
        where = "ahead of" if apart > 0 else "behind"
        return f"the clock of this machine is {abs(apart) / 60_000:,.0f} minutes {where} the store's"
