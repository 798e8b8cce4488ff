"""Times as authors write them: “20 minutes”, “Friday 09:00 their time”, “in 60 days”, “14:00”; and their formatting.

Local times on the two days when summer time begins and ends follow RFC 5545 §3.3.5: a time that does not exist moves on
by the length of the gap (02:30 becomes 03:30), and of a time that exists twice the first counts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_skeleton

from language import cldr
from language.findings import suggest_name

UNITS: dict[str, timedelta] = {
    "second": timedelta(seconds=1), "seconds": timedelta(seconds=1), "sec": timedelta(seconds=1),
    "s": timedelta(seconds=1),
    "minute": timedelta(minutes=1), "minutes": timedelta(minutes=1), "min": timedelta(minutes=1),
    "m": timedelta(minutes=1),
    "hour": timedelta(hours=1), "hours": timedelta(hours=1), "h": timedelta(hours=1),
    "day": timedelta(days=1), "days": timedelta(days=1), "d": timedelta(days=1),
    "week": timedelta(weeks=1), "weeks": timedelta(weeks=1), "w": timedelta(weeks=1),
}  # fmt: skip
"""Length of each unit; months and years are missing because their length varies."""

FORMAT_UNITS = ("day", "hour", "minute", "second")
"""Units that durations are printed in, longest first; weeks are missing because teams say “14 days”."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

LONGEST_DURATION = timedelta(days=3660)
"""Ten years, with a leap day or two."""

# “20 minutes”, “90s”: a number, and letters of any script, so that a foreign unit can be named in the message.
_DURATION = re.compile(r"(\d{1,9})\s*([^\W\d_]+)")
_LOCAL = re.compile(  # “Friday 09:00 their time”, “18:30”
    r"(?:(?P<day>[^\W\d_]+)\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?P<whose>\s+their\s+time)?", re.IGNORECASE
)
_AROUND_TODAY = {"yesterday": -1, "today": 0, "tomorrow": 1}
_COUNTED_DAY = re.compile(r"in (?P<ahead>.+)|(?P<ago>.+) ago")  # “in 60 days”, “2 weeks ago”
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")  # “9:00”, “14:30”


class UnclearTimeError(ValueError):
    """A time cannot be parsed.  The message says what is wrong, ``hint`` how to write it."""

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the remedy beside the message."""
        super().__init__(message)
        self.hint = hint


def parse_duration(text: str) -> timedelta:
    """Return a duration written as ``20 minutes``, ``3 days`` or ``90 s``.

    Raises :class:`UnclearTimeError` if the text cannot be parsed, and if it is zero or more than ten years.
    """
    match = _DURATION.fullmatch(text.strip())
    if not match:
        message = f"“{text[:40]}” is not a length of time"
        raise UnclearTimeError(message, "Write a number and a unit, such as “20 minutes” or “3 days”.")
    number, unit = match.groups()
    unit_length = UNITS.get(unit.casefold())
    if unit_length is None:
        message = f"“{unit}” is not a unit of time"
        # Only plural names are suggested: “minutes”, neither “min” nor “m”.
        plurals = [name for name in UNITS if name.endswith("s") and len(name) > 1]
        raise UnclearTimeError(message, suggest_name(unit, plurals))
    length = int(number) * unit_length
    if not length or length > LONGEST_DURATION:
        message = f"“{text[:40]}” is {'no time at all' if not length else 'longer than ten years'}"
        raise UnclearTimeError(message, "Write a time between one second and ten years.")
    return length


def duration_or_none(text: str) -> timedelta | None:
    """Return a duration, or None if it cannot be parsed: for code that runs beside the checks, which report it."""
    try:
        return parse_duration(text)
    except UnclearTimeError:
        return None


def format_duration(length: timedelta) -> str:
    """Return a duration in the largest unit that divides it: “3 days”, “90 minutes”."""
    for unit in FORMAT_UNITS:
        # 90 minutes are no whole number of hours, so they stay minutes.
        number, rest = divmod(length, UNITS[unit])
        if number and not rest:
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{round(length.total_seconds())} seconds"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTime:
    """A time of day in a person's time zone, on one weekday or on any day."""

    at: time
    """Wall-clock time, without a zone."""
    weekday: int | None = None
    """0 Monday … 6 Sunday; None if it is any day."""

    def next_after(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Return the first such moment later than ``now``, aware and in UTC."""
        today = now.astimezone(zone).date()
        # From yesterday on: a time in the gap at the start of summer time moves on, in some zones past midnight.  Two
        # weeks hold any weekday twice, so one of them is always later than now.
        days = (today + timedelta(days=ahead) for ahead in range(-1, 16))
        moments = (
            datetime.combine(day, self.at, tzinfo=zone).astimezone(UTC)
            for day in days
            if self.weekday in (None, day.weekday())
        )
        return next(moment for moment in moments if moment > now)

    def __str__(self) -> str:
        """Return it as authors write it, such as ``Friday 09:00 their time``."""
        day = "" if self.weekday is None else f"{WEEKDAYS[self.weekday].capitalize()} "
        return f"{day}{self.at:%H:%M} their time"


def parse_local_time(text: str) -> LocalTime:
    """Return a time written as ``Friday 09:00 their time`` or ``18:30 their time``.

    Raises :class:`UnclearTimeError` if the text cannot be parsed or lacks “their time”.
    """
    match = _LOCAL.fullmatch(text.strip())
    if not match:
        message = f"“{text[:40]}” is not a time of day"
        raise UnclearTimeError(message, "Write it such as “Friday 09:00 their time”.")
    if not match["whose"]:
        message = f"“{text[:40]}” does not say whose time it is"
        raise UnclearTimeError(message, f"Write “{text.strip()[:40]} their time”.")
    return _make_local_time(match)


def _make_local_time(match: re.Match[str], weekdays: Sequence[str] = WEEKDAYS) -> LocalTime:
    """Make a local time of a match of ``_LOCAL``; raises :class:`UnclearTimeError` for a weekday that is not listed."""
    day = (match["day"] or "").casefold()
    if day and day not in weekdays:
        message = f"“{match['day']}” is not a weekday"
        raise UnclearTimeError(message, suggest_name(day, weekdays))
    at = _make_time(int(match["hour"]), int(match["minute"]))
    return LocalTime(at=at, weekday=weekdays.index(day) if day else None)


def parse_moment(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return a moment written as ``2026-12-04 09:00``, ``Mon 10:00`` or ``10:00``, aware, in UTC.

    It is local to ``zone`` unless it has an offset of its own; a weekday or a time of day means the next one after
    ``now``.  Raises :class:`UnclearTimeError` if the text cannot be parsed.
    """
    match = _LOCAL.fullmatch(text.strip())
    # “their time” belongs to sequences, where every person has another zone.
    if match and not match["whose"]:
        short = [day[:3] for day in WEEKDAYS]
        is_short = (match["day"] or "").casefold() in short
        return _make_local_time(match, short if is_short else WEEKDAYS).next_after(now, zone)
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):  # the first and last year leave no room for an offset
        message = f"“{text[:40]}” is not a moment"
        raise UnclearTimeError(message, "Write it such as “Mon 10:00” or “2026-12-04 09:00”.") from None


def parse_clock(text: str) -> time:
    """Return a time of day written as ``14:00``; raises :class:`UnclearTimeError` if it cannot be parsed."""
    match = _CLOCK.fullmatch(text.strip())
    if not match:
        message = f"“{text[:40]}” is not a time of day"
        raise UnclearTimeError(message, "Write it such as “14:00”.")
    return _make_time(int(match[1]), int(match[2]))


def _make_time(hour: int, minute: int) -> time:
    if hour > 23 or minute > 59:  # noqa: PLR2004  a day's last hour and an hour's last minute
        message = f"{hour}:{minute:02d} is not a time of day"
        raise UnclearTimeError(message, "Hours go from 00 to 23, minutes from 00 to 59.")
    return time(hour, minute)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayExpression:
    """A day as an author writes it: a date, or a distance from the person's today."""

    fixed: date | None = None
    """None if it moves with today."""
    ahead: int = 0
    """Days after today; negative before it."""

    def resolve(self, today: date) -> date:
        """Return the date that it means on the day ``today``."""
        return self.fixed or today + timedelta(days=self.ahead)


def parse_day(text: str) -> DayExpression:
    """Return a day written as ``today``, ``in 60 days``, ``2 weeks ago`` or ``2026-12-24``.

    Raises :class:`UnclearTimeError` if the text cannot be parsed, or its distance is not a number of whole days.
    """
    written = " ".join(text.casefold().split())
    if written in _AROUND_TODAY:
        return DayExpression(ahead=_AROUND_TODAY[written])
    # “20261224” is a date to Python too; authors mean a number by it.
    if _ISO_DAY.fullmatch(written):
        return _parse_iso_day(written)
    counted = _COUNTED_DAY.fullmatch(written)
    if not counted:
        message = f"“{text[:40]}” is not a day"
        raise UnclearTimeError(message, "Write “today”, “in 60 days”, “2 weeks ago” or “2026-12-24”.")
    length = parse_duration(counted["ahead"] or counted["ago"])
    if length % timedelta(days=1):
        message = f"“{text[:40]}” is no whole number of days"
        raise UnclearTimeError(message, "Count it in days or weeks.")
    return DayExpression(ahead=length.days if counted["ahead"] else -length.days)


def _parse_iso_day(text: str) -> DayExpression:
    try:
        return DayExpression(fixed=date.fromisoformat(text))
    except ValueError:
        message = f"“{text}” is not in the calendar"
        raise UnclearTimeError(message, "Write year, month and day, such as “2026-12-24”.") from None


def format_short_moment(at: datetime, now: datetime, zone: ZoneInfo, language: str) -> str:
    """Return a moment in short: “Thu 10:03”, or “Sat 13 Dec, 10:03” if six days away or more, local to the zone."""
    locale = cldr.locale_of(language)
    # Within six days a weekday names one day only, in the past as in the future.
    if abs(at - now) < timedelta(days=6):
        return format_datetime(at, "EEE HH:mm", tzinfo=zone, locale=locale)
    local = at.astimezone(zone)
    return f"{format_skeleton('MMMEd', local, locale=locale)}, {local:%H:%M}"
