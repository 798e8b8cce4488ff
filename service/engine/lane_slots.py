"""How many deliveries of each kind of lane a worker has under way at once."""

from collections.abc import Mapping

from domain.ports import HOOKS, INTERNAL, LATER, MARKETING, TRANSACTIONAL

SLOTS = {"chat": 128, TRANSACTIONAL: 24, MARKETING: 24, INTERNAL: 64, LATER: 64, HOOKS: 64}
"""Concurrent deliveries, by kind of lane."""
POLL_AGAIN_SHARE = 0.75
"""Part of the slots that are still taken when a lane that was full is polled again.  A poll costs more than a delivery,
so it must bring several heads."""


def widen_slots(batches: Mapping[str, int]) -> dict[str, int]:
    """Return the slots where some lanes hand mails over in batches of this size: room for two of each."""
    return SLOTS | {lane: max(SLOTS[lane], 2 * batch) for lane, batch in batches.items()}


def lane_kind(lane: str) -> str:
    """Return ``chat`` for a Page's lane, else the lane itself."""
    return lane.partition(":")[0] if lane.startswith("chat:") else lane
