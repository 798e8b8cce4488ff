"""What is kept of one subscriber: one compact, frozen value.

Stored as MessagePack arrays (field order is the format): append new fields at the end with a default,
never reorder, and raise :data:`SCHEMA` when old code must not touch the record any more.

``gc=False``, here and in the other values of this room: they hold no cycle, so the collector need not visit them.
"""

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

SCHEMA = 1
"""Version of the layout below; a record with a newer one is refused, since saving it would drop fields."""

Value = str | int | float | bool | None

AddressStatus = Literal["unproven", "pending", "proven", "bounced", "disowned", "moved"]
ConsentStatus = Literal["declined", "agreed", "confirmed", "withdrawn"]
RunStatus = Literal["running", "finished", "goal", "left"]


class NewerSchemaError(Exception):
    """The record was written by a newer Doorstep.  Upgrade this process; saving would lose data."""


class Identity(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """Who this is on Messenger."""

    page: str
    """Page id."""
    psid: str
    """Page-scoped user id."""


class Profile(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """What the platform told about the person; all optional."""

    first_name: str = ""
    locale: str = ""
    timezone: str = ""
    """IANA time zone name; empty: the workspace's."""


class Frame(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """Where a called flow returns to."""

    flow: str
    flow_hash: str
    step: str
    """The step that called; its next step follows."""


class Answered(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """An answer given in this conversation; lets an edited or unsent message be judged again."""

    step: str
    mid: str


class Conversation(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """Where a person stands in a flow."""

    flow: str
    flow_hash: str
    """Content hash of the flow version the person is in."""
    step: str
    entered_at: datetime
    tries: int = 0
    """Answers to the present question that did not fit."""
    variables: dict[str, Value] = {}
    trail: tuple[str, ...] = ()
    """Steps asked before this one, latest last; what “back” returns to."""
    nudge_at: datetime | None = None
    """When the step's next nudge is due; None: none, or all given."""
    nudges: int = 0
    """Nudges given for the present question."""
    timeout_at: datetime | None = None
    """When the present step's wait or timeout ends."""
    stack: tuple[Frame, ...] = ()
    """Flows that called this one, the innermost last."""
    answered: tuple[Answered, ...] = ()
    """The latest answers and the messages that gave them, at most 10."""


class Address(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """A mail address this person gave."""

    email: str
    """Normalised address (RFC 5321/6531)."""
    status: AddressStatus = "unproven"
    proven_by: Literal["", "code", "button"] = ""
    proven_at: datetime | None = None
    nonce: str = ""
    """Nonce of the confirmation that proved it; lets a second press of the same link answer “already done”."""


class Pending(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """A confirmation that is waiting for its code or button; one per subscriber and address."""

    topics: tuple[str, ...]
    nonce: str
    """Random, hex.  Code and link are derived from it with a key that is not in the store."""
    requested_at: datetime
    expires_at: datetime
    wrong: int = 0
    """Wrong codes typed against it."""
    guarded: bool = False
    """Too many codes were guessed for this address, by whomever: only the button confirms it now."""


class Consent(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """One decision for one purpose (topic)."""

    status: ConsentStatus
    wording: str
    """Hash of the exact text that was shown."""
    language: str
    asked_at: datetime
    address: str = ""
    """Keyed hash of the address it is for; empty until one is given."""
    confirmed_at: datetime | None = None
    withdrawn_at: datetime | None = None


class Run(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """A pass through a sequence."""

    number: int
    """1 for the first pass of this person through this sequence."""
    sequence_hash: str
    step: str
    started_at: datetime
    entered_at: datetime
    """When the present step was entered."""
    address: str
    """Keyed hash of the address its mails go to."""
    status: RunStatus = "running"
    due_at: datetime | None = None
    """When the present step wants to be woken; None: only by an event."""
    ended_at: datetime | None = None
    sent: tuple[str, ...] = ()
    """Steps of this pass whose mail was decided; each goes out once."""


class Behaviour(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """Summary of one kind of product event."""

    count: int
    first: datetime
    last: datetime
    recent: tuple[datetime, ...] = ()
    """The latest occurrences, ascending, at most 20: enough for “at least 3 times in 7 days”."""


class Relay(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """Something to tell a person at its time: by chat while the platform lets us, else by mail."""

    id: str
    """Stable; also names the mail, so it goes at most once."""
    flow: str
    flow_hash: str
    step: str
    """The relay step: its texts, and its mail."""
    due_at: datetime
    chat: str = ""
    """Id of the chat message that carried it; a refusal of it turns to mail.  Empty: not told yet."""
    address: str = ""
    """Keyed hash of the address the mail goes to; empty: a proven one."""


class Handover(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """A person of the team has the conversation, or is asked to take it."""

    since: datetime
    by: Literal["person", "flow", "team", "app"]
    """Who asked: the person in chat, a flow's step, somebody of the team who wrote, another app."""
    reason: str = ""
    """The flow's words for it; shown in the waiting list."""
    last_at: datetime | None = None
    """When somebody of the team last wrote; None: nobody has yet."""
    flow: str = ""
    flow_hash: str = ""
    step: str = ""
    """Where the conversation goes on when it is handed back; empty: nowhere."""
    chats: int = 0
    """The record's ``chat_serial`` when the team began to speak: no message up to it is sent any more."""


class Subscriber(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """Everything the deciding functions know of one person."""

    schema: int = SCHEMA
    id: str
    """Keyed hash of page and psid; see :class:`domain.keyring.Keyring`."""
    version: int = 0
    """Raised by one with each commit; 0 is a record that was never saved."""
    identity: Identity
    created_at: datetime
    last_event_at: datetime
    """Business time never runs behind this."""
    language: str = ""
    """Chosen language; empty: the workspace's first."""
    profile: Profile = Profile()
    fields: dict[str, Value] = {}
    tags: tuple[str, ...] = ()
    entry: tuple[str, str, str] = ("", "", "")
    """First known way in: ref, source, ad id."""
    conversation: Conversation | None = None
    window_expires_at: datetime | None = None
    """Until when the platform lets us write in chat."""
    paused: bool = False
    """A human took over; the bot is silent."""
    unavailable: bool = False
    """The person blocked the Page or left Messenger."""
    addresses: dict[str, Address] = {}
    """By keyed hash of the address."""
    pending: dict[str, Pending] = {}
    """By keyed hash of the address."""
    consents: dict[str, Consent] = {}
    """By topic."""
    runs: dict[str, Run] = {}
    """By sequence."""
    behaviour: dict[str, Behaviour] = {}
    """By product event."""
    requests: tuple[datetime, ...] = ()
    """When confirmation mails were asked for in the last day; a cap per subscriber."""
    wrong_codes: tuple[datetime, ...] = ()
    """When wrong codes were typed in the last day; a cap per subscriber."""
    ledger_size: int = 0
    """Entries in the consent ledger."""
    ledger_head: str = ""
    """Hash of the newest ledger entry; the next one is chained to it."""
    chat_serial: int = 0
    """Chat messages decided so far; makes their ids."""
    relays: tuple[Relay, ...] = ()
    """What is to be told later, or was told by chat and may still be refused."""
    channels: dict[str, str] = {}
    """``chat``, ``mail`` or ``both`` by topic; under an empty name, for all of them."""
    handover: Handover | None = None
    """Set while :attr:`paused`."""
    codes: dict[str, str] = {}
    """The code given from each pool; one a person and pool."""
    window_cause: str = ""
    """What moved the end of the messaging window last: message, postback, referral, ad, optin, or refused."""
    first_flow: str = ""
    """The flow that the person's first conversation began with; for reports."""
    trying: str = ""
    """Unpublished edition that only this person is talking to; empty: the one that is live."""
    profiled_at: datetime | None = None
    """When the platform last told the profile."""
    invited: str = ""
    """Flow that a private reply to a comment invited to; begins with an answer that means nothing else."""
    trying_until: datetime | None = None
    """When :attr:`trying` ends; stays for good, since who ever tried is one of the team and in no report."""
    profile_asked_at: datetime | None = None
    """When the platform was last asked for the profile."""
    flow_mails: tuple[datetime, ...] = ()
    """When flows had mails sent in the last day, to the person or about them to the team; a cap per subscriber."""
    undisclosed: bool = False
    """The bot took over from a human without a word: before its next words it says who speaks."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Subscriber)
_schema_only = msgspec.msgpack.Decoder(list[msgspec.Raw])


def encode(record: Subscriber) -> bytes:
    """Return the stored form of a record (without the version prefix that the store puts before it)."""
    return _encoder.encode(record)


def decode(raw: bytes) -> Subscriber:
    """Read a stored record.

    Raises :class:`NewerSchemaError` when a newer Doorstep wrote it, and ``msgspec.DecodeError`` when the
    value is no record at all.
    """
    try:
        record = _decoder.decode(raw)
    except msgspec.ValidationError:
        _refuse_newer(raw)
        raise
    if record.schema > SCHEMA:
        _refuse_newer(raw)
    return record


def _refuse_newer(raw: bytes) -> None:
    schema = msgspec.msgpack.decode(_schema_only.decode(raw)[0])
    if isinstance(schema, int) and schema > SCHEMA:
        message = f"record has schema {schema}, this Doorstep knows {SCHEMA}: upgrade this process"
        raise NewerSchemaError(message)
