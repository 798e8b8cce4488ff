"""Notifies the workers of other processes of new postings, without a message for every commit."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from domain.ports import StoreError

GATHER_SECONDS = 0.005
"""How long partitions are gathered before a hint is sent."""


@dataclass(slots=True, kw_only=True)
class WorkerNotifier:
    """Gathers the partitions with new postings, and sends one hint for all of them."""

    partition_of: Callable[[str], int]
    hint: Callable[..., Awaitable[None]]
    """Takes partitions; see :meth:`domain.ports.Store.hint`."""
    _partitions: set[int] = field(default_factory=set)
    _sending: asyncio.Task[None] | None = None

    def __call__(self, subscriber: str) -> None:
        """Note that something was posted for this subscriber."""
        # Several commits within 5 ms cost one message to the store, whose listeners are all workers.
        self._partitions.add(self.partition_of(subscriber))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_hint())

    async def _send_hint(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        partitions, self._partitions, self._sending = self._partitions, set(), None
        with suppress(StoreError):  # without a hint, workers find it at their next tick, within 0.25 s
            await self.hint(*partitions)

    async def settle(self) -> None:
        """Send the last hint; for a clean stop."""
        if self._sending is not None:
            await self._sending
