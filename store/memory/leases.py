"""Partition leases in memory; the same sharing as ``store/valkey/scripts/lease.lua``."""

from collections.abc import Callable


class Leases:
    """Who works on which partition."""

    def __init__(self, partitions: int, server_ms: Callable[[], int]) -> None:
        """Start with every partition free."""
        self._partitions = partitions
        self._now = server_ms
        self._workers: dict[str, int] = {}
        self._held: dict[int, str] = {}

    def lease(self, worker: str, lease_ms: int) -> frozenset[int]:
        """Renew, give up what is above the fair share, take free ones up to it."""
        now = self._now()
        self._workers = {name: until for name, until in self._workers.items() if until > now}
        self._workers[worker] = now + lease_ms
        share = -(-self._partitions // len(self._workers))
        owners = [self._held.get(one) for one in range(self._partitions)]
        mine = [one for one, owner in enumerate(owners) if owner == worker]
        free = [one for one, owner in enumerate(owners) if owner is None or owner not in self._workers]
        for one in mine[share:]:
            del self._held[one]
        for one in free[: max(0, share - len(mine))]:
            self._held[one] = worker
        return frozenset(one for one, owner in self._held.items() if owner == worker)

    def release(self, worker: str) -> None:
        """Forget a worker and what it holds."""
        self._workers.pop(worker, None)
        self._held = {one: owner for one, owner in self._held.items() if owner != worker}
