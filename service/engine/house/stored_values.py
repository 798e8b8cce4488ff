"""Loads and changes the values of the whole house, which lie in the store beside the live edition."""

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from domain.house_values import NOTHING_HELD, HouseValues
from domain.ports import MetaStore

META = "house"
"""Name of the meta value."""
_decoder = msgspec.msgpack.Decoder(HouseValues)


async def load_house(store: MetaStore) -> HouseValues:
    """Return the values that hold now."""
    raw = await store.load_meta(META)
    return _decoder.decode(raw) if raw else NOTHING_HELD


async def load_chosen(store: MetaStore) -> HouseValues:
    """Return only what was chosen of splits: it is true of the past and the future alike, as silences are not."""
    return HouseValues(chosen=(await load_house(store)).chosen)


async def change_house(store: MetaStore, change: Callable[[HouseValues], HouseValues]) -> HouseValues:
    """Change the values, also beside other processes that do; return what holds then."""
    while True:
        raw = await store.load_meta(META)
        before = _decoder.decode(raw) if raw else NOTHING_HELD
        after = change(before)
        if after == before:
            return before
        after = replace(after, number=before.number + 1)
        if await store.compare_and_set(META, raw, msgspec.msgpack.encode(after)):
            return after
