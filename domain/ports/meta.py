"""The port to what belongs to the whole installation: the live edition, product users, values by name."""

from typing import Protocol


class MetaStore(Protocol):
    """The part of a store that keeps the live edition, the links of product users, and values by name."""

    async def live_edition_number(self) -> int:
        """Return the number of the live edition; 0 if none was ever applied."""

    async def set_live_edition(self, number: int, *, expected: int, description: bytes = b"") -> bool:
        """Make another edition live, in all partitions at once, if ``was`` still is; commits of the old are STALE.

        ``about`` says which it is and is kept, in the same step, as the value ``live:<number>``.
        """

    async def find_user(self, user: str) -> str | None:
        """Return the subscriber linked to a product user; None if there is none."""

    async def link_user(self, user: str, subscriber: str) -> None:
        """Link a product user to a subscriber; the newest link counts."""

    async def load_meta(self, name: str) -> bytes | None:
        """Return a value of the whole store (clock offset, workspace editions, breaker); None if there is none."""

    # Overwrites whatever is there.  Two writers who read before they write need ``compare_and_set``.
    async def save_meta(self, name: str, value: bytes) -> None:
        """Save a value of the whole store."""

    async def compare_and_set(self, name: str, expected: bytes | None, value: bytes) -> bool:
        """Save a value of the whole store if it still is ``expected``; None expects that there is none.

        Returns whether it was saved.  Of callers who expect the same at once, one gets True.
        """
