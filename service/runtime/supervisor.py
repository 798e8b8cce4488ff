"""Vital tasks: when one of them fails, the process is of no use and must end, so that it is started again.

A worker whose loop had died would otherwise look alive for ever and send nothing.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog

log = structlog.get_logger("doorstep.vital")


class ServiceFailedError(Exception):
    """A task failed that the service cannot go on without.  The log says which and where; start it again."""


def place_of(error: BaseException) -> str:
    """Return type and place of an error, of a group its first; never its text, which may be about a person."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" in {place.tb_frame.f_code.co_name}:{place.tb_lineno}" if place else ""
    return type(error).__name__ + where


@dataclass(slots=True, kw_only=True)
class Vital:
    """The vital tasks of a process."""

    failure: str = ""
    """Which task failed and how; empty as long as all is well."""
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _tell: list[Callable[[], None]] = field(default_factory=list)

    def keep(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run this until it ends or :meth:`close`."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def watch(self, tell: Callable[[], None]) -> None:
        """Call this when a task fails; at once if one has."""
        self._tell.append(tell)
        if self.failure:
            tell()

    def check(self) -> None:
        """Raise :class:`ServiceFailedError` if a task failed."""
        if self.failure:
            message = f"stopped, because a vital task failed: {self.failure}"
            raise ServiceFailedError(message)

    async def close(self) -> None:
        """End what still runs."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        self.failure = f"{task.get_name()}, {place_of(error)}"
        log.error("vital_task_failed", what=task.get_name(), error=place_of(error))
        for tell in self._tell:
            tell()
