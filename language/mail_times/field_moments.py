"""Moments counted from a field that holds a day, or a day and a time: “1 day before trial_ends”.

A day begins at midnight where the person is: quiet hours then give its first allowed moment.  A time without a zone is
the workspace's, as in flows.  Whole days are days of the calendar, so 10:00 stays 10:00 when the clocks change.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from domain.record import Subscriber
from language.durations import LocalTime, UnclearTimeError, parse_duration, parse_local_time
from language.zones import zone_of_person, zone_or_default

YEARS = range(1900, 2200)
"""Years of a field that are accepted; near the ends of the calendar, adding a length of time overflows."""

_A_MOMENT = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_DATED = re.compile(  # “1 day before trial_ends”, “3 days after order_at, then 10:00 their time”
    r"(?P<length>\S.*?)\s+(?P<side>before|after)\s+(?P<field>[a-z][a-z0-9_]*)(?:,?\s+then\s+(?P<then>.+))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMoment:
    """A moment so long before or after what a field says."""

    field: str
    offset: timedelta
    """Negative if before."""
    then: LocalTime | None
    """The first such time of day from there on; None if at once."""
    home: str
    """IANA time zone of the workspace."""

    def find(self, record: Subscriber, now: datetime) -> datetime | None:
        """Return the moment, aware and in UTC; None if the field holds none."""
        zone = zone_of_person(record, self.home, now)
        written = record.fields.get(self.field)
        start = read_field_moment(written, self.home) if isinstance(written, str) else None
        if start is None:
            return None
        if isinstance(start, datetime):
            local = start.astimezone(UTC if self.offset % _DAY else zone)
            moment = (local + self.offset).astimezone(UTC)
        elif self.offset % _DAY:
            moment = datetime.combine(start, time(), tzinfo=zone).astimezone(UTC) + self.offset
        else:
            moment = datetime.combine(start + self.offset, time(), tzinfo=zone).astimezone(UTC)
        return self.then.next_after(moment - _A_MOMENT, zone) if self.then else moment


def read_field_moment(written: str, home: str) -> datetime | date | None:
    """Return what a field says: a day, or an aware moment by its own clock; None if neither, or far away."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    if moment.year not in YEARS:
        return None
    if len(written) <= len("2026-12-24"):
        return moment.date()
    return moment if moment.tzinfo else moment.replace(tzinfo=zone_or_default(home, "UTC"))


def is_field_moment(text: str) -> bool:
    """Return True if a text is written as a moment counted from a field."""
    return _DATED.fullmatch(text.strip()) is not None


def parse_field_moment(text: str, home: str) -> FieldMoment:
    """Return a moment written as ``1 day before trial_ends``; raises :class:`UnclearTimeError` if it is none."""
    match = _DATED.fullmatch(text.strip())
    if match is None:
        message = f"“{text[:40]}” is not counted from a field"
        raise UnclearTimeError(message, "Write it such as “1 day before trial_ends”.")
    length = parse_duration(match["length"])
    return FieldMoment(
        field=match["field"],
        offset=-length if match["side"] == "before" else length,
        then=parse_local_time(match["then"]) if match["then"] else None,
        home=home,
    )
