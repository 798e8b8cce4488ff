"""A moment that a field of the person holds: a day, or a day and a time, as they are kept (ISO 8601)."""

import datetime as dt
from datetime import UTC, datetime, timedelta

from domain.decision import Context
from domain.record import Subscriber, Value
from flows.compiled.step import Moment
from language.durations import zone_of

MORNING = dt.time(9)
"""When a day begins that has no time of its own: a reminder at midnight would help nobody."""
YEARS = range(1900, 2200)
"""Years that are meant; near the ends of the calendar no time can be counted from."""


def moment_in(value: Value, record: Subscriber, context: Context) -> datetime | None:
    """Return the moment that a value stands for, aware and in UTC; None if it is none.

    So is a year that nobody means.  A day alone begins at 09:00, and what has no time zone of its own is in the
    person's.
    """
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    if len(value) <= len("2026-12-24"):
        found = datetime.combine(found.date(), MORNING)
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone_of(record.profile.timezone, context.config.timezone))
    return found.astimezone(UTC) if found.year in YEARS else None


def due(at: Moment, record: Subscriber, context: Context) -> datetime | None:
    """Return when something is due, never before now; None if its field is empty or over.

    What should have come already comes now, as long as the moment itself is still ahead.
    """
    if not at.field:
        return context.now + max(at.offset, timedelta())
    base = moment_in(record.fields.get(at.field), record, context)
    if base is None or (base <= context.now and base + at.offset <= context.now):
        return None
    return max(base + at.offset, context.now)
