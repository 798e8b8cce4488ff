"""The chat as the page gets it: plain values, sent as JSON.  Times are aware, UTC.

The page's JavaScript reads the names of these fields.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct


class View(Struct, frozen=True, kw_only=True):
    """Base of all views."""


class ChoiceView(View, frozen=True, kw_only=True):
    """Something to tap."""

    label: str
    kind: Literal["reply", "email", "phone", "postback", "url", "call"]
    payload: str = ""
    url: str = ""
    """Web address, or ``tel:`` and a number."""


class MediaView(View, frozen=True, kw_only=True):
    """A picture, film, sound or file by its address; the page shows its kind and does not load it."""

    kind: str
    url: str


class CardView(View, frozen=True, kw_only=True):
    """One card of a carousel."""

    title: str
    subtitle: str = ""
    image: str = ""
    link: str = ""
    buttons: tuple[ChoiceView, ...] = ()


class BubbleView(View, frozen=True, kw_only=True):
    """One message of the chat."""

    id: str
    who: Literal["person", "page", "note"]
    """``note`` is not a message; it says what happened, such as that a link was followed."""
    text: str
    at: datetime
    replies: tuple[ChoiceView, ...] = ()
    """Quick replies; offered only under the newest message."""
    buttons: tuple[ChoiceView, ...] = ()
    """Template buttons; they stay in the thread."""
    media: MediaView | None = None
    cards: tuple[CardView, ...] = ()
    voice: str = ""
    """The team, or the persona that speaks; empty if it is the bot."""
