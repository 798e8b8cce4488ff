"""Counted clicks on the preferences page: shown where they are counted, and ended by one press."""

from domain.event_types.links import CountingEnded
from domain.links.measured import CLICKS, list_measures
from domain.record import Subscriber
from email_out.pages.request_context import PageContext, PageVisit, press_event_id


def is_counting(context: PageContext, record: Subscriber, topic: str) -> bool:
    """Return True if clicks in this topic's mails to this person are counted."""
    return CLICKS in list_measures(record, topic, context.config())


async def stop_counting(context: PageContext, visit: PageVisit, record: Subscriber, topic: str) -> str:
    """End it; return the text that tells the outcome, the same when it had ended before."""
    # A double press is one event; after a new yes the ledger is longer, and so it is another one.
    event_id = press_event_id("uncount", record.id, topic, str(record.ledger_size))
    await context.transact(record.id, (CountingEnded(id=event_id, at=context.clock(), topic=topic),))
    return context.format_text(visit, "counting.ended", topic=context.topic_label(visit, topic))
