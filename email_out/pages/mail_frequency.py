"""How often mails come, on the preferences page: as they come, at most once a week, at most once a month."""

from typing import Any, get_args

from multidict import MultiMapping

from domain.events import FrequencyChosen
from domain.record import Subscriber
from domain.values import MailDays
from email_out.pages.request_context import PageContext, PageVisit, press_event_id


def describe_frequency(context: PageContext, visit: PageVisit, record: Subscriber) -> list[dict[str, Any]]:
    """Return what can be chosen, for the page's template."""
    return [
        {"days": days, "label": context.format_text(visit, f"often.{days}"), "now": days == (record.mail_days or 0)}
        for days in get_args(MailDays)
    ]


async def apply_frequency(
    context: PageContext, visit: PageVisit, record: Subscriber, address: str, form: MultiMapping[Any]
) -> str:
    """Keep what the form chose; return the text that tells the outcome, empty if it chose nothing that is offered."""
    # Only what the page offers: a form can be posted with anything.
    days = next((days for days in get_args(MailDays) if str(days) == form["often"]), None)
    if days is None:
        return ""
    # A double press is one event; a choice that is taken back later is another.
    event_id = press_event_id("often", record.id, address, str(days), str(record.version))
    event = FrequencyChosen(id=event_id, at=context.clock(), address=address, days=days)
    await context.transact(record.id, (event,))
    return context.format_text(visit, f"often.saved_{days}")
