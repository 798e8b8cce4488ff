"""An event loop in virtual time, on which all processes of a simulated installation run, and can be killed.

Rules:

* Time passes only when nobody has anything to do: then it jumps to the next timer.  A minute costs what happens in it.
* Every callback belongs to a process, which its context names.  Callbacks of one process run in their order, as on the
  real loop; which process is next is drawn from the seed.
* A killed process runs nothing more: no ``finally``, no ``except``, as after ``kill -9``.  A process that stands still
  runs nothing until it is let go, and then everything that it missed.
"""

import asyncio
import heapq
import random  # noqa: TID251  the seed of a simulation
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import Context, ContextVar, copy_context
from typing import Any, cast

MOST_STEPS = 400_000
"""Callbacks of a whole simulation; one that needs more spins."""

MOST_CLOSINGS = 30
"""Blocks of one coroutine, nested in each other, that await when they end."""


class SpinError(Exception):
    """Callbacks follow each other without end, and time does not pass."""


def do_nothing() -> None:
    """Do nothing."""


class LoopProcess:
    """What the loop knows of a process."""

    def __init__(self, name: str) -> None:
        """Begin with nothing to do."""
        self.name = name
        self.ready: deque[LoopHandle] = deque()
        self.dead = False
        self.frozen = False
        self.listed = False
        """Whether the loop has it among those with something to do."""
        self.steps = 0
        """Callbacks that ran."""
        self.trap: tuple[int, Callable[[], None]] = (0, do_nothing)
        """A step of the process, and what befalls it right before."""
        self.tasks: list[asyncio.Task[Any]] = []


WORLD = LoopProcess("world")
"""Stands for everything that is no process of ours: network, store, platform, mail server, people."""
PROCESS: ContextVar[LoopProcess] = ContextVar("process")


_WORLD_CONTEXT = Context()


class LoopHandle:
    """A callback that waits for its turn; stands for :class:`asyncio.Handle` and :class:`asyncio.TimerHandle`."""

    __slots__ = ("_arguments", "_callback", "_context", "_stopped", "_when", "process")

    def __init__(
        self, callback: Callable[..., object], arguments: tuple[Any, ...], context: Context | None, when: float
    ) -> None:
        """Take a callback of the process that the context names."""
        self._context = copy_context() if context is None else context
        self._callback = callback
        self._arguments = arguments
        self._when = when
        self._stopped = False
        self.process = self._context.get(PROCESS, WORLD)

    def cancel(self) -> None:
        """Do not run it."""
        self._stopped = True

    def cancelled(self) -> bool:
        """Return whether it will not run."""
        return self._stopped

    def when(self) -> float:
        """Return the time at which it is due."""
        return self._when

    def run(self) -> None:
        """Run the callback in its context, unless it was cancelled."""
        if not self._stopped:
            self._context.run(self._callback, *self._arguments)


class SimulatedLoop:
    """The loop; only what pure asyncio asks of one is there, and whoever reaches for a socket or a thread fails."""

    def __init__(self, dice: random.Random) -> None:
        """Begin at time 0."""
        self.now = 0.0
        self._as_loop = cast("asyncio.AbstractEventLoop", self)
        self.failures: list[str] = []
        """Exceptions that nobody caught."""
        self._dice = dice
        self._timers: list[tuple[float, int, LoopHandle]] = []
        self._number = 0
        self._steps = 0
        WORLD.ready.clear()
        WORLD.tasks.clear()
        WORLD.listed, WORLD.steps = False, 0
        self._busy: list[LoopProcess] = []
        """Processes that have something to do and may."""

    # -- what asyncio asks of a loop -------------------------------------------------------------------------
    def time(self) -> float:
        """Return virtual seconds since the beginning."""
        return self.now

    def get_debug(self) -> bool:
        """Return False."""
        return False

    def is_running(self) -> bool:
        """Return True."""
        return True

    def is_closed(self) -> bool:
        """Return False."""
        return False

    def call_soon(self, callback: Callable[..., object], *args: object, context: Context | None = None) -> LoopHandle:
        """Run a callback in this turn."""
        handle = LoopHandle(callback, args, context, self.now)
        self._make_ready(handle)
        return handle

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> LoopHandle:
        """Run a callback after some seconds."""
        return self.call_at(self.now + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> LoopHandle:
        """Run a callback at a time."""
        handle = LoopHandle(callback, args, context, when)
        # The number keeps timers of one moment in their order, and the handles from being compared.
        self._number += 1
        heapq.heappush(self._timers, (when, self._number, handle))
        return handle

    def create_future(self) -> asyncio.Future[Any]:
        """Return a future of this loop."""
        return asyncio.Future(loop=self._as_loop)

    def create_task(
        self, coro: Coroutine[Any, Any, Any], *, name: str | None = None, context: Context | None = None
    ) -> asyncio.Task[Any]:
        """Start a task; its process keeps it, so that a kill never lets it be collected half-way."""
        task = asyncio.Task(coro, loop=self._as_loop, name=name, context=context)
        PROCESS.get(WORLD).tasks.append(task)
        return task

    def run_in_executor(self, _executor: None, work: Callable[..., object], *args: object) -> asyncio.Future[Any]:
        """Do what a thread would do, in one piece and some milliseconds later."""
        done = self.create_future()

        def finish() -> None:
            try:
                result = work(*args)
            except Exception as error:  # noqa: BLE001  whoever waits must get it
                done.set_exception(error)
            else:
                if not done.done():
                    done.set_result(result)

        self.call_in(PROCESS.get(WORLD), self._dice.random() * 0.005, finish)
        return done

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Note what nobody caught."""
        error = context.get("exception")
        self.failures.append(f"{context.get('message')}: {type(error).__name__} {error}")

    # -- what the simulation asks of it ----------------------------------------------------------------------
    def start_in(self, process: LoopProcess, work: Coroutine[Any, Any, Any]) -> None:
        """Start a task as part of a process."""
        context = copy_context()
        context.run(PROCESS.set, process)
        _ = context.run(self.create_task, work, context=context)

    def call_in(self, process: LoopProcess, delay: float, callback: Callable[..., object], *args: object) -> None:
        """Run a callback as part of a process after some seconds."""
        context = Context()
        context.run(PROCESS.set, process)
        self.call_at(self.now + delay, callback, *args, context=context)

    def call_world(self, when: float, callback: Callable[..., object], *args: object) -> None:
        """Run a callback of the world at a time, whoever asks for it."""
        self.call_at(when, callback, *args, context=_WORLD_CONTEXT)

    def kill(self, process: LoopProcess) -> None:
        """End a process where it stands."""
        process.dead = True
        process.ready.clear()
        self._drop(process)

    def freeze(self, process: LoopProcess) -> None:
        """Let a process stand still."""
        process.frozen = True
        self._drop(process)

    def let_go(self, process: LoopProcess) -> None:
        """End a stand-still; what was missed is run now."""
        process.frozen = False
        if process.ready and not process.dead:
            self._list_process(process)

    def run_until(self, end: float) -> None:
        """Run everything that is due until a time."""
        asyncio.events._set_running_loop(self._as_loop)
        try:
            while True:
                if self._busy:
                    self._run_one()
                elif self._timers and self._timers[0][0] <= end:
                    self._take_timer()
                else:
                    self.now = max(self.now, end)
                    return
        finally:
            asyncio.events._set_running_loop(None)

    def leap(self, seconds: float) -> None:
        """Let time pass while everybody stands still; timers that were due meanwhile run once, now."""
        self.now += seconds

    def _make_ready(self, handle: LoopHandle) -> None:
        process = handle.process
        if process.dead:
            return
        process.ready.append(handle)
        if not process.frozen:
            self._list_process(process)

    def _list_process(self, process: LoopProcess) -> None:
        if not process.listed:
            process.listed = True
            self._busy.append(process)

    def _take_timer(self) -> None:
        when, _, handle = heapq.heappop(self._timers)
        self.now = max(self.now, when)
        if not handle.cancelled():
            self._make_ready(handle)

    def _run_one(self) -> None:
        busy = self._busy
        process = busy[0] if len(busy) == 1 else busy[int(self._dice.random() * len(busy))]
        process.steps += 1
        self._steps += 1
        if self._steps > MOST_STEPS:
            message = f"more than {MOST_STEPS} callbacks by {self.now:.1f} s"
            raise SpinError(message)
        if process.steps == process.trap[0]:
            process.trap[1]()
            return
        process.ready.popleft().run()
        if not process.ready and process.listed:
            self._drop(process)

    def _drop(self, process: LoopProcess) -> None:
        if process.listed:
            process.listed = False
            self._busy.remove(process)


def bury_tasks(process: LoopProcess) -> None:
    """Take the tasks of a process apart, quietly: what their ``finally`` blocks do reaches nobody any more."""
    for task in process.tasks:
        if task.done():
            task.cancelled() or task.exception()
            continue
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # asyncio's own switch, as its tests use it
        for _ in range(MOST_CLOSINGS):
            with suppress(RuntimeError):  # each finally block that awaits refuses once
                task.get_coro().close()
                break
    process.tasks.clear()
