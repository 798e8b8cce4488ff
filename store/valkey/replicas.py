"""Wait until enough replicas have every write that was answered.

``WAIT`` blocks its connection, and covers the writes of that connection only.  So it has a connection of its own and
follows a small write there: all changes travel to the replicas in one stream, so a replica that has this write has
everything that was answered before it.  One round is under way while the callers of the next one gather.  A caller
waits for two rounds at most, however many callers there are; commands on other connections never wait.

A caller names the run of the server that answered its write: after a failover, what the new primary and its replicas
have says nothing of it.  In a cluster it also names a key of the slot it wrote to.  That key never stays, so while the
slot moves away the small write is sent elsewhere, and the round vouches for nothing in that slot.
"""

import asyncio
from collections.abc import Awaitable, Callable

from domain.ports import StoreAwayError, StoreError
from store.keys import BARRIER_KEY
from store.valkey.pipeline import CommandPipeline

WAIT_MS = 1_000
"""How long a round waits for the replicas."""

OpenPipeline = Callable[[Callable[[], None]], Awaitable[CommandPipeline]]
"""Opens a connection; what it takes is called when that connection has ended."""

_Vouched = frozenset[tuple[bytes, bytes]]
"""Run of a server and barrier key, for each that a round vouches for."""


class Replicas:
    """The replicas of a server, asked over a separate connection."""

    def __init__(self, open_pipeline: OpenPipeline, wanted: int) -> None:
        """``wanted`` replicas must have a write."""
        self._open_pipeline = open_pipeline
        self._wanted = wanted
        self._pipeline: CommandPipeline | None = None
        self._barriers: set[bytes] = set()
        self._under_way: asyncio.Task[_Vouched] | None = None
        self._gathering: asyncio.Task[_Vouched] | None = None
        self._closed = False

    async def await_replication(self, server: bytes, barrier: bytes) -> None:
        """Return when enough replicas have everything that this run of the server answered so far.

        Raises :class:`StoreAwayError` when they have not within two rounds.
        """
        # Several partitions share a round; each has a key of its own, since only that one tells that its slot moves.
        self._barriers.add(barrier)
        # The round under way may have begun before our write, so only the next one vouches for it.
        if self._gathering is None:
            self._gathering = asyncio.create_task(self._ask_replicas(self._under_way))
        # Shielded: one cancelled caller must not end the round of all the others.
        if (server, barrier) not in await asyncio.shield(self._gathering):
            message = "written, but not enough replicas have it"
            raise StoreAwayError(message)

    async def _ask_replicas(self, before: asyncio.Task[_Vouched] | None) -> _Vouched:
        if before:
            await asyncio.wait({before})
        self._under_way, self._gathering = self._gathering, None
        barriers, self._barriers = tuple(self._barriers), set()
        try:
            pipeline = self._pipeline or await self._connect()
            # all are queued in one turn of the loop, so they leave together
            written = [pipeline.send_command((b"SET", barrier, b"")) for barrier in barriers]
            removed = [pipeline.send_command((b"DEL", barrier)) for barrier in barriers if barrier != BARRIER_KEY]
            waited = pipeline.send_command((b"WAIT", self._wanted, WAIT_MS))
            answers = await asyncio.gather(*written, *removed, waited, return_exceptions=True)
        except StoreError:
            return frozenset()
        # A small write that was redirected says that its slot is moving: nobody vouches for what is in it.
        count = answers[-1]
        if isinstance(count, BaseException) or count < self._wanted:
            return frozenset()
        return frozenset(
            (pipeline.server, barrier)
            for barrier, answer in zip(barriers, answers, strict=False)
            if not isinstance(answer, BaseException)
        )

    async def _connect(self) -> CommandPipeline:
        if self._closed:
            message = "the store was closed"
            raise StoreAwayError(message)
        self._pipeline = await self._open_pipeline(self._on_loss)
        return self._pipeline

    def _on_loss(self) -> None:
        self._pipeline = None

    async def close(self) -> None:
        """End the connection; idempotent."""
        self._closed = True
        if self._pipeline:
            self._pipeline.close()
        rounds = {task for task in (self._under_way, self._gathering) if task}
        if rounds:
            await asyncio.wait(rounds)
        if self._pipeline:  # opened while it closed
            self._pipeline.close()
