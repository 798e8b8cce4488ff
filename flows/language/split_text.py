"""Split the texts of a turn into messages that the platform accepts.

The limits are those of the Send API: a text holds 2,000 characters, a text with buttons 640.  A longer text is cut at
ends of sentences into several messages.  The last part of a text carries its buttons; the last message of the turn
carries the quick replies.
"""

import re
from collections.abc import Sequence

from msgspec import Struct

from domain.effects import Button, Card, Media, SendChat
from domain.record import Subscriber
from language.text_template import split_at_sentences

_SENTENCE = re.compile(r".+?(?:[.!?…:]+(?=\s|$)|\n|$)\s*", re.DOTALL)
"""A sentence, with the space behind it."""
MOST_TEXT = 2_000
"""Most characters of a message (Messenger Send API)."""
MOST_BUTTON_TEXT = 640
"""Most characters of a text with buttons under it (button template)."""


class MessageDraft(Struct, frozen=True, kw_only=True, gc=False):
    """One message before it is addressed: exactly one of a text, a medium, and cards side by side."""

    text: str = ""
    media: Media | None = None
    cards: tuple[Card, ...] = ()
    buttons: tuple[Button, ...] = ()
    """Under the text; at most three."""
    pause_ms: int = 0
    """How long typing shows before it."""
    persona: str = ""
    """Declared persona that speaks; empty: the Page."""


def shorten_question(text: str) -> str:
    """Return a text from its first sentence that asks on; the whole text if none does.

    “A fine choice. How many seats, up to four?” gives “How many seats, up to four?”.
    """
    begins = 0
    for sentence in _SENTENCE.finditer(text):
        if sentence[0].rstrip().endswith("?"):
            begins = sentence.start()
            break
    return text[begins:].lstrip()


def draft_text_messages(text: str, buttons: tuple[Button, ...] = (), pause_ms: int = 0) -> list[MessageDraft]:
    """Return the messages of a text; an empty list if the text is empty and has no buttons.

    The pause stands before the first message, the buttons under the last.
    """
    # The button template demands a text; “…” keeps the buttons when all its variables were empty.
    text = text.strip() or ("…" if buttons else "")
    if not buttons and len(text) <= MOST_TEXT:
        return [MessageDraft(text=text, pause_ms=pause_ms)] if text else []
    parts = split_at_sentences(text, MOST_TEXT)
    if buttons:
        # Only the part with the buttons has the smaller limit, so 3,000 characters with buttons become
        # 2,000 and then pieces of at most 640, not five pieces of 640.
        parts[-1:] = split_at_sentences(parts[-1], MOST_BUTTON_TEXT)
    last = len(parts) - 1
    return [
        MessageDraft(text=part, buttons=buttons if index == last else (), pause_ms=0 if index else pause_ms)
        for index, part in enumerate(parts)
    ]


def build_chat_messages(
    drafts: Sequence[MessageDraft],
    record: Subscriber,
    *,
    quick_replies: tuple[Button, ...],
    offer_email: bool,
    response: bool,
    offer_phone: bool = False,
) -> list[SendChat]:
    """Return the messages of a turn in order; typing shows before the first, the last has the quick replies."""
    last = len(drafts) - 1
    return [
        SendChat(
            # Serial numbers make the id the same when the turn is decided again after a lost race.
            id=f"{record.id}.{record.chat_serial + index + 1}",
            to=record.identity.psid,
            text=draft.text,
            # Quick replies vanish with the next message, so only the last may carry them.
            quick_replies=quick_replies if index == last else (),
            buttons=draft.buttons,
            offer_email=offer_email and index == last,
            typing=index == 0,
            response=response,
            good_until=record.window_expires_at,
            media=draft.media,
            cards=draft.cards,
            offer_phone=offer_phone and index == last,
            pause_ms=draft.pause_ms,
            persona=draft.persona,
        )
        for index, draft in enumerate(drafts)
    ]
