"""From a decision to the commit that writes it: what goes into which lane, ledger and counter."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from flows.book import FlowBook
from service.replay_heard import heard
from subscribers import ledger
from subscribers import record as records
from subscribers.decision import Decision, Reason
from subscribers.effects import (
    Count,
    Effect,
    Erase,
    KeepWording,
    LedgerEntry,
    MoveThread,
    Note,
    Posted,
    SendChat,
    SendMail,
    TellAddress,
    encode_posted,
)
from subscribers.events import Event, Message, Postback
from subscribers.ports import INTERNAL, LATER, MARKETING, TRANSACTIONAL, Commit, Posting, chat_lane
from subscribers.record import Subscriber

HASH_KEPT = 8
"""Characters of a flow's hash in the history; enough to tell its versions apart."""


class LogLine(Struct, frozen=True, kw_only=True, array_like=True, omit_defaults=True):
    """One commit in the history of a subscriber.  ``decide`` reads none of it."""

    at: datetime
    events: tuple[str, ...]
    """Kinds of the events, with what was said by tap (labels are ours) but never what was typed."""
    reasons: tuple[Reason, ...]
    sends: tuple[str, ...] = ()
    """Ids and templates of mails, as ``id template``."""
    heard: tuple[str, ...] = ()
    """What the person said, as far as it is no secret of theirs; see :mod:`service.replay_heard`."""
    flow: str = ""
    """The flow the person stood in before; empty: none."""
    flow_hash: str = ""
    """The first characters of the hash of its version."""
    step: str = ""
    """The step they stood at."""
    after: str = ""
    """Where they stood afterwards, as ``flow/step``; empty: in no conversation."""


class Basis(Struct, frozen=True, kw_only=True, gc=False):
    """What was decided on, and with."""

    record: Subscriber
    """As it was before."""
    book: FlowBook
    epoch: int
    """Number of the edition; 0: none is live."""


_line_encoder = msgspec.msgpack.Encoder()
_line_decoder = msgspec.msgpack.Decoder(LogLine)


def read_line(raw: bytes) -> LogLine:
    """Read a line of the history."""
    return _line_decoder.decode(raw)


def commit(
    decision: Decision,
    *,
    version: int,
    events: Sequence[Event],
    now: datetime,
    claim_ms: int,
    unstick: bool = True,
    basis: Basis | None = None,
) -> Commit:
    """Return the commit of a decision made on ``version``.

    ``claim_ms`` is the lease of what this process sends itself; 0 if it sends nothing.  ``unstick`` is False where
    nothing was decided.  ``basis`` is what it was decided on and with; None where that plays no part.
    """
    record = decision.record
    sorted_out = _sorted_out(decision.effects, record)
    return Commit(
        subscriber=record.id,
        version=version,
        first=record.version if version == 0 else 0,
        record=records.encode(record),
        event_ids=tuple([event.id for event in events]),
        due_chat=_ms(decision.wake_chat),
        due_mail=_ms(decision.wake_mail),
        outbox=tuple(sorted_out.outbox),
        ledger=tuple(sorted_out.ledger),
        wordings=tuple(sorted_out.wordings),
        log=(_line_encoder.encode(_line(decision, events, now, _talk(decision.record, events, basis))),),
        counters=sorted_out.counters,
        day=now.date().isoformat(),
        claim=claim_ms > 0,
        lease_ms=claim_ms,
        unstick=unstick,
        notes=tuple(sorted_out.notes),
        epoch=basis.epoch if basis else 0,
    )


class _SortedOut:
    """What each effect of a decision adds to the commit, gathered in one pass over them."""

    __slots__ = ("counters", "ledger", "notes", "outbox", "wordings")

    def __init__(self) -> None:
        self.outbox: list[Posting] = []
        self.ledger: list[bytes] = []
        self.wordings: list[tuple[str, bytes]] = []
        self.counters: dict[str, int] = {}
        self.notes: list[tuple[str, bytes]] = []


def _sorted_out(effects: Iterable[Effect], record: Subscriber) -> _SortedOut:
    found = _SortedOut()
    for effect in effects:
        if isinstance(effect, LedgerEntry):
            found.ledger.append(ledger.encode_entry(effect))
        elif isinstance(effect, KeepWording):
            found.wordings.append((effect.hash, effect.text.encode()))
        elif isinstance(effect, Count):
            found.counters[effect.name] = found.counters.get(effect.name, 0) + 1
        elif isinstance(effect, Note):
            found.notes.append((effect.book, effect.line))
        else:
            found.outbox.append(_posting(effect, record))
    return found


def _ms(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp() * 1000)


def _posting(effect: Posted, record: Subscriber) -> Posting:
    item = encode_posted(effect)
    match effect:
        case SendChat() | MoveThread():
            return Posting(lane=chat_lane(record.identity.page), item=item)
        case SendMail():
            lane = TRANSACTIONAL if effect.lane == "transactional" else MARKETING
            return Posting(lane=lane, item=item, send_id=effect.id)
        case TellAddress() | Erase():
            return Posting(lane=INTERNAL, item=item)
        case _:
            return Posting(lane=LATER, item=item)


class _Talk(Struct, frozen=True, kw_only=True, gc=False):
    """The part of a line of the history that tells of the conversation."""

    heard: tuple[str, ...] = ()
    flow: str = ""
    flow_hash: str = ""
    step: str = ""
    after: str = ""


_NO_TALK = _Talk()


def _talk(record: Subscriber, events: Sequence[Event], basis: Basis | None) -> _Talk:
    stood, stands = basis.record.conversation if basis else None, record.conversation
    if basis is None or (stood is None and stands is None):
        return _NO_TALK
    said = tuple([word for event in events if (word := heard(event, stood, basis.book))])
    if not said and stood == stands:
        return _NO_TALK
    return _Talk(
        heard=said,
        flow=stood.flow if stood else "",
        flow_hash=stood.flow_hash[:HASH_KEPT] if stood else "",
        step=stood.step if stood else "",
        after=f"{stands.flow}/{stands.step}" if stands else "",
    )


def _line(decision: Decision, events: Sequence[Event], now: datetime, talk: _Talk) -> LogLine:
    return LogLine(
        heard=talk.heard,
        flow=talk.flow,
        flow_hash=talk.flow_hash,
        step=talk.step,
        after=talk.after,
        at=now,
        events=tuple([_kind(event) for event in events]),
        reasons=decision.reasons,
        sends=tuple([f"{one.id} {one.template}" for one in decision.effects if isinstance(one, SendMail)]),
    )


def _kind(event: Event) -> str:
    name = type(event).__name__
    match event:
        case Postback():
            return f"{name} {event.title}".strip()
        case Message() if event.payload:
            return f"{name} (tapped)"
        case _:
            return f"{name} {getattr(event, 'name', '')}".strip()
