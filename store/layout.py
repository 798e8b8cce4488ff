"""Numbers that both stores share: those fixed when a store is made, and how much is kept for how long."""

import zlib

LAYOUT = 1
"""Version of the key layout; a store with a newer one is refused."""

PARTITIONS = 64
"""Partitions of a new store."""

SEEN_DAYS = 7
"""Server days, today's included, in which a delivered event is recognised."""

HISTORY_KEPT = 200
"""Newest history lines kept of a subscriber; older ones move to the archive."""

HISTORY_MOST = 2_000
"""History lines of a subscriber beyond which a commit drops the oldest, archived or not: memory has its bound."""

LIST_ENTRIES_KEPT = 1_000
"""Newest entries kept of a list of the team, in each partition."""

DAY_MS = 86_400_000

TOKENS_PER_MS = 1000
"""Ready scores are ms of server time times this; the remainder tells apart the tokens of claims of the same ms."""


def partition_of(name: str, partitions: int) -> int:
    """Return the partition of a subscriber, address hash or user hash; fixed for the life of a store."""
    # Never ``hash()``: it differs from process to process.
    return zlib.crc32(name.encode()) % partitions
