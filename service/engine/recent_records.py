"""A cache of the records that this process committed last, which saves loading them during a chat.

A cached record may be stale.  The commit checks version and event ids, so a stale one costs one more round trip and
never leads to a wrong decision.
"""

from collections import OrderedDict

from msgspec import Struct

from domain.record import Subscriber

CACHED = 256
"""Records that are kept; about 1 MB."""


class CachedRecord(Struct, frozen=True, kw_only=True, gc=False):
    """A record as this process last saw it."""

    record: Subscriber | None
    """None if the store had none."""
    version: int
    due: tuple[int | None, int | None] | None = None
    """When conversation and mail are next due in the store's index, in ms; None if this process did not write it."""


# A subclass of OrderedDict, so that the look-up of each commit is one call into C.
class RecentRecords(OrderedDict[str, CachedRecord]):
    """The records that were committed last, by subscriber; the oldest commit is dropped first."""

    _meeting = 0

    def enter_meeting(self, meeting: int) -> int:
        """Forget everything if it is from an earlier meeting with the store; return the present one."""
        if meeting != self._meeting:
            self._meeting = meeting
            self.clear()
        return meeting

    def keep_record(self, record: Subscriber, due: tuple[int | None, int | None] | None = None) -> None:
        """Remember a record that was just committed, and when it is due."""
        self[record.id] = CachedRecord(record=record, version=record.version, due=due)
        self.move_to_end(record.id)  # assigning to a key that exists leaves it where it was
        if len(self) > CACHED:
            self.popitem(last=False)

    def cached_record(self, subscriber: str) -> tuple[Subscriber, int] | None:
        """Return the record as this process last saw it, and its version; it may have changed since."""
        cached = self.get(subscriber)
        return (cached.record, cached.version) if cached and cached.record else None

    def forget_record(self, subscriber: str) -> None:
        """Drop a record that was changed elsewhere; nothing happens if it is not cached."""
        self.pop(subscriber, None)
