"""When the clock alone changes the result of a test.  Pure.

Each function returns a moment up to which a result certainly stays: the result may change there.  So what waits for a
condition is woken then, and not every minute.  A shift of local time (summer time) is such a moment, too.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from language.durations import UnclearTimeError, parse_clock
from language.opening_hours import LOOK_AHEAD, OpeningHours

A_TICK = timedelta(microseconds=1)
"""Least distance of two moments: “after 09:00” begins a tick later than “at least 09:00”."""
_DAY = timedelta(days=1)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_COUNTED = re.compile(r"(?P<number>\d{1,4}) ?(?P<unit>day|week|d|w)s?\b(?P<ago> ago)?")
_AROUND_TODAY = {"today": 0, "tomorrow": 1, "yesterday": -1}
WEEK = 7
"""Days."""

Holds = Callable[[datetime], bool]
"""A test of one person, by the time."""


def find_change(holds: Holds, now: datetime, zone: tzinfo, moments: Iterable[datetime]) -> datetime | None:
    """Return the first of these moments, ascending, at which a result differs from now; None if it differs at none.

    The result must be constant between the moments, but for shifts of local time; the first shift before the change
    comes back instead of it.
    """
    result = holds(now)
    last = now
    for last in moments:
        if last > now and holds(last) is not result:
            return find_shift(zone, now, last) or last
    return find_shift(zone, now, last) if last > now else None


def find_shift(zone: tzinfo, after: datetime, until: datetime) -> datetime | None:
    """Return the first shift of local time in (after, until), to the second; None if there is none."""
    start = after
    while start < until:
        end = min(until, start + 20 * _DAY)  # no zone shifts there and back within so short a time
        if start.astimezone(zone).utcoffset() != end.astimezone(zone).utcoffset():
            low, high = start, end
            while high - low > A_TICK:
                middle = low + (high - low) / 2
                if middle.astimezone(zone).utcoffset() == start.astimezone(zone).utcoffset():
                    low = middle
                else:
                    high = middle
            return high if high < until else None
        start = end
    return None


def begin_of_day(day: date, zone: tzinfo) -> datetime:
    """Return when a day begins in a zone, in UTC."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def list_midnights(now: datetime, zone: tzinfo, days: int) -> Iterator[datetime]:
    """Yield when each of the next days begins."""
    today = now.astimezone(zone).date()
    return (begin_of_day(today + ahead * _DAY, zone) for ahead in range(1, days + 1))


def list_named_days(words: Sequence[str], zone: tzinfo) -> list[datetime]:
    """Return when the days of the calendar begin that a comparison of the date names, and those after them.

    “Is before 2026-12-24” needs to be asked on that day only; “is today” of the date is always so.
    """
    named = [date.fromisoformat(word) for word in words if _ISO_DAY.fullmatch(word) and word > "1900"]
    return sorted(begin_of_day(day + ahead * _DAY, zone) for day in named for ahead in (0, 1))


def list_field_days(value: object, words: Sequence[str], zone: tzinfo) -> list[datetime]:
    """Return when a comparison of a field with days counted from today can change, and with now.

    With “is in 3 days” and a field that says the 24th, that is the beginning of the 21st and of the 22nd.
    """
    distances, is_now = list_distances(words), "now" in words
    if not (distances or is_now) or not isinstance(value, str):
        return []
    try:
        at = datetime.fromisoformat(value)
        local = at.astimezone(zone) if at.tzinfo else at.replace(tzinfo=zone)
        # A moment without a zone is compared by the day that is written.
        begins = [
            begin_of_day(local.date() + (ahead - distance) * _DAY, zone) for distance in distances for ahead in (0, 1)
        ]
        exact = [local.astimezone(UTC), local.astimezone(UTC) + A_TICK] if is_now else []
    except (ValueError, OverflowError):
        return []
    return sorted(begins + exact)


def list_distances(words: Sequence[str]) -> set[int]:
    """Return the distances from today, in days, that a comparison speaks of: 3 of “in 3 days”, -7 of “1 week ago”."""
    text = " ".join(words)
    counted = {
        int(match["number"]) * (WEEK if match["unit"].startswith("w") else 1) * (-1 if match["ago"] else 1)
        for match in _COUNTED.finditer(text)
    }
    return counted | {distance for word, distance in _AROUND_TODAY.items() if word in words}


def list_clock_moments(words: Sequence[str], now: datetime, zone: tzinfo) -> list[datetime]:
    """Return the next two days' moments at which a comparison of the time of day can change."""
    today = now.astimezone(zone).date()
    times = [time(), *(at for word in words for at in _read_clock(word))]
    days = [today + ahead * _DAY for ahead in range(-1, 3)]
    exact = [datetime.combine(day, at, tzinfo=zone).astimezone(UTC) for day in days for at in times]
    return sorted(moment + tick for moment in exact for tick in (timedelta(0), A_TICK))


def _read_clock(word: str) -> Iterator[time]:
    try:
        yield parse_clock(word)
    except UnclearTimeError:
        return


def list_opening_moments(opening: OpeningHours, now: datetime, zone: tzinfo) -> Iterator[datetime]:
    """Yield the moments at which a place opens or closes, ascending, and at last when to look again."""
    today = now.astimezone(zone).date()
    for ahead in range(-1, LOOK_AHEAD):
        begin = datetime.combine(today + ahead * _DAY, time(), tzinfo=zone)
        for span in opening.spans_on(begin.date()):
            yield from ((begin + timedelta(minutes=minute)).astimezone(UTC) for minute in span)
