"""What was understood of a day and a time, before it is known what fits the question."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Literal

Part = Literal["", "morning", "noon", "afternoon", "evening", "night"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days that some words can stand for."""

    options: tuple[date, ...]
    by_year: bool = False
    """They are the same day in several years: the first that fits is meant.  Else each may be meant."""
    weekday: int | None = None
    """Set where only a weekday was named: with a date beside it, it says which of its days is meant."""

    def narrowed(self, other: "Days") -> "Days | None":
        """Return the day that both stand for, one of them naming the weekday; None if they contradict each other.

        Of the same day in several years the coming one is meant: “Friday 24 December” is not that of next year.
        """
        if (self.weekday is None) is (other.weekday is None):
            return None
        named, dated = (self, other) if other.weekday is None else (other, self)
        soon = named.options[0] - timedelta(days=6)
        coming = sorted(one for one in dated.options if one >= soon)[:1] if dated.by_year else dated.options
        options = tuple(one for one in coming or dated.options if one.weekday() == named.weekday)
        return Days(options=options) if options else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The times of day that some words can stand for."""

    options: tuple[time, ...]
    literal: time | None = None
    """The one that is meant if several fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateAnswer:
    """What was understood; a sign of doubt where ``clear`` is False."""

    days: Days | None = None
    times: Times | None = None
    ahead: timedelta | None = None
    """Counted from now in hours and minutes."""
    part: Part = ""
    clear: bool = True
    """False: there were two of a kind, or words that are not understood."""
    either: tuple[Days, Times] | None = field(default=None, repr=False)
    """“19.12” can be a day or a time."""

    def adding(self, more: "DateAnswer") -> "DateAnswer":
        """Return both together; two of a kind are not clear."""
        twice = any(getattr(self, name) and getattr(more, name) for name in ("times", "ahead", "part", "either"))
        days = self.days or more.days
        if self.days and more.days:
            days = self.days.narrowed(more.days)
            twice = twice or days is None
        return DateAnswer(
            days=days,
            times=self.times or more.times,
            ahead=self.ahead or more.ahead,
            part=self.part or more.part,
            either=self.either or more.either,
            clear=self.clear and more.clear and not twice,
        )
