"""Effects: what a decision wants done.  They are values; senders carry them out after the commit.

Each effect among :data:`PostedEffect` travels through an outbox lane.  Its ``id`` is the same however often it is
decided again, so that it is carried out once.

Posted effects are stored as arrays behind their tag: append fields at the end with a default, never reorder them, and
keep the tag when a class is renamed.
"""

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

from domain.events import AnyEvent
from domain.record import Value

NOTICE = "note"
"""Name of the variable that holds the text of a mail to the team."""
PLACE = "@place"
"""Variable of a mail with the time zone (IANA) of the place that its conversation is about, if not the workspace's."""
CLOCK = "@clock"
"""Name of the variable with the clock of an appointment, in minutes ahead of UTC, if it is not the workspace's.

No template can name it."""


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
    """One chat message.  The messages of a subscriber leave in their order."""

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
    """True if it answers the person (messaging_type RESPONSE); False if it is an UPDATE."""
    good_until: datetime | None = None
    """End of the messaging window when it was decided; it is not sent after that."""
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
    """Id of the comment it answers privately; ``to`` is empty then, since the PSID is not known yet."""


class MoveThread(Struct, frozen=True, kw_only=True, gc=False, tag="thread", array_like=True):
    """Pass the conversation to the Page inbox, or take it back, in its place among the messages."""

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
    """One mail.  ``id`` is derived from (subscriber, run, step) or (subscriber, confirmation), so it is sent once."""

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
    """Edition of the workspace to render with; filled in when the decision is complete."""
    variables: dict[str, Value] = {}
    flow: str = ""
    """The flow whose step sends it; ``step`` is that step.  Its gate does not ask for a run."""
    team: str = ""
    """Declared team mailbox that it goes to instead of the person's address.  Such a notification has no template: its
    text is the variable :data:`NOTICE`."""
    calendar: Calendar | None = None
    issue: str = ""
    """The newsletter issue that it is; empty for any other mail."""
    begin_by: datetime | None = None
    """What of an issue could not begin by then is not sent."""


class DrawVoucher(Struct, frozen=True, kw_only=True, gc=False, tag="draw", array_like=True):
    """Draw a voucher of a pool for this person; it comes back as :class:`domain.events.VoucherDrawn`."""

    id: str
    pool: str


class TakeSeats(Struct, frozen=True, kw_only=True, gc=False, tag="seats", array_like=True):
    """Have this many seats of a thing for this person; it comes back as :class:`domain.events.SeatsTaken`."""

    id: str
    thing: str
    """Table and row: ``evenings frost``."""
    wanted: int
    """Seats that the person shall have in all; 0 gives them back."""
    capacity: int
    """Seats that there are, in the edition that decided."""
    at: datetime


class CallHook(Struct, frozen=True, kw_only=True, gc=False, tag="hook", array_like=True):
    """Post to a declared hook; its answer comes back as :class:`domain.events.HookAnswered`."""

    id: str
    hook: str
    flow: str
    step: str
    at: datetime
    """When the step was entered."""
    until: datetime
    """When the conversation goes on without an answer; it is not asked after that."""
    fields: dict[str, Value] = {}
    """What is told of the person: nothing but this and the name of their record leaves."""
    sets: tuple[str, ...] = ()
    """Fields that the answer may set; everything else in it is dropped."""
    sequence: str = ""
    kind: str = ""
    """Of a hook that a sequence tells: ``step``, or what happened.  Empty: a step of a flow asks, and waits."""
    topic: str = ""
    """What was confirmed or withdrawn."""


class Erase(Struct, frozen=True, kw_only=True, gc=False, tag="erase", array_like=True):
    """Erase everything that is kept of this person, who asked for it in the chat."""

    id: str


class UpdateAddress(Struct, frozen=True, kw_only=True, gc=False, tag="address", array_like=True):
    """Tell the address registry, whose states live in other partitions, what happened to an address."""

    id: str
    address: str
    change: Literal["held", "confirmed", "withdrawn", "not_me", "hard_bounce", "released", "wrong_code"]
    at: datetime
    by: Literal["", "code", "button"] = ""
    topic: str = ""
    proven_at: datetime | None = None
    """When the mailbox was last proven; agreeing to a further topic does not prove it anew."""


class FetchProfile(Struct, frozen=True, kw_only=True, gc=False, tag="profile", array_like=True):
    """Ask the platform for the person's name and time zone.  Replies do not wait for it."""

    id: str


class DeadLetter(Struct, frozen=True, kw_only=True, gc=False, tag="parked", array_like=True):
    """Events whose deciding raised: kept, and decided again with back-off until the cause is mended."""

    id: str
    events: tuple[AnyEvent, ...]


PostedEffect = (
    SendChat | MoveThread | SendMail | UpdateAddress | FetchProfile | DeadLetter | DrawVoucher | TakeSeats | CallHook
    | Erase
)  # fmt: skip
"""Effects that travel through the outbox."""


class LedgerEntry(Struct, frozen=True, kw_only=True, gc=False):
    """One line of the consent ledger, in the vocabulary of ISO/IEC TS 27560 where that has a word.

    ``previous`` is the hash of the line before; :func:`domain.consent.ledger.chain_hash` returns the hash of a line.
    """

    number: int
    previous: str
    at: datetime
    act: Literal[
        "declined", "agreed", "requested", "mailed", "confirmed", "withdrawn", "disowned", "expired",
        "moved", "bounced", "unblocked", "paused", "resumed", "uncounted",
    ]  # fmt: skip
    topic: str = ""
    address: str = ""
    """Keyed hash of the address."""
    wording: str = ""
    """Hash of the exact text; the text itself is kept once under that hash."""
    language: str = ""
    how: str = ""
    """``tap``, ``typed``, ``code``, ``button``, ``one-click``, ``page``, ``preferences`` …; of ``unblocked``, who did
    it and why; of ``paused``, until which day."""
    mid: str = ""
    """Messenger message id."""
    message_id: str = ""
    """Message-ID of the confirmation mail."""
    content_hash: str = ""
    """SHA-256 of that mail as sent."""


class KeepWording(Struct, frozen=True, kw_only=True, gc=False):
    """Keep the exact text that a consent rests on, once, under its hash."""

    hash: str
    text: str


class Count(Struct, frozen=True, kw_only=True, gc=False):
    """Add one to a counter of the day; the counters are declared in :mod:`domain.counters`."""

    name: str


class LeaveOut(Struct, frozen=True, kw_only=True, gc=False):
    """Note in the send ledger that a mail is not sent, and why; a line that is there already stays."""

    id: str
    """The id that the mail would have."""
    reason: str
    """Holds no personal data; the same words for the same cause, since people are counted by it."""


class TeamListEntry(Struct, frozen=True, kw_only=True, gc=False):
    """Add an entry to a list that the team reads, one for the whole installation; the newest entries are kept."""

    list_name: str
    """``unanswered`` (see :class:`domain.unanswered_questions`)."""
    line: bytes


Effect = PostedEffect | LedgerEntry | KeepWording | Count | LeaveOut | TeamListEntry

_posted: msgspec.msgpack.Decoder[PostedEffect] = msgspec.msgpack.Decoder(PostedEffect)


def encode_posted(effect: PostedEffect) -> bytes:
    """Return the stored form of an effect that waits in the outbox."""
    return msgspec.msgpack.encode(effect)


def decode_posted(raw: bytes) -> PostedEffect:
    """Read an effect of the outbox.  Raises ``msgspec.DecodeError`` when the bytes are not one."""
    return _posted.decode(raw)
