"""Tells, once a minute, that the platform does not answer as it should; each message alone would fill the log."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from bot.graph_api.errors import GraphAnswer

TELL_EVERY_S = 60.0
_REMEDY = "nothing to do: echoes settle what arrived, the rest goes again; see the platform's status page if it lasts"

_log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class PlatformTrouble:
    """Counts the answers that leave open what became of a message, lane by lane."""

    monotonic: Callable[[], float]
    """Seconds."""
    _told_at: dict[str, float] = field(default_factory=dict)
    _untold: Counter[str] = field(default_factory=Counter)

    def note(self, lane: str, answer: GraphAnswer) -> None:
        """Count an answer; log the first of a minute, with how many there were since the line before."""
        self._untold[lane] += 1
        now = self.monotonic()
        if now - self._told_at.get(lane, -TELL_EVERY_S) < TELL_EVERY_S:
            return
        self._told_at[lane] = now
        _log.warning(
            "platform_troubled",
            lane=lane,
            count=self._untold.pop(lane),
            outcome=answer.outcome.value,
            status=answer.status,
            remedy=_REMEDY,
        )
