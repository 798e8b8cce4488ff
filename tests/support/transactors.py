"""Transactors over a store in memory that goes away or loses answers when a test says so."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict, Unpack

from domain import record as records
from domain.effects import PostedEffect, decode_posted
from domain.ports import Claim, Commit, Committed, Store, StoreAwayError
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from service.engine.decide import Rules
from service.engine.local_delivery import LocalDelivery
from service.engine.rule_override import RuleOverride
from service.engine.transact import Transactor
from tests.support.memory_store.store import MemoryStore
from tests.support.people import KEYS, NOON
from tests.support.shipped_workspace import MIA, shipped_edition


class MoodyStore(MemoryStore):
    """A store that counts commits, can be away, and can hold a commit up."""

    def __init__(self, server_ms: Callable[[], int]) -> None:
        """Begin with a store that answers."""
        super().__init__(4, server_ms=server_ms)
        self.commits: list[Commit] = []
        self.away_after = -1
        """Commits that still succeed before the store goes away; negative: it stays."""
        self.lose_answer = False
        """Whether the next commit is written but its answer lost."""
        self.open = asyncio.Event()
        self.open.set()

    async def commit(self, commit: Commit) -> Committed:
        """Commit; fail or wait if a test asked for it."""
        await self.open.wait()
        await asyncio.sleep(0)  # as on a server, others run meanwhile
        if self.away_after == 0:
            message = "away"
            raise StoreAwayError(message)
        self.away_after -= self.away_after > 0
        committed = await super().commit(commit)
        self.commits.append(commit)
        if self.lose_answer:
            self.lose_answer = False
            message = "the answer was lost"
            raise StoreAwayError(message)
        return committed


class TransactorOptions(TypedDict, total=False):
    """What a test's transactor has besides."""

    override: RuleOverride
    delivery: LocalDelivery
    notify_workers: Callable[[str], None]


def local_delivery(claimed: list[Claim], *, has_room: bool = True) -> LocalDelivery:
    """Return a delivery that keeps what it should send."""
    return LocalDelivery(start_sending=claimed.extend, has_room=lambda _postings, _promised: has_room)


@dataclass
class TransactorBench:
    """Clock, store and rules of the transactors that a test makes."""

    now: datetime = NOON
    server_ms: int = 1_795_000_000_000
    rules: Rules = field(default_factory=lambda: shipped_edition().rules)
    config: WorkspaceConfig = field(default_factory=lambda: shipped_edition().config)
    codes_paused: bool = False
    drawn: int = 0

    def __post_init__(self) -> None:
        """Make the store."""
        self.store = MoodyStore(lambda: self.server_ms)

    def next_entropy(self) -> bytes:
        """Return bytes that were never drawn before."""
        self.drawn += 1
        return self.drawn.to_bytes(16, "big")

    def make_transactor(self, store: Store | None = None, **options: Unpack[TransactorOptions]) -> Transactor:
        """Return a transactor, as one process has it."""
        return Transactor(
            store=store or self.store,
            keys=KEYS,
            clock=lambda: self.now,
            entropy=self.next_entropy,
            rules=lambda: (self.rules, self.config),
            codes_paused=lambda: self.codes_paused,
            **options,
        )

    async def load_record(self, subscriber: str = MIA) -> Subscriber:
        """Return what is stored."""
        return await load_stored(self.store, subscriber)

    async def take_posted(self, lane: str, subscriber: str = MIA) -> list[PostedEffect]:
        """Take everything out of a lane, in order."""
        return [decode_posted(claim.item) for claim in await take_all(self.store, lane, subscriber)]


async def load_stored(store: Store, subscriber: str = MIA) -> Subscriber:
    """Return what a store has of a person."""
    raw = (await store.load(subscriber)).record
    assert raw
    return records.decode(raw)


async def take_all(store: Store, lane: str, subscriber: str = MIA) -> list[Claim]:
    """Take all heads of a person's lane out of a store."""
    claim, taken = await store.claim(lane, subscriber, lease_ms=60_000), []
    while claim is not None:
        taken.append(claim)
        assert await store.begin(claim)
        _, claim = await store.settle(claim, lease_ms=60_000)
    return taken
