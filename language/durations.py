"""Times as said: “20 minutes”, “Friday 09:00 their time”, “in 60 days”, “14:00”; and how a moment is said back.

Rules for a local time on the two odd days of the year (RFC 5545 §3.3.5): a time that does not exist moves on by
the length of the gap (02:30 becomes 03:30); of a time that exists twice the first counts.
"""

import functools
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime, format_skeleton

from language.findings import did_you_mean

UNITS: dict[str, timedelta] = {
    "second": timedelta(seconds=1), "seconds": timedelta(seconds=1), "sec": timedelta(seconds=1),
    "s": timedelta(seconds=1),
    "minute": timedelta(minutes=1), "minutes": timedelta(minutes=1), "min": timedelta(minutes=1),
    "m": timedelta(minutes=1),
    "hour": timedelta(hours=1), "hours": timedelta(hours=1), "h": timedelta(hours=1),
    "day": timedelta(days=1), "days": timedelta(days=1), "d": timedelta(days=1),
    "week": timedelta(weeks=1), "weeks": timedelta(weeks=1), "w": timedelta(weeks=1),
}  # fmt: skip
"""What a unit is worth; months and years are left out because their length is not."""

SAID = ("day", "hour", "minute", "second")
"""The units that lengths of time are said back in, longest first; teams say 14 days, not 2 weeks."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

LONGEST = timedelta(days=3660)

_DURATION = re.compile(r"(\d{1,9})\s*([^\W\d_]+)")
_LOCAL = re.compile(
    r"(?:(?P<day>[^\W\d_]+)\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?P<whose>\s+their\s+time)?", re.IGNORECASE
)
_AROUND_TODAY = {"yesterday": -1, "today": 0, "tomorrow": 1}
_COUNTED = re.compile(r"in (?P<ahead>.+)|(?P<ago>.+) ago")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")


class SpokenTimeError(ValueError):
    """A time was written in a way that is not understood.  The message says what is wrong, ``hint`` how to mend it."""

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the remedy beside the message."""
        super().__init__(message)
        self.hint = hint


def parse_duration(text: str) -> timedelta:
    """Read a length of time such as ``20 minutes``, ``3 days``, ``90 s``.

    Raises :class:`SpokenTimeError`; nothing and more than ten years are errors too.
    """
    found = _DURATION.fullmatch(text.strip())
    if not found:
        message = f"“{text[:40]}” is not a length of time"
        raise SpokenTimeError(message, "Write a number and a unit, such as “20 minutes” or “3 days”.")
    number, unit = found.groups()
    worth = UNITS.get(unit.casefold())
    if worth is None:
        message = f"“{unit}” is not a unit of time"
        raise SpokenTimeError(message, did_you_mean(unit, [one for one in UNITS if one.endswith("s") and len(one) > 1]))
    length = int(number) * worth
    if not length or length > LONGEST:
        message = f"“{text[:40]}” is {'no time at all' if not length else 'longer than ten years'}"
        raise SpokenTimeError(message, "Write a time between one second and ten years.")
    return length


def say_duration(length: timedelta) -> str:
    """Say a length of time in the largest unit that fits it whole: “3 days”, “90 minutes”."""
    for unit in SAID:
        number, rest = divmod(length, UNITS[unit])
        if number and not rest:
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{round(length.total_seconds())} seconds"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTime:
    """A time of day in a person's own time zone, on one weekday or on any day."""

    at: time
    """Wall-clock time, without a zone."""
    weekday: int | None = None
    """0 Monday … 6 Sunday; None: any day."""

    def next_after(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Return the first such moment later than ``now``, aware and in UTC."""
        today = now.astimezone(zone).date()
        days = (today + timedelta(days=ahead) for ahead in range(-1, 16))
        moments = (
            datetime.combine(day, self.at, tzinfo=zone).astimezone(UTC)
            for day in days
            if self.weekday in (None, day.weekday())
        )
        return next(moment for moment in moments if moment > now)

    def __str__(self) -> str:
        """Return it as it is said, such as ``Friday 09:00 their time``."""
        day = "" if self.weekday is None else f"{WEEKDAYS[self.weekday].capitalize()} "
        return f"{day}{self.at:%H:%M} their time"


def parse_local(text: str) -> LocalTime:
    """Read a time such as ``Friday 09:00 their time`` or ``18:30 their time``.

    Raises :class:`SpokenTimeError`.
    """
    found = _LOCAL.fullmatch(text.strip())
    if not found:
        message = f"“{text[:40]}” is not a time of day"
        raise SpokenTimeError(message, "Write it such as “Friday 09:00 their time”.")
    if not found["whose"]:
        message = f"“{text[:40]}” does not say whose time it is"
        raise SpokenTimeError(message, f"Write “{text.strip()[:40]} their time”.")
    day, hour, minute = (found["day"] or "").casefold(), int(found["hour"]), int(found["minute"])
    if day and day not in WEEKDAYS:
        message = f"“{found['day']}” is not a weekday"
        raise SpokenTimeError(message, did_you_mean(day, WEEKDAYS))
    return LocalTime(at=_clock(hour, minute), weekday=WEEKDAYS.index(day) if day else None)


def parse_clock(text: str) -> time:
    """Read a time of day such as ``14:00``; raises :class:`SpokenTimeError`."""
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        message = f"“{text[:40]}” is not a time of day"
        raise SpokenTimeError(message, "Write it such as “14:00”.")
    return _clock(int(found[1]), int(found[2]))


def _clock(hour: int, minute: int) -> time:
    if hour > 23 or minute > 59:  # noqa: PLR2004  a day's last hour and an hour's last minute
        message = f"{hour}:{minute:02d} is not a time of day"
        raise SpokenTimeError(message, "Hours go from 00 to 23, minutes from 00 to 59.")
    return time(hour, minute)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day as an author writes it: a fixed one, or one counted from the person's today."""

    fixed: date | None = None
    """None: it moves with today."""
    ahead: int = 0
    """Days after today; negative: before it."""

    def on(self, today: date) -> date:
        """Return the day it is, seen from this one."""
        return self.fixed or today + timedelta(days=self.ahead)


def parse_day(text: str) -> Day:
    """Read a day such as ``today``, ``in 60 days``, ``2 weeks ago`` or ``2026-12-24``.

    Raises :class:`SpokenTimeError`; lengths that are no whole days are errors too.
    """
    said = " ".join(text.casefold().split())
    if said in _AROUND_TODAY:
        return Day(ahead=_AROUND_TODAY[said])
    if _ISO_DAY.fullmatch(said):
        return _fixed(said)
    counted = _COUNTED.fullmatch(said)
    if not counted:
        message = f"“{text[:40]}” is not a day"
        raise SpokenTimeError(message, "Write “today”, “in 60 days”, “2 weeks ago” or “2026-12-24”.")
    length = parse_duration(counted["ahead"] or counted["ago"])
    if length % timedelta(days=1):
        message = f"“{text[:40]}” is no whole number of days"
        raise SpokenTimeError(message, "Count it in days or weeks.")
    return Day(ahead=length.days if counted["ahead"] else -length.days)


def _fixed(text: str) -> Day:
    try:
        return Day(fixed=date.fromisoformat(text))
    except ValueError:
        message = f"“{text}” is not in the calendar"
        raise SpokenTimeError(message, "Write year, month and day, such as “2026-12-24”.") from None


@functools.lru_cache(maxsize=1024)
def zone_of(name: str, otherwise: str) -> ZoneInfo:
    """Return the time zone called ``name``; if it is empty or unknown the one called ``otherwise``, else UTC."""
    for one in (name, otherwise):
        try:
            return ZoneInfo(one)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")


def say_when(at: datetime, now: datetime, zone: ZoneInfo, language: str) -> str:
    """Say a moment shortly, in this zone and language: “Thu 10:03”, or “Sat 13 Dec, 10:03” if over six days away."""
    try:
        locale = Locale.parse("en-GB" if language == "en" else language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en", "GB")
    if abs(at - now) < timedelta(days=6):
        return format_datetime(at, "EEE HH:mm", tzinfo=zone, locale=locale)
    local = at.astimezone(zone)
    return f"{format_skeleton('MMMEd', local, locale=locale)}, {local:%H:%M}"
