"""Writes into the log what was heard about mails: at most one line a second, however many bodies come."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

PAUSE_SECONDS = 1.0
"""From one line to the next."""

log = structlog.get_logger("feedback")


@dataclass(slots=True, kw_only=True)
class HeardLog:
    """Counts what was heard since the last line."""

    _counts: Counter[str] = field(default_factory=Counter)
    _timer: asyncio.TimerHandle | None = None
    """Runs while a second has not passed since the last line."""

    def note_body(self, heard: Mapping[str, int]) -> None:
        """Note what a body held: in the log at once, or within a second if there was a line just now."""
        self._counts.update(heard)
        if self._timer is None:
            self._write_line()

    def write_rest(self) -> None:
        """Write what is still counted; for a clean stop."""
        if self._timer:
            self._timer.cancel()
        if self._counts:
            self._write_line()

    def _write_line(self) -> None:
        self._timer = None
        if not self._counts:
            return
        # A body of Mailjet comes up to a hundred times a second, and a line costs as much as ten of its events.
        log.info("feedback_heard", outcome=", ".join(f"{name} {count}" for name, count in sorted(self._counts.items())))
        self._counts.clear()
        self._timer = asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._write_line)
