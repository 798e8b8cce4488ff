"""What the page gets of all people.  Times are aware, UTC; the page's JavaScript reads the names of these fields."""

from datetime import datetime

from service.playground.chat_views import View
from service.playground.views import SentenceView


class AheadView(View, frozen=True, kw_only=True):
    """A mail that goes out if nothing happens before."""

    at: datetime
    psid: str
    name: str
    mail: str
    """As it is read: ``come back``."""
    sequence: str
    rests_on: str = ""
    """What is asked once more before it goes, as half a sentence; empty if nothing is."""


class CrowdPersonView(View, frozen=True, kw_only=True):
    """One person among all."""

    psid: str
    name: str
    started: bool
    """Whether the chat has begun."""
    subscribed: bool
    """Whether a consent is confirmed, so that mails can go."""
    places: tuple[SentenceView, ...]
    """Where they stand in sequences."""
    not_sent: tuple[SentenceView, ...]
    """Mails that did not go, each with its reason."""


class SequenceView(View, frozen=True, kw_only=True):
    """A sequence of the workspace, which can be drawn."""

    sequence: str
    """Its name, by which its picture is asked for."""
    name: str
    """As it is read: ``tasting book``."""


class EverybodyView(View, frozen=True, kw_only=True):
    """All people."""

    until: datetime
    """The end of tomorrow, where the workspace is."""
    mails: tuple[AheadView, ...]
    """Earliest first."""
    people: tuple[CrowdPersonView, ...]
    sequences: tuple[SequenceView, ...] = ()
    """Those somebody is or was in come first."""


class AllToldView(View, frozen=True, kw_only=True):
    """An event was reported of everybody who has a proven address."""

    told: int
    """Of how many people the events API took it."""
