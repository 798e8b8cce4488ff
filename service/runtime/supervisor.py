"""Supervises vital tasks: if one of them fails, the process must end, so that it is started again.

Without this, a worker whose loop has died would look alive for ever and send nothing.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog

from domain.ports import StoreReplacedError
from service.engine.failures import describe_error

log = structlog.get_logger("doorstep.vital")


class ServiceFailedError(Exception):
    """A vital task failed, so the service stopped.  The log says which task, and where; start the service again."""


@dataclass(slots=True, kw_only=True)
class TaskSupervisor:
    """The vital tasks of a process."""

    failure: str = ""
    """Which task failed, and how; empty if none did."""
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _listeners: list[Callable[[], None]] = field(default_factory=list)

    def run_vital(self, name: str, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a task until it ends or :meth:`close`."""
        task = asyncio.create_task(coroutine, name=name)
        task.add_done_callback(self._note_end)
        self._tasks.append(task)

    def call_on_failure(self, tell: Callable[[], None]) -> None:
        """Call ``tell`` when a task fails; at once if one has failed already."""
        self._listeners.append(tell)
        if self.failure:  # it may have failed before serving began to listen for failures
            tell()

    def raise_failure(self) -> None:
        """Raise :class:`ServiceFailedError` if a task failed."""
        if self.failure:
            message = f"stopped, because a vital task failed: {self.failure}"
            raise ServiceFailedError(message)

    async def close(self) -> None:
        """Cancel the tasks that still run."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        # A task that was cancelled or has simply ended is fine; only an exception makes the process useless.
        # The text of most errors may quote people; this one names no one, and says what to do.
        described = str(error) if isinstance(error, StoreReplacedError) else describe_error(error)
        self.failure = f"{task.get_name()}, {described}"
        log.error("vital_task_failed", what=task.get_name(), error=described)
        for tell in self._listeners:
            tell()
