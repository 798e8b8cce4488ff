"""Stops queued bot messages once an agent has joined the conversation.

A message can wait in the outbox behind a pause, a rate or a missing token, and an agent may join meanwhile.  The gate
therefore looks at the record right before each send.  Messages are numbered: those decided before the handover are
stopped, and those decided after it (the confirmation of a “stop”, or of an erasure) pass.
"""

from dataclasses import dataclass, field
from typing import Protocol

from msgspec import Struct

from domain import record as records
from domain.effects import SendChat
from domain.ports import Begun, Claim, RecordStore, Store
from domain.record import Subscriber


class RecordCache(Protocol):
    """The records that this process saw last; each may have changed since."""

    def enter_meeting(self, meeting: int) -> int:
        """Forget everything if it is from an earlier meeting with the store; return the present one."""

    def cached_record(self, subscriber: str) -> tuple[Subscriber, int] | None:
        """Return the record and its version; None if it is not cached."""

    def forget_record(self, subscriber: str) -> None:
        """Drop a record that was changed elsewhere."""


class _NoCache:
    """An empty cache, so that the store is asked each time."""

    def enter_meeting(self, meeting: int) -> int:
        return meeting

    def cached_record(self, subscriber: str) -> None:
        del subscriber

    def forget_record(self, subscriber: str) -> None:
        del subscriber


class GateResult(Struct, frozen=True, kw_only=True, gc=False):
    """Whether a message may still be sent, and which version of the record says so."""

    silenced: bool
    """True if it must not be sent."""
    version: int | None = None
    """The attempt must begin on this version; None if it may begin on any."""
    met: int = 0
    """The meeting with the store at which it is the record's version."""


OPEN = GateResult(silenced=False)


class GateCheck(Protocol):
    """Decides whether a queued message may still be sent."""

    async def __call__(self, subscriber: str, chat: SendChat, /, *, fresh: bool = False) -> GateResult:
        """Return the result for this message; ``fresh`` reads the store, since the cached record proved stale."""


async def always_open(subscriber: str, chat: SendChat, *, fresh: bool = False) -> GateResult:
    """Return that every message may be sent."""
    del subscriber, chat, fresh
    return OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverGate:
    """Compares the number of a message with the handover in the subscriber's record."""

    store: RecordStore
    cache: RecordCache = field(default_factory=_NoCache)
    """Records of this process; stale wherever another process commits."""

    async def __call__(self, subscriber: str, chat: SendChat, *, fresh: bool = False) -> GateResult:
        """Return whether an agent has joined since the message was decided.  Raises StoreAwayError."""
        # Ids of chat messages are "<subscriber>.<number>", with or without a suffix: "mia.3.here" is number 3.  Private
        # replies and notices have other ids: no handover concerns them.
        number = chat.id.removeprefix(f"{subscriber}.").partition(".")[0]
        if not number.isdecimal():
            return OPEN
        met = self.cache.enter_meeting(self.store.meetings)
        if fresh:
            self.cache.forget_record(subscriber)
        cached = None if fresh else self.cache.cached_record(subscriber)
        # A cached record may open the gate, since the attempt only begins on exactly that version.  It never closes the
        # gate: before a message is dropped, the store is asked.
        if cached and not _is_forestalled(cached[0], int(number)):
            return GateResult(silenced=False, version=cached[1], met=met)
        loaded = await self.store.load(subscriber)
        if loaded.record is None:
            return OPEN  # the person was erased; the confirmation of that is still to be sent
        silenced = _is_forestalled(records.decode(loaded.record), int(number))
        return GateResult(silenced=silenced, version=loaded.version, met=met)


async def begin_judged(store: Store, gate: GateCheck, claim: Claim, chat: SendChat, judged: GateResult) -> Begun:
    """Begin an attempt on the version that the gate judged; ``CHANGED`` if an agent joined in the meantime.

    The store refuses to begin if the record has another version.  The gate then reads the stored record, and the loop
    tries with that version.
    """
    while (begun := await _begin_on_version(store, claim, judged)) is Begun.CHANGED:
        judged = await gate(claim.subscriber, chat, fresh=True)
        if judged.silenced:
            break
    return begun


async def _begin_on_version(store: Store, claim: Claim, judged: GateResult) -> Begun:
    # A store that lost its end counts the same versions again, for other records.
    if judged.version is not None and judged.met != store.meetings:
        return Begun.CHANGED
    return await store.begin(claim, version=judged.version)


def _is_forestalled(record: Subscriber, number: int) -> bool:
    return record.paused and record.handover is not None and number <= record.handover.chats
