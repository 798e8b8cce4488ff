"""Partition leases in memory; they are shared as in ``store/valkey/scripts/lease.lua``."""

from collections.abc import Callable


class Leases:
    """The worker of each partition."""

    def __init__(self, partitions: int, server_ms: Callable[[], int]) -> None:
        """Start with every partition free."""
        self._partitions = partitions
        self._now = server_ms
        self._workers: dict[str, int] = {}
        self._holders: dict[int, str] = {}

    def renew_leases(self, worker: str, lease_ms: int) -> frozenset[int]:
        """Renew the leases of a worker, give up partitions above its fair share, take free ones up to it."""
        now = self._now()
        self._workers = {name: until for name, until in self._workers.items() if until > now}
        self._workers[worker] = now + lease_ms
        # Rounded up: 64 partitions and 3 workers give 22 each; rounded down, one would stay without a worker.
        share = -(-self._partitions // len(self._workers))
        owners = [self._holders.get(partition) for partition in range(self._partitions)]
        mine = [partition for partition, owner in enumerate(owners) if owner == worker]
        # A dead worker's partitions are free; nothing else reclaims them.
        free = [partition for partition, owner in enumerate(owners) if owner is None or owner not in self._workers]
        for partition in mine[share:]:
            del self._holders[partition]
        for partition in free[: max(0, share - len(mine))]:
            self._holders[partition] = worker
        return frozenset(partition for partition, owner in self._holders.items() if owner == worker)

    def release_leases(self, worker: str) -> None:
        """Forget a worker and free its partitions."""
        self._workers.pop(worker, None)
        self._holders = {partition: owner for partition, owner in self._holders.items() if owner != worker}
