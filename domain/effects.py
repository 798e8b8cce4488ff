"""What a decision wants done.  Effects are values; senders carry them out after the commit.

Each effect among :data:`Posted` travels through an outbox lane and carries an ``id`` that is the same however
often it is decided again.
"""

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

from domain.events import AnyEvent
from domain.record import Value

NOTICE = "note"
"""Variable of a mail to the team: what it says."""


class Button(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """Something to tap under a text."""

    label: str
    payload: str = ""
    """Sent back when tapped."""
    url: str = ""
    """Opened when tapped; excludes ``payload``."""
    call: str = ""
    """Phone number (E.164) that is called when tapped; excludes both.  Not for quick replies."""


class Media(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """A picture, film, sound or file by its public address."""

    kind: Literal["image", "video", "audio", "file"]
    url: str


class Card(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """One element of a generic template."""

    title: str
    subtitle: str = ""
    image: str = ""
    """Public address of its picture."""
    link: str = ""
    """Opened when the card itself is tapped."""
    buttons: tuple[Button, ...] = ()


class SendChat(Struct, frozen=True, kw_only=True, gc=False, tag="chat", array_like=True):
    """One chat message.  Order per subscriber is kept."""

    id: str
    """Also the ``metadata`` nonce by which an echo is recognised."""
    to: str
    """Page-scoped id of the person."""
    text: str
    quick_replies: tuple[Button, ...] = ()
    buttons: tuple[Button, ...] = ()
    """Template buttons (stay in the thread), at most three."""
    offer_email: bool = False
    """Offer the profile's address as a quick reply (``user_email``)."""
    typing: bool = False
    """Show the typing indicator first; set on the first message of a turn."""
    response: bool = True
    """True: answers the person (messaging_type RESPONSE); False: UPDATE."""
    good_until: datetime | None = None
    """End of the messaging window when it was decided; not sent after it."""
    media: Media | None = None
    """Sent instead of the text."""
    cards: tuple[Card, ...] = ()
    """Sent instead of the text, as one carousel."""
    offer_phone: bool = False
    """Offer the profile's phone number as a quick reply (``user_phone_number``)."""
    pause_ms: int = 0
    """How long the typing indicator shows before this message."""
    persona: str = ""
    """Name of a declared persona that speaks; empty: the Page itself."""
    comment: str = ""
    """Id of the comment it answers privately; ``to`` is empty then, since nobody knows the PSID yet."""


class MoveThread(Struct, frozen=True, kw_only=True, gc=False, tag="thread", array_like=True):
    """Give the conversation to the Page inbox, or take it back, in its place among the messages."""

    id: str
    to: str
    """Page-scoped id of the person."""
    action: Literal["pass", "take"]


class Calendar(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """An appointment that goes with a mail as a calendar file (RFC 5545)."""

    uid: str
    title: str
    starts: datetime
    minutes: int
    where: str = ""
    description: str = ""


class SendMail(Struct, frozen=True, kw_only=True, gc=False, tag="mail", array_like=True):
    """One mail.  ``id`` names (subscriber, run, step) or (subscriber, confirmation), so it is sent once."""

    id: str
    template: str
    address: str
    """Keyed hash of the address."""
    lane: Literal["transactional", "marketing"]
    language: str
    queued_at: datetime
    topic: str = ""
    """The consent it rests on; empty for transactional mail."""
    sequence: str = ""
    run: int = 0
    step: str = ""
    nonce: str = ""
    """Of the confirmation it carries; empty otherwise."""
    edition: str = ""
    """Workspace version to render with; filled in by the one pass."""
    variables: dict[str, Value] = {}
    flow: str = ""
    """The flow whose step sends it; ``step`` is that step.  Its gate asks no run."""
    team: str = ""
    """Declared team mailbox it goes to instead of the person's address (a notification).  It needs no template: its
    words are the variable :data:`NOTICE`."""
    calendar: Calendar | None = None


class DrawCode(Struct, frozen=True, kw_only=True, gc=False, tag="draw", array_like=True):
    """Draw a code of a pool for this person; comes back as :class:`domain.events.CodeDrawn`."""

    id: str
    pool: str


class Erase(Struct, frozen=True, kw_only=True, gc=False, tag="erase", array_like=True):
    """Erase everything that is kept of this person; they asked for it in the chat."""

    id: str


class TellAddress(Struct, frozen=True, kw_only=True, gc=False, tag="address", array_like=True):
    """Tell the address aggregate, which lives in another partition, what happened."""

    id: str
    address: str
    change: Literal["held", "confirmed", "withdrawn", "not_me", "hard_bounce", "released", "wrong_code"]
    at: datetime
    by: Literal["", "code", "button"] = ""
    topic: str = ""
    proven_at: datetime | None = None
    """When the mailbox was last proven; agreeing again to a further topic is no new proof."""


class FetchProfile(Struct, frozen=True, kw_only=True, gc=False, tag="profile", array_like=True):
    """Ask the platform for the person's name and time zone; a reply never waits for it."""

    id: str


class Parked(Struct, frozen=True, kw_only=True, gc=False, tag="parked", array_like=True):
    """Events whose deciding raised: kept, and decided again with back-off until somebody mends the cause."""

    id: str
    events: tuple[AnyEvent, ...]


Posted = SendChat | MoveThread | SendMail | TellAddress | FetchProfile | Parked | DrawCode | Erase
"""Effects that travel through the outbox."""


class LedgerEntry(Struct, frozen=True, kw_only=True, gc=False):
    """One line of the consent ledger (ISO/IEC TS 27560 vocabulary where it has a word).

    ``previous`` is the hash of the line before; :func:`domain.consent.decisions.chain_hash` gives this one's.
    """

    number: int
    previous: str
    at: datetime
    act: Literal[
        "declined",
        "agreed",
        "requested",
        "mailed",
        "confirmed",
        "withdrawn",
        "disowned",
        "expired",
        "moved",
        "bounced",
    ]
    topic: str = ""
    address: str = ""
    """Keyed hash of the address."""
    wording: str = ""
    """Hash of the exact text; the text itself is kept once under that hash."""
    language: str = ""
    how: str = ""
    """``tap``, ``typed``, ``code``, ``button``, ``one-click``, ``page``, ``preferences`` …"""
    mid: str = ""
    """Messenger message id."""
    message_id: str = ""
    """Message-ID of the confirmation mail."""
    content_hash: str = ""
    """SHA-256 of that mail as sent."""


class KeepWording(Struct, frozen=True, kw_only=True, gc=False):
    """Keep the exact text a consent rests on, once, under its hash."""

    hash: str
    text: str


class Count(Struct, frozen=True, kw_only=True, gc=False):
    """Add one to a counter of the day's report."""

    name: str


class Note(Struct, frozen=True, kw_only=True, gc=False):
    """Write a line into a book of the whole installation that the team reads; the newest are kept."""

    book: str
    """``unanswered`` (see :class:`domain.unanswered_questions`)."""
    line: bytes


Effect = Posted | LedgerEntry | KeepWording | Count | Note

_posted: msgspec.msgpack.Decoder[Posted] = msgspec.msgpack.Decoder(Posted)


def encode_posted(effect: Posted) -> bytes:
    """Return the form in which an effect waits in the outbox."""
    return msgspec.msgpack.encode(effect)


def decode_posted(raw: bytes) -> Posted:
    """Read an effect from the outbox; raises ``msgspec.DecodeError``."""
    return _posted.decode(raw)
