"""The circuit breaker against guessing of confirmation codes.

Against list bombing there is a window for all processes (:mod:`service.engine.confirmation_window`).

Every process samples the day's counters once a minute, and judges by its own samples; nothing has to be shared.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from domain.counters import WRONG_CODE, counters_for
from domain.ports import Clock, LedgerStore
from domain.workspace_config import WorkspaceConfig

log = structlog.get_logger("doorstep.breakers")

SAMPLES = 60
"""Samples that are kept: one a minute for an hour."""

WATCHED = tuple(counter.name for counter in counters_for("circuit breaker"))


@dataclass(slots=True, kw_only=True)
class CircuitBreakers:
    """Open while the last hour exceeds the limits of the workspace."""

    store: LedgerStore
    clock: Clock
    config: Callable[[], WorkspaceConfig]
    codes_paused: bool = False
    _samples: deque[tuple[str, dict[str, int]]] = field(default_factory=lambda: deque(maxlen=SAMPLES))

    async def sample_counters(self) -> None:
        """Take a sample of the counters, and judge the last hour."""
        day = self.clock().date().isoformat()
        counters = await self.store.day_counters(day)
        # The day belongs to the sample, so that the next one knows whether the counters began anew in between.
        self._samples.append((day, {name: counters.get(name, 0) for name in WATCHED}))
        limits = self.config().limits
        self.codes_paused = self._judge_counter(WRONG_CODE, limits.system_wrong_codes_an_hour, was=self.codes_paused)

    def _judge_counter(self, name: str, limit: int, *, was: bool) -> bool:
        now_open = self._counter_growth(name) > limit
        if now_open != was:  # one line for each change, not one a minute
            log.warning("breaker", what=name, state="open" if now_open else "closed", count=limit)
        return now_open

    def _counter_growth(self, name: str) -> int:
        """Return by how much a counter grew over the samples."""
        # Counters belong to a day: across midnight the later sample has grown from 0, not from the earlier sample.
        grown = 0
        for (day, earlier), (later_day, later) in zip(self._samples, list(self._samples)[1:], strict=False):
            grown += later[name] - (earlier[name] if day == later_day else 0)
        return grown
