"""The port through which processes share the partitions of one store."""

from collections.abc import AsyncIterator
from typing import Protocol


class WorkSharing(Protocol):
    """The part of a store through which workers divide the partitions and wake each other."""

    async def renew_leases(self, worker: str, *, lease_ms: int) -> frozenset[int]:
        """Renew this worker's partition leases, take its fair share of free ones, give up what is too much.

        Returns the partitions this worker holds.  The share is partitions / living workers, rounded up.
        """

    async def release_leases(self, worker: str) -> None:
        """Give all leases of this worker back."""

    async def free_all(self) -> None:
        """Free every partition and claimed head, for an application that is alone with the store and has just started.

        Whoever had them is dead.  What is known of attempts stays, so nothing is sent twice for it.
        """

    async def publish_hint(self, *partitions: int) -> None:
        """Tell other processes that partitions have new work (PUBLISH); best effort."""

    def listen_hints(self) -> AsyncIterator[int]:
        """Yield the partitions that others hinted at; best effort, ends when the store closes."""
