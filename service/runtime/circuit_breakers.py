"""Breakers of the whole system: against list bombing through confirmation mails, and against guessing codes.

Every process keeps its own view, taken once a minute from the day's counters, so none has to be told.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from domain.counters import CONFIRMATION_REQUESTED, WRONG_CODE, counters_for
from domain.ports import Clock, LedgerStore
from domain.workspace_config import WorkspaceConfig

log = structlog.get_logger("doorstep.breakers")

SAMPLES = 60
"""One a minute: an hour."""

WATCHED = tuple(counter.name for counter in counters_for("circuit breaker"))


@dataclass(slots=True, kw_only=True)
class CircuitBreakers:
    """Open when an hour saw more than the limits allow; closed again when it has calmed down."""

    store: LedgerStore
    clock: Clock
    config: Callable[[], WorkspaceConfig]
    mails_paused: bool = False
    codes_paused: bool = False
    _samples: deque[tuple[str, dict[str, int]]] = field(default_factory=lambda: deque(maxlen=SAMPLES))

    async def sample_counters(self) -> None:
        """Take the counters of now and judge the last hour."""
        day = self.clock().date().isoformat()
        counters = await self.store.day_counters(day)
        self._samples.append((day, {name: counters.get(name, 0) for name in WATCHED}))
        limits = self.config().limits
        self.mails_paused = self._exceeds(CONFIRMATION_REQUESTED, limits.system_mails_an_hour, was=self.mails_paused)
        self.codes_paused = self._exceeds(WRONG_CODE, limits.system_wrong_codes_an_hour, was=self.codes_paused)

    def _exceeds(self, name: str, limit: int, *, was: bool) -> bool:
        now_open = self._growth(name) > limit
        if now_open != was:
            log.warning("breaker", what=name, state="open" if now_open else "closed", count=limit)
        return now_open

    def _growth(self, name: str) -> int:
        """Return by how much a counter grew over the samples; a new day begins at nothing."""
        grown = 0
        for (day, earlier), (later_day, later) in zip(self._samples, list(self._samples)[1:], strict=False):
            grown += later[name] - (earlier[name] if day == later_day else 0)
        return grown
