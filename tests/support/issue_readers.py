"""Readers of a newsletter who are in a store before a test: confirmed, in the index, and some of them left out."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from domain.consent import address_registry
from domain.consent.address_registry import AddressState, Suppression
from domain.consent.readers import list_moved
from domain.decision import Decision
from domain.effects import LeaveOut, UpdateAddress
from domain.keyring import Keyring
from domain.ports import Store
from domain.record import Profile, Subscriber
from domain.workspace_config import WorkspaceConfig
from onboarding.tuning.simulate import confirmed_person
from service.engine.build_commit import build_commit

AT_ONCE = 1000
CHAT_ONLY, SUPPRESSED = 20, 25
"""One reader in so many wants no mail; the address of one in so many is dead."""


def name_reader(number: int) -> str:
    """Return the name by which a reader is known; their address begins with it."""
    return f"reader{number}"


def is_left_out(number: int) -> bool:
    """Return True for a reader who gets no mail."""
    return number % CHAT_ONLY == 0 or number % SUPPRESSED == 0


def noon_zone(now: datetime) -> str:
    """Return a time zone in which it is about noon, so that no reader sleeps whenever the test runs."""
    ahead = 12 - now.hour
    return "Etc/GMT" if ahead == 0 else f"Etc/GMT{-ahead:+d}"  # these names count westward


def make_readers(
    numbers: Iterable[int], config: WorkspaceConfig, keys: Keyring, topic: str, now: datetime
) -> Iterator[tuple[int, Subscriber]]:
    """Yield confirmed readers."""
    zone = noon_zone(now)
    for number in numbers:
        record = confirmed_person(config, keys, topic, now - timedelta(days=60), psid=name_reader(number))
        channels = {topic: "chat"} if number % CHAT_ONLY == 0 else {}
        yield number, replace(record, version=1, profile=Profile(timezone=zone), channels=channels)


async def write_readers(store: Store, readers: Iterable[tuple[int, Subscriber]], topic: str) -> None:
    """Write readers as commits of theirs would have, with what the address registry knows of them."""
    waiting = iter(readers)

    async def write_some() -> None:
        for number, record in waiting:
            await _write_reader(store, number, record, topic)

    await asyncio.gather(*(write_some() for _ in range(AT_ONCE)))


async def _write_reader(store: Store, number: int, record: Subscriber, topic: str) -> None:
    # Whoever confirmed has had a mail before: the line is not the first one of their send ledger.
    earlier = LeaveOut(id=f"before{record.id[:10]}", reason="0123456789abcdef")
    decision = Decision(record=record, effects=(earlier,), wake_chat=None, wake_mail=None, reasons=())
    commit = build_commit(decision, version=0, events=(), now=record.last_event_at, claim_ms=0)
    await store.commit(replace(commit, readers=list_moved({}, record.consents)))
    (address,) = record.addresses
    proof = UpdateAddress(
        id=f"{record.id}:proof", address=address, change="confirmed", at=record.created_at, by="code", topic=topic
    )
    state, _ = address_registry.apply_change(AddressState(), record.id, proof)
    if number % SUPPRESSED == 0:
        state = replace(state, suppressions=(Suppression(reason="hard_bounce", at=record.created_at),))
    await store.save_address(address, version=0, state=address_registry.encode_state(state))
