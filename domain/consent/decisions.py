"""Consent decisions: who agreed to which topic, in which words, and what withdraws it.

Rules:

* One decision per topic.  ``agreed`` is a wish.  Only a code from the mailbox, or the button on the confirm page, makes
  it ``confirmed``, and only a confirmed consent lets marketing mail go.
* The outcome for an address that this subscriber has not proven is the same whatever others did with it: nothing here
  reads other subscribers.  Suppressions and limits per address belong to the address registry
  (:mod:`domain.consent.address_registry`), which is asked at the moment of sending.
* :mod:`domain.consent.confirmation_requests` asks for proof; :mod:`domain.consent.double_opt_in` takes it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from domain import counters
from domain.consent import confirmation_ends, confirmation_requests, double_opt_in, ledger, mail_break
from domain.consent.confirmation_requests import consent_reason
from domain.consent.double_opt_in import confirmation_reason
from domain.consent.end_counting import end_counting
from domain.consent.mail_frequency import choose_frequency
from domain.consent.resting import find_rest
from domain.consent.tell_withdrawal import COMPLAINED, tell_withdrawal
from domain.decision import Context, Fact, Outcome, Reason
from domain.effects import Count, KeepWording, SendMail, UpdateAddress
from domain.event_types.holds import MailHeld
from domain.event_types.links import CountingEnded, LinkFollowed
from domain.event_types.team import AddressUnblocked
from domain.events import (
    AddressMoved,
    AnyEvent,
    CodesGuarded,
    ConfirmPressed,
    FrequencyChosen,
    MailRefused,
    MailSent,
    MailsPaused,
    NotMe,
    Resubscribed,
    StopReasonGiven,
    Unsubscribed,
)
from domain.links.take_hits import take_hit
from domain.record import Consent, Subscriber

HOLD_ROOM = "mail"
"""The room of a reason that says what a mail waits for."""


def agree_to_topic(record: Subscriber, topic: str, context: Context, *, language: str, how: str, mid: str) -> Outcome:
    """Record that the person agreed to a topic in the wording of this language."""
    wording, text = context.config.consent_wording(topic, language)
    consent_before = record.consents.get(topic)
    # Agreeing to other words than those confirmed is a new consent, which must be confirmed again.
    if consent_before and consent_before.status == "confirmed" and consent_before.wording == wording:
        return Outcome(record=record, reasons=(consent_reason("already confirmed", topic),))
    declared = context.config.topics.get(topic)
    # What this very wording announces is kept with the yes: a later wording speaks to others.
    measures = tuple(declared.measures) if declared else ()
    consent = Consent(status="agreed", wording=wording, language=language, asked_at=context.now, measures=measures)
    changed = replace(record, consents={**record.consents, topic: consent})
    changed, entry = ledger.append_entry(
        changed, context.now, act="agreed", topic=topic, wording=wording, language=language, how=how, mid=mid
    )
    return Outcome(
        record=changed,
        effects=(KeepWording(hash=wording, text=text), entry, Count(name=f"{counters.AGREED}{topic}")),
        reasons=(consent_reason("agreed; the address is still to be proven", topic),),
    )


def decline_topic(record: Subscriber, topic: str, context: Context, *, language: str, how: str, mid: str) -> Outcome:
    """Record that the person said no to a topic.  A consent that is confirmed already stays."""
    consent_before = record.consents.get(topic)
    if consent_before and consent_before.status == "confirmed":
        return Outcome(record=record)
    wording, text = context.config.consent_wording(topic, language)
    consent = Consent(status="declined", wording=wording, language=language, asked_at=context.now)
    changed = replace(record, consents={**record.consents, topic: consent})
    changed, entry = ledger.append_entry(
        changed, context.now, act="declined", topic=topic, wording=wording, language=language, how=how, mid=mid
    )
    return Outcome(
        record=changed,
        effects=(KeepWording(hash=wording, text=text), entry, Count(name=f"{counters.DECLINED}{topic}")),
        reasons=(consent_reason("declined", topic),),
    )


def withdraw_consent(
    record: Subscriber, topic: str, context: Context, *, how: str, mid: str = "", address: str = ""
) -> Outcome:
    """Withdraw consent to one topic, or to all when ``topic`` is empty; only for ``address`` when it is given.

    Withdrawing a consent that was never given changes nothing and is not an error.
    """
    topics = tuple(
        name
        for name, consent in record.consents.items()
        if topic in ("", name) and address in ("", consent.address) and consent.status in ("agreed", "confirmed")
    )
    # "Stop everything" also ends what is still waiting for its code, or the next code typed would subscribe again.
    if not topic:
        record = double_opt_in.drop_pending(record, {name for name in record.pending if address in ("", name)})
    outcome = Outcome(record=record)
    for name in topics:
        outcome = outcome.followed_by(_withdraw_one(outcome.record, name, context, how=how, mid=mid))
    return outcome


def _withdraw_one(record: Subscriber, topic: str, context: Context, *, how: str, mid: str) -> Outcome:
    consent = record.consents[topic]
    ended = replace(consent, status="withdrawn", withdrawn_at=context.now)
    changed = replace(record, consents={**record.consents, topic: ended})
    changed, entry = ledger.append_entry(
        changed,
        context.now,
        act="withdrawn",
        topic=topic,
        address=consent.address,
        how=how,
        mid=mid,
        wording=consent.wording,
        language=consent.language,
    )
    outcome = Outcome(
        record=changed,
        effects=(entry, Count(name=f"{counters.WITHDRAWN}{topic}")),
        facts=(Fact(name="withdrawn", at=context.now, topic=topic, address=consent.address),),
        reasons=(tell_withdrawal(topic, how),),
    )
    if not consent.address:
        return outcome  # agreed, but no address was given yet: there is no registry entry to update
    update = UpdateAddress(
        id=f"{entry.number}:{record.id}:withdrawn",
        address=consent.address,
        change="withdrawn",
        at=context.now,
        topic=topic,
    )
    return outcome.with_more(update)


def apply_event(record: Subscriber, event: AnyEvent, context: Context) -> Outcome:
    """Decide what an event of a web page, of the mail sender or of another subscriber means for consent."""
    handler = _HANDLERS.get(type(event))
    return handler(record, event, context) if handler else Outcome(record=record)


def _agree_again(record: Subscriber, event: Resubscribed, context: Context) -> Outcome:
    held = record.addresses.get(event.address)
    if held is None or held.status != "proven" or event.topic not in context.config.topics:
        return Outcome(
            record=record, reasons=(consent_reason("not resubscribed: the address is not proven", event.topic),)
        )
    agreed = agree_to_topic(record, event.topic, context, language=event.language, how="preferences", mid="")
    consent = agreed.record.consents[event.topic]
    if consent.status == "confirmed" and consent.address == event.address:
        return agreed
    # Mails get forwarded: whoever holds the link need not be the person, so the mailbox confirms, as the first time.
    return agreed.followed_by(
        confirmation_requests.ask_mailbox(agreed.record, event.address, (event.topic,), context, how="preferences")
    )


def _address_moved(record: Subscriber, event: AddressMoved, context: Context) -> Outcome:
    address = event.address
    held = record.addresses.get(address)
    # The news travels through an outbox lane and may arrive after a newer proof of this subscriber.
    if held is None or (held.proven_at and held.proven_at > event.at):
        return Outcome(record=record, reasons=(consent_reason("old news of a moved address; this proof is newer"),))
    record = double_opt_in.drop_pending(record, {address})
    outcome = withdraw_consent(record, "", context, how="moved", address=address)
    # The address has a new owner already: telling it of this withdrawal would suppress the new owner's mails.
    kept = tuple(effect for effect in outcome.effects if not isinstance(effect, UpdateAddress))
    addresses = {**outcome.record.addresses, address: replace(held, status="moved")}
    return Outcome(
        record=replace(outcome.record, addresses=addresses),
        effects=kept,
        facts=outcome.facts,
        reasons=(*outcome.reasons, consent_reason("the address was proven by another person and is no longer theirs")),
    )


def _take_refusal(record: Subscriber, event: MailRefused, context: Context) -> Outcome:
    """Take in that a mail was refused, or came back: a dead address ends, and all its consents after a complaint."""
    return Outcome(record=record, effects=_count_reader(event)).followed_by(_follow_refusal(record, event, context))


def _count_reader(event: MailRefused) -> tuple[Count, ...]:
    """Count what the brake of the marketing lane goes by; a code may go to any address, and says nothing of it."""
    if not event.marketing:
        return ()
    if event.hard_bounce:
        return (Count(name=counters.READER_BOUNCED),)
    return (Count(name=counters.READER_COMPLAINED),) if event.returned == "complaint" else ()


def _follow_refusal(record: Subscriber, event: MailRefused, context: Context) -> Outcome:
    if not event.returned:
        refused = confirmation_ends.note_mail_refused(record, event, context)
        # Counted with what came back, since the team is alarmed by both.
        about_us = (Count(name=f"{counters.RETURNED}{event.about_us}"),) if event.about_us else ()
        return Outcome(record=record, effects=about_us).followed_by(refused) if about_us else refused
    counted = Outcome(record=record, effects=(Count(name=f"{counters.RETURNED}{event.returned}"),))
    if event.returned == "complaint":
        return counted.followed_by(withdraw_consent(record, "", context, how=COMPLAINED, address=event.address))
    if event.hard_bounce:
        return counted.followed_by(confirmation_ends.note_mail_refused(record, event, context))
    return counted.with_more(reasons=(confirmation_reason(f"a mail came back: {event.reason}"),))


def tell_hold(event: MailHeld) -> Reason:
    """Return what the timeline says of a mail that waits at the gate."""
    return Reason(room=HOLD_ROOM, text=f"{event.template} waits to leave: {event.reason}", about=event.template)


_HANDLERS: Mapping[type, Callable[[Subscriber, Any, Context], Outcome]] = {
    ConfirmPressed: lambda record, event, context: double_opt_in.confirm_by_button(record, event.token, context),
    NotMe: confirmation_ends.take_not_me,
    AddressUnblocked: confirmation_ends.unblock_address,
    Unsubscribed: lambda record, event, context: withdraw_consent(
        record, event.topic, context, how=event.via, address=event.address
    ),
    StopReasonGiven: lambda record, event, _: Outcome(
        record=record, effects=(Count(name=f"{counters.STOP_REASON}{event.reason}"),)
    ),
    MailsPaused: lambda record, event, context: mail_break.pause_mails(record, event, context.now),
    FrequencyChosen: lambda record, event, _: choose_frequency(record, event),
    Resubscribed: _agree_again,
    MailSent: confirmation_ends.note_mail_sent,
    MailRefused: _take_refusal,
    MailHeld: lambda record, event, _: Outcome(record=record, reasons=(tell_hold(event),)),
    LinkFollowed: take_hit,
    CountingEnded: end_counting,
    CodesGuarded: lambda record, event, _: double_opt_in.refuse_codes(record, event.address),
    AddressMoved: _address_moved,
}
"""Handler by class of event; other events mean nothing for consent."""


def mail_refusal(record: Subscriber, mail: SendMail, now: datetime) -> str:
    """Return why a mail must not be sent now; empty if it may be.  It is asked again right before each sending."""
    held = record.addresses.get(mail.address)
    if held is None:
        return "the address is no longer known"
    # A confirmation needs no consent, only that it is still the one that is waited for.
    if mail.nonce:
        pending = record.pending.get(mail.address)
        if pending is None or pending.nonce != mail.nonce:
            return "a newer confirmation took its place, or it is no longer wanted"
        return "" if now < pending.expires_at else "the confirmation has expired"
    if held.status != "proven":
        return f"the address is {held.status}"
    if mail.lane == "transactional":
        return ""  # a contract or a request is the legal basis, not a consent
    consent = record.consents.get(mail.topic)
    if consent is None or consent.status != "confirmed":
        return f"no confirmed consent for {mail.topic}"
    if consent.address != mail.address:
        return "the consent is for another address"
    return find_rest(record, mail)
