"""From a decision to the commit that writes it: what goes into which lane, ledger and counter."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from domain import record as records
from domain.consent import ledger
from domain.decision import Decision, Reason
from domain.effects import (
    Count,
    Effect,
    Erase,
    KeepWording,
    LedgerEntry,
    MoveThread,
    Note,
    SendChat,
    SendMail,
    TellAddress,
    encode_posted,
)
from domain.events import AnyEvent, Message, Postback
from domain.ports import INTERNAL, LATER, MARKETING, TRANSACTIONAL, Commit, Posting, chat_lane
from domain.record import Conversation, Subscriber
from flows.compiled.catalog import FlowBook
from service.engine.history_redaction import heard

_LANES: dict[type[Effect], str] = {TellAddress: INTERNAL, Erase: INTERNAL}
"""What is posted, other than chat and mail, and does not wait in the lane ``later``."""

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
    """What the person said, as far as it is no secret of theirs; see :mod:`service.engine.history_redaction`."""
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
    events: Sequence[AnyEvent],
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
    found = _sorted_out(decision.effects, chat_lane(record.identity.page))
    line = _line(decision, events, now, basis, tuple(found.sends))
    return Commit(
        subscriber=record.id,
        version=version,
        first=record.version if version == 0 else 0,
        record=records.encode(record),
        event_ids=tuple([event.id for event in events]),
        due_chat=_ms(decision.wake_chat),
        due_mail=_ms(decision.wake_mail),
        outbox=tuple(found.outbox),
        ledger=tuple(found.ledger),
        wordings=tuple(found.wordings),
        log=(_line_encoder.encode(line),),
        counters=found.counters,
        day=now.date().isoformat(),
        claim=claim_ms > 0,
        lease_ms=claim_ms,
        unstick=unstick,
        notes=tuple(found.notes),
        epoch=basis.epoch if basis else 0,
    )


class _SortedOut(Struct, kw_only=True, gc=False):
    """What each effect of a decision adds to the commit, gathered in one pass over them."""

    outbox: list[Posting] = []
    ledger: list[bytes] = []
    wordings: list[tuple[str, bytes]] = []
    counters: dict[str, int] = {}
    notes: list[tuple[str, bytes]] = []
    sends: list[str] = []
    """Mails for the line of the history."""


def _sorted_out(effects: Iterable[Effect], chat: str) -> _SortedOut:
    """Sort effects out, the most frequent kinds asked for first; ``chat`` is the lane of the person's Page."""
    found = _SortedOut()
    for effect in effects:
        if isinstance(effect, SendChat):
            found.outbox.append(Posting(lane=chat, item=encode_posted(effect)))
        elif isinstance(effect, Count):
            found.counters[effect.name] = found.counters.get(effect.name, 0) + 1
        elif isinstance(effect, LedgerEntry):
            found.ledger.append(ledger.encode_entry(effect))
        elif isinstance(effect, KeepWording):
            found.wordings.append((effect.hash, effect.text.encode()))
        elif isinstance(effect, Note):
            found.notes.append((effect.book, effect.line))
        elif isinstance(effect, SendMail):
            lane = TRANSACTIONAL if effect.lane == "transactional" else MARKETING
            found.outbox.append(Posting(lane=lane, item=encode_posted(effect), send_id=effect.id))
            found.sends.append(f"{effect.id} {effect.template}")
        else:
            lane = chat if isinstance(effect, MoveThread) else _LANES.get(type(effect), LATER)
            found.outbox.append(Posting(lane=lane, item=encode_posted(effect)))
    return found


def _ms(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp() * 1000)


def _line(
    decision: Decision, events: Sequence[AnyEvent], now: datetime, basis: Basis | None, sends: tuple[str, ...]
) -> LogLine:
    """Return the line of the history; it tells of the conversation only if there was or is one, and it was heard."""
    stood, stands = (basis.record.conversation, decision.record.conversation) if basis else (None, None)
    said = _said(events, stood, basis.book) if basis and (stood or stands) else ()
    if not said and stood == stands:
        stood = stands = None
    return LogLine(
        at=now,
        events=tuple([_kind(event) for event in events]),
        reasons=decision.reasons,
        sends=sends,
        heard=said,
        flow=stood.flow if stood else "",
        flow_hash=stood.flow_hash[:HASH_KEPT] if stood else "",
        step=stood.step if stood else "",
        after=f"{stands.flow}/{stands.step}" if stands else "",
    )


def _said(events: Sequence[AnyEvent], stood: Conversation | None, book: FlowBook) -> tuple[str, ...]:
    return tuple([word for event in events if (word := heard(event, stood, book))])


def _kind(event: AnyEvent) -> str:
    match event:
        case Message():
            return "Message (tapped)" if event.payload else "Message"
        case Postback():
            return f"Postback {event.title}".strip()
        case _:
            return f"{type(event).__name__} {getattr(event, 'name', '')}".strip()
