"""Whether enough replicas have what was written.

``WAIT`` holds up its whole connection, and tells of what was written on that connection only.  So it has one of its
own, and follows a small write there: all changes travel to the replicas in one stream, so whoever has that write has
everything that was answered before it.  One round is under way while the callers of the next gather: however many
write, and however slow a replica is, a caller waits for two rounds at most and nobody else waits at all.
"""

import asyncio

from domain.ports import StoreAwayError
from store.keys import BARRIER
from store.valkey.connection import Wire

WAIT_MS = 1_000
"""How long a round waits for the replicas."""


class Replicas:
    """The replicas of a server, asked over a connection of their own."""

    def __init__(self, wire: Wire, wanted: int) -> None:
        """``wanted`` replicas must have a write; ``wire`` is open and used for nothing else."""
        self._wire = wire
        self._wanted = wanted
        self._under_way: asyncio.Task[int] | None = None
        self._gathering: asyncio.Task[int] | None = None

    async def have_it(self) -> None:
        """Return when enough replicas have everything that was answered so far.

        Raises :class:`StoreAwayError` when they have not within two rounds.
        """
        if self._gathering is None:
            self._gathering = asyncio.create_task(self._round(self._under_way))
        if await asyncio.shield(self._gathering) < self._wanted:
            message = "written, but not enough replicas have it"
            raise StoreAwayError(message)

    async def _round(self, before: asyncio.Task[int] | None) -> int:
        """Return how many replicas have it; none, if the server is away."""
        if before:
            await asyncio.wait({before})
        self._under_way, self._gathering = self._gathering, None
        try:
            # both are queued in one turn of the loop, so they leave on the same connection
            _, count = await asyncio.gather(
                self._wire.call(b"SET", BARRIER, b""), self._wire.call(b"WAIT", self._wanted, WAIT_MS)
            )
        except StoreAwayError:
            return 0
        return int(count)

    async def close(self) -> None:
        """End the connection; idempotent."""
        await self._wire.close()
