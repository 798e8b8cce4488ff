"""Processor time by process: what a job costs, whatever else the machine does meanwhile."""

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from bench.table import Figures

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True, kw_only=True)
class ProcessorTime:
    """Counts the processor time of a service, of the processes it started (its store), and of this one (the load)."""

    service: int
    """Process id."""
    _began: Mapping[str, float] = field(default_factory=dict)

    def begin(self) -> Self:
        """Start counting; return this counter."""
        self._began = self._read()
        return self

    def read_spent(self) -> Mapping[str, float]:
        """Return the seconds that each process has taken since the counting began."""
        return {process: seconds - self._began[process] for process, seconds in self._read().items()}

    def note(self, figures: Figures, name: str, jobs: int) -> None:
        """Note microseconds a job by process, as ``NAME: PROCESS, µs``."""
        for process, seconds in self._read().items():
            figures[f"{name}: {process}, µs"] = (seconds - self._began[process]) / max(1, jobs) * 1e6

    def _read(self) -> dict[str, float]:
        children = sum(seconds_of(pid) for pid in _descendants(self.service))
        return {"service": seconds_of(self.service), "store": children, "load": time.process_time()}


def seconds_of(pid: int) -> float:
    """Return the processor time that a process has taken so far, in seconds."""
    # The name of the program may hold spaces and brackets, so fields are counted behind the last bracket.
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def _descendants(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text("utf-8").split():
            yield int(child)
            yield from _descendants(int(child))
