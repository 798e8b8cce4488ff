"""Folding: the calls that wait for one subscriber while a decision of theirs is being committed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from domain.events import AnyEvent
from domain.ports import Transacted
from domain.record import Identity

MOST_EVENTS_A_BATCH = 1_000
"""Events that are folded into one commit, unless a single call has more."""


@dataclass(slots=True, kw_only=True)
class WaitingCall:
    """A call that waits."""

    events: tuple[AnyEvent, ...]
    identity: Identity | None
    done: asyncio.Future[Transacted]

    def resolve(self, transacted: Transacted) -> None:
        """Answer whoever waits; a caller that has gone away needs no answer."""
        if not self.done.done():
            self.done.set_result(transacted)

    def reject(self, error: Exception) -> None:
        """Raise where the caller waits."""
        if not self.done.done():
            self.done.set_exception(error)


def take_batch(queue: Sequence[WaitingCall]) -> list[WaitingCall]:
    """Return the calls from the front of a queue that go into one commit; at least one."""
    batch, count = [queue[0]], len(queue[0].events)
    for call in queue[1:]:
        count += len(call.events)
        if count > MOST_EVENTS_A_BATCH:
            break
        batch.append(call)
    return batch


def unique_events(events: Sequence[AnyEvent]) -> tuple[AnyEvent, ...]:
    """Return events in order, each id once."""
    if len(events) == 1:
        return tuple(events)
    by_id: dict[str, AnyEvent] = {}
    for event in events:
        by_id.setdefault(event.id, event)
    return tuple(by_id.values())
