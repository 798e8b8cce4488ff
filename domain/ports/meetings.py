"""How often a store was left, which says whether what was read before is still in it."""

from typing import Protocol


class Meetings(Protocol):
    """A store that may come back without its newest writes, and then counts the same versions again."""

    @property
    def meetings(self) -> int:
        """How often the store was left and has to be met anew; what is remembered from before may not be in it.

        A version that was read at one meeting must not be written on at another: compare right before the write, with
        no await between.
        """
