"""Notes what people stop in a file beside the store, before the store has it (:mod:`store.stop_file`).

What several people stop at once is written and made durable together.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from domain.consent.address_registry import AddressState
from domain.effects import Erase, decode_posted
from domain.ports import INTERNAL, Clock, Commit, Posting
from store.stop_file import Stop, StopFile

log = structlog.get_logger("doorstep.stops")

MOST_LATE = timedelta(minutes=1)
"""A decision that is older right before it is written is made anew: its process stood still."""
WRITES_AT_ONCE = 2
"""Writes that may be under way: with one, who comes during a write waits for two."""


@dataclass(slots=True, kw_only=True)
class StopNotes:
    """Writes the stops of one process."""

    file: StopFile
    clock: Clock
    _waiting: list[Stop] = field(default_factory=list)
    """Stops that the next write takes along."""
    _next_write: asyncio.Task[None] | None = None
    """The write that has not begun yet; None if nothing waits."""
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(WRITES_AT_ONCE))

    async def note_commit(self, commit: Commit, now: datetime) -> bool:
        """Note the withdrawals in a commit that was decided ``now``, and an erasure that it asks for.

        Returns True if that took so long that it has to be decided anew.
        """
        # A place below zero is that of somebody who withdrew (domain.consent.readers).
        stops = [
            Stop(at=now, what="withdrawn", who=commit.subscriber, topic=topic)
            for topic, place in commit.readers
            if place < 0
        ]
        if any(_erases(posting) for posting in commit.outbox):
            stops.append(Stop(at=now, what="erased", who=commit.subscriber))
        await self._write(stops)
        # Others may have mailed since: a ledger that dates a withdrawal before that mail would tell an untruth.
        return bool(stops) and self.clock() - now > MOST_LATE

    async def note_address(self, address: str, before: AddressState, after: AddressState) -> None:
        """Note what is new among the suppressions of an address, and what was lifted."""
        now = self.clock()
        stops = [
            Stop(
                at=now, what="suppressed", who=address, held_since=held.at, topic=held.topic, reason=held.reason,
                by=held.by,
            )
            for held in after.suppressions
            if held not in before.suppressions
        ]  # fmt: skip
        reasons = {held.reason for held in before.suppressions} - {held.reason for held in after.suppressions}
        if reasons:
            stops.append(Stop(at=now, what="lifted", who=address, reason=" ".join(sorted(reasons))))
        await self._write(stops)

    async def note_erasure(self, subscriber: str) -> None:
        """Note that a person is erased."""
        await self._write([Stop(at=self.clock(), what="erased", who=subscriber)])

    async def _write(self, stops: Sequence[Stop]) -> None:
        """Return when these stops are on disk, or the disk has refused them."""
        if not stops:
            return
        self._waiting += stops
        if self._next_write is None:
            # It begins with the next turn of the loop, so it takes along what this turn stops: one fsync for all.
            self._next_write = asyncio.ensure_future(self._write_waiting())
        # Shielded: whoever gives up must not end the write that others wait for.
        await asyncio.shield(self._next_write)

    async def _write_waiting(self) -> None:
        async with self._room:
            stops, self._waiting, self._next_write = self._waiting, [], None
            try:
                # In a thread: an fsync would hold all other people up.
                await asyncio.to_thread(self.file.add_stops, stops)
            except OSError as error:
                # Whoever withdraws must not wait for somebody to mend a disk: the store has it.
                remedy = "free the disk, or give DOORSTEP_STOPS a folder that may be written to; then make a backup"
                log.error("stops_not_kept", error=type(error).__name__, remedy=remedy)


def _erases(posting: Posting) -> bool:
    # Most postings are chat: they are told apart by the lane, without decoding.
    return posting.lane == INTERNAL and isinstance(decode_posted(posting.item), Erase)
