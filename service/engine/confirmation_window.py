"""The window against list bombing: how many confirmation mails an hour may have, for all processes together.

Who bombs a list of strangers has new accounts and no confirmations.  So new accounts together get a few mails, and more
with each address that is confirmed; accounts that are known for longer are bound by the limit of the installation only.
A mail that is too many waits; nothing is refused.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from domain.counters import CONFIRMATION_REQUESTED
from domain.ports import Clock, ConfirmationCounts
from domain.record import Subscriber
from domain.workspace_config import SafetyLimits

log = structlog.get_logger("doorstep.breakers")

NEW_FOR = timedelta(days=7)
"""How long an account counts as new."""
FOR_EACH_CONFIRMED = 4
"""Confirmation mails that new accounts may cause for each confirmation of the last hour."""
CLOSED_FOR = timedelta(minutes=1)
"""How long a window that was found closed is taken for closed without asking."""


@dataclass(slots=True, kw_only=True)
class ConfirmationWindow:
    """The window of an installation, as this process knows it."""

    store: ConfirmationCounts
    clock: Clock
    limits: Callable[[], SafetyLimits]
    _closed_until: datetime | None = None
    _told: bool = field(default=False)

    async def admit(self, record: Subscriber) -> bool:
        """Count a confirmation mail of this account; return False if it must wait."""
        now, limits = self.clock(), self.limits()
        most = limits.system_mails_an_hour
        # Counted and judged in one step of the store: two processes cannot both take the last place.
        is_new = now - record.created_at < NEW_FOR
        open_ = await self.store.count_asked(
            minute=_minute(now),
            most=most,
            unproven=limits.unproven_mails_an_hour if is_new else most,
            for_each=FOR_EACH_CONFIRMED,
        )
        self._closed_until = None if open_ else now + CLOSED_FOR
        if self._told == open_:  # one line for each change
            self._told = not open_
            log.warning("breaker", what=CONFIRMATION_REQUESTED, state="closed" if open_ else "open")
        return open_

    async def note_confirmed(self) -> None:
        """Count an address that was confirmed: it makes room for more."""
        await self.store.count_confirmed(minute=_minute(self.clock()))

    def is_closed(self) -> bool:
        """Return True if the window was found closed a moment ago."""
        return self._closed_until is not None and self.clock() < self._closed_until

    def list_alarms(self) -> list[str]:
        """Return what the team should know; empty while the window is open."""
        text = "confirmation mails wait: many were asked for within an hour, and few of the addresses were confirmed"
        return [text] if self.is_closed() else []


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60
