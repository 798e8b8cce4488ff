"""Occasions at which a sequence begins by a date: “7 days before trial_ends”, “every year on birthday”.  Pure.

A day begins at midnight where the person is.  The 29th of February is the 28th in years without one.
"""

import re
from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from domain.record import Subscriber
from language.durations import UnclearTimeError, parse_duration
from language.mail_times.field_moments import FieldMoment, is_field_moment, parse_field_moment, read_field_moment
from language.zones import zone_of_person

_DAY = timedelta(days=1)
_YEARLY = re.compile(  # “every year on birthday”, “3 days before every year on birthday”
    r"(?:(?P<length>\S.*?)\s+(?P<side>before|after)\s+)?every year on (?P<field>[a-z][a-z0-9_]*)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One moment at which a date lets a sequence begin."""

    at: datetime
    """When it begins, UTC."""
    date_at: datetime
    """When the date itself begins, UTC; who comes to have the date after :attr:`at` begins only before it."""
    name: str
    """Tells it from every other occasion of this person and start: what the field says, and the year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasions:
    """The occasions that a field of a person gives."""

    moment: FieldMoment
    yearly: bool
    text: str
    """As written, with single spaces."""

    @property
    def field(self) -> str:
        """The field that they are counted from."""
        return self.moment.field

    def find_around(self, record: Subscriber, now: datetime) -> tuple[Occasion | None, Occasion | None]:
        """Return the last occasion that has come, and the next that is ahead; None for none."""
        last = None
        for occasion in sorted(self._list_near(record, now), key=lambda each: each.at):
            if occasion.at > now:
                return last, occasion
            last = occasion
        return last, None

    def _list_near(self, record: Subscriber, now: datetime) -> Iterator[Occasion]:
        written = record.fields.get(self.field)
        start = read_field_moment(written, self.moment.home) if isinstance(written, str) else None
        if start is None:
            return
        zone = zone_of_person(record, self.moment.home, now)
        if not self.yearly:
            at = self.moment.find(record, now)
            date_at = start.astimezone(UTC) if isinstance(start, datetime) else _begin_of_day(start, zone)
            if at is not None:
                yield Occasion(at=at, date_at=date_at, name=str(written))
            return
        born = start.astimezone(zone).date() if isinstance(start, datetime) else start
        around = now.year + round(-self.moment.offset / timedelta(days=365))
        for year in range(around - 2, around + 3):
            day = in_year(born, year)
            at = _begin_of_day(day + timedelta(days=self.moment.offset // _DAY), zone) + self.moment.offset % _DAY
            # The day itself is no birthday yet in the year of birth.
            if year > born.year:
                yield Occasion(at=at, date_at=_begin_of_day(day, zone), name=f"{written} {year}")


def in_year(day: date, year: int) -> date:
    """Return a day of the calendar in a year; 29 February is the 28th where there is none."""
    return date(year, 2, 28) if (day.month, day.day) == (2, 29) and not isleap(year) else day.replace(year=year)


def _begin_of_day(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def is_occasion(text: str) -> bool:
    """Return True if a text is written as an occasion: a time before or after a field, or a day of each year."""
    return is_field_moment(text) or _YEARLY.fullmatch(text.strip()) is not None


def parse_occasions(text: str, home: str) -> Occasions:
    """Return occasions written as ``7 days before trial_ends``; raises :class:`UnclearTimeError` if they are none."""
    written = " ".join(text.split())
    match = _YEARLY.fullmatch(written)
    if match is None:
        return Occasions(moment=parse_field_moment(text, home), yearly=False, text=written)
    length = parse_duration(match["length"]) if match["length"] else timedelta(0)
    if length > timedelta(days=366):
        message = f"“{match['length']}” is more than a year"
        raise UnclearTimeError(message, "Count at most 366 days from a day that comes every year.")
    offset = -length if match["side"] == "before" else length
    return Occasions(
        moment=FieldMoment(field=match["field"], offset=offset, then=None, home=home), yearly=True, text=written
    )
