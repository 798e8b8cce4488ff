"""Cache of platform-assigned ids, per Page: attachments that the platform keeps, and personas.

The ids are kept in the store, one small value for each Page and kind, so that every process uses them and nothing is
uploaded twice.  A lost id costs one upload.
"""

import hashlib

import msgspec

from domain.ports import MetaStore

# A media address that is filled in for each person would otherwise make the value grow without end.
MOST_IDS = 500
"""Ids kept for a Page and kind; the oldest are dropped."""
_HASH_CHARACTERS = 16


class PlatformIdCache:
    """The ids of one kind of thing, such as ``attachments``."""

    def __init__(self, store: MetaStore, kind: str) -> None:
        """Keep them in this store; those of a Page are read at its first look-up."""
        self._store = store
        self._kind = kind
        self._by_page: dict[str, dict[str, str]] = {}

    async def find_id(self, page: str, thing: str) -> str:
        """Return the id of a thing, which is named by its address or content; empty if it has none."""
        ids = self._by_page.get(page)
        if ids is None:
            ids = self._by_page[page] = await self._load_ids(page)
        return ids.get(_hash_name(thing), "")

    async def keep_id(self, page: str, thing: str, platform_id: str) -> None:
        """Remember the id of a thing."""
        await self._merge_ids(page, {_hash_name(thing): platform_id}, dropped="")

    async def forget_id(self, page: str, thing: str) -> None:
        """Drop the id of a thing that the platform does not know any more."""
        await self._merge_ids(page, {}, dropped=_hash_name(thing))

    async def _merge_ids(self, page: str, added: dict[str, str], *, dropped: str) -> None:
        """Merge with what other processes wrote."""
        # Read, then write: of two processes that write at the same moment one loses its id, and uploads again.
        # A new id is moved to the end, because the oldest are cut off at the front.
        stored = await self._load_ids(page)
        kept = {name: platform_id for name, platform_id in stored.items() if name != dropped and name not in added}
        kept = dict(list((kept | added).items())[-MOST_IDS:])
        self._by_page[page] = kept
        await self._store.save_meta(self._meta_key(page), msgspec.msgpack.encode(kept))

    async def _load_ids(self, page: str) -> dict[str, str]:
        raw = await self._store.load_meta(self._meta_key(page))
        return msgspec.msgpack.decode(raw, type=dict[str, str]) if raw else {}

    def _meta_key(self, page: str) -> str:
        return f"{self._kind}:{page}"


def _hash_name(thing: str) -> str:
    # Names are addresses of up to 2,000 characters; 64 bits of hash tell 500 of them apart.
    return hashlib.sha256(thing.encode()).hexdigest()[:_HASH_CHARACTERS]
