"""Lets the mails of a resumed issue go at once: what a pause kept in the outbox was put back for up to five minutes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from domain.ports import MARKETING, Store, StoreError
from service.issues.watch import IssueWatch

log = structlog.get_logger("doorstep.issues")

LOOKS_AFTER = 5
"""Looks for which it is done again: a sender may have seen the pause a moment before it ended."""


@dataclass(slots=True, kw_only=True)
class WaitEnder:
    """The look of a process for issues that go on; one process, the leader, acts."""

    store: Store
    watch: IssueWatch
    is_leader: Callable[[], bool]
    look_seconds: float = 0.25
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _going: set[str] = field(default_factory=set)
    """Issues that were going on at the last look."""
    _looks_left: int = 0

    async def follow(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except StoreError as error:
                log.warning("store_away", error=type(error).__name__)
            await self.sleep(self.look_seconds)

    async def look(self) -> None:
        """End the waits if an issue goes on that did not at the last look."""
        # A new leader knows of none, and so ends the waits of all once: what was resumed meanwhile is among them.
        going = set(self.watch.find_open()) if self.is_leader() else set()
        if going - self._going:
            self._looks_left = LOOKS_AFTER
        self._going = going
        if self._looks_left:
            self._looks_left -= 1
            await self.store.end_waits(MARKETING)
