"""The base of the parts of the memory store."""

from collections.abc import Callable

from store.layout import partition_of
from tests.support.memory_store.partition import PartitionData


class MemoryPart:
    """The partitions and the server clock."""

    def __init__(self, partitions: int, server_ms: Callable[[], int]) -> None:
        """Make empty partitions; ``server_ms`` is the server clock, in ms since the epoch."""
        self._clock = server_ms
        self._partitions = [PartitionData() for _ in range(partitions)]

    @property
    def partitions(self) -> int:
        """Number of partitions."""
        return len(self._partitions)

    def partition_of(self, name: str) -> int:
        """Return the partition of a subscriber, address hash or user hash."""
        return partition_of(name, len(self._partitions))

    def _data_of(self, name: str) -> PartitionData:
        return self._partitions[self.partition_of(name)]
