"""What the platform takes at most: a table, and the checking of a size by it."""

from dataclasses import dataclass


class LimitError(ValueError):
    """A message is larger than the platform takes.  Shorten the text, or offer less; names the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The most that the platform takes of something."""

    most: int
    what: str
    source: str

    def check(self, size: int) -> None:
        """Raise :class:`LimitError` if there is more than that."""
        if size > self.most:
            message = f"{self.what}: {size}, the platform takes {self.most} at most"
            raise LimitError(message)


TEXT = Limit(most=2000, what="characters of a text", source="Send API, message.text")
TEMPLATE_TEXT = Limit(most=640, what="characters of a text with buttons", source="Button template, text")
QUICK_REPLIES = Limit(most=13, what="quick replies of a message", source="Quick replies, count")
QUICK_REPLY_TITLE = Limit(most=20, what="characters of a quick reply", source="Quick replies, title")
BUTTONS = Limit(most=3, what="buttons of a message", source="Button template, buttons")
BUTTON_TITLE = Limit(most=20, what="characters of a button", source="Buttons, title")
CARDS = Limit(most=10, what="cards of a message", source="Generic template, elements")
CARD_TITLE = Limit(most=80, what="characters of a card's title", source="Generic template, title")
CARD_SUBTITLE = Limit(most=80, what="characters of a card's subtitle", source="Generic template, subtitle")
CARD_BUTTONS = Limit(most=3, what="buttons of a card", source="Generic template, buttons")
PAYLOAD = Limit(most=1000, what="characters of a payload", source="Quick replies and buttons, payload")
METADATA = Limit(most=999, what="characters of the metadata", source="Send API, message.metadata (under 1,000)")
PERSONA_NAME = Limit(most=50, what="characters of a persona's name", source="Personas API, name")

LIMITS = (
    TEXT,
    TEMPLATE_TEXT,
    QUICK_REPLIES,
    QUICK_REPLY_TITLE,
    BUTTONS,
    BUTTON_TITLE,
    CARDS,
    CARD_TITLE,
    CARD_SUBTITLE,
    CARD_BUTTONS,
    PAYLOAD,
    METADATA,
    PERSONA_NAME,
)
"""All of them, as docs/messenger.md shows them; each is checked before anything is sent."""
