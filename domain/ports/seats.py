"""The port to the seats that people take: of each thing there are only so many."""

from datetime import datetime
from typing import NamedTuple, Protocol


class SeatsAnswer(NamedTuple):
    """What a holder has of a thing after asking."""

    held: int
    """Seats of this holder."""
    left: int
    """Seats that nobody has; 0 also where more were given than there are by now."""


class SeatStore(Protocol):
    """The part of a store that counts seats."""

    async def take_seats(
        self, thing: str, holder: str, *, wanted: int, capacity: int, request: str, at: datetime
    ) -> SeatsAnswer:
        """Let the holder (a subscriber) have this many seats of a thing in all; 0 gives them back.

        Changes nothing if too few are left.  Fewer than before is always granted, also beyond the capacity.
        Idempotent by ``request``: asked again, the answer stays the same.  A request that was made (``at``) before the
        holder's latest one changes nothing.
        """

    async def count_seats(self, thing: str) -> int:
        """Return the number of seats that are taken."""

    async def return_seats(self, holder: str) -> None:
        """Give back everything that the holder has, and forget them.  Idempotent."""


class SeatCounter:
    """Who has how many seats of one thing, in memory; ``store/valkey/scripts/take.lua`` has the same rule.

    One contract suite judges both.
    """

    def __init__(self) -> None:
        """Start with all of them free."""
        self._held: dict[str, tuple[int, datetime, str]] = {}

    @property
    def taken(self) -> int:
        """The number of seats that are taken."""
        return sum(held for held, _, _ in self._held.values())

    def take_seats(self, holder: str, wanted: int, capacity: int, request: str, at: datetime) -> SeatsAnswer:
        """Let the holder have so many seats, if enough are left."""
        held, last_at, last_request = self._held.get(holder, (0, at, ""))
        if request != last_request and at >= last_at:
            if wanted <= held or self.taken - held + wanted <= capacity:
                held = wanted
            self._held[holder] = held, at, request
        return SeatsAnswer(held, max(0, capacity - self.taken))

    def forget_holder(self, holder: str) -> None:
        """Give back what the holder has, and forget the holder."""
        self._held.pop(holder, None)
