"""Lanes that are paused for all processes, by an operator or by the service itself, until somebody resumes them."""

from datetime import datetime

import msgspec

from domain.ports import MetaStore

PAUSES = "pauses"
"""Name of the value in the store."""


class LanePause(msgspec.Struct, frozen=True, kw_only=True):
    """Why and since when a lane is paused."""

    reason: str
    since: datetime


async def load_pauses(store: MetaStore) -> dict[str, LanePause]:
    """Return the lanes that are paused."""
    return _decode(await store.load_meta(PAUSES))


async def pause_lane(store: MetaStore, lane: str, pause: LanePause) -> bool:
    """Pause a lane; return False if it was paused already, and leave the older reason."""
    # An operator and the service may pause at the same moment; whoever is second looks again.
    while True:
        value = await store.load_meta(PAUSES)
        pauses = _decode(value)
        if lane in pauses:
            return False
        if await store.compare_and_set(PAUSES, value, msgspec.json.encode(pauses | {lane: pause})):
            return True


async def resume_lane(store: MetaStore, lane: str) -> bool:
    """Resume a lane; return False if it was not paused."""
    while True:
        value = await store.load_meta(PAUSES)
        pauses = _decode(value)
        if pauses.pop(lane, None) is None:
            return False
        if await store.compare_and_set(PAUSES, value, msgspec.json.encode(pauses)):
            return True


def _decode(value: bytes | None) -> dict[str, LanePause]:
    return msgspec.json.decode(value, type=dict[str, LanePause]) if value else {}
