"""From what is said in a turn to messages that can be sent."""

from collections.abc import Sequence

from subscribers.effects import Button, SendChat
from subscribers.record import Subscriber


def chats(
    said: Sequence[str],
    record: Subscriber,
    *,
    chips: tuple[Button, ...],
    offer_email: bool,
    response: bool,
) -> list[SendChat]:
    """Return the messages of a turn in order: typing shows before the first, the last has the quick replies."""
    last = len(said) - 1
    return [
        SendChat(
            id=f"{record.id}.{record.chat_serial + at + 1}",
            to=record.identity.psid,
            text=text,
            quick_replies=chips if at == last else (),
            offer_email=offer_email and at == last,
            typing=at == 0,
            response=response,
            good_until=record.window_expires_at,
        )
        for at, text in enumerate(said)
    ]
