"""Folding: the calls that wait for one subscriber while a decision of theirs is being committed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from domain.events import AnyEvent
from domain.ports import Transacted
from domain.record import Identity

MOST_FOLDED = 1_000
"""Events that are folded into one commit, unless a single call has more."""


@dataclass(slots=True, kw_only=True)
class Waiting:
    """A call that waits."""

    events: tuple[AnyEvent, ...]
    identity: Identity | None
    done: asyncio.Future[Transacted]

    def tell(self, transacted: Transacted) -> None:
        """Answer whoever waits; a caller that has gone away needs no answer."""
        if not self.done.done():
            self.done.set_result(transacted)

    def fail(self, error: Exception) -> None:
        """Raise where the caller waits."""
        if not self.done.done():
            self.done.set_exception(error)


def foldable(queue: Sequence[Waiting]) -> list[Waiting]:
    """Return the calls from the front of a queue that go into one commit; at least one."""
    batch, count = [queue[0]], len(queue[0].events)
    for one in queue[1:]:
        count += len(one.events)
        if count > MOST_FOLDED:
            break
        batch.append(one)
    return batch


def once(events: Sequence[AnyEvent]) -> tuple[AnyEvent, ...]:
    """Return events in order, each id once."""
    if len(events) == 1:
        return tuple(events)
    known: dict[str, AnyEvent] = {}
    for event in events:
        known.setdefault(event.id, event)
    return tuple(known.values())
