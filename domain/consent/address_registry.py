"""The address aggregate: what an address is worth, whoever gave it.  Pure rules; the store keeps the value.

An address lives in its own partition, so the deciding functions never read it.  The sender asks
:func:`admit` at the moment of sending, and :func:`apply` is told what happened through the internal lane.

Suppressions: ``unsubscribed`` and ``erased`` end with a newer confirmation, and let one confirmation mail a day
through on the person's own request; ``not_me``, ``complaint`` and ``hard_bounce`` let nothing through.
"""

from datetime import datetime, timedelta
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.effects import SendMail, TellAddress
from domain.record import Subscriber
from domain.workspace_config import Limits

DAY = timedelta(days=1)
MOST_HOLDERS = 100
"""Subscribers remembered per address; the oldest are forgotten first, the owner never."""

MOST_GUESSES = 15
"""Wrong codes for an address within a day, over all subscribers; then only buttons confirm it."""

FINAL = ("not_me", "complaint", "hard_bounce")
"""Suppressions that no confirmation lifts."""


class Suppression(Struct, frozen=True, kw_only=True, array_like=True):
    """Why an address gets no mail, since when, and for which topic (empty: all)."""

    reason: Literal["unsubscribed", "erased", "not_me", "complaint", "hard_bounce"]
    at: datetime
    topic: str = ""


class AddressState(Struct, frozen=True, kw_only=True, array_like=True):
    """The aggregate of one address."""

    holders: tuple[str, ...] = ()
    """Subscribers who gave this address, latest last."""
    owner: str = ""
    """The one subscriber who proved it."""
    owner_by: Literal["", "code", "button"] = ""
    owned_at: datetime | None = None
    suppressions: tuple[Suppression, ...] = ()
    mails: tuple[tuple[str, datetime], ...] = ()
    """(send id, time) of the confirmation mails of the last day."""
    guesses: tuple[datetime, ...] = ()
    """When wrong codes were typed for it within the last day, by whomever; at most :data:`MOST_GUESSES`."""


class Verdict(Struct, frozen=True, kw_only=True):
    """The answer of :func:`admit`: ``yes``, ``no`` with a reason, or ``later`` (news is on its way)."""

    answer: Literal["yes", "no", "later"]
    reason: str = ""


YES = Verdict(answer="yes")

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(AddressState)


def encode(state: AddressState) -> bytes:
    """Return the stored form."""
    return _encoder.encode(state)


def decode(raw: bytes | None) -> AddressState:
    """Read the stored form; an address never seen is an empty state."""
    return _decoder.decode(raw) if raw else AddressState()


def admit(
    state: AddressState, mail: SendMail, record: Subscriber, now: datetime, limits: Limits
) -> tuple[AddressState, Verdict]:
    """Decide whether a mail may go to this address now.  Idempotent by send id.

    Returns the state to save (the same object if nothing changed) and the verdict.
    """
    if mail.nonce:
        return _admit_confirmation(state, mail.id, now, limits)
    final = next((one for one in state.suppressions if one.reason in FINAL), None)
    if final:
        return state, Verdict(answer="no", reason=f"the address is suppressed: {final.reason}")
    proven = record.addresses[mail.address].proven_at if mail.address in record.addresses else None
    if state.owner and state.owner != record.id:
        return state, _not_owner(state, record, mail, proven)
    if mail.lane == "marketing":
        consent = record.consents.get(mail.topic)
        since = consent.confirmed_at if consent else None
        for one in state.suppressions:
            if one.topic in ("", mail.topic) and (since is None or one.at > since):
                return state, Verdict(answer="no", reason=f"the address is suppressed: {one.reason}")
    return state, YES


def _not_owner(state: AddressState, record: Subscriber, mail: SendMail, proven: datetime | None) -> Verdict:
    held = record.addresses.get(mail.address)
    strong = state.owner_by != "code" or (held is not None and held.proven_by == "code")
    if strong and proven and state.owned_at and proven > state.owned_at:
        return Verdict(answer="later", reason="the proof of this address is on its way")
    return Verdict(answer="no", reason="the address belongs to another subscriber who proved it")


def _admit_confirmation(
    state: AddressState, send_id: str, now: datetime, limits: Limits
) -> tuple[AddressState, Verdict]:
    recent = tuple((name, at) for name, at in state.mails if now - at < DAY)
    if any(name == send_id for name, _ in recent):
        return state, YES
    final = next((one for one in state.suppressions if one.reason in FINAL), None)
    if final:
        return state, Verdict(answer="no", reason=f"the address is suppressed: {final.reason}")
    allowed = 1 if state.suppressions else limits.mails_a_day
    if len(recent) >= allowed:
        return state, Verdict(answer="no", reason=f"the address had {len(recent)} confirmation mails within a day")
    pause = timedelta(minutes=limits.mail_every_minutes)
    if any(now - at < pause for _, at in recent):
        return state, Verdict(
            answer="no", reason=f"the address had a confirmation mail within {limits.mail_every_minutes} minutes"
        )
    return replace(state, mails=(*recent, (send_id, now))), YES


def apply(state: AddressState, subscriber: str, told: TellAddress) -> tuple[AddressState, tuple[str, ...]]:
    """Take in what happened.  Idempotent.

    Returns the new state and the subscribers who must be told: that they lost the address by a newer proof, that its
    owner blocked us, or that too many codes were guessed for it.
    """
    match told.change:
        case "held":
            guarded = len(_recent(state.guesses, told.at)) >= MOST_GUESSES
            return _hold(state, subscriber), (subscriber,) if guarded else ()
        case "wrong_code":
            guesses = tuple(sorted({*_recent(state.guesses, told.at), told.at}))[-MOST_GUESSES:]
            return replace(state, guesses=guesses), state.holders if len(guesses) >= MOST_GUESSES else ()
        case "confirmed":
            return _confirm(_hold(state, subscriber), subscriber, told)
        case "withdrawn":
            return suppress(state, Suppression(reason="unsubscribed", at=told.at, topic=told.topic)), ()
        case "not_me":
            others = tuple(name for name in state.holders if name != subscriber)
            return suppress(state, Suppression(reason="not_me", at=told.at)), others
        case "hard_bounce":
            return suppress(state, Suppression(reason="hard_bounce", at=told.at)), ()
        case "released":
            kept = tuple(name for name in state.holders if name != subscriber)
            owner = "" if state.owner == subscriber else state.owner
            return replace(state, holders=kept, owner=owner), ()


def suppress(state: AddressState, one: Suppression) -> AddressState:
    """Add a suppression; the newest of the same reason and topic counts."""
    same = next((old for old in state.suppressions if (old.reason, old.topic) == (one.reason, one.topic)), None)
    if same and same.at >= one.at:
        return state
    return replace(state, suppressions=(*(old for old in state.suppressions if old is not same), one))


def _recent(moments: tuple[datetime, ...], now: datetime) -> tuple[datetime, ...]:
    return tuple(at for at in moments if now - at < DAY)


def _hold(state: AddressState, subscriber: str) -> AddressState:
    if subscriber in state.holders:
        return state
    holders = (*state.holders, subscriber)
    while len(holders) > MOST_HOLDERS:
        holders = tuple(name for name in holders if name != next(one for one in holders if one != state.owner))
    return replace(state, holders=holders)


def _confirm(state: AddressState, subscriber: str, told: TellAddress) -> tuple[AddressState, tuple[str, ...]]:
    """Take in a proof: the newest one owns the address, but a button never takes it from a code."""
    proof = told.proven_at or told.at
    if state.owner and state.owner != subscriber:
        if state.owned_at and proof <= state.owned_at:
            return state, (subscriber,)
        if told.by != "code" and state.owner_by == "code":
            return state, (subscriber,)
    lost = (state.owner,) if state.owner not in ("", subscriber) else ()
    by = "code" if state.owner == subscriber and "code" in (told.by, state.owner_by) else told.by
    owned = replace(_lift(state, told), owner=subscriber, owner_by=by, owned_at=max(proof, state.owned_at or proof))
    return owned, lost


def _lift(state: AddressState, told: TellAddress) -> AddressState:
    """End the suppressions that a confirmation of these topics ends."""
    topics = ("", *told.topic.split(","))
    kept = tuple(
        one for one in state.suppressions if one.reason in FINAL or one.at > told.at or one.topic not in topics
    )
    return replace(state, suppressions=kept)
