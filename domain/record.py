"""The record of a subscriber: everything that is kept of one person, as one frozen value.

Records are stored as MessagePack arrays, so the order of the fields is the format.  Append new fields at the end with a
default, never reorder them, and raise :data:`SCHEMA` when older code must not touch a record with the new field.

``gc=False``, here and in the other values of this package, tells the garbage collector not to visit them: they are
frozen and refer to nothing that could refer back.
"""

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.conversation import Answered, Conversation, Frame, ScheduledMessage
from domain.deeds import Deed, make_deed
from domain.link_evidence.hits import LinkRecord
from domain.sequence_runs import Behaviour, Run, TeamTask
from domain.values import Value

__all__ = [
    "FIRST_SCHEMA",
    "REMEMBERED_MAILS",
    "SCHEMA",
    "Address",
    "AddressStatus",
    "Answered",
    "Consent",
    "ConsentStatus",
    "Conversation",
    "Frame",
    "Handover",
    "Identity",
    "NewerSchemaError",
    "Pending",
    "Profile",
    "ScheduledMessage",
    "Subscriber",
    "Value",
    "decode",
    "encode",
]  # fmt: skip

SCHEMA = 2
"""Version of this format.  A record with a newer version is refused, since saving it would drop its fields.

3 is taken: it begins what :mod:`store.packed_records` makes of a record, so that an older Doorstep refuses it.
"""
FIRST_SCHEMA = 1
"""Version of a record that holds nothing an older Doorstep would drop; one with deeds has version 2."""

REMEMBERED_MAILS = 20
"""Latest marketing mails whose times a record keeps."""

AddressStatus = Literal["unproven", "pending", "proven", "bounced", "disowned", "moved"]
ConsentStatus = Literal["declined", "agreed", "confirmed", "withdrawn"]


class NewerSchemaError(Exception):
    """The record was written by a newer Doorstep.  Upgrade this process: saving the record would lose data."""


class Identity(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """Who a person is on Messenger."""

    page: str
    """Page id."""
    psid: str
    """Page-scoped user id."""


class Profile(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """What the platform told about the person; each field may be empty."""

    first_name: str = ""
    locale: str = ""
    timezone: str = ""
    """IANA time zone name; empty means the workspace's."""


class Address(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """A mail address this person gave."""

    email: str
    """Normalised address (RFC 5321/6531)."""
    status: AddressStatus = "unproven"
    proven_by: Literal["", "code", "button"] = ""
    proven_at: datetime | None = None
    nonce: str = ""
    """Nonce of the confirmation that proved it, so that a second press of the same link is answered “already done”."""


class Pending(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """A confirmation that waits for its code or button; one per subscriber and address."""

    topics: tuple[str, ...]
    nonce: str
    """Random, with a mark if doubted, empty if void.  Code and link are derived from it by a key outside the store."""
    requested_at: datetime
    expires_at: datetime
    wrong: int = 0
    """Number of wrong codes typed against it."""
    guarded: bool = False
    """True if too many wrong codes were typed for this address, by any subscriber: now only the button confirms it."""


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
    measures: tuple[str, ...] = ()
    """What the wording announced to measure: ``clicks``, ``opens``; see :mod:`domain.links.measured`."""


class Handover(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """A person of the team has the conversation, or is asked to take it."""

    since: datetime
    by: Literal["person", "flow", "team", "app"]
    """Who caused it: the person in chat, a step of a flow, a person of the team who wrote, another app."""
    reason: str = ""
    """Why, in the words of the flow; shown in the waiting list."""
    last_at: datetime | None = None
    """When a person of the team last wrote; None if none has yet."""
    flow: str = ""
    flow_hash: str = ""
    step: str = ""
    """Where the conversation goes on when it is handed back; empty if nowhere."""
    chats: int = 0
    """The record's ``chat_serial`` when the team began to speak; messages up to it are no longer sent."""


class Subscriber(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """Everything the deciding functions know of one person."""

    schema: int = FIRST_SCHEMA
    id: str
    """Keyed hash of page and psid; see :class:`domain.keyring.Keyring`."""
    version: int = 0
    """Raised by one with each commit; 0 is a record that was never saved."""
    identity: Identity
    created_at: datetime
    last_event_at: datetime
    """When the latest event happened; business time does not run behind it."""
    language: str = ""
    """Chosen language; empty means the workspace's first."""
    profile: Profile = Profile()
    fields: dict[str, Value] = {}
    tags: tuple[str, ...] = ()
    entry: tuple[str, str, str] = ("", "", "")
    """First known entry point: ref, source, ad id."""
    conversation: Conversation | None = None
    window_expires_at: datetime | None = None
    """When the messaging window closes: until then the platform lets us write in chat."""
    paused: bool = False
    """True while a person of the team has the conversation and the bot is silent."""
    unavailable: bool = False
    """True if the person blocked the Page or left Messenger."""
    addresses: dict[str, Address] = {}
    """By keyed hash of the address."""
    pending: dict[str, Pending] = {}
    """By keyed hash of the address."""
    consents: dict[str, Consent] = {}
    """By topic."""
    runs: dict[str, Run] = {}
    """By sequence."""
    old_behaviour: dict[str, Behaviour] = {}
    """As an older Doorstep kept :attr:`behaviour`; :func:`decode` folds it in, and nothing else reads it."""
    requests: tuple[datetime, ...] = ()
    """When confirmation mails were asked for in the last day; a subscriber's limit counts them."""
    wrong_codes: tuple[datetime, ...] = ()
    """When wrong codes were typed in the last day; a subscriber's limit counts them."""
    ledger_size: int = 0
    """Number of entries in the consent ledger."""
    ledger_head: str = ""
    """Hash of the newest ledger entry; the next one is chained to it."""
    chat_serial: int = 0
    """Number of chat messages decided so far; their ids are made of it."""
    relays: tuple[ScheduledMessage, ...] = ()
    """Scheduled messages that wait, or were told by chat and may still be refused."""
    channels: dict[str, str] = {}
    """``chat``, ``mail`` or ``both`` by topic; under an empty name, for all topics."""
    handover: Handover | None = None
    """Set while :attr:`paused`."""
    codes: dict[str, str] = {}
    """The voucher given from each pool, by pool; a person gets one of each."""
    window_cause: str = ""
    """What moved the end of the messaging window last: message, postback, referral, ad, optin, or refused."""
    first_flow: str = ""
    """The flow that the person's first conversation began with, for reports."""
    trying: str = ""
    """Draft that only this person talks to; empty means the live edition."""
    profiled_at: datetime | None = None
    """When the platform last told the profile."""
    invited: str = ""
    """Flow that a private reply to a comment invited to; it begins with the first answer that means nothing else."""
    trying_until: datetime | None = None
    """When :attr:`trying` ends.  It stays for good: whoever tried a draft belongs to the team, and to no report."""
    profile_asked_at: datetime | None = None
    """When the platform was last asked for the profile."""
    flow_mails: tuple[datetime, ...] = ()
    """When flows sent mails in the last day, to the person or about them to the team; a limit counts them."""
    undisclosed: bool = False
    """True if the bot took over from a human silently: before its next message it says that a bot speaks."""
    mailed: tuple[datetime, ...] = ()
    """When the latest marketing mails of sequences were decided, in whole seconds, ascending, at most 20."""
    interrupted: Conversation | None = None
    """The open question of a flow that another one interrupted; the person is asked whether to go on with it."""

    seats: dict[str, int] = {}
    """The seats this person has, by thing (``evenings frost``)."""
    behaviour: dict[str, Deed] = {}
    """By product event."""
    engaged_at: datetime | None = None
    """When the person last did anything, in whole seconds; None if that was before this was kept."""
    told_at: dict[str, int] = {}
    """Second since 1970 of the event that a field was last filled from (``from`` in doorstep.yaml), by field."""
    use_hours: bytes | None = None
    """How often the person used the product, by 24 hours and 7 weekdays of their time; None if never."""
    stop_asked_at: datetime | None = None
    """When the bot asked “Shall I stop all mails?”; None once that was answered, or something else was said."""
    got: dict[str, int] = {}
    """Second since 1970 at which a mail was last decided, by template; of the mails that a condition asks for."""
    mails_paused_until: datetime | None = None
    """Until when mails of sequences wait, because the person wants a break; may be over.  None if they never paused."""
    starts: dict[int, int] = {}
    """What the last look at the starts by conditions and dates said, by the number of the start; empty if none is."""
    looks_at: datetime | None = None
    """When time alone can next begin a sequence by a condition or a date; None if it cannot."""
    questioned_at: datetime | None = None
    """When a sequence last asked them something by mail (``limits.ask_every``); None if it never did."""
    tasks: tuple[TeamTask, ...] = ()
    """What sequences gave the team to do about this person, the oldest first."""
    links: LinkRecord | None = None
    """Links of mails that were followed; None if none was, or none was counted."""
    mail_days: int | None = None
    """Least days between two marketing mails, as the reader chose; None if they chose none."""
    resting: dict[str, int] | None = None
    """By topic, the second since 1970 from which its mails rest, until the person gives any sign; None if none did."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Subscriber)
_schema_decoder = msgspec.msgpack.Decoder(list[msgspec.Raw])


def encode(record: Subscriber) -> bytes:
    """Return the stored form of a record, without the version that the store puts before it."""
    return _encoder.encode(record)


def decode(raw: bytes) -> Subscriber:
    """Read a stored record.

    Raises :class:`NewerSchemaError` when a newer Doorstep wrote it, and ``msgspec.DecodeError`` when the value is not a
    record.
    """
    try:
        record = _decoder.decode(raw)
    except msgspec.ValidationError:
        # A newer format may also have changed a type, so the version is what the error is about, if it is newer.
        _refuse_newer(raw)
        raise
    if record.schema > SCHEMA:
        _refuse_newer(raw)
    return _fold_behaviour(record) if record.old_behaviour else record


def _fold_behaviour(record: Subscriber) -> Subscriber:
    """Return a record of the first version with its behaviour as deeds."""
    deeds = {name: make_deed(old.count, old.first, old.last, old.recent) for name, old in record.old_behaviour.items()}
    return replace(record, schema=SCHEMA, old_behaviour={}, behaviour={**deeds, **record.behaviour})


def _refuse_newer(raw: bytes) -> None:
    schema = msgspec.msgpack.decode(_schema_decoder.decode(raw)[0])
    if isinstance(schema, int) and schema > SCHEMA:
        message = f"record has schema {schema}, this Doorstep knows {SCHEMA}: upgrade this process"
        raise NewerSchemaError(message)
