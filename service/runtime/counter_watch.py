"""Shows the day's counters as metrics: those that should stay at zero, with alarms, and the numbers of mails."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog
from prometheus_client import Gauge

from domain.counters import (
    CONFIRMATION_REQUESTED,
    HARD_BOUNCE,
    READER_BOUNCED,
    READER_COMPLAINED,
    RETURNED,
    WITHDRAWN,
    counters_for,
)
from domain.ports import Clock, LedgerStore, StoreAwayError
from service.messenger.webhook_watchdog import TellTeam

log = structlog.get_logger("doorstep.counters")

TROUBLE = Gauge("doorstep_trouble_today", "Counters of today that should stay at zero.", ["counter"])
MAIL_TODAY = Gauge(
    "doorstep_mail_today", "Mails of today: what came back by class, complaints, who withdrew by topic.", ["counter"]
)
SHOWN = (CONFIRMATION_REQUESTED, HARD_BOUNCE, RETURNED, READER_BOUNCED, READER_COMPLAINED, WITHDRAWN)
"""Beginnings of the counters that are numbers of mails; what follows is a class or a topic, and never an address."""
REMEDY: Final = "Look with: doorstep sends. What could not be decided is kept and tried again."


@dataclass(slots=True, kw_only=True)
class CounterWatch:
    """Reads the day's alarm counters, and tells the team when one has grown.

    Every process shows the counters as metrics; one of them mails the team.
    """

    store: LedgerStore
    clock: Clock
    """Business time: counters belong to business days."""
    tell_team: TellTeam
    is_leader: Callable[[], bool] = lambda: True
    """Return True if this process is the one that tells the team."""
    _told: dict[tuple[str, str], int] = field(default_factory=dict)
    """By day and counter, the count that the team was told of."""

    async def watch_counters(self) -> None:
        """Look once.  While the store is away, the next look sees the same."""
        day = self.clock().date().isoformat()
        try:
            counts = await self.store.day_counters(day)
        except StoreAwayError:
            log.warning("store_away", job="counters")
            return
        # Cleared first: at midnight the counters of yesterday are gone, and nothing would set them back.
        MAIL_TODAY.clear()
        for name, count in counts.items():
            if name.startswith(SHOWN):
                MAIL_TODAY.labels(name).set(count)
        for counter in counters_for("alarm"):
            count = counts.get(counter.name, 0)
            TROUBLE.labels(counter.name).set(count)
            # The first of a day is worth a mail; after that only ten times as many, since a broken rule counts fast.
            if count and count >= 10 * self._told.get((day, counter.name), 0) and self.is_leader():
                remedy = counter.remedy or REMEDY
                log.error("needs_a_look", what=counter.name, count=count, remedy=remedy)
                if await self.tell_team(f"{count} {counter.meaning} today.\n{remedy}"):
                    self._told[day, counter.name] = count
