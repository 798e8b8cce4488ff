"""The index of the readers of each topic, in memory."""

from collections.abc import Sequence

from domain.ports import Commit, SendLine
from tests.support.memory_store.base import MemoryPart
from tests.support.memory_store.partition import PartitionData


class MemoryReaders(MemoryPart):
    """Who reads a topic, and what one mail to a reader came to."""

    def _write_readers(self, data: PartitionData, commit: Commit) -> None:
        for send_id, reason in commit.left_out:
            line = SendLine(
                id=send_id, subscriber=commit.subscriber, status="refused", at_ms=self._clock(), note=reason
            )
            data.send_ledgers[commit.subscriber].setdefault(send_id, line)
        self._place(data, commit.subscriber, commit.readers)

    def _place(self, data: PartitionData, name: str, readers: Sequence[tuple[str, int]]) -> None:
        for topic, place in readers:
            data.readers[topic].pop(name, None)
            if place:
                data.readers[topic][name] = place

    async def list_readers(self, partition: int, topic: str) -> Sequence[tuple[str, int]]:
        """Return the subscribers in a topic's index of a partition, each with their place, by place."""
        return sorted(self._partitions[partition].readers[topic].items(), key=lambda item: (item[1], item[0]))

    async def count_readers(self, topic: str, lowest: int, highest: int) -> int:
        """Return how many stand at these places, over all partitions."""
        places = (place for data in self._partitions for place in data.readers[topic].values())
        return sum(lowest <= place <= highest for place in places)

    async def place_reader(self, subscriber: str, *, version: int, readers: Sequence[tuple[str, int]]) -> bool:
        """Write somebody's places if their record still has this version."""
        data = self._data_of(subscriber)
        if data.records.get(subscriber, (0, b""))[0] != version:
            return False
        self._place(data, subscriber, readers)
        return True

    async def find_line(self, subscriber: str, send_ids: Sequence[str]) -> SendLine | None:
        """Return the line of the first of these mails that has one."""
        lines = self._data_of(subscriber).send_ledgers.get(subscriber, {})
        return next((lines[send_id] for send_id in send_ids if send_id in lines), None)
