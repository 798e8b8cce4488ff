"""Reads the old store as values: what is kept in it, and what would be decided on it."""

import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from domain import record as records
from domain.consent import address_registry
from domain.consent.ledger import encode_entry, verify_chain
from domain.decision import Context
from domain.effects import (
    Count,
    Effect,
    KeepWording,
    LeaveOut,
    LedgerEntry,
    TeamListEntry,
    decode_posted,
)
from domain.events import AnyEvent
from domain.keyring import Keyring
from domain.ports import Claim, Store
from domain.record import Subscriber
from service.engine.build_commit import CommitBasis, build_commit, decode_line
from service.engine.decide import decide_events
from service.workspace.edition import Edition
from service.workspace.publishing.editions import load_live_edition
from service.workspace.publishing.live_edition import load_live
from tests.contract.old_store.inputs import list_inputs, list_taps
from tests.contract.old_store.known_fields import encode_known, known_fields
from tests.contract.old_store.restore import NOW, PAGE, SECRET, as_json

KEYS = Keyring(SECRET)
DAYS = ("2026-06-10", "2026-06-12", "2026-06-15")
"""The business days whose counters are in it."""
LANES = (f"chat:{PAGE}", "mail-transactional", "mail-marketing", "internal", "internal-later")
EMAILS = tuple(
    f"{name}@example.com"
    for name in ("mia", "ben", "eve", "dan", "stop", "bounce", "notme", "shared", "amy", "gone", "nobody")
)
META = ("clock", f"heard:{PAGE}", f"pause:chat:{PAGE}", "pause:chat:4712", f"personas:{PAGE}", f"attachments:{PAGE}")
POOLS = ("hello_cup", "leaf_cup", "try:0123456789abcdef", "try:fedcba9876543210")
LATER = timedelta(days=4), timedelta(days=40)
"""After which what came due meanwhile is decided."""
FAR_MS = 4_000_000_000_000


async def read_store(store: Store) -> Any:  # noqa: ANN401  parsed JSON
    """Return all that is kept, and all that would be decided, as JSON values to compare."""
    live = await load_live(store)
    edition = await load_live_edition(store)
    names = [name for number in range(store.partitions) for name in sorted(await store.subscriber_names(number))]
    heads = [claim async for claim in _claim_heads(store)]
    found = {
        "live": live,
        "edition": edition.hash,
        "epoch": await store.live_edition_number(),
        "people": {name: await _read_person(store, name, edition) for name in names},
        "heads": {f"{claim.subscriber}/{claim.lane}": _read_head(claim) for claim in heads},
        "waiting": [
            [name, lane, count] for name in names for lane in LANES if (count := await store.count_waiting(lane, name))
        ],
        "due": await _read_due(store),
        "stuck": [[one.subscriber, one.failures, one.error] for one in await store.all_quarantined()],
        "unknown": [[line.subscriber, line.id, line.note] for line in await store.sends_with_status("unknown")],
        "attempting": [[line.subscriber, line.id] for line in await store.sends_with_status("attempting")],
        "counters": {day: dict(await store.day_counters(day)) for day in DAYS},
        "unanswered": [line.decode() for line in await store.list_entries("unanswered")],
        "addresses": {email: await _read_address(store, email) for email in EMAILS},
        "users": {user: await store.find_user(KEYS.user_hash(user)) for user in ("shop-1", "shop-2", "shop-3")},
        "meta": {name: (await store.load_meta(name) or b"").hex() for name in META},
        "pools": {pool: await store.count_vouchers(pool) for pool in POOLS},
        "draft": [await store.draw_voucher(POOLS[2], KEYS.subscriber_id(PAGE, psid)) for psid in ("21", "20")],
        "seen": sorted((await store.load(KEYS.subscriber_id(PAGE, "20"), ["m0", "m1", "m2"])).seen),
    }
    return as_json(found)


async def _read_person(store: Store, name: str, edition: Edition) -> dict[str, Any]:
    loaded = await store.load(name)
    assert loaded.record
    record = records.decode(loaded.record)
    ledger = verify_chain(await store.consent_ledger(name), record.ledger_size, record.ledger_head)
    wordings = {entry.wording for entry in ledger if entry.wording}
    return {
        "version": loaded.version,
        "record": known_fields(record),
        "same bytes": msgspec.msgpack.encode(known_fields(record)) == loaded.record,
        "ledger": [f"{entry.act}:{entry.topic}:{entry.how}" for entry in ledger],
        "wordings": sorted([wording for wording in wordings if await store.consent_wording(name, wording)]),
        "history": [
            short_hash(msgspec.json.encode(known_fields(decode_line(raw)))) for raw in await store.history(name)
        ],
        "sends": sorted([line.id, line.status, line.note] for line in await store.sends_of(name)),
        "decided": dict(_decide_all(record, edition)),
    }


def _hash_line(raw: bytes) -> str:
    return short_hash(msgspec.json.encode(known_fields(decode_line(raw))))


def _decide_all(record: Subscriber, edition: Edition) -> Iterator[tuple[str, object]]:
    """Yield what is decided on each input: record and effects as hashes, reasons and wakes in full."""
    now = max(NOW, record.last_event_at)
    for label, event in list_inputs(record, now, KEYS):
        decided, _ = _decide_one(record, (event,), now, edition)
        yield label, decided
    _, shown = _decide_one(record, tuple(event for _, event in list_inputs(record, now, KEYS))[:1], now, edition)
    for label, event in list_taps(shown, now):
        yield label, _decide_one(record, (event,), now, edition)[0]
    for later in LATER:
        yield f"due in {later.days} days", _decide_one(record, (), now + later, edition)[0]


def _decide_one(
    record: Subscriber, events: Sequence[AnyEvent], now: datetime, edition: Edition
) -> tuple[object, Sequence[Effect]]:
    context = Context(now=now, entropy=bytes(range(16)), keys=KEYS, config=edition.config)
    decision = decide_events(record, events, context, edition.rules)
    # Nothing that somebody does who ever tried a draft is counted; where that is seen to is the service's own affair.
    counted = [one for one in decision.effects if not (record.trying_until and isinstance(one, Count | TeamListEntry))]
    basis = CommitBasis(record=record, epoch=1)
    (line,) = build_commit(decision, version=1, events=events, now=now, claim_ms=0, basis=basis).history
    answer = {
        "record": short_hash(msgspec.msgpack.encode(known_fields(decision.record))),
        "effects": short_hash("\n".join(map(_write_effect, counted)).encode()),
        "history": _hash_line(line),
        "reasons": [f"{reason.room}: {reason.text} {reason.about} {reason.step}" for reason in decision.reasons],
        "wakes": [decision.wake_chat, decision.wake_mail],
    }
    return answer, decision.effects


def _write_effect(effect: Effect) -> str:
    if isinstance(effect, LedgerEntry):
        return f"ledger:{encode_entry(effect).decode()}"
    if isinstance(effect, KeepWording):
        return f"wording:{effect.hash}:{effect.text}"
    if isinstance(effect, Count):
        return f"count:{effect.name}"
    if isinstance(effect, LeaveOut):
        return f"left out:{effect.id}:{effect.reason}"
    if isinstance(effect, TeamListEntry):
        return f"note:{effect.list_name}:{effect.line.decode()}"
    return f"posted:{encode_known(effect).hex()}"


async def _claim_heads(store: Store) -> AsyncIterator[Claim]:
    for number in range(store.partitions):
        work = await store.poll(number, now_ms=0, lanes=LANES, most_due=0, most_claims=1000, lease_ms=1)
        for claim in work.claims:
            yield claim


def _read_head(claim: Claim) -> dict[str, Any]:
    """Return a waiting effect as its fields, and how often it was tried."""
    effect = decode_posted(claim.item)
    tries = [claim.attempt.count if claim.attempt else 0, claim.failures, claim.waits]
    known = encode_known(effect)
    return {"effect": msgspec.msgpack.decode(known), "same bytes": known == claim.item, "tries": tries}


async def _read_due(store: Store) -> dict[str, list[str]]:
    works = [
        await store.poll(number, now_ms=FAR_MS, lanes=(), most_due=1000, most_claims=0, lease_ms=1)
        for number in range(store.partitions)
    ]
    return {
        "chat": [name for work in works for name in work.due_chat],
        "mail": [name for work in works for name in work.due_mail],
    }


async def _read_address(store: Store, email: str) -> object:
    raw, version = await store.load_address(KEYS.address_hash(email))
    return [version, known_fields(address_registry.decode_state(raw))]


def short_hash(content: bytes) -> str:
    """Return enough of a hash to tell that something differs."""
    return hashlib.sha256(content).hexdigest()[:8]
