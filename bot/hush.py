"""No message of ours goes once somebody of the team speaks with the person, however long it has waited to be sent.

What was decided before stands in the outbox: behind a pause, a rate, a token.  What the bot says while it is silent
(that a “stop” was heard, that everything is deleted) has a higher number, and goes.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from subscribers import record as records
from subscribers.effects import SendChat
from subscribers.ports import Store

Silenced = Callable[[str, SendChat], Awaitable[bool]]
"""Tells whether a message to this subscriber is not to be sent any more."""


async def never(subscriber: str, chat: SendChat) -> bool:
    """Silence nobody."""
    del subscriber, chat
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hush:
    """Looks at the record right before a message is sent."""

    store: Store

    async def __call__(self, subscriber: str, chat: SendChat) -> bool:
        """Tell whether somebody of the team has spoken since a message was decided.  Raises StoreAwayError."""
        number = chat.id.removeprefix(f"{subscriber}.").partition(".")[0]
        if not number.isdecimal():
            return False
        raw = (await self.store.load(subscriber)).record
        if raw is None:
            return False
        record = records.decode(raw)
        held = record.handover
        return record.paused and held is not None and int(number) <= held.chats
