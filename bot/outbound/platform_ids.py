"""Ids that the platform gave to things of ours, by Page: attachments it keeps, and personas.

They are kept in the store, one small value a Page and kind, so that every process uses them and nothing is uploaded
twice.  Losing one costs an upload.  At most :data:`MOST` are kept, the oldest go first: an address that is filled
in for each person would otherwise grow without end.
"""

import hashlib

import msgspec

from domain.ports import Store

MOST = 500
_HEX = 16


class Keepsakes:
    """The ids of one kind of thing, such as ``attachments``."""

    def __init__(self, store: Store, kind: str) -> None:
        """Keep them in this store; each Page's are read when first asked for."""
        self._store = store
        self._kind = kind
        self._known: dict[str, dict[str, str]] = {}

    async def find(self, page: str, thing: str) -> str:
        """Return the id of a thing, named by whatever tells it apart (an address); empty: none is known."""
        known = self._known.get(page)
        if known is None:
            known = self._known[page] = await self._read(page)
        return known.get(_short(thing), "")

    async def keep(self, page: str, thing: str, given: str) -> None:
        """Remember the id of a thing."""
        await self._write(page, {_short(thing): given}, gone="")

    async def forget(self, page: str, thing: str) -> None:
        """Forget the id of a thing: the platform knows it no more."""
        await self._write(page, {}, gone=_short(thing))

    async def _write(self, page: str, more: dict[str, str], *, gone: str) -> None:
        """Merge with what other processes wrote; of two at the same moment one is lost, and uploaded again."""
        kept = {name: one for name, one in (await self._read(page)).items() if name != gone and name not in more}
        kept = dict(list((kept | more).items())[-MOST:])
        self._known[page] = kept
        await self._store.set_meta(self._meta(page), msgspec.msgpack.encode(kept))

    async def _read(self, page: str) -> dict[str, str]:
        raw = await self._store.meta(self._meta(page))
        return msgspec.msgpack.decode(raw, type=dict[str, str]) if raw else {}

    def _meta(self, page: str) -> str:
        return f"{self._kind}:{page}"


def _short(thing: str) -> str:
    return hashlib.sha256(thing.encode()).hexdigest()[:_HEX]
