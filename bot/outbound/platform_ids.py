"""Ids that the platform gave to things of ours, by Page: attachments it keeps, and personas.

They are kept in the store, one small value a Page and kind, so that every process uses them and nothing is uploaded
twice.  Losing one costs an upload.  At most :data:`MOST` are kept, the oldest go first: an address that is filled
in for each person would otherwise grow without end.
"""

import hashlib

import msgspec

from domain.ports import MetaStore

MOST_IDS = 500
_HASH_CHARACTERS = 16


class PlatformIdCache:
    """The ids of one kind of thing, such as ``attachments``."""

    def __init__(self, store: MetaStore, kind: str) -> None:
        """Keep them in this store; each Page's are read when first asked for."""
        self._store = store
        self._kind = kind
        self._by_page: dict[str, dict[str, str]] = {}

    async def find_id(self, page: str, thing: str) -> str:
        """Return the id of a thing, named by whatever tells it apart (an address); empty: none is known."""
        ids = self._by_page.get(page)
        if ids is None:
            ids = self._by_page[page] = await self._load_ids(page)
        return ids.get(_hash_name(thing), "")

    async def keep_id(self, page: str, thing: str, platform_id: str) -> None:
        """Remember the id of a thing."""
        await self._merge_ids(page, {_hash_name(thing): platform_id}, dropped="")

    async def forget_id(self, page: str, thing: str) -> None:
        """Forget the id of a thing: the platform knows it no more."""
        await self._merge_ids(page, {}, dropped=_hash_name(thing))

    async def _merge_ids(self, page: str, added: dict[str, str], *, dropped: str) -> None:
        """Merge with what other processes wrote; of two at the same moment one is lost, and uploaded again."""
        kept = {
            name: one for name, one in (await self._load_ids(page)).items() if name != dropped and name not in added
        }
        kept = dict(list((kept | added).items())[-MOST_IDS:])
        self._by_page[page] = kept
        await self._store.save_meta(self._meta_key(page), msgspec.msgpack.encode(kept))

    async def _load_ids(self, page: str) -> dict[str, str]:
        raw = await self._store.load_meta(self._meta_key(page))
        return msgspec.msgpack.decode(raw, type=dict[str, str]) if raw else {}

    def _meta_key(self, page: str) -> str:
        return f"{self._kind}:{page}"


def _hash_name(thing: str) -> str:
    return hashlib.sha256(thing.encode()).hexdigest()[:_HASH_CHARACTERS]
