"""Transactors over a store in memory whose moods a test sets."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from domain import record as records
from domain.effects import Posted, decode_posted
from domain.ports import Claim, Commit, Committed, Store, StoreAwayError
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from service.engine.decide import Rules
from service.engine.transact import Transactor
from store.memory.store import MemoryStore
from tests.support.people import KEYS, NOON
from tests.support.shipped_workspace import MIA, shipped


class MoodyStore(MemoryStore):
    """A store that counts commits, can be away, and can hold a commit up."""

    def __init__(self, server_ms: Callable[[], int]) -> None:
        """Begin in a good mood."""
        super().__init__(4, server_ms=server_ms)
        self.commits: list[Commit] = []
        self.away_after = -1
        """Commits that still succeed before the store goes away; negative: it stays."""
        self.lose_answer = False
        """Whether the next commit is written but its answer lost."""
        self.open = asyncio.Event()
        self.open.set()

    async def commit(self, commit: Commit) -> Committed:
        """Commit, in this mood."""
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


@dataclass
class House:
    """A clock, a store, and what rules there are."""

    now: datetime = NOON
    server_ms: int = 1_795_000_000_000
    rules: Rules = field(default_factory=lambda: shipped().rules)
    config: WorkspaceConfig = field(default_factory=lambda: shipped().config)
    codes_paused: bool = False
    drawn: int = 0

    def __post_init__(self) -> None:
        """Make the store."""
        self.store = MoodyStore(lambda: self.server_ms)

    def entropy(self) -> bytes:
        """Return bytes that were never drawn before."""
        self.drawn += 1
        return self.drawn.to_bytes(16, "big")

    def transactor(self, store: Store | None = None) -> Transactor:
        """Return a transactor, as one process has it."""
        return Transactor(
            store=store or self.store,
            keys=KEYS,
            clock=lambda: self.now,
            entropy=self.entropy,
            rules=lambda: (self.rules, self.config),
            codes_paused=lambda: self.codes_paused,
        )

    async def record(self, subscriber: str = MIA) -> Subscriber:
        """Return what is stored."""
        return await stored(self.store, subscriber)

    async def posted(self, lane: str, subscriber: str = MIA) -> list[Posted]:
        """Take everything out of a lane, in order."""
        return [decode_posted(claim.item) for claim in await drained(self.store, lane, subscriber)]


async def stored(store: Store, subscriber: str = MIA) -> Subscriber:
    """Return what a store has of a person."""
    raw = (await store.load(subscriber)).record
    assert raw
    return records.decode(raw)


async def drained(store: Store, lane: str, subscriber: str = MIA) -> list[Claim]:
    """Take all heads of a person's lane out of a store."""
    claim, taken = await store.claim(lane, subscriber, lease_ms=60_000), []
    while claim is not None:
        taken.append(claim)
        assert await store.begin(claim)
        _, claim = await store.settle(claim, lease_ms=60_000)
    return taken
