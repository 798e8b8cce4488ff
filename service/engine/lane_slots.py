"""How many deliveries of each kind of lane a worker has under way at once."""

from domain.ports import HOOKS, INTERNAL, LATER, MARKETING, TRANSACTIONAL

SLOTS = {"chat": 128, TRANSACTIONAL: 24, MARKETING: 24, INTERNAL: 64, LATER: 64, HOOKS: 64}
"""Concurrent deliveries, by kind of lane."""
POLL_AGAIN_AT = {kind: room * 3 // 4 for kind, room in SLOTS.items()}
"""Deliveries left at which a lane that was full is polled again.  A poll costs more than a delivery, so it must bring
several heads."""


def lane_kind(lane: str) -> str:
    """Return ``chat`` for a Page's lane, else the lane itself."""
    return lane.partition(":")[0] if lane.startswith("chat:") else lane
