"""No message of ours goes once somebody of the team speaks with the person, however long it has waited to be sent.

What was decided before stands in the outbox: behind a pause, a rate, a token.  What the bot says while it is silent
(that a “stop” was heard, that everything is deleted) has a higher number, and goes.

What this process believes of a record saves reading it: the attempt begins only on the very version that was looked at.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from domain import record as records
from domain.effects import SendChat
from domain.ports import Store
from domain.record import Subscriber

Believed = Callable[[str], tuple[Subscriber, int] | None]
"""Returns the record of a subscriber as this process last saw it, and its version; None: it does not remember."""


class Heard(Struct, frozen=True, kw_only=True, gc=False):
    """What became of a message in the meantime."""

    silenced: bool
    """It is not to be sent any more."""
    version: int | None = None
    """Of the record that tells; None: whatever becomes of the record, it goes."""


NOTHING = Heard(silenced=False)


class Silenced(Protocol):
    """Tells whether a message to a subscriber is not to be sent any more."""

    async def __call__(self, subscriber: str, chat: SendChat, /, *, anew: bool = False) -> Heard:
        """Look; ``anew``: at what is stored, since what was believed is not true any more."""


async def never(subscriber: str, chat: SendChat, *, anew: bool = False) -> Heard:
    """Silence nobody."""
    del subscriber, chat, anew
    return NOTHING


def _nothing(_: str) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hush:
    """Looks at the record right before a message is sent."""

    store: Store
    believed: Believed = _nothing
    forget: Callable[[str], object] = _nothing
    """Told of whom this process believed what was not true any more: where another one commits, it is so each time."""

    async def __call__(self, subscriber: str, chat: SendChat, *, anew: bool = False) -> Heard:
        """Tell whether somebody of the team has spoken since a message was decided.  Raises StoreAwayError."""
        number = chat.id.removeprefix(f"{subscriber}.").partition(".")[0]
        if not number.isdecimal():
            return NOTHING
        if anew:
            self.forget(subscriber)
        known = None if anew else self.believed(subscriber)
        if known and not _holds(known[0], int(number)):
            return Heard(silenced=False, version=known[1])
        loaded = await self.store.load(subscriber)
        if loaded.record is None:
            return NOTHING
        return Heard(silenced=_holds(records.decode(loaded.record), int(number)), version=loaded.version)


def _holds(record: Subscriber, number: int) -> bool:
    return record.paused and record.handover is not None and number <= record.handover.chats
