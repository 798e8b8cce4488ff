"""Batching: calls for one subscriber that wait while an earlier decision of theirs is being committed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from domain.events import AnyEvent
from domain.ports import Claim, Transacted
from domain.record import Identity

MOST_EVENTS_A_BATCH = 1_000
"""Events that one commit takes at most."""


@dataclass(slots=True, kw_only=True)
class WaitingCall:
    """A call of the transactor that waits for its turn."""

    events: tuple[AnyEvent, ...]
    identity: Identity | None
    done: asyncio.Future[Transacted]
    held: Claim | None = None
    """The claim without which nothing of it is committed."""

    def resolve(self, transacted: Transacted) -> None:
        """Return the result to the caller; a caller that was cancelled needs none."""
        if not self.done.done():  # a cancelled future is done, and must not be set
            self.done.set_result(transacted)

    def reject(self, error: Exception) -> None:
        """Raise the error in the caller."""
        if not self.done.done():
            self.done.set_exception(error)


def take_batch(queue: Sequence[WaitingCall]) -> list[WaitingCall]:
    """Return the calls from the front of a queue that fit into one commit: at least one, and one with a claim alone."""
    batch, count = [queue[0]], len(queue[0].events)
    for call in queue[1:]:
        count += len(call.events)
        if count > MOST_EVENTS_A_BATCH or batch[0].held or call.held:
            break
        batch.append(call)
    return batch


def make_calls(events: Sequence[AnyEvent], identity: Identity | None) -> list[WaitingCall]:
    """Return calls that together tell the events in their order, each small enough for one commit."""
    future = asyncio.get_running_loop().create_future
    return [
        WaitingCall(events=tuple(events[start : start + MOST_EVENTS_A_BATCH]), identity=identity, done=future())
        for start in range(0, len(events), MOST_EVENTS_A_BATCH)
    ]


async def gather_results(calls: Sequence[WaitingCall]) -> Transacted:
    """Wait for calls that belong together; return what they did as one.  Raises what the first failed one raised."""
    results = await asyncio.gather(*(call.done for call in calls), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    parts = [result for result in results if isinstance(result, Transacted)]
    return replace(parts[-1], fresh=frozenset[str]().union(*(part.fresh for part in parts)))


def unique_events(events: Sequence[AnyEvent]) -> tuple[AnyEvent, ...]:
    """Return the events in order, each id once."""
    if len(events) == 1:  # nearly always
        return tuple(events)
    by_id: dict[str, AnyEvent] = {}
    for event in events:
        by_id.setdefault(event.id, event)
    return tuple(by_id.values())
