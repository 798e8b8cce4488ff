"""Who writes in a thread beside us: echoes, and the passing of control between apps and people (pure).

Facts (Messenger Platform, “Handover protocol” and “Conversation routing”):

* An echo comes for everything the Page sent: by us, by another app, or by a person in the Page's inbox.  Ours carry
  our ``metadata``, which begins with the name of the record they were sent to; nobody else can make one.
* ``pass_thread_control`` tells the app that got the thread, ``take_thread_control`` the one that lost it, and
  ``request_thread_control`` the one that is asked for it.  App ids come as texts, as numbers, or not at all.
* What people write while somebody else has the thread comes in ``entry[].standby``.  It must not be answered.
"""

from typing import Literal, Protocol

from msgspec import Struct

INBOX_APP_ID = "263902037430900"
"""App id of the Page inbox, where people of the team answer."""

ControlAction = Literal["spoke", "taken", "given_back", "asked"]


class Echo(Struct, frozen=True, kw_only=True):
    """A message that the Page sent, told back to us."""

    page: str
    psid: str
    """Whom it was sent to."""
    metadata: str
    """Our id of it, if we sent it."""
    app_id: str
    """Which app sent it; may be empty for a person in the inbox."""
    mid: str


class PolicyNotice(Struct, frozen=True, kw_only=True):
    """What the platform tells of its policy: it has no sender, it is about the Page."""

    page: str
    action: str
    """``warning``, ``block``, ``unblock``, or what else comes."""


class OwnMessages(Protocol):
    """Knows what is our own."""

    def is_ours(self, echo: Echo) -> bool:
        """Tell whether we sent this."""

    def is_our_app(self, page: str, app: str) -> bool | None:
        """Tell whether this is the id of our app on that Page; None: not known yet."""


class OwnByMetadata:
    """The simplest knowledge: what carries metadata is ours, and no app is known."""

    def is_ours(self, echo: Echo) -> bool:
        """Tell whether it carries metadata."""
        return bool(echo.metadata)

    def is_our_app(self, page: str, app: str) -> bool | None:
        """Tell that people in the inbox are not us, and that nothing else is known."""
        del page
        return False if app == INBOX_APP_ID else None


def meaning_of_pass(own_messages: OwnMessages, page: str, app: str) -> ControlAction:
    """Return what a ``pass_thread_control`` means: it comes to whom the thread was passed, unless it says otherwise."""
    return "taken" if own_messages.is_our_app(page, app) is False else "given_back"


def meaning_of_take(own_messages: OwnMessages, page: str, app: str) -> ControlAction:
    """Return what a ``take_thread_control`` means: it comes to who lost the thread, unless it names us as its owner."""
    return "given_back" if own_messages.is_our_app(page, app) else "taken"
