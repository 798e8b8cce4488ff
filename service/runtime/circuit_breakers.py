"""Breakers of the whole system: against list bombing through confirmation mails, and against guessing codes.

Every process keeps its own view, taken once a minute from the day's counters, so none has to be told.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from domain.ports import Clock, Store
from domain.workspace_config import WorkspaceConfig

log = structlog.get_logger("doorstep.breakers")

SAMPLES = 60
"""One a minute: an hour."""

WATCHED = ("confirmation_requested", "wrong_code")


@dataclass(slots=True, kw_only=True)
class Breakers:
    """Open when an hour saw more than the limits allow; closed again when it has calmed down."""

    store: Store
    clock: Clock
    config: Callable[[], WorkspaceConfig]
    mails: bool = False
    codes: bool = False
    _samples: deque[tuple[str, dict[str, int]]] = field(default_factory=lambda: deque(maxlen=SAMPLES))

    async def sample(self) -> None:
        """Take the counters of now and judge the last hour."""
        day = self.clock().date().isoformat()
        counters = await self.store.counters(day)
        self._samples.append((day, {name: counters.get(name, 0) for name in WATCHED}))
        limits = self.config().limits
        self.mails = self._judge("confirmation_requested", limits.system_mails_an_hour, was=self.mails)
        self.codes = self._judge("wrong_code", limits.system_wrong_codes_an_hour, was=self.codes)

    def _judge(self, name: str, limit: int, *, was: bool) -> bool:
        now_open = self._grown(name) > limit
        if now_open != was:
            log.warning("breaker", what=name, state="open" if now_open else "closed", count=limit)
        return now_open

    def _grown(self, name: str) -> int:
        """Return by how much a counter grew over the samples; a new day begins at nothing."""
        grown = 0
        for (day, earlier), (later_day, later) in zip(self._samples, list(self._samples)[1:], strict=False):
            grown += later[name] - (earlier[name] if day == later_day else 0)
        return grown
