"""Wait until enough replicas have every write that was answered.

``WAIT`` blocks its connection, and covers the writes of that connection only.  So it has a connection of its own and
follows a small write there: all changes travel to the replicas in one stream, so a replica that has this write has
everything that was answered before it.  One round is under way while the callers of the next one gather.  A caller
waits for two rounds at most, however many callers there are; commands on other connections never wait.
"""

import asyncio

from domain.ports import StoreAwayError
from store.keys import BARRIER_KEY
from store.valkey.connection import ValkeyConnection

WAIT_MS = 1_000
"""How long a round waits for the replicas."""


class Replicas:
    """The replicas of a server, asked over a separate connection."""

    def __init__(self, connection: ValkeyConnection, wanted: int) -> None:
        """``wanted`` replicas must have a write; ``connection`` is open and used for nothing else."""
        self._connection = connection
        self._wanted = wanted
        self._under_way: asyncio.Task[int] | None = None
        self._gathering: asyncio.Task[int] | None = None

    async def await_replication(self) -> None:
        """Return when enough replicas have everything that was answered so far.

        Raises :class:`StoreAwayError` when they have not within two rounds.
        """
        # The round under way may have begun before our write, so only the next one vouches for it.
        if self._gathering is None:
            self._gathering = asyncio.create_task(self._ask_replicas(self._under_way))
        # Shielded: one cancelled caller must not end the round of all the others.
        if await asyncio.shield(self._gathering) < self._wanted:
            message = "written, but not enough replicas have it"
            raise StoreAwayError(message)

    async def _ask_replicas(self, before: asyncio.Task[int] | None) -> int:
        """Return the number of replicas that have everything; 0 if the server is away."""
        if before:
            await asyncio.wait({before})
        self._under_way, self._gathering = self._gathering, None
        try:
            # both are queued in one turn of the loop, so they leave on the same connection
            _, count = await asyncio.gather(
                self._connection.run_command(b"SET", BARRIER_KEY, b""),
                self._connection.run_command(b"WAIT", self._wanted, WAIT_MS),
            )
        except StoreAwayError:
            return 0
        return int(count)

    async def close(self) -> None:
        """End the connection; idempotent."""
        await self._connection.close()
