"""The index of the readers of each topic, on Valkey."""

import asyncio
from collections.abc import Sequence

from domain.ports import SendLine
from store.keys import TOPICS_KEY
from store.valkey.base import ValkeyStorePart, version_prefix
from store.valkey.ledgers import parse_send_line
from store.valkey.script import PLACE


class ValkeyReaders(ValkeyStorePart):
    """Who reads a topic, and what one mail to a reader came to."""

    async def list_readers(self, partition: int, topic: str) -> Sequence[tuple[str, int]]:
        """Return the subscribers in a topic's index of a partition, each with their place, by place."""
        key = self._keys.partitions[partition].topic_readers(topic)
        answer = await self._connection.run_command(b"ZRANGE", key, 0, -1, b"WITHSCORES")
        return [(name.decode(), int(place)) for name, place in zip(answer[::2], answer[1::2], strict=True)]

    async def count_readers(self, topic: str, lowest: int, highest: int) -> int:
        """Return how many stand at these places, over all partitions."""
        keys = [part.topic_readers(topic) for part in self._keys.partitions]
        counts = await asyncio.gather(*(self._connection.run_command(b"ZCOUNT", key, lowest, highest) for key in keys))
        return sum(counts)

    async def place_reader(self, subscriber: str, *, version: int, readers: Sequence[tuple[str, int]]) -> bool:
        """Write somebody's places if their record still has this version."""
        part, topics = self._keys.keys_of(subscriber), [topic for topic, _ in readers]
        # First: whatever happens between the two writes, erasing the person finds the index.
        await self._connection.run_durable(b"SADD", TOPICS_KEY, *topics)
        keys = (part.record_key(subscriber.encode()), *map(part.topic_readers, topics))
        places = [place for _, place in readers]
        return bool(await self._connection.run_versioned(PLACE, keys, version_prefix(version), subscriber, *places))

    async def find_line(self, subscriber: str, send_ids: Sequence[str]) -> SendLine | None:
        """Return the line of the first of these mails that has one."""
        if not send_ids:
            return None
        key = self._keys.keys_of(subscriber).send_ledger(subscriber.encode())
        # One command for all: nearly everybody has one address.
        values = await self._connection.run_command(b"HMGET", key, *send_ids)
        found = ((send_id, value) for send_id, value in zip(send_ids, values, strict=True) if value is not None)
        return next((parse_send_line(subscriber, send_id.encode(), value) for send_id, value in found), None)
