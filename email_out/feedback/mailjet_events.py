"""Reads the events that Mailjet posts, into the reports that a mail server's letters become as well.  Pure.

Source: ``guides/_event-api.md`` of ``mailjet/api-documentation``; a bare object instead of an array, and ``agent:
"List-Unsubscribe"``, from the tests of ``anymail/django-anymail``.  Events are retried for 24 hours, come late, twice
and in any order, and have no id: :attr:`MailjetEvent.name` is a hash of what makes one event.

Opens and clicks are switched off in what we send, and are not taken in if they come all the same.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeGuard, cast

import msgspec
from msgspec import Struct, field

from email_out.feedback.classes import FeedbackClass, classify_refusal
from email_out.feedback.read_report import Report

EventMeaning = Literal["report", "unsubscribed", "ignored", "unreadable"]

MOST_EVENTS = 10_000
"""Events of one body that are looked at; 4 MiB hold fewer of real ones."""
OLDEST = timedelta(days=30)
"""How long ago an event may have happened by its own account."""


@dataclass(frozen=True, slots=True)
class MailjetErrorRow:
    """What one of Mailjet's error texts means, where the bounce is permanent or blocked."""

    error: str
    meaning: FeedbackClass
    says: str


MAILJET_ERRORS = (
    MailjetErrorRow("user unknown", "hard", "the address does not exist"),
    MailjetErrorRow("mailbox inactive", "hard", "inactive for so long that it likely does not exist any more"),
    MailjetErrorRow("quota exceeded", "soft", "the mailbox is full"),
    # Mailjet's own list of this account, for any of several reasons: no word about the mailbox.
    MailjetErrorRow("blacklisted", "unclear", "on the account's own list of blocked recipients"),
    MailjetErrorRow("spam reporter", "complaint", "reported an earlier message of this account as spam"),
    MailjetErrorRow("invalid domain", "hard", "the domain does not exist"),
    MailjetErrorRow("no mail host", "soft", "nobody answers for the domain"),
    MailjetErrorRow("relay/access denied", "block", "the receiver refuses to talk to the sender"),
    MailjetErrorRow("greylisted", "deferred", "not now; Mailjet tries again"),
    MailjetErrorRow("typofix", "hard", "the domain of the address is not valid"),
    MailjetErrorRow("bad or empty template", "unclear", "a template without content"),
    MailjetErrorRow("error in template language", "unclear", "an error in a template"),
    MailjetErrorRow("sender blocked", "block", "the sender is blocked"),
    MailjetErrorRow("content blocked", "block", "a filter refused the content"),
    MailjetErrorRow("policy issue", "policy", "refused by the receiver's policy"),
    MailjetErrorRow("system issue", "unclear", "a fault of Mailjet's"),
    MailjetErrorRow("protocol issue", "unclear", "a fault of Mailjet's"),
    MailjetErrorRow("connection issue", "unclear", "a fault of Mailjet's"),
    # “Recently (or repeatedly) bounced”: counted, so that one bad day of a mailbox does not end it.
    MailjetErrorRow("preblocked", "soft", "bounced before, so Mailjet did not try"),
    MailjetErrorRow("duplicate in campaign", "deferred", "this address has a mail of the campaign already"),
)
"""``_event-api.md``, “Possible values for errors”.  The classes are those of :mod:`email_out.feedback.classes`."""
_MEANINGS: Mapping[str, FeedbackClass] = {row.error: row.meaning for row in MAILJET_ERRORS}
_IGNORED = frozenset({"open", "click"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MailjetEvent:
    """One event."""

    meaning: EventMeaning
    name: str = ""
    """Hash of type, message, time, and link or error: the same for an event that comes twice."""
    report: Report | None = None
    """Of ``report``: what a mail server's letter would have said."""
    email: str = ""
    """Never log."""
    list_id: int = 0
    """Of ``unsubscribed``: Mailjet's number of the list; 0 if it was no list."""
    at: datetime | None = None
    """When it happened, aware; None if it says nothing that can be believed."""


class _Item(Struct, gc=False):
    """What is read of an event; anything may stand in each place."""

    event: object = None
    email: object = None
    time: object = None
    message_id: object = field(name="MessageID", default=None)
    custom_id: object = field(name="CustomID", default=None)
    error: object = None
    url: object = None
    comment: object = None
    hard_bounce: object = None
    mj_list_id: object = None


_items = msgspec.json.Decoder(list[_Item])


@dataclass(frozen=True, slots=True, kw_only=True)
class MailjetBody:
    """The events of one body."""

    delivered: Sequence[str]
    """Addresses of mails that lie in their mailboxes.  Never log."""
    ignored: int
    """Events that nothing follows from."""
    others: Sequence[MailjetEvent]


def read_body(raw: bytes, now: datetime) -> MailjetBody | None:
    """Return the events of a body, version 1 or 2; None if it is neither."""
    items = _decode_items(raw)
    if items is None or len(items) > MOST_EVENTS:
        return None
    delivered, ignored, others = [], 0, []
    for item in items:
        # Nearly all of a body: told apart before anything is made of them.
        if item is not None and item.event == "sent" and _is_address(item.email):
            delivered.append(item.email)
        elif item is not None and isinstance(item.event, str) and item.event in _IGNORED:
            ignored += 1
        else:
            others.append(_read_event(item, now) if item is not None else MailjetEvent(meaning="unreadable"))
    return MailjetBody(delivered=delivered, ignored=ignored, others=others)


def _decode_items(raw: bytes) -> Sequence[_Item | None] | None:
    """Return what stands in a body, with None for what is no object; None if it is neither object nor array."""
    try:
        return _items.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        # A bare object, an array that holds other things too, a broken character: rare, so it may be read twice.
        body = _decode_body(raw)
    items = [body] if isinstance(body, dict) else body
    if not isinstance(items, list):
        return None
    return [msgspec.convert(item, _Item) if isinstance(item, dict) else None for item in items]


def _decode_body(raw: bytes) -> object:
    """Return what a body says; None if it is no JSON."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError):  # RecursionError: thousands of nested brackets
        pass
    try:
        # Half a character in a server's words must not hold up the other events: Mailjet would send all of them for a
        # day, and then none any more.
        return cast("object", json.loads(raw.decode("utf-8", "replace")))
    except (ValueError, RecursionError):
        return None


def _is_address(email: object) -> TypeGuard[str]:
    # Line breaks and halves of characters are in no address.
    return isinstance(email, str) and "@" in email and email.isprintable()


def _read_event(item: _Item, now: datetime) -> MailjetEvent:
    kind, email = item.event, item.email
    if not isinstance(kind, str) or not _is_address(email):
        return MailjetEvent(meaning="unreadable")
    meaning, report = _read_kind(kind, item, email)
    list_id = item.mj_list_id
    return MailjetEvent(
        meaning=meaning,
        name=_name_event(item),
        report=report,
        email=email,
        list_id=list_id if isinstance(list_id, int) else 0,
        at=_read_time(item.time, now),
    )


def _read_kind(kind: str, item: _Item, email: str) -> tuple[EventMeaning, Report | None]:
    custom_id = item.custom_id
    ids = (custom_id,) if isinstance(custom_id, str) and custom_id else ()
    match kind:
        case "unsub":
            return "unsubscribed", None
        case "spam":
            return "report", Report(kind="complaint", meaning="complaint", recipient=email, message_ids=ids)
        case "bounce" | "blocked":
            meaning = _judge_error(item)
            named: Literal["delayed", "bounce"] = "delayed" if meaning == "deferred" else "bounce"
            # Only what Mailjet's table knows is quoted: the rest may be a server's text with an address in it.
            error = str(item.error)
            status = error if error in _MEANINGS else ""
            return "report", Report(kind=named, meaning=meaning, status=status, recipient=email, message_ids=ids)
    # A type that came later than this table.
    return "ignored", None


def _judge_error(item: _Item) -> FeedbackClass:
    error, hard = item.error, item.hard_bounce
    meaning = _MEANINGS.get(error) if isinstance(error, str) else None
    # Texts may be added by Mailjet at any time; then the server's own words are judged.
    if meaning is None:
        meaning = classify_refusal(0, "", str(item.comment or ""))
    # “Not all bounces have the same importance”: without hard_bounce the address may take the next mail.
    return "soft" if meaning == "hard" and item.event == "bounce" and hard is not True else meaning


def _name_event(item: _Item) -> str:
    # What makes one event, by the guide: it gives events no id.
    told = [item.event, item.message_id, item.time, item.url or item.error]
    # The address as well: an event about a list may name no message.
    return hashlib.sha256(repr([*told, item.email]).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _read_time(told: object, now: datetime) -> datetime | None:
    if not isinstance(told, int | float) or isinstance(told, bool):
        return None
    try:
        at = datetime.fromtimestamp(told, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if now - OLDEST < at <= now else None
