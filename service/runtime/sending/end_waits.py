"""Lets mails go at once when what held them ends: a pause of their issue or lane, a halted step, a day's volume.

A sender puts a held mail back for up to five minutes, so without this it would wait on after everybody was told that
it goes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from domain.ports import MARKETING, TRANSACTIONAL, Store, StoreError
from service.engine.house.watch import HouseWatch
from service.issues.watch import IssueWatch
from service.runtime.store_watch.watch import StoreWatch

log = structlog.get_logger("doorstep.sending")

LOOKS_AFTER = 5
"""Looks for which it is done again: a sender may have seen the pause a moment before it ended."""


LANES = (MARKETING, TRANSACTIONAL)


@dataclass(slots=True, kw_only=True)
class WaitEnder:
    """The look of a process for what goes on again; one process, the leader, acts."""

    store: Store
    issues: IssueWatch
    lanes: StoreWatch
    house: HouseWatch
    is_leader: Callable[[], bool]
    find_opening: Callable[[], object] = lambda: None
    """Returns another value once mails that waited for their place of the day may go."""
    look_seconds: float = 0.25
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _held: frozenset[str] = frozenset()
    """Issues, lanes and steps that were held at the last look."""
    _opening: object = None
    _led: bool = False
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
        """End the waits if something is no longer held that was at the last look; looks at nothing but memory."""
        held, opening, leads = self._list_held(), self.find_opening(), self.is_leader()
        # A new leader knows of none, and so ends the waits of all once: what was resumed meanwhile is among them.
        if leads and (not self._led or self._held - held or self._opening != opening):
            self._looks_left = LOOKS_AFTER
        self._held, self._opening, self._led = held, opening, leads
        if leads and self._looks_left:
            self._looks_left -= 1
            for lane in LANES:
                # What is paused is not claimed at all, so nothing of it is put back again.
                await self.store.end_waits(lane)

    def _list_held(self) -> frozenset[str]:
        paused = {f"issue {name}" for name, state in self.issues.current.items() if state.state == "paused"}
        return frozenset((*paused, *self.lanes.list_paused(), *self.house.current.halted))
