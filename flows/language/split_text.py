"""From what is said in a turn to messages that can be sent.

Limits are the Send API's: a text holds 2,000 characters, one with buttons under it 640.  A longer text is cut at
sentence ends into several messages; the last of them carries the buttons, and the last message of all the quick
replies.
"""

from collections.abc import Sequence

from msgspec import Struct

from domain.effects import Button, Card, Media, SendChat
from domain.record import Subscriber
from flows.language.text_template import split

MESSAGE = 2_000
"""Most characters of a message (Messenger Send API)."""
BUTTON_TEXT = 640
"""Most characters of a text with buttons under it (button template)."""


class Piece(Struct, frozen=True, kw_only=True, gc=False):
    """One message to be: a text, a picture (or film, sound, file), or cards side by side; exactly one of them."""

    text: str = ""
    media: Media | None = None
    cards: tuple[Card, ...] = ()
    buttons: tuple[Button, ...] = ()
    """Under the text; at most three."""
    pause_ms: int = 0
    """How long typing shows before it."""


def text_pieces(text: str, buttons: tuple[Button, ...] = (), pause_ms: int = 0) -> list[Piece]:
    """Return a text as messages that the platform takes; none if it is empty and has no buttons.

    The pause stands before the first, the buttons under the last.
    """
    text = text.strip() or ("…" if buttons else "")
    if not buttons and len(text) <= MESSAGE:
        return [Piece(text=text, pause_ms=pause_ms)] if text else []
    parts = split(text, MESSAGE)
    if buttons:
        parts[-1:] = split(parts[-1], BUTTON_TEXT)
    last = len(parts) - 1
    return [
        Piece(text=part, buttons=buttons if at == last else (), pause_ms=0 if at else pause_ms)
        for at, part in enumerate(parts)
    ]


def chats(
    said: Sequence[Piece],
    record: Subscriber,
    *,
    chips: tuple[Button, ...],
    offer_email: bool,
    response: bool,
    offer_phone: bool = False,
    persona: str = "",
) -> list[SendChat]:
    """Return the messages of a turn in order: typing shows before the first, the last has the quick replies."""
    last = len(said) - 1
    return [
        SendChat(
            id=f"{record.id}.{record.chat_serial + at + 1}",
            to=record.identity.psid,
            text=piece.text,
            quick_replies=chips if at == last else (),
            buttons=piece.buttons,
            offer_email=offer_email and at == last,
            typing=at == 0,
            response=response,
            good_until=record.window_expires_at,
            media=piece.media,
            cards=piece.cards,
            offer_phone=offer_phone and at == last,
            pause_ms=piece.pause_ms,
            persona=persona,
        )
        for at, piece in enumerate(said)
    ]
