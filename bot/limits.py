"""The platform's limits: a table, and the check of a size against a row of it."""

from dataclasses import dataclass


class LimitError(ValueError):
    """A message is larger than the platform allows.  Shorten the text, or offer less; the message names the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformLimit:
    """One row: how much the platform allows of something."""

    most: int
    counted: str
    """What is counted, as an error message names it."""
    see: str
    """Where Meta's reference states the limit."""

    def check_size(self, size: int) -> None:
        """Raise :class:`LimitError` if ``size`` is more than that."""
        if size > self.most:
            message = f"{self.counted}: {size}, the platform takes {self.most} at most"
            raise LimitError(message)


# Sizes are numbers of code points (len of a text), or of elements.
TEXT = PlatformLimit(most=2000, counted="characters of a text", see="Send API, message.text")
TEMPLATE_TEXT = PlatformLimit(most=640, counted="characters of a text with buttons", see="Button template, text")
QUICK_REPLIES = PlatformLimit(most=13, counted="quick replies of a message", see="Quick replies, count")
QUICK_REPLY_TITLE = PlatformLimit(most=20, counted="characters of a quick reply", see="Quick replies, title")
BUTTONS = PlatformLimit(most=3, counted="buttons of a message", see="Button template, buttons")
BUTTON_TITLE = PlatformLimit(most=20, counted="characters of a button", see="Buttons, title")
CARDS = PlatformLimit(most=10, counted="cards of a message", see="Generic template, elements")
CARD_TITLE = PlatformLimit(most=80, counted="characters of a card's title", see="Generic template, title")
CARD_SUBTITLE = PlatformLimit(most=80, counted="characters of a card's subtitle", see="Generic template, subtitle")
CARD_BUTTONS = PlatformLimit(most=3, counted="buttons of a card", see="Generic template, buttons")
PAYLOAD = PlatformLimit(most=1000, counted="characters of a payload", see="Quick replies and buttons, payload")
METADATA = PlatformLimit(most=999, counted="characters of the metadata", see="Send API, message.metadata (under 1,000)")
PERSONA_NAME = PlatformLimit(most=50, counted="characters of a persona's name", see="Personas API, name")

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
"""All rows, as docs/messenger.md shows them; each is checked before a message is sent."""
