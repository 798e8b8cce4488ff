"""Mails that are on their way to the mail server and have not begun to go: a stop gives them up at once."""

import asyncio
from collections.abc import Awaitable

from email_out.transports.base import DeliveryResult, RetryLater

_STOPS = RetryLater(reason="the service stops", failed=False)


class OpenEnvelopes:
    """The deliveries between taking a connection and the gate."""

    def __init__(self) -> None:
        """Nothing is on its way."""
        self._tasks: set[asyncio.Task[object]] = set()
        self._stopped = False

    async def watch(self, sending: Awaitable[DeliveryResult]) -> DeliveryResult:
        """Return how a send ended; one that is given up goes back to its lane."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  a coroutine runs in a task
        self._tasks.add(task)
        # Only a cancellation asks: a stop that came before, as after, reaches the mail at its next wait.
        if self._stopped:
            task.cancel()
        try:
            return await sending
        except asyncio.CancelledError:
            # Another cancellation than ours, or one after the gate: the outcome is not ours to tell.
            if task not in self._tasks or task.uncancel():
                raise
            return _STOPS
        finally:
            self._tasks.discard(task)

    def note_gate(self) -> None:
        """Note that the present delivery asks its gate: from here on a cancellation would leave its outcome unknown."""
        if task := asyncio.current_task():
            self._tasks.discard(task)

    def give_up(self) -> None:
        """Give up every mail that is not handed over: a server that drips its answers must not hold up the end."""
        self._stopped = True
        for task in self._tasks:
            task.cancel()
