"""Ends the counting of somebody's clicks, while the consent to the mails stays."""

from msgspec.structs import replace

from domain.consent import ledger
from domain.consent.confirmation_requests import consent_reason
from domain.decision import Context, Outcome
from domain.event_types.links import CountingEnded
from domain.record import Subscriber


def end_counting(record: Subscriber, event: CountingEnded, context: Context) -> Outcome:
    """Count nothing of a topic's mails any more, by the links of older mails either; a later yes may allow it again."""
    consent = record.consents.get(event.topic)
    if consent is None or not consent.measures:
        return Outcome(record=record)
    consents = {**record.consents, event.topic: replace(consent, measures=())}
    # What waited for its grade, and which mails they clicked, goes with it: nobody is to be counted by it later.
    changed, entry = ledger.append_entry(
        replace(record, consents=consents, links=None),
        context.now,
        act="uncounted",
        topic=event.topic,
        address=consent.address,
        wording=consent.wording,
        language=consent.language,
        how="preferences",
    )
    return Outcome(
        record=changed, effects=(entry,), reasons=(consent_reason("clicks are not counted any more", event.topic),)
    )
