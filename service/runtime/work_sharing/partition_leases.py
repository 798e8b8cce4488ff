"""A worker's right to its partitions and claims: renewed every second, lost when it stands still.

Others take a worker for dead whose lease they find run out at two renewals of theirs, a second apart.  The lease begins
when the store renews it, :data:`CERTAIN_SECONDS` when the worker asks for it; so whoever still has the right to send by
its own clock has it by everybody's.
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from domain.ports import WorkSharing

PARTITION_LEASE_MS = 2_500
RENEW_SECONDS = 1.0
CERTAIN_SECONDS = 2.0
"""Time after the last renewal in which nobody can have taken over what this worker has claimed."""


@dataclass(slots=True, kw_only=True)
class PartitionLeases:
    """The leases of one worker."""

    name: str
    """Unique among living workers."""
    store: WorkSharing
    held: frozenset[int] = frozenset()
    """The partitions that the worker has now."""
    _renewed_at: float = -math.inf
    _period: int = 0
    """Counts the times at which the lease had run out before it was renewed."""
    _told: frozenset[int] = frozenset()
    _renewing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def renew(self) -> bool:
        """Renew the leases; return True if other partitions are held than at the last call."""
        async with self._renewing:
            await self._renew()
        changed, self._told = self.held != self._told, self.held
        return changed

    async def secure(self) -> None:
        """Renew the leases if they may have run out: a busy process need not wait for its next renewal."""
        if self.owns_claims():
            return
        async with self._renewing:
            if not self.owns_claims():
                await self._renew()

    async def _renew(self) -> None:
        # Never the time of the event loop: it is read once a turn, and a process may stand still within one.
        asked_at = time.monotonic()
        self.held = await self.store.renew_leases(self.name, lease_ms=PARTITION_LEASE_MS)
        # The earlier lease began at the store after we had asked for it, so it may have run out no sooner than this.
        if time.monotonic() - self._renewed_at >= PARTITION_LEASE_MS / 1000:
            self._period += 1
        self._renewed_at = asked_at

    def watch_claims(self) -> Callable[[], bool]:
        """Return what to ask right before a write: whether all that began after this call is surely still ours."""
        period = self._period
        return lambda: self._period == period and self.owns_claims()

    def owns_claims(self) -> bool:
        """Return True if nobody can have taken over what begins now: this worker did not stand still."""
        return time.monotonic() - self._renewed_at < CERTAIN_SECONDS
