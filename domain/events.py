"""Events: what can happen to one subscriber.

Webhooks, web pages, the mail sender and the events API turn their input into these; nothing else is decided about.
``id`` is the deduplication id (docs/messenger.md), ``at`` when it happened by the sender's account, aware, in UTC.
Dead letters and histories hold events as maps, tagged by class name; class (``tag``) and field keep their first name.
"""

from datetime import datetime
from typing import Literal

from domain.entry_point import EntryPoint
from domain.event_types.base import Event
from domain.event_types.holds import MailHeld
from domain.event_types.issues import IssueCame
from domain.event_types.links import CountingEnded, LinkFollowed
from domain.event_types.team import AddressUnblocked, BeginAllowed, DraftsSettled, TaskSettled
from domain.values import StopReason, Value


class Message(Event, frozen=True, kw_only=True, gc=False):
    """A person wrote or tapped a quick reply in Messenger."""

    mid: str = ""
    """Message id given by the platform; evidence in the consent ledger."""
    text: str = ""
    payload: str = ""
    """Payload of the quick reply that was tapped; empty if the text was typed."""
    attachments: tuple[str, ...] = ()
    """Kinds of the attachments: ``image``, ``sticker``, ``location`` and so on."""
    urls: tuple[str, ...] = ()
    """URL of each of :attr:`attachments`, in the same order; empty for one without a file.  The URLs expire."""
    entry: EntryPoint | None = None


class Postback(Event, frozen=True, kw_only=True, gc=False):
    """A person tapped a button, the menu, or get-started."""

    mid: str = ""
    payload: str = ""
    title: str = ""
    entry: EntryPoint | None = None


class Referral(Event, frozen=True, kw_only=True, gc=False):
    """A person with an open thread followed an m.me link or an ad."""

    entry: EntryPoint


class OptIn(Event, frozen=True, kw_only=True, gc=False):
    """A person opted in by a platform plugin (``ref``), or to notification messages (``type``)."""

    ref: str = ""
    type: str = ""


class Commented(Event, frozen=True, kw_only=True, gc=False):
    """A person commented on a post of the Page, and a flow may answer privately.

    The platform does not tell their PSID yet, so a placeholder record stands for the comment; see
    :mod:`domain.private_replies`.
    """

    comment: str
    """Id of the comment; the platform lets it be answered once, within seven days."""
    post: str
    text: str = ""


class PrivateReplyDelivered(Event, frozen=True, kw_only=True, gc=False, tag="Invited"):
    """A private reply to this person's comment was delivered; from then on the platform tells who they are."""

    flow: str
    """The flow that begins when they answer."""
    post: str
    comment: str
    language: str = ""
    """The language that the comment was written in; empty if its words did not tell."""


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
    """The platform's user profile; each field may be empty (accounts made with a phone number); zone: an IANA name."""

    first_name: str = ""
    locale: str = ""
    timezone: str = ""


class ChatRefused(Event, frozen=True, kw_only=True, gc=False):
    """The Send API refused a chat message (its id: ``send``) for good."""

    reason: Literal["outside_window", "user_unavailable", "permanent", "silenced"]
    """``silenced`` does not come from the platform: a person of the team joined the conversation before it was sent."""
    send: str = ""


class VoucherDrawn(Event, frozen=True, kw_only=True, gc=False, tag="CodeDrawn"):
    """A voucher of a pool was drawn for this person; ``code`` is empty when the pool has none left."""

    pool: str
    code: str


class SeatsTaken(Event, frozen=True, kw_only=True, gc=False):
    """Seats ``held`` after :class:`domain.effects.TakeSeats`, fewer than ``wanted`` if few were ``left`` (nobody's)."""

    thing: str
    wanted: int
    held: int
    left: int


class HookAnswered(Event, frozen=True, kw_only=True, gc=False):
    """The program behind a hook answered, or could not be asked."""

    hook: str
    asked_at: datetime
    """When the step that asked was entered; an answer to an earlier visit moves nobody."""
    taken: bool
    """False: there was no answer that counts."""
    fields: dict[str, Value] = {}  # noqa: RUF012  msgspec copies it
    """What it told for the fields that the step names; not checked against their types yet."""
    told: tuple[str, str, str] = ("", "", "")
    """Of a hook that a sequence tells: kind of what happened, sequence and step.  Empty: a step of a flow has asked."""


class ThreadControlChanged(Event, frozen=True, kw_only=True, gc=False, tag="Control"):
    """Another app or a person of the team spoke in the conversation, took it, gave it back, or asks for it."""

    action: Literal["spoke", "taken", "given_back", "asked"]
    """``given_back`` means given back to this app."""
    app: str = ""
    """App id; empty if the platform does not tell."""


class ConfirmPressed(Event, frozen=True, kw_only=True, gc=False):
    """The button of the confirm page was pressed; ``token`` is the secret part of its link."""

    token: str


class NotMe(Event, frozen=True, kw_only=True, gc=False):
    """“This was not me” was pressed for a pending or earlier confirmation of this address."""

    address: str
    """Keyed hash of the address."""
    send: str = ""
    """Id of the confirmation mail whose link was pressed; empty if the address registry reports it."""
    blocked: bool = False
    """True if the address registry has blocked the address by it, since it knew of no proof then."""


class Unsubscribed(Event, frozen=True, kw_only=True, gc=False):
    """Consent was withdrawn outside the chat."""

    topic: str = ""
    """The topic; empty for all topics."""
    via: Literal["one-click", "page", "preferences", "mail", "restored"] = "page"
    """``restored``: it was withdrawn after a backup that was restored."""
    address: str = ""
    """Keyed hash of the address whose mail carried the link; empty for every address."""


class StopReasonGiven(Event, frozen=True, kw_only=True, gc=False):
    """Somebody said why they stopped a mail."""

    reason: StopReason


class MailsPaused(Event, frozen=True, kw_only=True, gc=False):
    """On the page behind a mail's link somebody asked for a break from all mails, or ended it before its time."""

    address: str
    until: datetime | None
    """When the break ends, aware; None if it ends now."""


class FrequencyChosen(Event, frozen=True, kw_only=True, gc=False):
    """On the page behind a mail's link somebody said how often they want mail."""

    address: str
    days: int
    """Least days between two marketing mails; 0: as they come."""


class ChoiceAnswered(Event, frozen=True, kw_only=True, gc=False):
    """Somebody pressed an answer page's button: the mail ``send`` asked, ``number`` is the answer's place from 0."""

    send: str
    number: int
    text: str = ""
    """What they added to this answer in their own words; the answer itself is given already then."""


class Resubscribed(Event, frozen=True, kw_only=True, gc=False):
    """On the page behind a mail's link somebody agreed to a topic again; the proven mailbox is asked for its word."""

    topic: str
    address: str
    wording: str
    """Hash of the wording that was shown."""
    language: str


class MailSent(Event, frozen=True, kw_only=True, gc=False):
    """The mail server accepted a confirmation mail; this is evidence for the ledger."""

    send_id: str
    message_id: str
    content_hash: str
    """SHA-256 of the message as sent, hex."""


class MailRefused(Event, frozen=True, kw_only=True, gc=False):
    """A mail was not sent: a gate refused it, or the mail server rejected it for good."""

    send_id: str
    reason: str
    address: str = ""
    hard_bounce: bool = False
    returned: Literal["", "hard", "soft", "block", "policy", "complaint", "unclear"] = ""
    """What a report says of a mail that had been accepted; empty if it was refused at once."""
    about_us: Literal["", "block", "policy"] = ""
    """Of a mail that was refused at once, if the receiver means us and not the reader."""
    marketing: bool = False
    """True if it says something about the marketing lane: a mail of it, or a report from a proven address."""


class AddressMoved(Event, frozen=True, kw_only=True, gc=False):
    """Another subscriber proved that this address is theirs, at ``at``.  It ends an older proof by this subscriber."""

    address: str


class CodesGuarded(Event, frozen=True, kw_only=True):
    """Too many wrong codes were typed for this address within a day, by one subscriber or by several."""

    address: str


class ProductEvent(Event, frozen=True, kw_only=True, gc=False):
    """Something that the person did in the product, reported by ``POST /api/events``."""

    name: str
    properties: dict[str, str | int | float | bool | None] = {}  # noqa: RUF012  msgspec copies it
    past: bool = False
    """True if it is told as history: it counts as what the person did, but starts nothing and reaches no goal."""


class FieldsTold(Event, frozen=True, kw_only=True, gc=False):
    """The product told fields of the person (``POST /v1/identify``)."""

    fields: dict[str, Value]
    """Declared fields only, each of the type that its declaration says."""
    past: bool = False
    """True if it is told as history: nothing starts because of it."""


AnyEvent = (
    Message | Postback | Referral | OptIn | Commented | PrivateReplyDelivered | MessageEdit | MessageUnsend
    | Reaction | Profiled | ChatRefused | SeatsTaken | VoucherDrawn | HookAnswered | ThreadControlChanged
    | ConfirmPressed | NotMe | AddressUnblocked | Unsubscribed | StopReasonGiven | MailsPaused | FrequencyChosen
    | ChoiceAnswered | Resubscribed | MailSent | MailRefused | AddressMoved | CodesGuarded | ProductEvent | FieldsTold
    | DraftsSettled | BeginAllowed | TaskSettled | IssueCame | LinkFollowed
    | CountingEnded | MailHeld
)  # fmt: skip
"""Any event.  A wake that came due is not an event: it is a decision without events."""
