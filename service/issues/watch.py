"""Follows the states of issues in a process: what the gate of each mail asks."""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

import structlog

from domain.effects import SendMail
from domain.ports import MetaStore, StoreError
from service.issues.states import RELEASED, IssueState, load_states

log = structlog.get_logger("doorstep.issues")

LOOK_SECONDS = 0.25
OLDEST_SECONDS = 0.5
"""Nobody who sends relies on a look that is older; so a pause holds a second later, also in a process that is slow."""


@dataclass(slots=True, kw_only=True)
class IssueWatch:
    """What one process knows of the issues."""

    store: MetaStore
    current: Mapping[str, IssueState] = field(default_factory=dict)
    """As of the last look."""
    _looked_at: float = -math.inf

    async def look(self) -> None:
        """Take over what holds now."""
        began = monotonic()  # what came while the answer was on its way may be missing in it
        self.current = await load_states(self.store)
        self._looked_at = began

    async def look_if_old(self) -> None:
        """Look unless the last look is recent: the loop that follows may have had no turn on a busy machine."""
        if monotonic() - self._looked_at > OLDEST_SECONDS:
            await self.look()

    async def follow(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except StoreError as error:
                log.warning("store_away", error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)  # one small value; a hundred processes ask four hundred times a second

    def find_open(self) -> dict[str, IssueState]:
        """Return the issues whose readers are asked now."""
        return {name: state for name, state in self.current.items() if state.state in RELEASED}

    def is_paused(self, mail: SendMail) -> bool:
        """Return True if a mail is of an issue that is paused."""
        state = self.current.get(mail.issue) if mail.issue else None
        return state is not None and state.state == "paused"

    def is_stopped(self, mail: SendMail) -> bool:
        """Return True if a mail is of an issue that goes to nobody any more."""
        # An issue that nobody knows any more: its state was lost with the end of a store, and nothing vouches for it.
        state = self.current.get(mail.issue)
        return state is None or state.state in ("stopped", "draft")

    def edition_of(self, mail: SendMail) -> str:
        """Return the edition to write a mail with: a corrected issue counts for every mail that did not begin."""
        state = self.current.get(mail.issue) if mail.issue else None
        return state.edition if state and state.edition else mail.edition
