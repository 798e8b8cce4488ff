"""Times from a field of the person that holds a day, or a day and a time (ISO 8601)."""

import datetime as dt
from datetime import UTC, datetime, timedelta

from domain.decision import Context
from domain.record import Subscriber, Value
from flows.compiled.step import FieldDate
from language.zones import zone_of_person, zone_or_default

MORNING = dt.time(9)
"""When a day without a time begins: a reminder at midnight would help nobody."""
YEARS = range(1900, 2200)
"""Years that are accepted; near the ends of the calendar, adding a length of time overflows."""


def moment_from_value(value: Value, record: Subscriber, context: Context) -> datetime | None:
    """Return the moment that a value stands for, aware and in UTC; None if it holds no moment in :data:`YEARS`."""
    moment = read_local_moment(value, record, context)
    return moment.astimezone(UTC) if moment else None


def read_local_moment(value: Value, record: Subscriber, context: Context) -> datetime | None:
    """Return the moment that a value stands for, aware, by the clock it was said by; None as above.

    A day alone begins at 09:00 where the person is.  A time without a zone is the workspace's, as in a table of dates.
    """
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    home = context.config.timezone
    if len(value) <= len("2026-12-24"):
        moment = datetime.combine(moment.date(), MORNING, tzinfo=zone_of_person(record, home, context.now))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone_or_default(home, "UTC"))
    return moment if moment.year in YEARS else None


def due_time(date: FieldDate, record: Subscriber, context: Context) -> datetime | None:
    """Return when something is due, never before now; None if its field is empty or its moment is over.

    A reminder that should have come already comes now, as long as the moment itself is still ahead.
    """
    if not date.field:
        return context.now + max(date.offset, timedelta())
    moment = moment_from_value(record.fields.get(date.field), record, context)
    # "1 day before tasting_at", asked two hours before the tasting: due now.  After the tasting: not at all, but
    # "2 hours after tasting_at" may still be ahead then.
    if moment is None or (moment <= context.now and moment + date.offset <= context.now):
        return None
    return max(moment + date.offset, context.now)
