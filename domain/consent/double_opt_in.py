"""Double opt-in: a pending confirmation is confirmed by the code that its mail carries, or by the button of its link.

Rules:

* Code and link are derived from (subscriber, address, nonce) with a key outside the store.
* By default, five wrong codes burn a confirmation, and ten within a day end the subscriber's guesses for that day.
* A confirmation whose mail was refused is void: no code fits it.  The chat says the same as ever, so that it does not
  tell what is known of a stranger's address.
* A code proves mailbox and chat; a button proves the mailbox only, since whoever opens the mail may press it.

How confirmations are asked for is :mod:`domain.consent.confirmation_requests`; how they end unconfirmed,
:mod:`domain.consent.confirmation_ends`; which digits are a code, :mod:`domain.consent.typed_codes`.
"""

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from domain import counters
from domain.consent import ledger
from domain.decision import Context, Fact, Outcome, Reason
from domain.effects import Count, UpdateAddress
from domain.keyring import Keyring
from domain.record import Pending, Subscriber

DAY = timedelta(days=1)
VOID = ""
"""Nonce of a void confirmation: no code and no link fits it."""

DOUBTED = "?"
"""What the nonce of a confirmation begins with that asks a proven mailbox again, because somebody with an old link said
“this was not me”; a mark that costs no other record a byte."""

CodeResult = Literal["confirmed", "wrong", "burned", "none"]
LinkState = Literal["open", "done", "expired", "unknown"]


def confirmation_reason(text: str) -> Reason:
    """Return a reason that speaks of the confirmation mail."""
    return Reason(room="consent", text=text, about="confirmation")


def confirm_by_code(record: Subscriber, code: str, context: Context, *, mid: str) -> tuple[CodeResult, Outcome]:
    """Try a six-digit code against this subscriber's pending confirmations.

    Returns ``confirmed``; ``wrong`` with tries left; ``burned`` when the confirmation is over now or the day's guesses
    are used up; ``none`` when nothing is pending.
    """
    # Several addresses may be pending at once, and the person does not say which one a code is for: all are tried.
    live = {name: pending for name, pending in record.pending.items() if context.now < pending.expires_at}
    if not live:
        return "none", Outcome(record=record)
    # The circuit breaker is open: somebody guesses codes on a large scale.  The button still works.
    if context.codes_paused:
        return "wrong", Outcome(
            record=record, reasons=(confirmation_reason("codes are paused: too many wrong ones in all"),)
        )
    limits = context.config.limits
    recent = tuple(at for at in record.wrong_codes if context.now - at < DAY)
    if len(recent) >= 2 * limits.wrong_codes:
        return "burned", Outcome(
            record=drop_pending(record, set(live)),
            reasons=(confirmation_reason("no more codes today: too many wrong ones"),),
        )
    for name, pending in live.items():
        # A void confirmation is asked for a code like any other: that it cannot be confirmed must not show.
        if (
            pending.nonce != VOID
            and not pending.guarded
            and context.keys.code_fits(code, record.id, name, pending.nonce)
        ):
            return "confirmed", confirm_address(record, name, pending.topics, context, by="code", mid=mid)
    return _count_wrong_code(replace(record, wrong_codes=(*recent, context.now)), live, context)


def _count_wrong_code(record: Subscriber, live: dict[str, Pending], context: Context) -> tuple[CodeResult, Outcome]:
    """Count a wrong code against the confirmations it was tried on, and report it to their addresses."""
    tried = {name: replace(pending, wrong=pending.wrong + 1) for name, pending in live.items()}
    burned = {name for name, pending in tried.items() if pending.wrong >= context.config.limits.wrong_codes}
    # The id holds the count of wrong codes, so that each guess counts once at the address, however often it is sent.
    guess = f"{record.id}:{len(record.wrong_codes)}:{context.now.timestamp()}:wrong"
    updates = tuple(
        UpdateAddress(id=f"{guess}:{name}", address=name, change="wrong_code", at=context.now) for name in live
    )
    return "burned" if burned == set(live) else "wrong", Outcome(
        record=drop_pending(replace(record, pending={**record.pending, **tried}), burned),
        effects=(*updates, Count(name=counters.WRONG_CODE)),
        reasons=(confirmation_reason("a wrong code was typed"),),
    )


def refuse_codes(record: Subscriber, address: str) -> Outcome:
    """Refuse codes for the pending confirmation of this address from now on; its button still works."""
    pending = record.pending.get(address)
    if pending is None or pending.guarded:
        return Outcome(record=record)
    guarded = {**record.pending, address: replace(pending, guarded=True)}
    why = confirmation_reason("no more codes for this address: too many wrong ones within a day")
    return Outcome(record=replace(record, pending=guarded), reasons=(why,))


def confirm_by_button(record: Subscriber, secret: str, context: Context) -> Outcome:
    """Confirm by the button of the confirm page.  Without an open confirmation nothing changes."""
    for name, pending in record.pending.items():
        fits = pending.nonce != VOID and context.keys.confirm_fits(secret, record.id, name, pending.nonce)
        if fits and context.now < pending.expires_at:
            return confirm_address(record, name, pending.topics, context, by="button", mid="")
    return Outcome(record=record, reasons=(confirmation_reason("a confirm button was pressed that is not open"),))


def link_state(record: Subscriber, secret: str, now: datetime, keys: Keyring) -> tuple[LinkState, str]:
    """Return the state of a confirm link, and the keyed hash of its address; the hash of an unknown link is empty."""
    for name, pending in record.pending.items():
        if pending.nonce != VOID and keys.confirm_fits(secret, record.id, name, pending.nonce):
            return ("open" if now < pending.expires_at else "expired"), name
    # The nonce that proved an address is kept, so that a second press of the same button can answer "already done".
    for name, held in record.addresses.items():
        if held.nonce and keys.confirm_fits(secret, record.id, name, held.nonce):
            return "done", name
    return "unknown", ""


def confirm_address(
    record: Subscriber,
    address: str,
    topics: tuple[str, ...],
    context: Context,
    *,
    by: Literal["code", "button"],
    mid: str,
) -> Outcome:
    """Mark the address proven, and confirm the consents for these topics.

    Without topics, only the address is proven.  Without a pending confirmation, an earlier proof of the address serves
    further topics, and keeps its date.
    """
    record = _mark_proven(record, address, context, by)
    outcome = Outcome(record=record)
    for topic in topics:
        outcome = outcome.followed_by(_confirm_topic(outcome.record, topic, address, context, by=by, mid=mid))
    update = UpdateAddress(
        id=f"{outcome.record.ledger_size}:{record.id}:confirmed",
        address=address,
        change="confirmed",
        at=context.now,
        by=by,
        topic=",".join(topics),
        proven_at=record.addresses[address].proven_at,
    )
    proven = () if topics else (Fact(name="proven", at=context.now, address=address),)
    return outcome.with_more(update, facts=proven, reasons=(confirmation_reason(f"the address is proven by {by}"),))


def _mark_proven(record: Subscriber, address: str, context: Context, by: Literal["code", "button"]) -> Subscriber:
    pending, held = record.pending.get(address), record.addresses[address]
    proven = replace(
        held,
        status="proven",
        # A code proves more than a button: that mailbox and chat belong together.  A later button takes nothing back.
        proven_by="code" if "code" in (by, held.proven_by) else by,
        proven_at=context.now if pending else held.proven_at,  # the proof is as old as its confirmation
        nonce=pending.nonce if pending else held.nonce,
    )
    rest = {name: other for name, other in record.pending.items() if name != address}
    return replace(record, addresses={**record.addresses, address: proven}, pending=rest)


def _confirm_topic(record: Subscriber, topic: str, address: str, context: Context, *, by: str, mid: str) -> Outcome:
    consent_before = record.consents.get(topic)
    if consent_before is None or consent_before.status not in ("agreed", "confirmed"):
        return Outcome(
            record=record, reasons=(confirmation_reason(f"{topic} was not agreed to, so it is not confirmed"),)
        )
    if consent_before.status == "confirmed" and consent_before.address == address:
        return Outcome(record=record)
    # Wording, language and what was announced stay those of the yes.
    consent = replace(consent_before, status="confirmed", address=address, confirmed_at=context.now, withdrawn_at=None)
    changed, entry = ledger.append_entry(
        replace(record, consents={**record.consents, topic: consent}),
        context.now,
        act="confirmed",
        topic=topic,
        address=address,
        wording=consent_before.wording,
        language=consent_before.language,
        how=by,
        mid=mid,
    )
    return Outcome(
        record=changed,
        effects=(entry, Count(name=f"{counters.CONFIRMED}{topic}"), Count(name=f"{counters.CONFIRMED_BY}{by}")),
        facts=(Fact(name="confirmed", at=context.now, topic=topic, address=address),),
        reasons=(Reason(room="consent", text=f"confirmed by {by}", about=topic),),
    )


def is_doubted(pending: Pending | None, now: datetime) -> bool:
    """Return True if a mailbox that was proven is being asked again."""
    return pending is not None and pending.nonce.startswith(DOUBTED) and now < pending.expires_at


def drop_pending(record: Subscriber, addresses: AbstractSet[str]) -> Subscriber:
    """Drop the pending confirmations of these addresses."""
    gone = addresses & record.pending.keys()
    if not gone:
        return record
    kept = {name: pending for name, pending in record.pending.items() if name not in gone}
    # An address that was proven earlier stays so: only a first proof that was waited for is given up.
    remaining = {
        name: replace(held, status="unproven") if name in gone and held.status == "pending" else held
        for name, held in record.addresses.items()
    }
    return replace(record, pending=kept, addresses=remaining)
