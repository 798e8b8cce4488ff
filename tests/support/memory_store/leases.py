"""Partition leases in memory; they are shared as in ``store/valkey/scripts/lease.lua``."""

from collections.abc import Callable


class Leases:
    """The worker of each partition."""

    def __init__(self, partitions: int, server_ms: Callable[[], int]) -> None:
        """Start with every partition free."""
        self._partitions = partitions
        self._now = server_ms
        self._workers: dict[str, int] = {}
        self._last_number = 0
        self._names: dict[int, str] = {}
        """Worker by number."""
        self.number = 0
        """Of the worker that renewed last: one process has one."""
        self._silent: set[int] = set()
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

    def bury_dead(self, worker: str) -> set[int]:
        """Give a worker its number; return the numbers of those that were silent at the renewal before, too."""
        if self._names.get(self.number) != worker:
            self._last_number += 1
            self.number = self._last_number
            self._names[self.number] = worker
        silent = {number for number, name in self._names.items() if name not in self._workers}
        dead, self._silent = self._silent & silent, silent
        self._names = {number: name for number, name in self._names.items() if number not in dead}
        return dead

    def free_all(self) -> None:
        """Free every partition; numbers are not given again."""
        self._workers.clear()
        self._holders.clear()

    def release_leases(self, worker: str) -> None:
        """Forget a worker and free its partitions."""
        self._workers.pop(worker, None)
        self._holders = {partition: owner for partition, owner in self._holders.items() if owner != worker}
