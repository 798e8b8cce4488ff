"""Builds the commit that writes a decision: which effect goes into which lane, ledger or counter.  Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from domain import record as records
from domain.consent import ledger
from domain.consent.readers import list_moved
from domain.decision import Decision, Reason
from domain.effects import (
    CallHook,
    Count,
    Effect,
    Erase,
    KeepWording,
    LeaveOut,
    LedgerEntry,
    MoveThread,
    SendChat,
    SendMail,
    TakeSeats,
    TeamListEntry,
    UpdateAddress,
    encode_posted,
)
from domain.event_groups import event_tag
from domain.event_types.holds import MailHeld
from domain.event_types.links import LinkFollowed
from domain.events import AnyEvent, FieldsTold, MailRefused, Message, Postback, ProductEvent, StopReasonGiven
from domain.ports import HOOKS, INTERNAL, LATER, MARKETING, TRANSACTIONAL, Commit, Posting, chat_lane
from domain.record import Subscriber, Value
from domain.workspace_config import WorkspaceConfig
from service.engine.note_changes import Change, count_past, note_changes, note_unsent

_LANE_OF_EFFECT: dict[type[Effect], str] = {UpdateAddress: INTERNAL, TakeSeats: INTERNAL, Erase: INTERNAL}
"""Lanes of posted effects; chat and mail have lanes of their own, and all others go into ``LATER``."""

HASH_CHARACTERS = 8
"""Characters of a flow's hash in the history; enough to tell versions of one flow apart."""


Deed = tuple[str, datetime, dict[str, Value]]
"""Name, own time and kept properties of a product event; fields that were told stand under :data:`FIELDS`."""

FIELDS = "@fields"
"""Stands for the name of an event where the product told fields (no event can have it)."""


class HistoryLine(Struct, frozen=True, kw_only=True, array_like=True, omit_defaults=True):
    """One commit in the history of a subscriber.  Deciding never reads it."""

    at: datetime
    events: tuple[str, ...]
    """Kinds of the events, with the label of a tapped button, but never what a person typed."""
    reasons: tuple[Reason, ...]
    sends: tuple[str, ...] = ()
    """Ids and templates of mails, as ``id template``."""
    heard: tuple[str, ...] = ()
    """What the person said, redacted by :mod:`flows.handlers.redaction`."""
    flow: str = ""
    """The flow the person was in before; empty for none."""
    flow_hash: str = ""
    """The first characters of the hash of its version."""
    step: str = ""
    """The step the person was at before."""
    after: str = ""
    """Where the person was afterwards, as ``flow/step``; empty outside a conversation."""
    did: tuple[Deed, ...] = ()
    """Product events with their own time and kept properties: what is not here can never be replayed."""
    past: tuple[int, ...] = ()
    """Places in :attr:`did` of what was told as history."""
    changed: dict[str, Change] = {}
    """What the decision changed of the person, see :mod:`service.engine.note_changes`."""
    edition: int = 0
    """Number of the edition that decided; 0 if none was live."""
    unsent: tuple[tuple[str, str], ...] = ()
    """Mails that were wanted and not sent, by ``SEQUENCE/STEP`` or id, each with what held it back."""


class CommitBasis(Struct, frozen=True, kw_only=True, gc=False):
    """The record and the edition that a decision was made on."""

    record: Subscriber
    """The record before the decision."""
    epoch: int
    """Number of the edition; 0 if none is live."""
    due: tuple[int | None, int | None] | None = None
    """When conversation and mail were due by the commit that wrote this record; None if that is not known here."""
    config: WorkspaceConfig | None = None
    """Its configuration, which says what the history may hold of fields; None: no change is noted."""


COMPLAINT = "complaint"
"""In the label of an event: the reader reported the mail as spam, whose id follows."""
_line_encoder = msgspec.msgpack.Encoder()
_line_decoder = msgspec.msgpack.Decoder(HistoryLine)


def decode_line(raw: bytes) -> HistoryLine:
    """Return a line of the history."""
    return _line_decoder.decode(raw)


def build_commit(
    decision: Decision,
    *,
    version: int,
    events: Sequence[AnyEvent],
    now: datetime,
    claim_ms: int,
    ends_quarantine: bool = True,
    basis: CommitBasis | None = None,
) -> Commit:
    """Return the commit of a decision made on ``version``.

    ``claim_ms`` is the lease of what this process sends itself; 0 if it sends nothing.  ``unstick`` is False where
    nothing was decided.  ``basis`` is None for a decision that does not depend on an edition.
    """
    record = decision.record
    sorted_effects = _sort_effects(decision.effects, chat_lane(record.identity.page))
    line = _history_line(decision, events, now, basis, tuple(sorted_effects.sends))
    due_chat, due_mail = _as_ms(decision.wake_chat), _as_ms(decision.wake_mail)
    known = basis.due if basis else None
    return Commit(
        subscriber=record.id,
        version=version,
        # A new record begins at a version that no erased one had, see service.engine.decide.VERSION_BITS.
        first_version=record.version if version == 0 else 0,
        record=records.encode(record),
        event_ids=tuple([event.id for event in events]),
        due_chat=due_chat,
        due_mail=due_mail,
        # A version is written once, so the index holds what the commit of that version wrote.
        same_due_chat=known is not None and known[0] == due_chat,
        same_due_mail=known is not None and known[1] == due_mail,
        outbox=tuple(sorted_effects.outbox),
        ledger=tuple(sorted_effects.ledger),
        wordings=tuple(sorted_effects.wordings),
        history=(_line_encoder.encode(line),),
        counters=sorted_effects.counters,
        day=now.date().isoformat(),
        claim=claim_ms > 0,
        lease_ms=claim_ms,
        ends_quarantine=ends_quarantine,
        list_entries=tuple(sorted_effects.list_entries),
        edition_number=basis.epoch if basis else 0,
        left_out=tuple(sorted_effects.left_out),
        readers=list_moved(basis.record.consents, record.consents) if basis else (),
    )


class _SortedEffects(Struct, kw_only=True, gc=False):
    """The effects of a decision, sorted by the part of the commit they belong to."""

    outbox: list[Posting] = []
    ledger: list[bytes] = []
    wordings: list[tuple[str, bytes]] = []
    counters: dict[str, int] = {}
    list_entries: list[tuple[str, bytes]] = []
    left_out: list[tuple[str, str]] = []
    sends: list[str] = []
    """Mails, for the line of the history."""


def _sort_effects(effects: Iterable[Effect], chat: str) -> _SortedEffects:
    """Sort effects in one pass; ``chat`` is the lane of the person's Page."""
    # The most frequent kinds come first: most decisions hold chat messages and counts, and nothing else.
    sorted_effects = _SortedEffects()
    for effect in effects:
        if isinstance(effect, SendChat):
            sorted_effects.outbox.append(Posting(lane=chat, item=encode_posted(effect)))
        elif isinstance(effect, Count):
            sorted_effects.counters[effect.name] = sorted_effects.counters.get(effect.name, 0) + 1
        elif isinstance(effect, LedgerEntry):
            sorted_effects.ledger.append(ledger.encode_entry(effect))
        elif isinstance(effect, KeepWording):
            sorted_effects.wordings.append((effect.hash, effect.text.encode()))
        elif isinstance(effect, TeamListEntry):
            sorted_effects.list_entries.append((effect.list_name, effect.line))
        elif isinstance(effect, SendMail):
            lane = TRANSACTIONAL if effect.lane == "transactional" else MARKETING
            sorted_effects.outbox.append(Posting(lane=lane, item=encode_posted(effect), send_id=effect.id))
            sorted_effects.sends.append(f"{effect.id} {effect.template}")
        elif isinstance(effect, LeaveOut):
            sorted_effects.left_out.append((effect.id, effect.reason))
        else:
            lane = chat if isinstance(effect, MoveThread) else _lane_of(effect)
            sorted_effects.outbox.append(Posting(lane=lane, item=encode_posted(effect)))
    return sorted_effects


def _lane_of(effect: Effect) -> str:
    # A step of a flow waits for its hook; a hook that is only told of a sequence may take a day.
    if isinstance(effect, CallHook) and effect.kind:
        return HOOKS
    return _LANE_OF_EFFECT.get(type(effect), LATER)


def _as_ms(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp() * 1000)


def _history_line(
    decision: Decision, events: Sequence[AnyEvent], now: datetime, basis: CommitBasis | None, sends: tuple[str, ...]
) -> HistoryLine:
    """Return the line of the history."""
    # The conversation is left out unless the person said something in it or moved on.  Most lines, such as those of
    # timers and product events, then stay short.
    before, after = (basis.record.conversation, decision.record.conversation) if basis else (None, None)
    inputs = decision.redacted_inputs if before or after else ()
    if not inputs and before == after:
        before = after = None
    # Clicks come last: count_past below counts places from the front.
    happened = (*events, *decision.clicks) if decision.clicks else events
    return HistoryLine(
        at=now,
        events=tuple([_event_label(event) for event in happened]),
        reasons=decision.reasons,
        sends=sends,
        heard=inputs,
        flow=before.flow if before else "",
        flow_hash=before.flow_hash[:HASH_CHARACTERS] if before else "",
        step=before.step if before else "",
        after=f"{after.flow}/{after.step}" if after else "",
        did=tuple([deed for event in happened if (deed := _note_told(event))]),
        past=count_past(events),
        changed=note_changes(basis.record, decision.record, events, basis.config) if basis and basis.config else {},
        edition=basis.epoch if basis else 0,
        unsent=note_unsent(basis.record, decision.record, events) if basis else (),
    )


def _note_told(event: AnyEvent) -> Deed | None:
    if isinstance(event, ProductEvent):
        return event.name, event.at, event.properties
    # Values of fields are noted as changes, which leave out what people may have typed.
    return (FIELDS, event.at, dict.fromkeys(event.fields)) if isinstance(event, FieldsTold) else None


def _event_label(event: AnyEvent) -> str:
    match event:
        case Message():
            return "Message (tapped)" if event.payload else "Message"
        case Postback():
            return f"Postback {event.title}".strip()
        case MailRefused(returned=meaning) if meaning:
            # Reports count what came back by mail; its id is the one of the send ledger.
            return f"{event_tag(event)} {meaning} {event.send_id}"
        case MailHeld():
            # With the mail's id, so that it is known which of two mails of one template waits.
            return f"{event_tag(event)} {event.send_id}"
        case LinkFollowed():
            return f"{event_tag(event)} {event.mail}"
        case StopReasonGiven():
            return f"{event_tag(event)} {event.reason}"
        case _:
            return f"{event_tag(event)} {getattr(event, 'name', '')}".strip()
