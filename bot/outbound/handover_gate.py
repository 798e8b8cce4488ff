"""No message of ours goes once somebody of the team speaks with the person, however long it has waited to be sent.

What was decided before stands in the outbox: behind a pause, a rate, a token.  What the bot says while it is silent
(that a “stop” was heard, that everything is deleted) has a higher number, and goes.

What this process believes of a record saves reading it: the attempt begins only on the very version that was looked at.
"""

from dataclasses import dataclass, field
from typing import Protocol

from msgspec import Struct

from domain import record as records
from domain.effects import SendChat
from domain.ports import RecordStore
from domain.record import Subscriber


class RecordCache(Protocol):
    """The records that this process saw last; each may have changed since."""

    def cached_record(self, subscriber: str) -> tuple[Subscriber, int] | None:
        """Return the record and its version; None if it is not cached."""

    def forget_record(self, subscriber: str) -> None:
        """Drop a record that was changed elsewhere."""


class _NoCache:
    """A cache that holds nothing: the store is asked each time."""

    def cached_record(self, subscriber: str) -> None:
        del subscriber

    def forget_record(self, subscriber: str) -> None:
        del subscriber


class GateResult(Struct, frozen=True, kw_only=True, gc=False):
    """What became of a message in the meantime."""

    silenced: bool
    """It is not to be sent any more."""
    version: int | None = None
    """Of the record that tells; None: whatever becomes of the record, it goes."""


OPEN = GateResult(silenced=False)


class GateCheck(Protocol):
    """Tells whether a message to a subscriber is not to be sent any more."""

    async def __call__(self, subscriber: str, chat: SendChat, /, *, fresh: bool = False) -> GateResult:
        """Look; ``anew``: at what is stored, since what was believed is not true any more."""


async def always_open(subscriber: str, chat: SendChat, *, fresh: bool = False) -> GateResult:
    """Silence nobody."""
    del subscriber, chat, fresh
    return OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverGate:
    """Looks at the record right before a message is sent."""

    store: RecordStore
    cache: RecordCache = field(default_factory=_NoCache)
    """Records of this process.  Where another process commits, the cached ones are stale each time."""

    async def __call__(self, subscriber: str, chat: SendChat, *, fresh: bool = False) -> GateResult:
        """Tell whether somebody of the team has spoken since a message was decided.  Raises StoreAwayError."""
        number = chat.id.removeprefix(f"{subscriber}.").partition(".")[0]
        if not number.isdecimal():
            return OPEN
        if fresh:
            self.cache.forget_record(subscriber)
        cached = None if fresh else self.cache.cached_record(subscriber)
        if cached and not _is_forestalled(cached[0], int(number)):
            return GateResult(silenced=False, version=cached[1])
        loaded = await self.store.load(subscriber)
        if loaded.record is None:
            return OPEN
        return GateResult(silenced=_is_forestalled(records.decode(loaded.record), int(number)), version=loaded.version)


def _is_forestalled(record: Subscriber, number: int) -> bool:
    return record.paused and record.handover is not None and number <= record.handover.chats
