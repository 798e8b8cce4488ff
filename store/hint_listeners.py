"""The listeners for hints in this process: every listener gets every hint."""

import asyncio
from collections.abc import AsyncIterator

_END = -1


class HintListeners:
    """Listeners, each with a queue of the hints it has not taken yet."""

    def __init__(self) -> None:
        """Start without listeners."""
        self._queues: set[asyncio.Queue[int]] = set()
        self._closed = False

    def tell_all(self, partition: int) -> None:
        """Give a hint to every present listener."""
        for queue in self._queues:
            queue.put_nowait(partition)

    def end_all(self) -> None:
        """End all listening."""
        self._closed = True
        self.tell_all(_END)

    def start_listening(self) -> AsyncIterator[int]:
        """Return the hints from now on; they end when the store closes."""
        # The queue is registered here and not in the generator: a generator runs only at the first ``anext``, and hints
        # given before that would be lost.
        queue: asyncio.Queue[int] = asyncio.Queue()
        self._queues.add(queue)
        if self._closed:
            queue.put_nowait(_END)
        return self._yield_hints(queue)

    async def _yield_hints(self, queue: asyncio.Queue[int]) -> AsyncIterator[int]:
        try:
            while (partition := await queue.get()) != _END:
                yield partition
        finally:
            self._queues.discard(queue)
