"""The port to the readers of topics, and to what one mail came to; see :mod:`domain.consent.readers`."""

from collections.abc import Sequence
from typing import Protocol

from domain.ports.ledgers import SendLine


class ReaderStore(Protocol):
    """The part of a store that knows who reads a topic.  Commits write it (:class:`domain.ports.Commit`)."""

    async def list_readers(self, partition: int, topic: str) -> Sequence[tuple[str, int]]:
        """Return the subscribers in a topic's index of a partition, each with their place, by place."""

    async def count_readers(self, topic: str, lowest: int, highest: int) -> int:
        """Return how many stand at these places, over all partitions."""

    async def place_reader(self, subscriber: str, *, version: int, readers: Sequence[tuple[str, int]]) -> bool:
        """Write somebody's places if their record still has this version; for stores made before there was an index."""

    async def find_line(self, subscriber: str, send_ids: Sequence[str]) -> SendLine | None:
        """Return the line of the send ledger of the first of these mails that has one; None if none has."""
