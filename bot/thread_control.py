"""Who else writes in a thread: echoes, and thread control between apps and people.  Pure.

Facts (Messenger Platform, “Handover protocol” and “Conversation routing”):

* An echo comes for everything the Page sent: from this app, from another app, or from an agent in the Page's inbox.
  Echoes of our messages carry our ``metadata``, which begins with the keyed id of the record they were sent to, and so
  cannot be forged.
* ``pass_thread_control`` goes to the app that received the thread, ``take_thread_control`` to the app that lost it, and
  ``request_thread_control`` to the app that is asked for it.  App ids come as texts, as numbers, or not at all.
* What a person writes while another app has the thread comes in ``entry[].standby``.  It must not be answered.
"""

from typing import Literal, Protocol

from msgspec import Struct

INBOX_APP_ID = "263902037430900"
"""App id of the Page inbox, where agents answer."""

ControlAction = Literal["spoke", "taken", "given_back", "asked"]


class Echo(Struct, frozen=True, kw_only=True):
    """A message that the Page sent, as its webhook reports it."""

    page: str
    psid: str
    """The recipient."""
    metadata: str
    """Our id of the message, if we sent it."""
    app_id: str
    """The app that sent it; may be empty for an agent in the inbox."""
    mid: str  # the platform's id of the message


class PolicyNotice(Struct, frozen=True, kw_only=True):
    """A ``policy_enforcement`` item: it has no sender, since it is about the Page."""

    page: str
    action: str
    """``warning``, ``block``, ``unblock``, or a value that is not documented."""


class OwnMessages(Protocol):
    """Tells our own messages and app apart from others."""

    def is_ours(self, echo: Echo) -> bool:
        """Return True if we sent this."""

    def is_our_app(self, page: str, app: str) -> bool | None:
        """Return True if this is the id of our app on that Page; None if that is not known yet."""


class OwnByMetadata:
    """Takes everything with metadata as ours, and knows the app id of the inbox only."""

    def is_ours(self, echo: Echo) -> bool:
        """Return True if it carries metadata."""
        return bool(echo.metadata)

    def is_our_app(self, page: str, app: str) -> bool | None:
        """Return False for the Page inbox, and None for every other app."""
        del page
        return False if app == INBOX_APP_ID else None


def meaning_of_pass(own_messages: OwnMessages, page: str, app: str) -> ControlAction:
    """Return what a ``pass_thread_control`` means; ``app`` is the new owner that it names, if any."""
    # The item goes to the app that received the thread.  Without a name, the receiver is therefore this app.
    return "taken" if own_messages.is_our_app(page, app) is False else "given_back"


def meaning_of_take(own_messages: OwnMessages, page: str, app: str) -> ControlAction:
    """Return what a ``take_thread_control`` means; ``app`` is the new owner that it names, if any."""
    # The item goes to the app that lost the thread.  Without a name, this app has therefore lost it.
    return "given_back" if own_messages.is_our_app(page, app) else "taken"
