"""The range of a question for a date, a time or a moment: ``from`` and ``to``, and what lies between them.

The days of ``from`` and ``to`` bound the day; their times of day bound the time of each day.  So ``from: today 14:00``
with ``to: in 60 days 20:30`` means the afternoons and evenings of the next two months.  Without a day in ``from`` the
range begins today, unless ``to`` lies in the past or is today: birthdays are asked for with ``to: today``.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from flows.answers.question import AskError
from flows.language.model import Ask
from language.durations import DayExpression, UnclearTimeError, parse_clock, parse_day, parse_duration

Wanted = Literal["date", "time", "moment"]
_FROM_NOW = re.compile(r"(?:at (?:least|most) )?(.+) from now", re.IGNORECASE)
_ANY_DAY = (date(1900, 1, 1), date(2199, 12, 31))


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeEnd:
    """One end of a range."""

    day: DayExpression | None = None
    clock: time | None = None
    ahead: timedelta | None = None
    """Length of time from now, of “at least 1 hour from now”."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRange:
    """The days and times that fit, as seen on one day."""

    first: date
    last: date
    opens: time
    closes: time
    ahead: timedelta | None = None
    """Least time from now."""
    declared: tuple[bool, bool, bool, bool]
    """Whether the flow file gives each of the four."""

    def allows_day(self, day: date) -> bool:
        """Tell whether a day fits."""
        return self.first <= day <= self.last

    def allows_time(self, at: time) -> bool:
        """Tell whether a time of day fits; a range may go over midnight."""
        # “from 22:00 to 2:00” goes over midnight: a time fits if it lies behind the start or before the end.
        if self.opens <= self.closes:
            return self.opens <= at <= self.closes
        return at >= self.opens or at <= self.closes


def parse_range_end(text: str, key: str, wanted: Wanted) -> RangeEnd:
    """Read “today”, “in 60 days”, “14:00”, or a day and a time.  Raises ``AskError`` if it is none of them."""
    if not text.strip():
        return RangeEnd()
    from_now = _FROM_NOW.fullmatch(" ".join(text.split()))
    if from_now:
        return _read_from_now(from_now[1], text, key, wanted)
    *days, last = text.split()
    # “in 60 days 20:30”: only a clock time has a colon, and it stands last.
    timed = ":" in last
    try:
        at = parse_clock(last) if timed else None
        day_words = " ".join(days if timed else text.split())
        limit = RangeEnd(day=parse_day(day_words) if day_words else None, clock=at)
    except UnclearTimeError as error:
        message = f"{error}."
        raise AskError(message, error.hint, key=key) from None
    unused = "day" if wanted == "time" and limit.day else "time of day" if wanted == "date" and limit.clock else ""
    if unused:
        message = f"A {wanted} has no {unused}, so “{text[:40]}” bounds nothing."
        raise AskError(message, "Ask for a moment to have both.", key=key)
    return limit


def _read_from_now(length: str, text: str, key: str, wanted: Wanted) -> RangeEnd:
    """Read the length of “at least 1 hour from now”; whole days bound the day alone."""
    try:
        ahead = parse_duration(length)
    except UnclearTimeError as error:
        message = f"{error}."
        raise AskError(message, error.hint, key=key) from None
    is_days = not ahead % timedelta(days=1)
    if is_days:
        return RangeEnd(day=DayExpression(ahead=ahead.days))
    if wanted != "moment" or key != "from":
        message = f"“{text[:40]}” bounds only the beginning of a moment."
        raise AskError(message, "Count it in days, or ask for a moment: from: at least 1 hour from now", key=key)
    return RangeEnd(day=DayExpression(ahead=0), ahead=ahead)


def check_order(ask: Ask, low: RangeEnd, high: RangeEnd) -> None:
    """Raise ``AskError`` if no day can lie between the ends."""
    # Any day will do: both ends are relative to it, or both are fixed; a mixture cannot be compared in advance.
    sample_day = date(2026, 1, 1)
    first, last = (end.day.resolve(sample_day) if end.day else None for end in (low, high))
    comparable = low.day and high.day and (low.day.fixed is None) is (high.day.fixed is None)
    if comparable and first and last and first > last:
        message = f"From {ask.lowest} to {ask.highest} there is no day."
        raise AskError(message, "Turn them round.", key="to")


def resolve_range(low: RangeEnd, high: RangeEnd, local_now: datetime) -> DateRange:
    """Return the range as it is now, by the clock of the question."""
    today = local_now.date()
    last = high.day.resolve(today) if high.day else _ANY_DAY[1]
    first = low.day.resolve(today) if low.day else today if last > today else _ANY_DAY[0]
    return DateRange(
        first=first,
        last=last,
        opens=low.clock or time.min,
        closes=high.clock or time.max,
        ahead=low.ahead,
        declared=(low.day is not None, high.day is not None, low.clock is not None, high.clock is not None),
    )
