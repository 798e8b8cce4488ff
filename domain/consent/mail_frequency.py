"""How often a reader wants mail: a distance of their own between two marketing mails, beside the caps of all.

Whoever holds a mail's link may choose it, since it takes up nothing that was not confirmed (forwarded mails).  Mails
that somebody asks for still come at once.
"""

from typing import get_args

from msgspec.structs import replace

from domain.consent.confirmation_requests import consent_reason
from domain.decision import Outcome
from domain.events import FrequencyChosen
from domain.record import Subscriber
from domain.values import MailDays


def choose_frequency(record: Subscriber, event: FrequencyChosen) -> Outcome:
    """Keep how often somebody wants mail; what the page does not offer changes nothing."""
    # None is how a record says “as they come”, so that whoever never chose anything costs nothing.
    chosen = event.days or None
    if event.days not in get_args(MailDays) or chosen == record.mail_days:
        return Outcome(record=record)
    text = f"they want one mail in {event.days} days at most" if event.days else "they want mails as they come again"
    return Outcome(record=replace(record, mail_days=chosen), reasons=(consent_reason(text),))
