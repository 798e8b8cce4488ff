"""The days and times that an answer can mean, before the range of the question decides."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Literal

DayPart = Literal["", "morning", "noon", "afternoon", "evening", "night"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOptions:
    """The days that a phrase can mean."""

    options: tuple[date, ...]
    by_year: bool = False
    """True if they are the same day in several years, so the first that fits is meant.  Else any may be meant."""
    weekday: int | None = None
    """0 Monday … 6 Sunday if only a weekday was named; it then narrows a date beside it."""
    alternatives: tuple[date, ...] = ()
    """The coming day of each half of “Monday or Tuesday”; empty if only one was named."""

    def narrow_by(self, other: "DayOptions") -> "DayOptions | None":
        """Return the days that both can mean, if one of them is a weekday; None if they contradict each other."""
        # Two dates, or two weekdays, cannot narrow each other.
        if (self.weekday is None) is (other.weekday is None):
            return None
        named, dated = (self, other) if other.weekday is None else (other, self)
        # The first option of a weekday lies at most six days ahead, so six days before it is today at the latest.
        soon = named.options[0] - timedelta(days=6)
        # Only the coming date counts: if 24 December is a Thursday this year, “Friday 24 December” is a contradiction
        # and not the Friday of some later year.
        coming = sorted(day for day in dated.options if day >= soon)[:1] if dated.by_year else dated.options
        options = tuple(day for day in coming or dated.options if day.weekday() == named.weekday)
        return DayOptions(options=options) if options else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOptions:
    """The times of day that a phrase can mean."""

    options: tuple[time, ...]
    literal: time | None = None
    """The time as it was written, which wins if several fit."""
    halves: tuple[tuple[time, ...], ...] = ()
    """What each half of “10 or 2” can mean; empty if only one time was named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateAnswer:
    """The understood parts of an answer."""

    days: DayOptions | None = None
    times: TimeOptions | None = None
    ahead: timedelta | None = None
    """Distance from now, of “in two hours”."""
    part: DayPart = ""
    clear: bool = True
    """False if two parts were of the same kind, or words were not understood."""
    either: tuple[DayOptions, TimeOptions] | None = field(default=None, repr=False)
    """Set if a phrase is either a day or a time, such as “19.12”."""

    def merge_with(self, other: "DateAnswer") -> "DateAnswer":
        """Return both answers as one; it is not clear if both have a part of the same kind."""
        twice = any(getattr(self, name) and getattr(other, name) for name in ("times", "ahead", "part", "either"))
        days = self.days or other.days
        if self.days and other.days:
            days = self.days.narrow_by(other.days)
            twice = twice or days is None
        return DateAnswer(
            days=days,
            times=self.times or other.times,
            ahead=self.ahead or other.ahead,
            part=self.part or other.part,
            either=self.either or other.either,
            clear=self.clear and other.clear and not twice,
        )
