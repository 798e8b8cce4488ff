"""Consent, decided: who agreed to what, in which words, and whether they proved their address.

Rules (DESIGN.md §5):

* One decision a topic.  ``agreed`` is a wish; only a code from the mailbox, or the button on the confirm page,
  makes it ``confirmed``, and only a confirmed consent lets marketing mail go.
* For an address this subscriber has not proven, the outcome looks the same whatever is known of the address:
  nothing here reads what other subscribers did.  Suppressions and limits per address are the aggregate's
  (:mod:`domain.consent.address_registry`), asked at the moment of sending.
* A fresh request makes a fresh nonce, so only the newest mail's code fits; asking again too soon makes none.
* A request for another address drops the unconfirmed one: a mistyped mailbox cannot confirm later.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from domain.consent import double_opt_in, ledger
from domain.decision import Context, Fact, Outcome, Reason
from domain.effects import Count, KeepWording, SendMail, TellAddress
from domain.events import (
    AddressMoved,
    AnyEvent,
    CodesGuarded,
    ConfirmPressed,
    MailRefused,
    MailSent,
    NotMe,
    Resubscribed,
    Unsubscribed,
)
from domain.record import Address, Consent, Pending, Subscriber

CONFIRMATION = "confirmation"
"""Name of the mail template that carries code and link."""
PROOF = "proof"
"""Name of the template that carries them where no topic is asked for: it only says what they prove."""

DAY = timedelta(days=1)
MOST_UNPROVEN = 5
"""Addresses given and never proven that are remembered; the oldest are forgotten first."""


def because(text: str, about: str = "") -> Reason:
    """Return a reason of this room."""
    return Reason(room="consent", text=text, about=about)


def agree(record: Subscriber, topic: str, context: Context, *, language: str, how: str, mid: str) -> Outcome:
    """Record that the person agreed to a topic in the wording of this language."""
    wording, text = context.config.wording(topic, language)
    known = record.consents.get(topic)
    if known and known.status == "confirmed" and known.wording == wording:
        return Outcome(record=record, reasons=(because("already confirmed", topic),))
    consent = Consent(status="agreed", wording=wording, language=language, asked_at=context.now)
    changed = replace(record, consents={**record.consents, topic: consent})
    changed, entry = ledger.write(
        changed, context.now, act="agreed", topic=topic, wording=wording, language=language, how=how, mid=mid
    )
    return Outcome(
        record=changed,
        effects=(KeepWording(hash=wording, text=text), entry, Count(name=f"agreed:{topic}")),
        reasons=(because("agreed; the address is still to be proven", topic),),
    )


def decline(record: Subscriber, topic: str, context: Context, *, language: str, how: str, mid: str) -> Outcome:
    """Record that the person said no to a topic; a consent confirmed earlier is left as it is."""
    known = record.consents.get(topic)
    if known and known.status == "confirmed":
        return Outcome(record=record)
    wording, text = context.config.wording(topic, language)
    consent = Consent(status="declined", wording=wording, language=language, asked_at=context.now)
    changed = replace(record, consents={**record.consents, topic: consent})
    changed, entry = ledger.write(
        changed, context.now, act="declined", topic=topic, wording=wording, language=language, how=how, mid=mid
    )
    return Outcome(
        record=changed,
        effects=(KeepWording(hash=wording, text=text), entry, Count(name=f"declined:{topic}")),
        reasons=(because("declined", topic),),
    )


def hold_address(record: Subscriber, email: str, context: Context) -> tuple[Subscriber, str]:
    """Note a normalised address the person gave; return the record and the address's keyed hash."""
    name = context.keys.address_hash(email)
    if name in record.addresses and record.addresses[name].status not in ("moved", "bounced"):
        return record, name
    return replace(record, addresses={**_remembered(record), name: Address(email=email)}), name


def _remembered(record: Subscriber) -> Mapping[str, Address]:
    """Return the addresses that are kept when one more is given: the oldest that were never proven are forgotten."""
    if len(record.addresses) < MOST_UNPROVEN:
        return record.addresses
    unproven = [one for one, held in record.addresses.items() if held.status == "unproven"]
    forgotten = set(unproven[: max(0, len(unproven) - MOST_UNPROVEN + 1)])
    return {one: held for one, held in record.addresses.items() if one not in forgotten}


def request(record: Subscriber, address: str, topics: tuple[str, ...], context: Context) -> Outcome:
    """Ask for proof of an address for these topics, or for none: a mail with a code, unless none is needed or allowed.

    An address that this subscriber has proven by a code confirms further topics at once.  A button proves the mailbox
    but not who is in this chat, so its owner is asked for each topic.
    """
    held = record.addresses[address]
    if held.status == "proven" and (held.proven_by == "code" or (held.proven_by and _named(record, address, topics))):
        return double_opt_in.confirm(record, address, topics, context, by=held.proven_by, mid="")
    pending = record.pending.get(address)
    if record.pending:
        record = double_opt_in.drop(record, record.pending.keys() - {address})
    recent = tuple([at for at in record.requests if context.now - at < DAY])
    refusal = _too_many(pending, recent, context)
    if refusal:
        if pending:
            joined = tuple(sorted({*pending.topics, *topics}))
            record = replace(record, pending={address: replace(pending, topics=joined)})
        else:
            record = _open(record, address, topics, context, nonce=double_opt_in.VOID, requests=record.requests)
        return Outcome(record=record, reasons=(because(refusal, CONFIRMATION),))
    nonce = context.keys.nonce(context.entropy, record.id, address, str(len(record.requests)))
    record = _open(record, address, topics, context, nonce=nonce, requests=(*recent, context.now))
    return _mail(record, address, topics, context)


def _named(record: Subscriber, address: str, topics: tuple[str, ...]) -> bool:
    """Tell whether the owner of this mailbox was asked for each of these topics and has confirmed it."""
    known = (record.consents.get(topic) for topic in topics)
    return all(one is not None and one.status == "confirmed" and one.address == address for one in known)


def _too_many(pending: Pending | None, recent: tuple[datetime, ...], context: Context) -> str:
    limits = context.config.limits
    if pending and context.now - pending.requested_at < timedelta(minutes=limits.mail_every_minutes):
        return f"no new confirmation mail: the last was asked for less than {limits.mail_every_minutes} minutes ago"
    if len(recent) >= limits.requests_a_day:
        return f"no new confirmation mail: {limits.requests_a_day} were asked for within a day"
    return ""


def _open(
    record: Subscriber, address: str, topics: tuple[str, ...], context: Context, *, nonce: str,
    requests: tuple[datetime, ...],
) -> Subscriber:  # fmt: skip
    pending = Pending(
        topics=topics,
        nonce=nonce,
        requested_at=context.now,
        expires_at=context.now + timedelta(hours=context.config.limits.code_hours),
    )
    held = record.addresses[address]
    known = held if held.status == "proven" else replace(held, status="pending")
    return replace(
        record,
        pending={**record.pending, address: pending},
        addresses={**record.addresses, address: known},
        requests=requests,
    )


def _mail(record: Subscriber, address: str, topics: tuple[str, ...], context: Context) -> Outcome:
    pending = record.pending[address]
    language = record.language or context.config.language
    mail = SendMail(
        id=context.keys.send_id(record.id, address, pending.nonce),
        template=CONFIRMATION if topics else PROOF,
        address=address,
        lane="transactional",
        language=language,
        queued_at=context.now,
        topic=topics[0] if topics else "",
        nonce=pending.nonce,
    )
    held = TellAddress(id=f"{mail.id}:held", address=address, change="held", at=context.now)
    changed, entry = ledger.write(
        record, context.now, act="requested", topic=",".join(topics), address=address, language=language
    )
    return Outcome(
        record=changed,
        effects=(entry, held, mail, Count(name="confirmation_requested")),
        reasons=(because("a confirmation mail goes to the address given", CONFIRMATION),),
    )


def withdraw(
    record: Subscriber, topic: str, context: Context, *, how: str, mid: str = "", address: str = ""
) -> Outcome:
    """Withdraw consent: one topic, or all when ``topic`` is empty; only for ``address`` when it is given.

    Withdrawing what was never given changes nothing and is no error.
    """
    hit = tuple(
        name
        for name, consent in record.consents.items()
        if topic in ("", name) and address in ("", consent.address) and consent.status in ("agreed", "confirmed")
    )
    if not topic:
        record = double_opt_in.drop(record, {name for name in record.pending if address in ("", name)})
    outcome = Outcome(record=record)
    for name in hit:
        outcome = outcome.then(_withdraw_one(outcome.record, name, context, how=how, mid=mid))
    return outcome


def _withdraw_one(record: Subscriber, topic: str, context: Context, *, how: str, mid: str) -> Outcome:
    consent = record.consents[topic]
    ended = replace(consent, status="withdrawn", withdrawn_at=context.now)
    changed = replace(record, consents={**record.consents, topic: ended})
    changed, entry = ledger.write(
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
        effects=(entry, Count(name=f"withdrawn:{topic}")),
        facts=(Fact(name="withdrawn", at=context.now, topic=topic, address=consent.address),),
        reasons=(because(f"withdrawn ({how})", topic),),
    )
    if not consent.address:
        return outcome
    told = TellAddress(
        id=f"{entry.number}:{record.id}:withdrawn",
        address=consent.address,
        change="withdrawn",
        at=context.now,
        topic=topic,
    )
    return outcome.adding(told)


def apply(record: Subscriber, event: AnyEvent, context: Context) -> Outcome:
    """Decide what an event from a page, the mail door or another subscriber means for consent."""
    meaning = _MEANINGS.get(type(event))
    return meaning(record, event, context) if meaning else Outcome(record=record)


def _resubscribe(record: Subscriber, event: Resubscribed, context: Context) -> Outcome:
    held = record.addresses.get(event.address)
    if held is None or held.status != "proven" or event.topic not in context.config.topics:
        return Outcome(record=record, reasons=(because("not resubscribed: the address is not proven", event.topic),))
    agreed = agree(record, event.topic, context, language=event.language, how="preferences", mid="")
    return agreed.then(
        double_opt_in.confirm(
            agreed.record, event.address, (event.topic,), context, by=held.proven_by or "button", mid=""
        )
    )


def _moved(record: Subscriber, event: AddressMoved, context: Context) -> Outcome:
    address = event.address
    held = record.addresses.get(address)
    if held is None or (held.proven_at and held.proven_at > event.at):
        return Outcome(record=record, reasons=(because("old news of a moved address; this proof is newer"),))
    record = double_opt_in.drop(record, {address})
    outcome = withdraw(record, "", context, how="moved", address=address)
    kept = tuple(effect for effect in outcome.effects if not isinstance(effect, TellAddress))
    addresses = {**outcome.record.addresses, address: replace(held, status="moved")}
    return Outcome(
        record=replace(outcome.record, addresses=addresses),
        effects=kept,
        facts=outcome.facts,
        reasons=(*outcome.reasons, because("the address was proven by another person and is no longer theirs")),
    )


_MEANINGS: Mapping[type, Callable[[Subscriber, Any, Context], Outcome]] = {
    ConfirmPressed: lambda record, event, context: double_opt_in.press(record, event.token, context),
    NotMe: lambda record, event, context: double_opt_in.disown(record, event.address, context),
    Unsubscribed: lambda record, event, context: withdraw(
        record, event.topic, context, how=event.via, address=event.address
    ),
    Resubscribed: _resubscribe,
    MailSent: double_opt_in.mailed,
    MailRefused: double_opt_in.refused,
    CodesGuarded: lambda record, event, _: double_opt_in.guard(record, event.address),
    AddressMoved: _moved,
}
"""What each kind of event means for consent; others mean nothing."""


def may_mail(record: Subscriber, mail: SendMail, now: datetime) -> str:
    """Return why a mail must not be sent now; empty if it may.  Asked again right before each sending."""
    held = record.addresses.get(mail.address)
    if held is None:
        return "the address is no longer known"
    if mail.nonce:
        pending = record.pending.get(mail.address)
        if pending is None or pending.nonce != mail.nonce:
            return "a newer confirmation took its place, or it is no longer wanted"
        return "" if now < pending.expires_at else "the confirmation has expired"
    if held.status != "proven":
        return f"the address is {held.status}"
    if mail.lane == "transactional":
        return ""
    consent = record.consents.get(mail.topic)
    if consent is None or consent.status != "confirmed":
        return f"no confirmed consent for {mail.topic}"
    return "" if consent.address == mail.address else "the consent is for another address"
