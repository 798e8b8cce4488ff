"""What is kept of one kind of event of a person: how often, when, on which days, and what was last told.  Pure.

Times are whole seconds since 1970, packed: a full deed is 138 bytes, one that happened once 25.  The record keeps one
deed for each product event, under the rules of :mod:`domain.record`: the order of the fields is the format.
"""

import struct
from bisect import insort
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from domain.values import Value

DAY = 86_400
"""Seconds of a day."""
REMEMBERED = 20
"""Latest occurrences whose time is kept: enough for “at least 3 times in 7 days”."""
DAYS_BACK = 35
"""Days before today whose counts are kept: five whole weeks."""
MOST_A_DAY = 255
"""Occurrences of one day that are told apart; more count as so many."""
LATEST = 2**32 - 1
"""Latest second that can be packed; it lies in the year 2106."""


class Deed(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """Summary of one kind of product event."""

    count: int
    """How often it happened in all."""
    first_second: int
    last_second: int
    packed_recent: bytes = b""
    """Seconds of the latest occurrences, ascending, at most 20, four bytes each."""
    newest_day: int = 0
    """The day of the first byte of :attr:`packed_days`, in days since 1970 (UTC)."""
    packed_days: bytes = b""
    """How often it happened on the newest day, on the day before it, and so on: a byte each, at most 36."""
    said: dict[str, Value] = {}
    """The last value of each property that the event's declaration keeps."""

    @property
    def first(self) -> datetime:
        """When it happened first."""
        return moment_of(self.first_second)

    @property
    def last(self) -> datetime:
        """When it happened last."""
        return moment_of(self.last_second)

    @property
    def recent_seconds(self) -> tuple[int, ...]:
        """The seconds of the latest occurrences, ascending."""
        return struct.unpack(f"<{len(self.packed_recent) // 4}I", self.packed_recent)

    @property
    def recent(self) -> tuple[datetime, ...]:
        """The times of the latest occurrences, ascending."""
        return tuple(map(moment_of, self.recent_seconds))

    @property
    def by_day(self) -> dict[str, int]:
        """How often it happened, by day (UTC), the latest day first."""
        days = enumerate(self.packed_days)
        return {moment_of((self.newest_day - back) * DAY).date().isoformat(): count for back, count in days if count}

    def count_since(self, second: int, now: int) -> int:
        """Return how many of the remembered occurrences lie after ``second``, up to ``now``."""
        return sum(second < at <= now for at in self.recent_seconds)

    def count_days(self, today: int, first: int, number: int) -> int:
        """Return how often it happened on ``number`` days, the latest of them ``first`` days before ``today``."""
        # packed_days[0] is the newest day with an occurrence; it lies ``gap`` days before today.
        start = first - (today - self.newest_day)
        return sum(self.packed_days[max(0, start) : max(0, start + number)])


def moment_of(second: int) -> datetime:
    """Return the moment of a second since 1970."""
    return datetime.fromtimestamp(second, UTC)


def second_of(at: datetime) -> int:
    """Return the second of a moment; one before 1970 counts as the first, one after 2106 as the last."""
    return min(max(int(at.timestamp()), 0), LATEST)


def make_deed(count: int, first: datetime, last: datetime, recent: Sequence[datetime] = ()) -> Deed:
    """Return the deed of these occurrences; the days are known of the remembered ones only."""
    seconds = sorted(map(second_of, recent))[-REMEMBERED:]
    newest, days = (seconds[-1] // DAY if seconds else 0), b""
    for second in seconds:
        newest, days = _count_on_day(newest, days, second // DAY)
    return Deed(
        count=count,
        first_second=second_of(first),
        last_second=second_of(last),
        packed_recent=_pack(seconds),
        newest_day=newest,
        packed_days=days,
    )


def add_occurrence(deed: Deed | None, at: datetime, said: Mapping[str, Value] | None = None) -> Deed:
    """Return the deed with one more occurrence, in the day on which it happened, however late it is told.

    ``said`` are the kept properties.  What an older event says never replaces what a newer one said.
    """
    second, told = second_of(at), dict(said or {})
    if deed is None:
        return Deed(
            count=1, first_second=second, last_second=second, packed_recent=_pack([second]), newest_day=second // DAY,
            packed_days=b"\1", said=told,
        )  # fmt: skip
    recent = list(deed.recent_seconds)
    insort(recent, second)  # events can be reported out of order; the list stays sorted by their own time
    newest, days = _count_on_day(deed.newest_day, deed.packed_days, second // DAY)
    return Deed(
        count=deed.count + 1,
        first_second=min(deed.first_second, second),
        last_second=max(deed.last_second, second),
        packed_recent=_pack(recent[-REMEMBERED:]),
        newest_day=newest,
        packed_days=days,
        said=({**told, **deed.said} if second < deed.last_second else {**deed.said, **told}) if told else deed.said,
    )


def _count_on_day(newest: int, days: bytes, day: int) -> tuple[int, bytes]:
    """Return the newest day and the counts, with one more on a day; one of more than 35 days before is left out."""
    if day > newest:
        # A new day begins in front; days without an occurrence between the two are zeros.
        return day, (b"\1" + bytes(min(day - newest - 1, DAYS_BACK)) + days)[: DAYS_BACK + 1].rstrip(b"\0")
    back = newest - day
    if back > DAYS_BACK:
        return newest, days
    counts = bytearray(days.ljust(back + 1, b"\0"))
    counts[back] = min(counts[back] + 1, MOST_A_DAY)
    return newest, bytes(counts)


def _pack(seconds: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(seconds)}I", *seconds)
