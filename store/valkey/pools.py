"""Pools of codes, books of notes, and which edition is live, on Valkey."""

import asyncio
from collections.abc import Sequence

from store.compression import unpack
from store.keys import meta_value
from store.valkey.base import ValkeyPart
from store.valkey.script import DRAW, FILL, SWAP

_FILLED = 1_000
"""Codes added by one run of the script: it holds everybody up as long as it runs."""


class ValkeyPools(ValkeyPart):
    """What belongs to the whole installation rather than to a person."""

    async def fill_pool(self, pool: str, codes: Sequence[str]) -> int:
        """Add codes that were never in the pool; return how many."""
        left, known, _ = self._keys.of(pool).pool(pool)
        parts = [codes[start : start + _FILLED] for start in range(0, len(codes), _FILLED)]
        return sum([await self._write(FILL, (left, known), *part) for part in parts])

    async def draw(self, pool: str, holder: str) -> str:
        """Give the holder its code; empty if none is left."""
        left, _, given = self._keys.of(pool).pool(pool)
        code: bytes = await self._write(DRAW, (left, given), holder)
        return code.decode()

    async def pool(self, pool: str) -> tuple[int, int]:
        """Return how many codes are left, and how many were given."""
        left, _, given = self._keys.of(pool).pool(pool)
        return await self._wire.call(b"LLEN", left), await self._wire.call(b"HLEN", given)

    async def notes(self, book: str, *, last: int = 1000) -> Sequence[bytes]:
        """Return the newest lines of a book, oldest first within a partition."""
        keys = [part.notes(book) for part in self._keys.partitions]
        answers = await asyncio.gather(*(self._wire.call(b"LRANGE", key, -last, -1) for key in keys))
        return tuple(unpack(line) for answer in answers for line in answer)

    async def clear_notes(self, book: str) -> None:
        """Empty a book."""
        await asyncio.gather(*(self._wire.call(b"DEL", part.notes(book)) for part in self._keys.partitions))

    async def epoch(self) -> int:
        """Return the number of the live edition."""
        return int(await self._wire.call(b"GET", self._keys.partitions[0].epoch) or 0)

    async def set_epoch(self, epoch: int, *, was: int, about: bytes = b"") -> bool:
        """Make another edition live in all partitions at once, if ``was`` still is."""
        keys = (meta_value(f"live:{epoch}"), *[part.epoch for part in self._keys.partitions])
        return bool(await self._write(SWAP, keys, epoch, was, about))
