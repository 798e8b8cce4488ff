"""The port to the aggregates of addresses."""

from typing import Protocol


class AddressStore(Protocol):
    """The part of a store that keeps addresses."""

    async def load_address(self, address: str) -> tuple[bytes | None, int]:
        """Return the aggregate of an address and its version (None and 0 if there is none)."""

    async def save_address(self, address: str, *, version: int, state: bytes) -> bool:
        """Save the aggregate if it still has this version; returns whether it was saved."""
