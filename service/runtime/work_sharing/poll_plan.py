"""Which partitions the next round of a worker polls, and when that round begins.

A hint names its partition, and so does a head that becomes ready: only those are polled then.  All of them are polled
at least every :data:`TICK_SECONDS`, since hints may be lost and timers give none, and when a lane has room again that a
poll passed over because it was full, since its heads may wait anywhere.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

TICK_SECONDS = 0.25
"""Longest time between two polls of a partition, and so the most by which a timer is late."""
SHORTEST_WAIT = 0.002


@dataclass(slots=True)
class PollPlan:
    """The plan of one worker.  Moments are seconds of a clock that only runs forward; heads have the server's."""

    _wants_all: bool = True
    _wanted: set[int] = field(default_factory=set)
    _ready_ms: dict[int, int] = field(default_factory=dict)
    """By partition, the server time at which its next head becomes ready."""
    _swept_at: float = -math.inf
    """When all partitions were polled last."""
    _passed_over: set[str] = field(default_factory=set)
    """Kinds of lanes that were full at a poll since then."""

    def want_all(self) -> None:
        """Let the next round poll all partitions."""
        self._wants_all = True

    def want(self, partition: int) -> None:
        """Let the next round poll this partition."""
        self._wanted.add(partition)

    def pass_over(self, kinds: Iterable[str]) -> None:
        """Note that the polls of a round pass over these kinds of lanes, since they are full."""
        self._passed_over.update(kinds)

    def has_passed_over(self, kind: str) -> bool:
        """Return True if heads of this kind of lane may have been passed over since all partitions were polled."""
        return kind in self._passed_over

    def take(self, held: Iterable[int], *, now: float, server_ms: int) -> list[int]:
        """Return the partitions of ``held`` that the round which begins now polls."""
        is_sweep = self._wants_all or now - self._swept_at >= TICK_SECONDS
        wanted = self._wanted.union(name for name, ready_ms in self._ready_ms.items() if ready_ms <= server_ms)
        self._wants_all, self._wanted = False, set()
        if is_sweep:
            self._swept_at = now
            self._ready_ms.clear()
            self._passed_over.clear()
            return list(held)
        return [partition for partition in held if partition in wanted]

    def note_ready(self, partition: int, ready_ms: int | None) -> None:
        """Note what a poll said of the next head of a partition."""
        if ready_ms is None:
            self._ready_ms.pop(partition, None)
        else:
            self._ready_ms[partition] = ready_ms

    def wait_seconds(self, *, now: float, server_ms: int) -> float:
        """Return how long the next round can wait, unless news comes; ``server_ms`` was asked when this one began."""
        until_sweep = self._swept_at + TICK_SECONDS - now
        until_ready = (min(self._ready_ms.values(), default=math.inf) - server_ms) / 1000
        return max(SHORTEST_WAIT, min(until_sweep, until_ready))
