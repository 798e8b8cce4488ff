"""Pools of vouchers, seats, lists of the team, and the live edition, on Valkey."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from domain.ports import SeatsAnswer
from store.compression import decompress_line
from store.keys import LIVE_EDITION_KEY, meta_value_key
from store.valkey.base import ValkeyStorePart
from store.valkey.script import DRAW, FILL, RAISE_EDITION, RETURN_SEATS, SWAP_EDITION, TAKE_SEATS

_FILLED_AT_ONCE = 1_000
"""Vouchers added by one run of the script: the server serves no other command while it runs."""


class ValkeyPools(ValkeyStorePart):
    """The data of the whole installation rather than of a person."""

    async def fill_pool(self, pool: str, vouchers: Sequence[str]) -> int:
        """Add vouchers that were never in the pool; return how many."""
        left, known, _ = self._keys.keys_of(pool).voucher_pool(pool)
        # A large pool comes in pieces, and a repeated call is harmless: known vouchers are left out.
        parts = [vouchers[start : start + _FILLED_AT_ONCE] for start in range(0, len(vouchers), _FILLED_AT_ONCE)]
        return sum([await self._run_write(FILL, (left, known), *part) for part in parts])

    async def draw_voucher(self, pool: str, holder: str) -> str:
        """Give the holder its voucher; empty if none is left."""
        left, _, given = self._keys.keys_of(pool).voucher_pool(pool)
        voucher: bytes = await self._run_write(DRAW, (left, given), holder)
        return voucher.decode()

    async def count_vouchers(self, pool: str) -> tuple[int, int]:
        """Return the number of vouchers left, and of those given."""
        left, _, given = self._keys.keys_of(pool).voucher_pool(pool)
        return await self._connection.run_command(b"LLEN", left), await self._connection.run_command(b"HLEN", given)

    async def take_seats(
        self, thing: str, holder: str, *, wanted: int, capacity: int, request: str, at: datetime
    ) -> SeatsAnswer:
        """Let the holder have this many seats of a thing in all, if so many are left."""
        # First of all: whatever happens between the two writes, erasing the holder finds the thing.
        await self._connection.run_command(b"SADD", self._things_of(holder), thing)
        values = (holder, wanted, capacity, request, int(at.timestamp() * 1000))
        held, left = await self._run_write(TAKE_SEATS, (self._keys.keys_of(thing).seats_of(thing),), *values)
        return SeatsAnswer(held, left)

    async def count_seats(self, thing: str) -> int:
        """Return the number of seats that are taken."""
        return int(await self._connection.run_command(b"HGET", self._keys.keys_of(thing).seats_of(thing), b"") or 0)

    async def return_seats(self, holder: str) -> None:
        """Give back everything that the holder has, and forget them."""
        things: list[bytes] = await self._connection.run_command(b"SMEMBERS", self._things_of(holder))
        for thing in sorted(one.decode() for one in things):
            await self._run_write(RETURN_SEATS, (self._keys.keys_of(thing).seats_of(thing),), holder)
        # Last: after a crash in between, the rest is still known.
        if things:
            await self._connection.run_command(b"SREM", self._things_of(holder), *things)

    def _things_of(self, holder: str) -> bytes:
        return self._keys.keys_of(holder).things_of(holder.encode())

    async def list_entries(self, list_name: str, *, last: int = 1000) -> Sequence[bytes]:
        """Return the newest entries of a list of the team, oldest first within a partition."""
        keys = [part.team_list(list_name) for part in self._keys.partitions]
        answers = await asyncio.gather(*(self._connection.run_command(b"LRANGE", key, -last, -1) for key in keys))
        return tuple(decompress_line(line) for answer in answers for line in answer)

    async def clear_list(self, list_name: str) -> None:
        """Empty a list of the team."""
        await asyncio.gather(
            *(self._connection.run_command(b"DEL", part.team_list(list_name)) for part in self._keys.partitions)
        )

    async def live_edition_number(self) -> int:
        """Return the number of the live edition."""
        if self._connection.spans_servers:
            return int(await self._connection.run_command(b"GET", LIVE_EDITION_KEY) or 0)
        return int(await self._connection.run_command(b"GET", self._keys.partitions[0].live_edition) or 0)

    async def set_live_edition(self, number: int, *, expected: int, description: bytes = b"") -> bool:
        """Make another edition live in all partitions at once, if ``expected`` still is."""
        if self._connection.spans_servers:
            return await self._set_live_everywhere(number, expected, description)
        # Each partition has its own copy of the number, because a commit may touch only keys of its partition.
        keys = (meta_value_key(f"live:{number}"), *[part.live_edition for part in self._keys.partitions])
        return bool(await self._run_write(SWAP_EDITION, keys, number, expected, description))

    async def _set_live_everywhere(self, number: int, expected: int, description: bytes) -> bool:
        """Decide at one place, then tell each partition; after a crash in between, commits tell the rest."""
        keys = (meta_value_key(f"live:{number}"), LIVE_EDITION_KEY)
        if not await self._run_write(SWAP_EDITION, keys, number, expected, description):
            return False
        await asyncio.gather(
            *(self._run_write(RAISE_EDITION, (part.live_edition,), number) for part in self._keys.partitions)
        )
        return True
