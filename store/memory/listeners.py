"""Who listens for hints in this process: every listener hears every hint."""

import asyncio
from collections.abc import AsyncIterator

_END = -1


class Hints:
    """Listeners and what they have not heard yet."""

    def __init__(self) -> None:
        """Start without listeners."""
        self._queues: set[asyncio.Queue[int]] = set()
        self._closed = False

    def tell(self, partition: int) -> None:
        """Give a hint to everybody who listens now."""
        for queue in self._queues:
            queue.put_nowait(partition)

    def close(self) -> None:
        """End all listening."""
        self._closed = True
        self.tell(_END)

    def listen(self) -> AsyncIterator[int]:
        """Listen from now on until the store closes."""
        queue: asyncio.Queue[int] = asyncio.Queue()
        self._queues.add(queue)
        if self._closed:
            queue.put_nowait(_END)
        return self._heard(queue)

    async def _heard(self, queue: asyncio.Queue[int]) -> AsyncIterator[int]:
        try:
            while (partition := await queue.get()) != _END:
                yield partition
        finally:
            self._queues.discard(queue)
