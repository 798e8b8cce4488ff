"""Tells that the platform does not answer as it should, once a minute or once a pause: messages would fill the log."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from bot.graph_api.errors import GraphAnswer, SendOutcome
from bot.outbound.rate_limit import PagePause, pause_remedy
from bot.outbound.refusals import log_refusal
from domain.ports import Claim

TELL_EVERY_S = 60.0
_REMEDY = "nothing to do: echoes settle what arrived, the rest goes again; see the platform's status page if it lasts"

_log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class OnceAMinute:
    """Counts what happens again and again, kind by kind, so that a line of the log tells of many."""

    monotonic: Callable[[], float]
    """Seconds."""
    _told_at: dict[str, float] = field(default_factory=dict)
    _untold: Counter[str] = field(default_factory=Counter)

    def count(self, kind: str) -> int:
        """Count one more; return how many there were since the line before, if one is due now, else 0."""
        self._untold[kind] += 1
        now = self.monotonic()
        if now - self._told_at.get(kind, -TELL_EVERY_S) < TELL_EVERY_S:
            return 0
        self._told_at[kind] = now
        return self._untold.pop(kind)


@dataclass(slots=True, kw_only=True)
class PlatformTrouble:
    """Counts the answers that leave open what became of a message, lane by lane."""

    lines: OnceAMinute
    _told_pauses: dict[str, PagePause] = field(default_factory=dict)

    def note(self, lane: str, answer: GraphAnswer) -> None:
        """Count an answer; log the first of a minute, with how many there were since the line before."""
        if count := self.lines.count(lane):
            _log.warning(
                "platform_troubled",
                lane=lane,
                count=count,
                outcome=answer.outcome.value,
                status=answer.status,
                remedy=_REMEDY,
            )

    def tell_pause(self, event: str, claim: Claim, answer: GraphAnswer, pause: PagePause, outcome: SendOutcome) -> None:
        """Log a Page's pause, once: a hundred sends of the same moment may have been refused for it."""
        if self._told_pauses.get(claim.lane) != pause:
            self._told_pauses[claim.lane] = pause
            log_refusal(event, claim, answer, strikes=pause.strikes, remedy=pause_remedy(outcome))
