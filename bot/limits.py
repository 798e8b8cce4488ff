"""What the platform takes at most: a table, and the checking of a size by it."""

from dataclasses import dataclass


class LimitError(ValueError):
    """A message is larger than the platform takes.  Shorten the text, or offer less; names the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformLimit:
    """The most that the platform takes of something."""

    most: int
    counted: str
    documented_in: str

    def check_size(self, size: int) -> None:
        """Raise :class:`LimitError` if there is more than that."""
        if size > self.most:
            message = f"{self.counted}: {size}, the platform takes {self.most} at most"
            raise LimitError(message)


TEXT = PlatformLimit(most=2000, counted="characters of a text", documented_in="Send API, message.text")
TEMPLATE_TEXT = PlatformLimit(
    most=640, counted="characters of a text with buttons", documented_in="Button template, text"
)
QUICK_REPLIES = PlatformLimit(most=13, counted="quick replies of a message", documented_in="Quick replies, count")
QUICK_REPLY_TITLE = PlatformLimit(most=20, counted="characters of a quick reply", documented_in="Quick replies, title")
BUTTONS = PlatformLimit(most=3, counted="buttons of a message", documented_in="Button template, buttons")
BUTTON_TITLE = PlatformLimit(most=20, counted="characters of a button", documented_in="Buttons, title")
CARDS = PlatformLimit(most=10, counted="cards of a message", documented_in="Generic template, elements")
CARD_TITLE = PlatformLimit(most=80, counted="characters of a card's title", documented_in="Generic template, title")
CARD_SUBTITLE = PlatformLimit(
    most=80, counted="characters of a card's subtitle", documented_in="Generic template, subtitle"
)
CARD_BUTTONS = PlatformLimit(most=3, counted="buttons of a card", documented_in="Generic template, buttons")
PAYLOAD = PlatformLimit(
    most=1000, counted="characters of a payload", documented_in="Quick replies and buttons, payload"
)
METADATA = PlatformLimit(
    most=999, counted="characters of the metadata", documented_in="Send API, message.metadata (under 1,000)"
)
PERSONA_NAME = PlatformLimit(most=50, counted="characters of a persona's name", documented_in="Personas API, name")

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
