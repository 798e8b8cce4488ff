"""What the page is told of a chat: plain values, sent as JSON.  Times are aware, UTC."""

from datetime import datetime
from typing import Literal

from msgspec import Struct


class View(Struct, frozen=True, kw_only=True):
    """Root of all views."""


class Choice(View, frozen=True, kw_only=True):
    """Something to tap."""

    label: str
    kind: Literal["reply", "email", "phone", "postback", "url", "call"]
    payload: str = ""
    url: str = ""
    """Web address, or ``tel:`` and a number."""


class MediaView(View, frozen=True, kw_only=True):
    """A picture, film, sound or file by its address; the page shows what it is, and loads nothing."""

    kind: str
    url: str


class CardView(View, frozen=True, kw_only=True):
    """One card of a carousel."""

    title: str
    subtitle: str = ""
    image: str = ""
    link: str = ""
    buttons: tuple[Choice, ...] = ()


class Bubble(View, frozen=True, kw_only=True):
    """One message of the chat."""

    id: str
    who: Literal["person", "page", "note"]
    """A note is nobody's message: it tells what happened, such as that a link was followed."""
    text: str
    at: datetime
    replies: tuple[Choice, ...] = ()
    """Quick replies; offered only under the newest message."""
    buttons: tuple[Choice, ...] = ()
    """Template buttons; they stay."""
    media: MediaView | None = None
    cards: tuple[CardView, ...] = ()
    voice: str = ""
    """Who of the team wrote it, or the persona that speaks; empty: the bot."""
