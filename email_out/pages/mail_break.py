"""The break from all mails on the preferences page: for thirty days or until a day, and its end before that."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from multidict import MultiMapping

from domain.consent.mail_break import LONGEST, is_paused
from domain.events import MailsPaused
from domain.record import Subscriber
from email_out.pages.request_context import PageContext, PageVisit, press_event_id
from language import cldr
from language.zones import zone_of_person

DAYS = 30
"""Days of the break that takes one press."""


def describe_break(context: PageContext, visit: PageVisit, record: Subscriber) -> dict[str, Any]:
    """Return what the page shows of the break, for its template."""
    now = context.clock()
    today = now.astimezone(zone_of_person(record, context.config().timezone, now)).date()
    until = record.mails_paused_until
    return {
        "now": is_paused(record, now),
        "text": _format_until(context, visit, record, until) if until and is_paused(record, now) else "",
        "first": (today + timedelta(days=1)).isoformat(),
        "last": (today + LONGEST - timedelta(days=1)).isoformat(),
    }


async def apply_break(
    context: PageContext, visit: PageVisit, record: Subscriber, address: str, form: MultiMapping[Any]
) -> str:
    """Begin or end the break as the form says; return the text that tells the outcome."""
    until = None if form["pause"] == "end" else _read_end(context, record, form)
    if until is None and form["pause"] != "end":
        return context.format_text(visit, "pause.no_day")
    # A double press is one event; each that changed something makes the next one another.
    event_id = press_event_id("pause", record.id, address, str(until), str(record.ledger_size))
    event = MailsPaused(id=event_id, at=context.clock(), address=address, until=until)
    after = (await context.transact(record.id, (event,))).record
    if after is None or not is_paused(after, context.clock()) or after.mails_paused_until is None:
        return context.format_text(visit, "pause.over")
    return _format_until(context, visit, after, after.mails_paused_until)


def _read_end(context: PageContext, record: Subscriber, form: MultiMapping[Any]) -> datetime | None:
    """Return the beginning of the day on which mails go on; None if the form names no day that can be meant."""
    now = context.clock()
    zone = zone_of_person(record, context.config().timezone, now)
    today = now.astimezone(zone).date()
    if form["pause"] == "days":
        day = today + timedelta(days=DAYS)
    else:
        try:
            day = date.fromisoformat(str(form.get("until", "")))
        except ValueError:
            return None
    if not today < day < today + LONGEST:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _format_until(context: PageContext, visit: PageVisit, record: Subscriber, until: datetime) -> str:
    zone = zone_of_person(record, context.config().timezone, context.clock())
    day = cldr.format_day(until.astimezone(zone).date().isoformat(), visit.language, zone.key)
    return context.format_text(visit, "pause.until", day=day)
