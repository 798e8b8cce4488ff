"""Telling the workers of other processes that there is news, without a message for every commit."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from domain.ports import StoreError

GATHER_SECONDS = 0.005
"""How long news is gathered; a worker that hears nothing looks every quarter of a second anyway."""


@dataclass(slots=True, kw_only=True)
class WorkerNotifier:
    """Gathers the partitions that have news and tells of them together."""

    partition: Callable[[str], int]
    hint: Callable[..., Awaitable[None]]
    """Takes partitions; see :meth:`domain.ports.Store.hint`."""
    _partitions: set[int] = field(default_factory=set)
    _sending: asyncio.Task[None] | None = None

    def __call__(self, subscriber: str) -> None:
        """Note that something was posted for this subscriber."""
        self._partitions.add(self.partition(subscriber))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_hint())

    async def _send_hint(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        told, self._partitions, self._sending = self._partitions, set(), None
        with suppress(StoreError):  # whoever hears nothing looks anyway
            await self.hint(*told)

    async def settle(self) -> None:
        """Tell what is left; for a clean stop."""
        if self._sending is not None:
            await self._sending
