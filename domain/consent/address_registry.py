"""The state of an email address, whoever gave it: holders, owner, suppressions, limits.  Pure rules.

An address lives in a partition of its own, so deciding never reads it.  The mail sender asks :func:`admit_mail` at the
moment of sending; what happened reaches :func:`apply_change` through the internal lane.

Rules:

* One subscriber owns an address: the one with the newest proof.  A button never takes it from a code, since a button is
  pressed by whoever reads the mailbox, and a code is typed by the person in the chat.
* ``unsubscribed`` and ``erased`` end with a newer confirmation, and let one confirmation mail a day through, which the
  person asked for.  ``not_me``, ``complaint`` and ``hard_bounce`` let nothing through, and no confirmation ends them;
  an operator may lift ``not_me`` and ``hard_bounce`` (:func:`lift_blocks`).
* “Not me” against another subscriber's request does not silence the owner: the owner's mailbox is asked again.
* If it crosses a proof on its way here, whichever came first counts: a “not me” that was pressed after the proof, or
  arrives after it, blocks nothing and asks the mailbox again; a proof after both proves nothing.
* Changes may arrive twice and late: every function is idempotent, and times decide, not the order of arrival.
"""

from datetime import datetime, timedelta
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.consent.double_opt_in import is_doubted
from domain.effects import SendMail, UpdateAddress
from domain.record import Subscriber
from domain.workspace_config import SafetyLimits

DAY = timedelta(days=1)
MOST_HOLDERS = 100
"""Most holders kept per address; the oldest are forgotten first, the owner never."""

MOST_WRONG_CODES = 15
"""Wrong codes for an address within a day, by all subscribers; from then on only the button confirms it."""

REMEMBERED_ISSUES = 20
"""Newsletter issues of which an address knows that it has them."""

FINAL = ("not_me", "complaint", "hard_bounce")
"""Reasons of suppressions that a confirmation does not lift."""


class Suppression(Struct, frozen=True, kw_only=True, array_like=True):
    """Why an address gets no mail, since when, and for which topic; an empty topic means all."""

    reason: Literal["unsubscribed", "erased", "not_me", "complaint", "hard_bounce"]
    at: datetime
    topic: str = ""
    by: str = ""
    """Of ``not_me``, the subscriber whose request it was about; empty if it was written before this was kept."""


class AddressState(Struct, frozen=True, kw_only=True, array_like=True):
    """The state of one address."""

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
    """When wrong codes were typed for it within the last day, by any subscriber; at most :data:`MOST_WRONG_CODES`."""
    full: tuple[tuple[str, datetime, str], ...] = ()
    """(send id, time, ``smtp`` or ``report``) of mails that the full mailbox refused."""
    issues: tuple[tuple[str, str], ...] = ()
    """(send id, subscriber) of the latest newsletter issues that were admitted, at most :data:`REMEMBERED_ISSUES`."""


class Admission(Struct, frozen=True, kw_only=True):
    """The answer of :func:`admit_mail`: ``yes``, ``no`` with a reason, or ``later`` while a change is on its way."""

    answer: Literal["yes", "no", "later"]
    reason: str = ""


YES = Admission(answer="yes")

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(AddressState)


def encode_state(state: AddressState) -> bytes:
    """Return the stored form."""
    return _encoder.encode(state)


def decode_state(raw: bytes | None) -> AddressState:
    """Read the stored form; None, of an address that was never seen, gives an empty state."""
    return _decoder.decode(raw) if raw else AddressState()


def admit_mail(
    state: AddressState, mail: SendMail, record: Subscriber, now: datetime, limits: SafetyLimits
) -> tuple[AddressState, Admission]:
    """Decide whether a mail may go to this address now.  Idempotent by the mail's id.

    Returns the state to save (the same object if nothing changed) and the admission.
    """
    if mail.nonce:  # a confirmation mail: whoever gave the address may ask for its proof
        return _admit_confirmation(state, mail, record, now, limits)
    suppression = next((held for held in state.suppressions if held.reason in FINAL), None)
    if suppression:
        return state, Admission(answer="no", reason=f"the address is suppressed: {suppression.reason}")
    proven = record.addresses[mail.address].proven_at if mail.address in record.addresses else None
    if state.owner and state.owner != record.id:
        return state, _answer_other_subscriber(state, record, mail, proven)
    if mail.lane == "marketing":
        consent = record.consents.get(mail.topic)
        since = consent.confirmed_at if consent else None
        for suppressed in state.suppressions:
            # A confirmation that is newer than the suppression outweighs it, even before the registry heard of it.
            if suppressed.topic in ("", mail.topic) and (since is None or suppressed.at > since):
                return state, Admission(answer="no", reason=f"the address is suppressed: {suppressed.reason}")
    return _admit_issue(state, mail, record) if mail.issue else (state, YES)


def _admit_issue(state: AddressState, mail: SendMail, record: Subscriber) -> tuple[AddressState, Admission]:
    """Admit an issue once an address: its id is made of the address, so whoever held it before had the same."""
    # Written before the mail begins: a crash in between leaves a yes behind, and no second mail.
    holder = dict(state.issues).get(mail.id)
    if holder == record.id:
        return state, YES
    if holder:
        return state, Admission(answer="no", reason="this address has the issue already")
    return replace(state, issues=(*state.issues, (mail.id, record.id))[-REMEMBERED_ISSUES:]), YES


def _answer_other_subscriber(
    state: AddressState, record: Subscriber, mail: SendMail, proven: datetime | None
) -> Admission:
    held = record.addresses.get(mail.address)
    # This subscriber may be the next owner: a newer proof takes the address over once it has travelled through the
    # internal lane, and until then the mail waits.  A button is too weak for that if the owner typed a code.
    strong = state.owner_by != "code" or (held is not None and held.proven_by == "code")
    if strong and proven and state.owned_at and proven > state.owned_at:
        return Admission(answer="later", reason="the proof of this address is on its way")
    return Admission(answer="no", reason="the address belongs to another subscriber who proved it")


def _admit_confirmation(
    state: AddressState, mail: SendMail, record: Subscriber, now: datetime, limits: SafetyLimits
) -> tuple[AddressState, Admission]:
    recent = tuple((name, at) for name, at in state.mails if now - at < DAY)
    # Asked before for this very mail: the answer stands, and it is not counted twice.
    if any(name == mail.id for name, _ in recent):
        return state, YES
    suppression = next((one for one in state.suppressions if one.reason in FINAL), None)
    if suppression:
        return state, Admission(answer="no", reason=f"the address is suppressed: {suppression.reason}")
    if len(recent) >= limits.mails_a_day or _has_asked_since_stopping(state, mail, record, now):
        return state, Admission(answer="no", reason=f"the address had {len(recent)} confirmation mails within a day")
    held, pause = record.addresses.get(mail.address), timedelta(minutes=limits.mail_every_minutes)
    # A mailbox that this person has proven is asked anew at once, within the limit of the day.
    is_proven = held is not None and held.status == "proven"
    if not is_proven and any(now - at < pause for _, at in recent):
        return state, Admission(
            answer="no", reason=f"the address had a confirmation mail within {limits.mail_every_minutes} minutes"
        )
    return replace(state, mails=(*recent, (mail.id, now))), YES


def _has_asked_since_stopping(state: AddressState, mail: SendMail, record: Subscriber, now: datetime) -> bool:
    """Return True if somebody who unsubscribed has asked anew today: once a day is enough, confirming lifts it."""
    if not state.suppressions or is_doubted(record.pending.get(mail.address), now):
        return False
    stopped = max(held.at for held in state.suppressions)
    return any(at >= stopped and now - at < DAY for _, at in state.mails)


def apply_change(state: AddressState, subscriber: str, update: UpdateAddress) -> tuple[AddressState, tuple[str, ...]]:
    """Apply what happened to an address.  Idempotent.

    Returns the new state, and the subscribers who must be told of it: they lost the address to a newer proof, its owner
    said “this was not me”, or too many wrong codes were typed for it.
    """
    match update.change:
        case "held":
            # Who gives the address while it is being guessed at is told at once, so that only the button confirms it.
            guarded = len(_within_a_day(state.guesses, update.at)) >= MOST_WRONG_CODES
            return _add_holder(state, subscriber), (subscriber,) if guarded else ()
        case "wrong_code":
            # A set of times, so that a change that arrives twice counts once.
            guesses = tuple(sorted({*_within_a_day(state.guesses, update.at), update.at}))[-MOST_WRONG_CODES:]
            return replace(state, guesses=guesses), state.holders if len(guesses) >= MOST_WRONG_CODES else ()
        case "confirmed":
            return _take_proof(_add_holder(state, subscriber), subscriber, update)
        case "withdrawn":
            return add_suppression(state, Suppression(reason="unsubscribed", at=update.at, topic=update.topic)), ()
        case "not_me" if state.owner not in ("", subscriber):
            return state, (state.owner,)
        case "not_me":
            others = tuple(name for name in state.holders if name != subscriber)
            return add_suppression(state, Suppression(reason="not_me", at=update.at, by=subscriber)), others
        case "hard_bounce":
            return add_suppression(state, Suppression(reason="hard_bounce", at=update.at)), ()
        case "released":
            kept = tuple(name for name in state.holders if name != subscriber)
            owner = "" if state.owner == subscriber else state.owner
            return replace(state, holders=kept, owner=owner), ()


def add_suppression(state: AddressState, suppression: Suppression) -> AddressState:
    """Add a suppression.  Of the same reason and topic only the newest is kept."""
    same = next(
        (old for old in state.suppressions if (old.reason, old.topic) == (suppression.reason, suppression.topic)), None
    )
    if same and same.at >= suppression.at:
        return state
    return replace(state, suppressions=(*(old for old in state.suppressions if old is not same), suppression))


def lift_blocks(state: AddressState, *, bounced: bool) -> AddressState:
    """Lift “not me”, and with ``bounced`` also the hard bounce."""
    lifted = ("not_me", "hard_bounce") if bounced else ("not_me",)
    kept = tuple(held for held in state.suppressions if held.reason not in lifted)
    return replace(state, suppressions=kept, full=() if bounced else state.full)


def why_not_lifted(state: AddressState, *, bounced: bool) -> str:
    """Return why an operator may not unblock this address, and what helps; empty if they may."""
    reasons = {held.reason for held in state.suppressions}
    if "complaint" in reasons:
        return "Its owner complained of our mail to their provider. Nobody may lift that; another address works."
    if "hard_bounce" in reasons and not bounced:
        return "The mailbox refused our mail for good. If it exists again, say --bounced."
    if not reasons & {"not_me", "hard_bounce"}:
        ends = "It is not blocked, but unsubscribed" if "unsubscribed" in reasons else "It is erased"
        how = "only its owner ends that, by giving the address in the chat and confirming it."
        return f"{ends}: {how}" if reasons else "This address is not blocked."
    if not state.holders:
        return "Nobody holds this address, so no ledger can keep the line. Let the person give it in the chat first."
    return ""


def _within_a_day(moments: tuple[datetime, ...], now: datetime) -> tuple[datetime, ...]:
    return tuple(at for at in moments if now - at < DAY)


def _add_holder(state: AddressState, subscriber: str) -> AddressState:
    if subscriber in state.holders:
        return state
    holders = (*state.holders, subscriber)
    while len(holders) > MOST_HOLDERS:
        oldest = next(name for name in holders if name != state.owner)
        holders = tuple(name for name in holders if name != oldest)
    return replace(state, holders=holders)


def find_crossing(state: AddressState, subscriber: str, update: UpdateAddress) -> Suppression | None:
    """Return the “not me” against another subscriber's request that a proof of this one met here; None if none did."""
    if update.change != "confirmed":
        return None
    return next((one for one in state.suppressions if one.reason == "not_me" and one.by not in ("", subscriber)), None)


def happened_first(crossing: Suppression, update: UpdateAddress) -> bool:
    """Tell whether a “not me” was pressed before the proof that it met."""
    return crossing.at < (update.proven_at or update.at)


def _take_proof(state: AddressState, subscriber: str, update: UpdateAddress) -> tuple[AddressState, tuple[str, ...]]:
    """Take in a proof, and settle what became of a “not me” that crossed it."""
    crossing = find_crossing(state, subscriber, update)
    if crossing is None:
        return _apply_proof(state, subscriber, update)
    if happened_first(crossing, update):
        return state, (subscriber,)
    lifted = replace(state, suppressions=tuple(one for one in state.suppressions if one is not crossing))
    owned, lost = _apply_proof(lifted, subscriber, update)
    return owned, tuple(dict.fromkeys((*lost, subscriber)))


def _apply_proof(state: AddressState, subscriber: str, update: UpdateAddress) -> tuple[AddressState, tuple[str, ...]]:
    """Take in a proof: the newest proof owns the address, but a button never takes it from a code."""
    proof = update.proven_at or update.at
    if state.owner and state.owner != subscriber:
        if state.owned_at and proof <= state.owned_at:
            return state, (subscriber,)  # older news: the sender of it learns that the address is no longer theirs
        if update.by != "code" and state.owner_by == "code":
            return state, (subscriber,)
    lost = (state.owner,) if state.owner not in ("", subscriber) else ()
    by = "code" if state.owner == subscriber and "code" in (update.by, state.owner_by) else update.by
    owned = replace(
        _lift_suppressions(state, update), owner=subscriber, owner_by=by, full=(),
        owned_at=max(proof, state.owned_at or proof),
    )  # fmt: skip
    return owned, lost


def _lift_suppressions(state: AddressState, update: UpdateAddress) -> AddressState:
    """Lift the suppressions that a confirmation of these topics lifts."""
    topics = ("", *update.topic.split(","))
    kept = tuple(
        suppression
        for suppression in state.suppressions
        # one that is newer than the confirmation stays: the person unsubscribed afterwards
        if suppression.reason in FINAL or suppression.at > update.at or suppression.topic not in topics
    )
    return replace(state, suppressions=kept)
