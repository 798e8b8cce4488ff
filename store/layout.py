"""Numbers that both stores share: what is fixed when a store is made, and how long things are kept."""

import zlib

LAYOUT = 1
"""Version of the key layout; a store with a newer one is refused."""

PARTITIONS = 64
"""Partitions of a new store."""

SEEN_DAYS = 7
"""Server days, today's included, in which a delivered event is recognised."""

LOG_KEPT = 200
"""Newest log lines kept of a subscriber."""

NOTES_KEPT = 1_000
"""Newest lines kept of a book, in each partition."""

DAY_MS = 86_400_000

TICKS = 1000
"""Ready scores are ms of server time times this; the rest makes two claims of one ms differ (their tokens)."""


def partition_of(name: str, partitions: int) -> int:
    """Return the partition of a subscriber, address hash or user hash; fixed for the life of a store."""
    return zlib.crc32(name.encode()) % partitions
