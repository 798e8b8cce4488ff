"""Parses webhook bodies into events.  Pure, and hot: every message of every person goes through here.

Rules:

* All of ``entry[]`` × ``messaging[]`` is read, in order for each sender.  A malformed item never loses the others.
* No value is trusted to have the documented type: ids come as numbers, times as strings, in seconds or milliseconds,
  and whole parts may be missing.  Reading plain values with a check at each use costs 6 µs for a body of one message.
  A typed decoder would be faster, but it refuses the whole batch for one unexpected field.
* msgspec decodes the body.  What it refuses (lone surrogates, numbers out of range) is decoded again by the standard
  library, and only a body that is not JSON is an error.
"""

import json
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct

from bot.event_ids import make_event_id
from bot.inbound import comments
from bot.inbound.event_kinds import IGNORED
from bot.inbound.item_readers import (
    LARGEST_NUMBER,
    READERS,
    Body,
    ItemReader,
    WebhookItem,
    as_dict,
    as_id,
    as_list,
    as_word,
    read_standby,
)
from bot.thread_control import Echo, OwnByMetadata, OwnMessages, PolicyNotice
from domain.events import AnyEvent, ThreadControlChanged
from domain.private_replies import placeholder_psid

OLDEST_TIMESTAMP = timedelta(days=7)
"""A time further back than this, or in the future, comes from a wrong clock; the time of receipt is used instead."""
_SECONDS_BELOW = 100_000_000_000
"""Smaller numbers are seconds (until the year 5138), larger ones milliseconds (since 1973)."""


_YES = (True, "true")
"""A flag that is set; the platform writes some values as texts."""

_BY_METADATA = OwnByMetadata()


class BodyError(ValueError):
    """The body is not a JSON object in UTF-8.  Answer 400."""


class PersonEvents(Struct, frozen=True, kw_only=True):
    """The events of one person, in order."""

    page: str
    psid: str
    events: list[AnyEvent]


class WebhookContent(Struct, frozen=True, kw_only=True):
    """Everything that was read from a body."""

    people: list[PersonEvents]
    echoes: list[Echo]
    """Echoes of our own messages; those of messages that others sent are events."""
    policies: list[PolicyNotice]
    ignored: dict[str, int]
    """Number of ignored items, by their name in ``bot.inbound.event_kinds``."""


def parse_body(raw: bytes, received_at: datetime, own_messages: OwnMessages = _BY_METADATA) -> WebhookContent:
    """Return the content of a webhook body.  ``received_at`` is aware, UTC.  Raises only :class:`BodyError`."""
    body = _decode_body(raw)
    reader = _BodyReader(received_at, own_messages)
    if body.get("object") == "page":
        for entry in as_list(body.get("entry")):
            reader.read_entry(entry)
    else:
        reader.count_ignored("other_object")
    # A comment that was added and removed within one body must not be answered.
    for key in reader.gone & reader.people.keys():
        del reader.people[key]
        reader.count_ignored("comment")
    people = [PersonEvents(page=page, psid=psid, events=events) for (page, psid), events in reader.people.items()]
    return WebhookContent(people=people, echoes=reader.echoes, policies=reader.policies, ignored=reader.ignored)


_decoder = msgspec.json.Decoder()


def _decode_body(raw: bytes) -> Body:
    try:
        body = _decoder.decode(raw)
    except (ValueError, RecursionError):
        body = _decode_again(raw)
    if not isinstance(body, dict):
        message = "the body is JSON, but no object"
        raise BodyError(message)
    return body


# msgspec refuses lone surrogates ("\ud83d" without its second half) and numbers out of range; json reads both.
def _decode_again(raw: bytes) -> object:
    try:
        return json.loads(raw.decode())
    except UnicodeDecodeError:
        message = "the body is not UTF-8"
    except RecursionError:
        message = "the body is nested too deeply"
    except ValueError:
        message = "the body is not JSON"
    raise BodyError(message)


class _BodyReader:
    """Reads one body, and collects what it says."""

    __slots__ = ("echoes", "gone", "ignored", "own_messages", "people", "policies", "received_at", "received_s", "seen")

    def __init__(self, received_at: datetime, own_messages: OwnMessages) -> None:
        self.own_messages = own_messages
        self.policies: list[PolicyNotice] = []
        self.received_at = received_at
        self.received_s = received_at.timestamp()
        self.people: dict[tuple[str, str], list[AnyEvent]] = {}
        self.echoes: list[Echo] = []
        self.gone: set[tuple[str, str]] = set()
        self.ignored: dict[str, int] = {}
        self.seen: set[str] = set()

    def count_ignored(self, name: str) -> None:
        self.ignored[name] = self.ignored.get(name, 0) + 1

    def read_entry(self, entry: object) -> None:
        if not isinstance(entry, dict):
            self.count_ignored("malformed")
            return
        page = as_id(entry.get("id"))
        for name, read in (("messaging", self.read_item), ("standby", self.read_standby)):
            for item in as_list(entry.get(name)):
                try:
                    read(page, item)
                # Some event ids hash the item's JSON; too deep a nesting, or a number of over 4,300 digits, cannot be
                # encoded.
                except (RecursionError, ValueError):
                    self.count_ignored("malformed")
        for change in as_list(entry.get("changes")):
            self.read_change(page, change)

    def read_item(self, page: str, item: object) -> None:
        if not isinstance(item, dict):
            self.count_ignored("malformed")
            return
        for name, reader in READERS.items():
            if name in item:  # the first kind counts: a message may carry a referral beside it
                body = item[name]
                if not isinstance(body, dict):
                    self.count_ignored("malformed")
                elif body.get("is_echo") in _YES:
                    self.read_echo(page, item, body)
                else:
                    self.read_event(page, name, item, body, reader)
                return
        if "policy_enforcement" in item:
            self.read_policy(page, item)
        else:
            self.count_ignored(next((name for name in item if name in IGNORED), "unknown"))

    def read_change(self, page: str, change: object) -> None:
        comment = comments.comment_in_change(change)
        if comment is None:
            self.count_ignored("changes")
        elif comments.is_gone(comment):
            # Noted by the placeholder of the comment, since its "add" may stand before or after this in the body.
            self.gone.add((page, placeholder_psid(comments.read_comment_id(comment))))
            self.count_ignored("comment")
        elif not comments.is_new_comment(page, comment):
            self.count_ignored("comment")
        elif page:
            self.add_event(
                page,
                placeholder_psid(comments.read_comment_id(comment)),
                comments.read_new_comment(page, comment, self.read_time),
            )
        else:
            self.count_ignored("malformed")

    def read_standby(self, page: str, item: object) -> None:
        """Read what happened while another app has the thread; it is noted, and never answered."""
        for name in ("message", "postback"):
            body = item.get(name) if isinstance(item, dict) else None
            if isinstance(item, dict) and isinstance(body, dict):
                if body.get("is_echo") in _YES:
                    self.read_echo(page, item, body)
                else:
                    self.read_event(page, name, item, body, read_standby)
                return
        self.count_ignored("standby")

    def read_policy(self, page: str, item: Body) -> None:
        page = page or as_id(as_dict(item.get("recipient")).get("id"))
        action = as_word(as_dict(item["policy_enforcement"]).get("action"))
        if page and action:
            self.policies.append(PolicyNotice(page=page, action=action))
        else:
            self.count_ignored("malformed")

    def read_event(self, page: str, name: str, item: Body, body: Body, reader: ItemReader) -> None:
        # {"sender": {"id": "7001"}, "recipient": {"id": "1234"}, "timestamp": 1764331200000, "message": {…}}
        sender = as_dict(item.get("sender"))
        psid = as_id(sender.get("id"))
        page = page or as_id(as_dict(item.get("recipient")).get("id"))
        if not psid or not page:
            self.count_ignored("user_ref" if "user_ref" in sender or "user_ref" in body else "malformed")
            return
        if psid == page:
            # An echo that does not say so: the Page is no person, and must not be answered.
            self.count_ignored("own_page")
            return
        at = self.read_time(item.get("timestamp"))
        self.add_event(
            page,
            psid,
            reader(
                WebhookItem(
                    page=page, psid=psid, name=name, whole=item, body=body, at=at, own_messages=self.own_messages
                )
            ),
        )

    def add_event(self, page: str, psid: str, event: AnyEvent | None) -> None:
        if event is None:
            self.count_ignored("malformed")
        elif event.id in self.seen:  # the platform repeats items even within one body
            self.count_ignored("repeated")
        else:
            self.seen.add(event.id)
            self.people.setdefault((page, psid), []).append(event)

    def read_echo(self, page: str, item: Body, body: Body) -> None:
        page = page or as_id(as_dict(item.get("sender")).get("id"))
        psid = as_id(as_dict(item.get("recipient")).get("id"))
        if not psid or not page:
            self.count_ignored("malformed")
            return
        echo = Echo(
            page=page,
            psid=psid,
            metadata=as_word(body.get("metadata")),
            app_id=as_id(body.get("app_id")),
            mid=as_id(body.get("mid")),
        )
        # In an echo sender and recipient are exchanged: the Page is the sender.
        if self.own_messages.is_ours(echo):
            self.echoes.append(echo)
            return
        timestamp = item.get("timestamp")
        event_id = make_event_id(page, psid, "echo", echo.mid or repr(timestamp), echo.app_id)
        self.add_event(
            page, psid, ThreadControlChanged(id=event_id, at=self.read_time(timestamp), action="spoke", app=echo.app_id)
        )

    def read_time(self, timestamp: object) -> datetime:
        """Return the time of an item; the time of receipt if it has none, or an impossible one."""
        # Seen: 1700000000000 (ms), 1700000000 (s), "1700000000000", 1700000000.5, 0, and times in the future.
        if (
            isinstance(timestamp, str)
            and timestamp.isascii()
            and timestamp.isdigit()
            and len(timestamp) <= len("1700000000000000")
        ):
            timestamp = int(timestamp)
        if not isinstance(timestamp, int | float):
            return self.received_at
        seconds = timestamp if timestamp < _SECONDS_BELOW else timestamp / 1000 if timestamp < LARGEST_NUMBER else 0
        if not self.received_s - OLDEST_TIMESTAMP.total_seconds() <= seconds <= self.received_s:
            return self.received_at
        return datetime.fromtimestamp(seconds, UTC)
