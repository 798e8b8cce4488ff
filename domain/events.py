"""What can happen to one subscriber.

Every door turns its input into these events; nothing else reaches the deciding functions.  ``id`` is the
deduplication id (see ``facts`` in docs/messenger.md): committing an event twice is impossible, however often
it is delivered.  ``at`` is when it happened by the sender's account, aware and in UTC.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct


class Event(Struct, frozen=True, kw_only=True, gc=False, tag_field="event"):
    """What all events have in common."""

    id: str
    """Deduplication id, unique among all events of all doors."""
    at: datetime
    """When it happened, aware, UTC.  Product events may be late and keep their own time."""


class Entry(Struct, frozen=True, kw_only=True, gc=False):
    """How a person found the chat: an m.me link or an ad (Messenger ``referral``)."""

    ref: str = ""
    """The ``ref`` parameter of the link or ad."""
    source: str = ""
    """``SHORTLINK``, ``ADS`` or what else the platform names."""
    ad_id: str = ""


class Message(Event, frozen=True, kw_only=True, gc=False):
    """A person wrote or tapped a quick reply in Messenger."""

    mid: str = ""
    """Message id given by the platform; evidence in the consent ledger."""
    text: str = ""
    payload: str = ""
    """Payload of the quick reply that was tapped, else empty."""
    attachments: tuple[str, ...] = ()
    """Kinds of what was attached: ``image``, ``sticker``, ``location`` and so on."""
    urls: tuple[str, ...] = ()
    """Where each of :attr:`attachments` lies, in the same order; empty where there is none.  They expire."""
    entry: Entry | None = None


class Postback(Event, frozen=True, kw_only=True, gc=False):
    """A person tapped a button, the menu, or get-started."""

    mid: str = ""
    payload: str = ""
    title: str = ""
    entry: Entry | None = None


class Referral(Event, frozen=True, kw_only=True, gc=False):
    """A person with an open thread followed an m.me link or an ad."""

    entry: Entry


class OptIn(Event, frozen=True, kw_only=True, gc=False):
    """A person opted in by a platform plugin (``ref``), or to notification messages (``type``)."""

    ref: str = ""
    type: str = ""


class Commented(Event, frozen=True, kw_only=True, gc=False):
    """Somebody commented on a post of the Page, and a flow may answer privately.

    The platform does not tell their PSID yet; a record of its own stands for the comment; see
    :mod:`domain.private_replies`.
    """

    comment: str
    """Id of the comment; it may be answered once, within seven days."""
    post: str
    text: str = ""


class Invited(Event, frozen=True, kw_only=True, gc=False):
    """A private reply to this person's comment was delivered; now the platform tells who they are."""

    flow: str
    """The flow that begins when they answer."""
    post: str
    comment: str
    language: str = ""
    """The language the comment was written in, if its words told; else empty."""


class MessageEdit(Event, frozen=True, kw_only=True, gc=False):
    """A person edited a message they had sent."""

    mid: str
    text: str
    edition: int


class MessageUnsend(Event, frozen=True, kw_only=True, gc=False):
    """A person took a message back."""

    mid: str


class Reaction(Event, frozen=True, kw_only=True, gc=False):
    """A person reacted to a message, or took the reaction back."""

    mid: str
    reaction: str
    action: str


class Profiled(Event, frozen=True, kw_only=True, gc=False):
    """The platform's user profile arrived; every field may be empty (phone accounts have none)."""

    first_name: str = ""
    locale: str = ""
    timezone: str = ""
    """IANA name, empty if unknown."""


class ChatRefused(Event, frozen=True, kw_only=True, gc=False):
    """The Send API refused a chat message for good."""

    reason: Literal["outside_window", "user_unavailable", "permanent", "silenced"]
    """``silenced``: not the platform; somebody of the team began to speak before it was sent."""
    send: str = ""
    """Id of the message that was refused."""


class CodeDrawn(Event, frozen=True, kw_only=True, gc=False):
    """A code of a pool was drawn for this person; ``code`` is empty when the pool has none left."""

    pool: str
    code: str


class Control(Event, frozen=True, kw_only=True, gc=False):
    """Who has the conversation changed, or somebody else spoke in it."""

    action: Literal["spoke", "taken", "given_back", "asked"]
    """Another app or a person of the team wrote; took the thread; handed it back to us; asks for it."""
    app: str = ""
    """App id; empty if the platform does not tell."""


class ConfirmPressed(Event, frozen=True, kw_only=True, gc=False):
    """The button on the confirm page was pressed; ``token`` is the secret part of its link."""

    token: str


class NotMe(Event, frozen=True, kw_only=True, gc=False):
    """“This was not me” was pressed for a pending or earlier confirmation of this address."""

    address: str
    """Keyed hash of the address."""


class Unsubscribed(Event, frozen=True, kw_only=True, gc=False):
    """Consent was withdrawn outside the chat."""

    topic: str = ""
    """The topic; empty for all of them."""
    via: Literal["one-click", "page", "preferences"] = "page"
    address: str = ""
    """Keyed hash of the address whose mail carried the link; empty for every address."""


class Resubscribed(Event, frozen=True, kw_only=True, gc=False):
    """On the preference page, the owner of a proven mailbox agreed to a topic again."""

    topic: str
    address: str
    wording: str
    """Hash of the wording that was shown."""
    language: str


class MailSent(Event, frozen=True, kw_only=True, gc=False):
    """A confirmation mail was accepted by the mail server; evidence for the ledger."""

    send_id: str
    message_id: str
    content_hash: str
    """SHA-256 of the message as sent, hex."""


class MailRefused(Event, frozen=True, kw_only=True, gc=False):
    """A mail was not sent: refused by a gate, or rejected for good by the mail server."""

    send_id: str
    reason: str
    address: str = ""
    hard_bounce: bool = False


class AddressMoved(Event, frozen=True, kw_only=True, gc=False):
    """Someone else proved that this address is theirs; ``at`` is when.  An older proof of ours is over by it."""

    address: str


class CodesGuarded(Event, frozen=True, kw_only=True):
    """Too many wrong codes were typed for this address within a day, by one subscriber or by many."""

    address: str


class ProductEvent(Event, frozen=True, kw_only=True, gc=False):
    """Something the person did in the product, told through ``POST /api/events``."""

    name: str
    properties: dict[str, str | int | float | bool | None] = {}


AnyEvent = (
    Message
    | Postback
    | Referral
    | OptIn
    | Commented
    | Invited
    | MessageEdit
    | MessageUnsend
    | Reaction
    | Profiled
    | ChatRefused
    | CodeDrawn
    | Control
    | ConfirmPressed
    | NotMe
    | Unsubscribed
    | Resubscribed
    | MailSent
    | MailRefused
    | AddressMoved
    | CodesGuarded
    | ProductEvent
)
"""Any event.  A moment that came due is no event: it is deciding with none."""

CREATING = (Message, Postback, Referral, OptIn, Commented, Invited)
"""Only these may create a record: everything else speaks of somebody already known."""
