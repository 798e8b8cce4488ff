"""How workers share the partitions, and what becomes of the claims of a dead one, on Valkey.

Every worker has a number, and the tokens of its claims end in it.  A worker whose lease ran out is dead for those who
see it so at two renewals in a row: after a pause of the whole store everybody's lease has run out, and the first one to
come back must not take the others for dead.  Then its claims are freed, and its number after them.  A worker that only
stood still finds that its tokens are not the scores any more (``begin.lua``), and gets a new number.
"""

import asyncio
from collections.abc import Iterable

from store.keys import LANES_KEY, LEASES_KEY, NUMBERS_KEY, WORKERS_KEY, StoreKeys
from store.valkey.base import StoreConnection, ValkeyStorePart
from store.valkey.script import FREE, LEASE, RELEASE


class ValkeySharing(ValkeyStorePart):
    """Leases of partitions, and the end of dead workers."""

    def __init__(self, connection: StoreConnection, keys: StoreKeys) -> None:
        """Nobody is known to be silent yet."""
        super().__init__(connection, keys)
        self._silent: frozenset[int] = frozenset()
        """Numbers of the workers that were silent at the renewal before."""

    async def renew_leases(self, worker: str, *, lease_ms: int) -> frozenset[int]:
        """Renew this worker's partition leases, balance them with the other living workers, bury the dead."""
        keys = (WORKERS_KEY, LEASES_KEY, NUMBERS_KEY)
        args = (worker, lease_ms, len(self._keys.partitions), self._worker_number)
        self._worker_number, silent, held = await self._run_write(LEASE, keys, *args)
        dead, self._silent = self._silent.intersection(silent), frozenset(silent)
        if dead:
            await self._free_claims(dead)
            await self._connection.run_durable(b"HDEL", NUMBERS_KEY, *sorted(dead))
        return frozenset(int(partition) for partition in held)

    async def release_leases(self, worker: str) -> None:
        """Give all leases of this worker back; the others free what it still has claimed."""
        await self._run_write(RELEASE, (WORKERS_KEY, LEASES_KEY), worker)

    async def free_all(self) -> None:
        """Free every partition and every claimed head; only for an application that is alone with the store."""
        await self._connection.run_command(b"DEL", WORKERS_KEY, LEASES_KEY)
        await self._free_claims(())

    async def _free_claims(self, numbers: Iterable[int]) -> None:
        """Free the claims of the workers with these numbers; without any, everybody's."""
        lanes = await self._connection.run_command(b"SMEMBERS", LANES_KEY)
        if lanes:
            sets = ([part.ready_set(lane) for lane in lanes] for part in self._keys.partitions)
            await asyncio.gather(*(self._run_write(FREE, keys, *numbers) for keys in sets))
