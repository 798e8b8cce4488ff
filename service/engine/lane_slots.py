"""Who delivers the heads of a lane, and how many of each kind a worker has under way at once."""

from collections.abc import Mapping
from typing import Protocol

from domain.ports import HOOKS, INTERNAL, LATER, MARKETING, TRANSACTIONAL, Claim

SLOTS = {"chat": 128, TRANSACTIONAL: 24, MARKETING: 24, INTERNAL: 64, LATER: 64, HOOKS: 64}
"""Concurrent deliveries, by kind of lane."""
POLL_AGAIN_SHARE = 0.75
"""Part of the slots that are still taken when a lane that was full is polled again.  A poll costs more than a delivery,
so it must bring several heads."""


class LaneSender(Protocol):
    """Delivers the heads of a lane."""

    async def deliver(self, claim: Claim) -> Claim | None:
        """Deliver a claimed head; return the claim of the next one, or None."""


def widen_slots(batches: Mapping[str, int]) -> dict[str, int]:
    """Return the slots where some lanes hand mails over in batches of this size: room for two of each."""
    return SLOTS | {lane: max(SLOTS[lane], 2 * batch) for lane, batch in batches.items()}


def lane_kind(lane: str) -> str:
    """Return ``chat`` for a Page's lane, else the lane itself."""
    return lane.partition(":")[0] if lane.startswith("chat:") else lane
