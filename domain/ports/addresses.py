"""The port to the aggregates of addresses."""

from collections.abc import Sequence
from typing import Protocol

from domain.ports.meetings import Meetings


class AddressStore(Meetings, Protocol):
    """The part of a store that keeps addresses."""

    async def load_address(self, address: str) -> tuple[bytes | None, int]:
        """Return the aggregate of an address and its version (None and 0 if there is none)."""

    async def load_addresses(self, addresses: Sequence[str]) -> Sequence[tuple[bytes | None, int]]:
        """Return the aggregates of many addresses and their versions, in the same order, in few round trips."""

    async def save_address(self, address: str, *, version: int, state: bytes) -> bool:
        """Save the aggregate if it still has this version; returns whether it was saved."""


class ConfirmationCounts(Protocol):
    """The part of a store that counts the confirmation mails of the last hour, for all processes together."""

    async def count_asked(self, *, minute: int, most: int, unproven: int, for_each: int) -> bool:
        """Count a confirmation mail in this minute since 1970, for all processes; return False if there were too many.

        Too many are ``most`` within an hour, or ``unproven`` and ``for_each`` more for each confirmation of that hour.
        """

    async def count_confirmed(self, *, minute: int) -> None:
        """Count a confirmation."""
