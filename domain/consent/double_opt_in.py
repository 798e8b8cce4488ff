"""The second opt-in: pending confirmations, their codes, links and ends.

A code or link is derived from (subscriber, address, nonce) with a key outside the store.  Wrong codes burn a
confirmation after five, and a subscriber's right to guess for the day after twice that.  A confirmation whose
mail was refused is void: no code fits it, though the chat speaks as ever.
"""

import re
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from domain.consent import ledger
from domain.decision import Context, Fact, Outcome, Reason
from domain.effects import Count, TellAddress
from domain.events import MailRefused, MailSent
from domain.keyring import Keyring
from domain.record import Consent, Pending, Subscriber

DAY = timedelta(days=1)
VOID = ""
"""Nonce of a confirmation that nothing can confirm."""

Verdict = Literal["confirmed", "wrong", "burned", "none"]
LinkState = Literal["open", "done", "expired", "unknown"]

_DIGIT = re.compile(r"\d")
_CODE = re.compile(r"\d{6}")
_SEPARATORS = re.compile(r"[\s\u00a0.\-\u2010-\u2015]+")


def _because(text: str) -> Reason:
    return Reason(room="consent", text=text, about="confirmation")


def read_code(text: str) -> str:
    """Return the six digits in what a person typed (“123 456”, “my code is 123456”); empty if there is no code.

    Digits of other scripts count as digits.
    """
    if not _DIGIT.search(text):
        return ""
    digits = text[:200]
    if not digits.isascii():
        digits = "".join([str(int(char)) if char.isdecimal() else char for char in digits])
    joined = _SEPARATORS.sub("", digits)
    runs = re.findall(r"\d+", joined)
    return next((run for run in runs if _CODE.fullmatch(run)), "")


def type_code(record: Subscriber, code: str, context: Context, *, mid: str) -> tuple[Verdict, Outcome]:
    """Try a six-digit code against this subscriber's pending confirmations.

    Returns ``confirmed``; ``wrong`` with tries left; ``burned`` when the confirmation is now void or the
    day's guesses are used up; ``none`` when nothing is pending.
    """
    live = {name: one for name, one in record.pending.items() if context.now < one.expires_at}
    if not live:
        return "none", Outcome(record=record)
    if context.codes_paused:
        return "wrong", Outcome(record=record, reasons=(_because("codes are paused: too many wrong ones in all"),))
    limits = context.config.limits
    recent = tuple(at for at in record.wrong_codes if context.now - at < DAY)
    if len(recent) >= 2 * limits.wrong_codes:
        return "burned", Outcome(
            record=drop(record, set(live)), reasons=(_because("no more codes today: too many wrong ones"),)
        )
    for name, one in live.items():
        if one.nonce != VOID and not one.guarded and context.keys.code_fits(code, record.id, name, one.nonce):
            return "confirmed", confirm(record, name, one.topics, context, by="code", mid=mid)
    return _wrong(replace(record, wrong_codes=(*recent, context.now)), live, context)


def _wrong(record: Subscriber, live: dict[str, Pending], context: Context) -> tuple[Verdict, Outcome]:
    """Count a wrong code against the confirmations it was tried on, and tell their addresses."""
    tried = {name: replace(one, wrong=one.wrong + 1) for name, one in live.items()}
    burned = {name for name, one in tried.items() if one.wrong >= context.config.limits.wrong_codes}
    guess = f"{record.id}:{len(record.wrong_codes)}:{context.now.timestamp()}:wrong"
    told = tuple(TellAddress(id=f"{guess}:{name}", address=name, change="wrong_code", at=context.now) for name in live)
    return "burned" if burned == set(live) else "wrong", Outcome(
        record=drop(replace(record, pending={**record.pending, **tried}), burned),
        effects=(*told, Count(name="wrong_code")),
        reasons=(_because("a wrong code was typed"),),
    )


def guard(record: Subscriber, address: str) -> Outcome:
    """Take no more codes for the pending confirmation of this address; its button works on."""
    pending = record.pending.get(address)
    if pending is None or pending.guarded:
        return Outcome(record=record)
    guarded = {**record.pending, address: replace(pending, guarded=True)}
    why = _because("no more codes for this address: too many wrong ones within a day")
    return Outcome(record=replace(record, pending=guarded), reasons=(why,))


def press(record: Subscriber, secret: str, context: Context) -> Outcome:
    """Confirm by the button of the page; anything but an open confirmation changes nothing."""
    for name, one in record.pending.items():
        fits = one.nonce != VOID and context.keys.confirm_fits(secret, record.id, name, one.nonce)
        if fits and context.now < one.expires_at:
            return confirm(record, name, one.topics, context, by="button", mid="")
    return Outcome(record=record, reasons=(_because("a confirm button was pressed that is not open"),))


def link_state(record: Subscriber, secret: str, now: datetime, keys: Keyring) -> tuple[LinkState, str]:
    """Return what a confirm link is worth now, and its address's keyed hash."""
    for name, one in record.pending.items():
        if one.nonce != VOID and keys.confirm_fits(secret, record.id, name, one.nonce):
            return ("open" if now < one.expires_at else "expired"), name
    for name, held in record.addresses.items():
        if held.nonce and keys.confirm_fits(secret, record.id, name, held.nonce):
            return "done", name
    return "unknown", ""


def confirm(
    record: Subscriber,
    address: str,
    topics: tuple[str, ...],
    context: Context,
    *,
    by: Literal["code", "button"],
    mid: str,
) -> Outcome:
    """Make the address proven and the topics' consents confirmed; without topics nothing but the proof.

    Without a pending confirmation nothing new is proven: an earlier proof serves a further topic.
    """
    record = _prove(record, address, context, by)
    outcome = Outcome(record=record)
    for topic in topics:
        outcome = outcome.then(_confirm_topic(outcome.record, topic, address, context, by=by, mid=mid))
    told = TellAddress(
        id=f"{outcome.record.ledger_size}:{record.id}:confirmed",
        address=address,
        change="confirmed",
        at=context.now,
        by=by,
        topic=",".join(topics),
        proven_at=record.addresses[address].proven_at,
    )
    proven = () if topics else (Fact(name="proven", at=context.now, address=address),)
    return outcome.adding(told, facts=proven, reasons=(_because(f"the address is proven by {by}"),))


def _prove(record: Subscriber, address: str, context: Context, by: Literal["code", "button"]) -> Subscriber:
    pending, held = record.pending.get(address), record.addresses[address]
    proven = replace(
        held,
        status="proven",
        proven_by="code" if "code" in (by, held.proven_by) else by,
        proven_at=context.now if pending else held.proven_at,
        nonce=pending.nonce if pending else held.nonce,
    )
    rest = {name: one for name, one in record.pending.items() if name != address}
    return replace(record, addresses={**record.addresses, address: proven}, pending=rest)


def _confirm_topic(record: Subscriber, topic: str, address: str, context: Context, *, by: str, mid: str) -> Outcome:
    known = record.consents.get(topic)
    if known is None or known.status not in ("agreed", "confirmed"):
        return Outcome(record=record, reasons=(_because(f"{topic} was not agreed to, so it is not confirmed"),))
    if known.status == "confirmed" and known.address == address:
        return Outcome(record=record)
    consent = Consent(
        status="confirmed",
        wording=known.wording,
        language=known.language,
        asked_at=known.asked_at,
        address=address,
        confirmed_at=context.now,
    )
    changed, entry = ledger.write(
        replace(record, consents={**record.consents, topic: consent}),
        context.now,
        act="confirmed",
        topic=topic,
        address=address,
        wording=known.wording,
        language=known.language,
        how=by,
        mid=mid,
    )
    return Outcome(
        record=changed,
        effects=(entry, Count(name=f"confirmed:{topic}"), Count(name=f"confirmed_by_{by}")),
        facts=(Fact(name="confirmed", at=context.now, topic=topic, address=address),),
        reasons=(Reason(room="consent", text=f"confirmed by {by}", about=topic),),
    )


def drop(record: Subscriber, addresses: AbstractSet[str]) -> Subscriber:
    """Forget the pending confirmations of these addresses."""
    gone = addresses & record.pending.keys()
    if not gone:
        return record
    kept = {name: one for name, one in record.pending.items() if name not in gone}
    held = {
        name: replace(one, status="unproven") if name in gone and one.status == "pending" else one
        for name, one in record.addresses.items()
    }
    return replace(record, pending=kept, addresses=held)


def wake_at(record: Subscriber) -> datetime | None:
    """Return when the earliest pending confirmation expires."""
    return min((one.expires_at for one in record.pending.values()), default=None)


def expire(record: Subscriber, context: Context) -> Outcome:
    """End the confirmations whose time is over."""
    over = {name for name, one in record.pending.items() if one.expires_at <= context.now}
    outcome = Outcome(record=drop(record, over))
    for name in sorted(over):
        changed, entry = ledger.write(outcome.record, context.now, act="expired", address=name)
        fact = Fact(name="expired", at=context.now, address=name)
        step = Outcome(record=changed, effects=(entry,), facts=(fact,), reasons=(_because("a confirmation expired"),))
        outcome = outcome.then(step)
    return outcome


def disown(record: Subscriber, address: str, context: Context) -> Outcome:
    """“This was not me”: forget the confirmation, end every consent for the address, suppress it."""
    held = record.addresses.get(address)
    if held is None or held.status == "disowned":
        return Outcome(record=record)
    record = drop(record, {address})
    consents, ended = _ended(record, address, context.now)
    addresses = {**record.addresses, address: replace(held, status="disowned")}
    changed, entry = ledger.write(
        replace(record, consents=consents, addresses=addresses),
        context.now,
        act="disowned",
        topic=",".join(ended),
        address=address,
        how="page",
    )
    told = TellAddress(id=f"{entry.number}:{record.id}:not_me", address=address, change="not_me", at=context.now)
    return Outcome(
        record=changed,
        effects=(entry, told, Count(name="not_me")),
        facts=tuple(Fact(name="withdrawn", at=context.now, topic=topic, address=address) for topic in ended),
        reasons=(_because("the owner of the address said it was not them"),),
    )


def mailed(record: Subscriber, event: MailSent, context: Context) -> Outcome:
    """Keep the evidence of a confirmation mail that was sent."""
    address = _by_send(record, event.send_id, context.keys)
    changed, entry = ledger.write(
        record,
        context.now,
        act="mailed",
        address=address,
        message_id=event.message_id,
        content_hash=event.content_hash,
    )
    return Outcome(record=changed, effects=(entry,))


def refused(record: Subscriber, event: MailRefused, context: Context) -> Outcome:
    """A mail was refused: void its confirmation, and give a dead address up."""
    why = _because(f"a mail was not sent: {event.reason}")
    address = _by_send(record, event.send_id, context.keys)
    if address and address in record.pending:
        void = replace(record.pending[address], nonce=VOID)
        record = replace(record, pending={**record.pending, address: void})
    if not event.hard_bounce or event.address not in record.addresses:
        return Outcome(record=record, reasons=(why,))
    return _bounce(record, event.address, context).adding(reasons=(why,))


def _ended(record: Subscriber, address: str, now: datetime) -> tuple[dict[str, Consent], tuple[str, ...]]:
    """Return the consents with those for this address withdrawn, and their topics."""
    ended = tuple(
        topic for topic, one in record.consents.items() if one.address == address and one.status != "withdrawn"
    )
    consents = {
        topic: replace(one, status="withdrawn", withdrawn_at=now) if topic in ended else one
        for topic, one in record.consents.items()
    }
    return consents, ended


def _bounce(record: Subscriber, address: str, context: Context) -> Outcome:
    record = drop(record, {address})
    addresses = {**record.addresses, address: replace(record.addresses[address], status="bounced")}
    consents, ended = _ended(record, address, context.now)
    changed, entry = ledger.write(
        replace(record, addresses=addresses, consents=consents),
        context.now,
        act="bounced",
        topic=",".join(ended),
        address=address,
    )
    told = TellAddress(id=f"{entry.number}:{record.id}:bounce", address=address, change="hard_bounce", at=context.now)
    return Outcome(
        record=changed,
        effects=(entry, told, Count(name="hard_bounce")),
        facts=tuple(Fact(name="withdrawn", at=context.now, topic=topic, address=address) for topic in ended),
    )


def _by_send(record: Subscriber, send_id: str, keys: Keyring) -> str:
    """Return the address of a confirmation mail: one that is pending, or that this mail has proven."""
    nonces = [(name, one.nonce) for name, one in record.pending.items()]
    nonces += [(name, one.nonce) for name, one in record.addresses.items() if one.nonce]
    return next((name for name, nonce in nonces if keys.send_id(record.id, name, nonce) == send_id), "")
