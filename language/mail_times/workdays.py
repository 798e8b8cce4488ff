"""Workdays, and waits that count them: “2 workdays”, “3 days, then 10:00 their time”.

Workdays are Monday to Friday where the person is, less the ``holidays`` of doorstep.yaml.  One workday after a
Saturday is Monday: the day on which the counting begins is not counted.
"""

import functools
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from language.durations import LocalTime, UnclearTimeError, parse_duration, parse_local_time
from language.opening_hours import CLOSED, LOOK_AHEAD, OpeningHours, UnclearHoursError, read_opening_hours

MOST_WORKDAYS = 260
"""Workdays of a wait at most: those of a year."""

_WORKDAYS = re.compile(r"(\d{1,4})\s*(workdays?|working days?|business days?)", re.IGNORECASE)
_THEN = re.compile(r",?\s+then\s+", re.IGNORECASE)
_A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedWait:
    """A length of time or some workdays, and then, perhaps, a time of day where the person is."""

    length: timedelta
    """Nothing if workdays are counted."""
    workdays: int
    then: LocalTime | None

    def end_after(self, start: datetime, zone: ZoneInfo, week: OpeningHours) -> datetime:
        """Return when a wait that begins at ``start`` is over, aware and in UTC; ``week`` tells the workdays."""
        end = add_workdays(start, self.workdays, zone, week) if self.workdays else start + self.length
        # The time of day in which the length ends counts already.
        return self.then.next_after(end - _A_MOMENT, zone) if self.then else end


def parse_counted_wait(text: str) -> CountedWait:
    """Return a wait written as ``2 workdays``, ``3 days, then 10:00 their time`` or both together.

    Raises :class:`UnclearTimeError` if the text cannot be parsed.
    """
    first, *rest = _THEN.split(text.strip(), maxsplit=1)
    then = parse_local_time(rest[0]) if rest else None
    if match := _WORKDAYS.fullmatch(first.strip()):
        number = int(match[1])
        if not 1 <= number <= MOST_WORKDAYS:
            message = f"“{first.strip()}” is {'no time at all' if not number else 'longer than a year'}"
            raise UnclearTimeError(message, f"Write 1 to {MOST_WORKDAYS} workdays.")
        return CountedWait(length=timedelta(0), workdays=number, then=then)
    return CountedWait(length=parse_duration(first), workdays=0, then=then)


def is_counted_wait(text: str) -> bool:
    """Return True if a text is written as such a wait, not as a plain length or time of day."""
    return _THEN.search(text) is not None or _WORKDAYS.fullmatch(text.strip()) is not None


@functools.lru_cache(maxsize=64)
def read_workdays(holidays: tuple[str, ...]) -> OpeningHours:
    """Return the week of workdays: a day is one if it has hours.  A holiday that cannot be read is left out."""
    week = read_opening_hours({"workdays": "0:00 to 24:00", CLOSED: [day for day in holidays if is_readable(day)]})
    assert week is not None  # noqa: S101  it has workdays
    return week


def is_readable(holiday: str) -> bool:
    """Return True if a holiday can be read; ``check`` says what is wrong with one that cannot."""
    try:
        return read_opening_hours({CLOSED: holiday}) is not None
    except UnclearHoursError:
        return False


def less_holidays(hours: OpeningHours, holidays: tuple[str, ...]) -> OpeningHours:
    """Return hours that are closed on holidays."""
    week = read_workdays(holidays)
    return replace(hours, closed=week.closed, closed_yearly=week.closed_yearly)


def add_workdays(start: datetime, number: int, zone: ZoneInfo, week: OpeningHours) -> datetime:
    """Return the same time of day so many workdays later, aware and in UTC."""
    local = start.astimezone(zone)
    day, left = local.date(), number
    # Holidays without end would be counted for ever; then the wait is as long as the days that were looked at.
    for _ in range(LOOK_AHEAD + 2 * MOST_WORKDAYS):
        if not left:
            break
        day += timedelta(days=1)
        left -= bool(week.spans_on(day))
    return _at_clock(day, local.time(), zone)


def _at_clock(day: date, clock: time, zone: ZoneInfo) -> datetime:
    # A time that does not exist on the day when summer time begins moves on by the length of the gap (RFC 5545).
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def next_opening(hours: OpeningHours, at: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the first moment from ``at`` on that lies in these hours where the person is; None if none is near."""
    local = at.astimezone(zone)
    if hours.is_open(local):
        return at
    for ahead in range(LOOK_AHEAD):
        day = local.date() + timedelta(days=ahead)
        for opens, _ in hours.spans_on(day):
            moment = _at_clock(day, time(opens // 60, opens % 60), zone)
            if moment > at:
                return moment
    return None
