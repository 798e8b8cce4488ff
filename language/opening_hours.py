"""Opening hours: read once from ``open:``, asked by questions and conditions, and said in texts.

::

    open:
      tue-fri: 11:00 to 18:00
      sat: [10:00 to 13:00, 14:00 to 16:00]
      closed: [2026-12-24, 2026-12-27 to 2027-01-02, 12-25]

A row of a table has the same on one line: ``tue-fri 11:00 to 18:00; sat 10:00 to 16:00; closed 2026-12-24``.  Days that
are not named are closed.  A span that ends before it begins goes on after midnight and belongs to the day it begins on.
The end is the minute at which nobody is there any more: with “to 18:00”, 18:00 is closed.
"""

import functools
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from language.durations import WEEKDAYS
from language.findings import suggest_name

CLOSED = "closed"
"""Key of the dates on which nobody is there, and the word for a day without hours."""
LOOK_AHEAD = 400
"""Days in which the next opening is looked for."""

_SHORT_DAYS = {
    "mon": 0, "tue": 1, "tues": 1, "wed": 2, "weds": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6,
}  # fmt: skip
_DAYS = {**{name: at for at, name in enumerate(WEEKDAYS)}, **_SHORT_DAYS}
_SEVERAL = {"daily": range(7), "every day": range(7), "workday": range(5), "workdays": range(5), "weekend": range(5, 7)}
_RANGE = r"\s*(?:-|–|to)\s*"
_SPAN = re.compile(rf"(\d{{1,2}})(?::(\d{{2}}))?{_RANGE}(\d{{1,2}})(?::(\d{{2}}))?")
_DATE = re.compile(r"(?:(\d{4})-)?(\d{2})-(\d{2})")
_ON_ONE_LINE = re.compile(r"(?P<days>[^\d:]+?)[\s:]+(?P<hours>\d.*|closed)", re.IGNORECASE)
_MIDNIGHT = 24 * 60

Span = tuple[int, int]
"""Minutes after midnight at which it opens and closes; the end is past 24 hours if it goes over midnight."""


class UnclearHoursError(ValueError):
    """Opening hours cannot be read.  ``key`` is where in ``open:``, ``hint`` how to write it."""

    def __init__(self, message: str, hint: str, key: str = "", *, is_key: bool = False) -> None:
        """Keep the place and the remedy beside the message; ``is_key`` is True if the key itself is wrong."""
        super().__init__(message)
        self.hint = hint
        self.key = key
        self.is_key = is_key


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """When a place is open, by its own clock."""

    week: tuple[tuple[Span, ...], ...]
    """Spans of each weekday from Monday on, ascending."""
    closed: tuple[tuple[date, date], ...] = ()
    """First and last day of each time it is closed."""
    closed_yearly: frozenset[tuple[int, int]] = frozenset()
    """Month and day of what is closed every year."""

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """Return the spans that begin on a day; none if it is closed."""
        if (day.month, day.day) in self.closed_yearly or any(first <= day <= last for first, last in self.closed):
            return ()
        return self.week[day.weekday()]

    def is_open(self, at: datetime) -> bool:
        """Tell whether it is open at this time of its own clock."""
        minute, yesterday = at.hour * 60 + at.minute, at.date() - timedelta(days=1)
        return any(opens <= minute < closes for opens, closes in self.spans_on(at.date())) or any(
            minute + _MIDNIGHT < closes for _, closes in self.spans_on(yesterday)
        )

    def is_ever_open(self, at: time) -> bool:
        """Tell whether it is open at this time of any day of the week."""
        minute = at.hour * 60 + at.minute
        spans = [span for spans in self.week for span in spans]
        return any(opens <= minute < closes or minute + _MIDNIGHT < closes for opens, closes in spans)

    def next_openings(self, at: datetime) -> Iterator[datetime]:
        """Yield the first times from ``at`` on, one for each span: the same time of a later day, or the opening."""
        for ahead in range(LOOK_AHEAD):
            day = at.date() + timedelta(days=ahead)
            same_time = datetime.combine(day, at.time(), tzinfo=at.tzinfo)
            if self.is_open(same_time):
                yield same_time
            for opens, _ in self.spans_on(day):
                opening = datetime.combine(day, time(opens // 60, opens % 60), tzinfo=at.tzinfo)
                if opening >= at:
                    yield opening


@functools.lru_cache(maxsize=256)
def _read_cached(written: tuple[tuple[str, tuple[str, ...]], ...]) -> OpeningHours:
    week: dict[int, tuple[Span, ...]] = {}
    closed: list[tuple[date, date]] = []
    yearly: set[tuple[int, int]] = set()
    for key, values in written:
        if key.casefold().strip() == CLOSED:
            for value in values:
                _read_closed(value, closed, yearly)
            continue
        spans = _read_spans(values, key)
        for day in _read_days(key):
            if day in week:
                message = f"{WEEKDAYS[day].capitalize()} stands twice."
                raise UnclearHoursError(
                    message, "Write all spans of a day as a list: [9:00 to 12:00, 14:00 to 18:00]", key
                )
            week[day] = spans
    return OpeningHours(
        week=tuple(week.get(day, ()) for day in range(7)), closed=tuple(closed), closed_yearly=frozenset(yearly)
    )


def read_opening_hours(written: Mapping[str, str | Sequence[str]]) -> OpeningHours | None:
    """Return what ``open:`` says; None if it is empty.  Raises :class:`UnclearHoursError`."""
    if not written:
        return None
    return _read_cached(tuple((key, _split(value)) for key, value in written.items()))


def read_hours_cell(text: str) -> OpeningHours | None:
    """Return the opening hours in a cell of a table; None if it is empty.  Raises :class:`UnclearHoursError`."""
    written: dict[str, str] = {}
    for part in filter(str.strip, text.split(";")):
        stripped = part.strip()
        if stripped.casefold().startswith(CLOSED):
            written[CLOSED] = stripped[len(CLOSED) :].strip(" :")
            continue
        match = _ON_ONE_LINE.fullmatch(stripped)
        if match is None:
            message = f"“{stripped[:40]}” says no days with their hours."
            raise UnclearHoursError(message, "Write it such as: tue-sat 11:00 to 18:00; closed 2026-12-24")
        written[match["days"]] = match["hours"]
    return read_opening_hours(written)


def opening_or_none(written: Mapping[str, str | Sequence[str]] | str) -> OpeningHours | None:
    """Return opening hours, or None if they cannot be read: for code that runs beside the checks, which report it."""
    try:
        return read_hours_cell(written) if isinstance(written, str) else read_opening_hours(written)
    except UnclearHoursError:
        return None


def _split(value: str | Sequence[str]) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    return tuple(part.strip() for part in parts if part.strip())


def _read_days(key: str) -> list[int]:
    """Return the weekdays in “tue-sat”, “mon, wed” or “daily”."""
    days: list[int] = []
    for part in key.casefold().split(","):
        written = part.strip()
        if written in _SEVERAL:
            days += _SEVERAL[written]
            continue
        ends = [end.strip() for end in re.split(r"\s*[-–]\s*|\s+to\s+", written)]
        unknown = next((end for end in ends if end not in _DAYS), "")
        if unknown or len(ends) > 2 or not written:  # noqa: PLR2004  a range has two ends
            message = f"“{(unknown or key)[:40]}” is not a weekday."
            hint = suggest_name(unknown, [*_SHORT_DAYS, *WEEKDAYS, "daily", "workday", "weekend", CLOSED])
            raise UnclearHoursError(message, hint or "Write it such as tue-sat, or mon, wed.", key, is_key=True)
        first, last = _DAYS[ends[0]], _DAYS[ends[-1]]
        # “fri-mon” goes round the end of the week.
        days += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return days


def _read_spans(values: Sequence[str], key: str) -> tuple[Span, ...]:
    if [value.casefold() for value in values] == [CLOSED]:
        return ()
    spans = sorted(_read_span(value, key) for value in values)
    for (_, closes), (opens, _) in itertools.pairwise(spans):
        if opens < closes:
            message = f"Two spans of {key} overlap."
            raise UnclearHoursError(message, "Join them, or correct their ends.", key)
    if not spans:
        message = f"{key} has no hours."
        raise UnclearHoursError(message, "Write it such as 11:00 to 18:00, or leave the day out.", key)
    return tuple(spans)


def _read_span(text: str, key: str) -> Span:
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        message = f"“{text[:40]}” is not a span of hours."
        raise UnclearHoursError(message, "Write it such as 11:00 to 18:00.", key)
    opens, closes = (int(match[at]) * 60 + int(match[at + 1] or 0) for at in (1, 3))
    minutes_fit = all(int(match[at] or 0) < 60 for at in (2, 4))  # noqa: PLR2004  minutes of an hour
    if not minutes_fit or opens >= _MIDNIGHT or closes > _MIDNIGHT or opens == closes:
        message = f"“{text[:40]}” is not a span of hours."
        raise UnclearHoursError(message, "Hours go from 0:00 to 24:00, and a span has a length.", key)
    return opens, closes if closes > opens else closes + _MIDNIGHT


def _read_closed(text: str, closed: list[tuple[date, date]], yearly: set[tuple[int, int]]) -> None:
    """Add the days of “2026-12-24”, “2026-12-24 to 2026-12-26” or “12-25”."""
    ends = re.split(r"\s+(?:to|until|–|-)\s+", text.strip())
    matches = [_DATE.fullmatch(end) for end in ends]
    hint = "Write it such as 2026-12-24, 2026-12-24 to 2026-12-26, or 12-25 for every year."
    first, last = matches[0], matches[-1]
    if first is None or last is None or len(ends) > 2:  # noqa: PLR2004  a range has two ends
        message = f"“{text[:40]}” is not a date."
        raise UnclearHoursError(message, hint, CLOSED)
    try:
        if first[1] is None or last[1] is None:
            if len(ends) > 1:
                message = f"“{text[:40]}” lacks a year."
                raise UnclearHoursError(message, hint, CLOSED)
            date(2028, int(first[2]), int(first[3]))  # a leap year: 29 February is a day
            yearly.add((int(first[2]), int(first[3])))
            return
        begins, ends_on = date.fromisoformat(ends[0]), date.fromisoformat(ends[-1])
    except ValueError as error:
        if isinstance(error, UnclearHoursError):
            raise
        message = f"“{text[:40]}” is not in the calendar."
        raise UnclearHoursError(message, hint, CLOSED) from None
    if ends_on < begins:
        message = f"“{text[:40]}” ends before it begins."
        raise UnclearHoursError(message, "Turn the dates round.", CLOSED)
    closed.append((begins, ends_on))
