"""The records that this process committed last, to save loading them in a running chat.

A cached record is only a guess: the commit checks version and event ids, so a stale one costs a round trip more and
never leads to a wrong decision.
"""

from collections import OrderedDict

from msgspec import Struct

from domain.record import Subscriber

CACHED = 256
"""Records kept; about 1 MB."""


class CachedRecord(Struct, frozen=True, kw_only=True, gc=False):
    """A record as this process last saw it."""

    record: Subscriber | None
    """None if the store had none."""
    version: int


# A subclass of the dictionary, so that the lookup of every commit stays one call into C.
class RecentRecords(OrderedDict[str, CachedRecord]):
    """The newest committed records, by subscriber; the one that was not written for longest goes first."""

    def keep_record(self, record: Subscriber) -> None:
        """Remember a record that was just committed."""
        self[record.id] = CachedRecord(record=record, version=record.version)
        self.move_to_end(record.id)
        if len(self) > CACHED:
            self.popitem(last=False)

    def cached_record(self, subscriber: str) -> tuple[Subscriber, int] | None:
        """Return the record as this process last saw it, and its version; it may have changed since."""
        cached = self.get(subscriber)
        return (cached.record, cached.version) if cached and cached.record else None

    def forget_record(self, subscriber: str) -> None:
        """Drop a record that was changed elsewhere; nothing happens if it is not cached."""
        self.pop(subscriber, None)
