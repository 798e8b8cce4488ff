"""Webhook bodies to events.  Pure, and hot: every message of every person goes through here.

Rules:

* All of ``entry[]`` × ``messaging[]`` is read, in order per sender; one bad item never loses the others.
* Nothing is trusted to have the documented type: ids come as numbers, times as strings, in seconds or in
  milliseconds, and whole parts may be missing.  Reading plain values with a check at each use costs 6 µs for
  a one-message body; a typed decoder would be quicker but refuses the whole batch for one odd field.
* msgspec reads the body; what it refuses (lone surrogates, numbers out of range) gets a second reading by the
  standard library, and only what is no JSON at all is an error.
"""

import json
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct

from bot.event_ids import event_id
from bot.inbound import comments
from bot.inbound.event_kinds import IGNORED
from bot.inbound.item_readers import (
    LARGEST_NUMBER,
    READERS,
    Body,
    Item,
    Reader,
    as_dict,
    as_id,
    as_list,
    as_word,
    read_standby,
)
from bot.thread_control import ByMetadata, Echo, Ours, Policy
from domain.events import AnyEvent, Control
from domain.private_replies import stand_in

OLDEST = timedelta(days=7)
"""A time further back than this, or in the future, is a wrong clock: the time of receipt counts instead."""
_SECONDS_BELOW = 100_000_000_000
"""Smaller numbers are seconds (until the year 5138), larger ones milliseconds (since 1973)."""


_SIMPLY = ByMetadata()


class BodyError(ValueError):
    """The body is not a JSON object in UTF-8.  Answer 400; nothing in it can be read."""


class Inbound(Struct, frozen=True, kw_only=True):
    """What one person did, in order."""

    page: str
    psid: str
    events: list[AnyEvent]


class Parsed(Struct, frozen=True, kw_only=True):
    """All that a body said."""

    inbounds: list[Inbound]
    echoes: list[Echo]
    """Those of our own messages; what somebody else sent is an event."""
    policies: list[Policy]
    ignored: dict[str, int]
    """How many items were ignored, by a name from ``bot.inbound.event_kinds``."""


def parse(raw: bytes, received_at: datetime, ours: Ours = _SIMPLY) -> Parsed:
    """Read a webhook body.  ``received_at`` is aware, UTC.  Raises only :class:`BodyError`."""
    body = _decode(raw)
    batch = _Batch(received_at, ours)
    if body.get("object") == "page":
        for entry in as_list(body.get("entry")):
            batch.read_entry(entry)
    else:
        batch.ignore("other_object")
    for person in batch.gone & batch.people.keys():
        del batch.people[person]
        batch.ignore("comment")
    inbounds = [Inbound(page=page, psid=psid, events=events) for (page, psid), events in batch.people.items()]
    return Parsed(inbounds=inbounds, echoes=batch.echoes, policies=batch.policies, ignored=batch.ignored)


_decoder = msgspec.json.Decoder()


def _decode(raw: bytes) -> Body:
    try:
        body = _decoder.decode(raw)
    except (ValueError, RecursionError):
        body = _decode_again(raw)
    if not isinstance(body, dict):
        message = "the body is JSON, but no object"
        raise BodyError(message)
    return body


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


class _Batch:
    """What has been read of one body so far."""

    __slots__ = ("echoes", "gone", "ignored", "ours", "people", "policies", "received_at", "received_s", "seen")

    def __init__(self, received_at: datetime, ours: Ours) -> None:
        self.ours = ours
        self.policies: list[Policy] = []
        self.received_at = received_at
        self.received_s = received_at.timestamp()
        self.people: dict[tuple[str, str], list[AnyEvent]] = {}
        self.echoes: list[Echo] = []
        self.gone: set[tuple[str, str]] = set()
        self.ignored: dict[str, int] = {}
        self.seen: set[str] = set()

    def ignore(self, name: str) -> None:
        self.ignored[name] = self.ignored.get(name, 0) + 1

    def read_entry(self, entry: object) -> None:
        if not isinstance(entry, dict):
            self.ignore("malformed")
            return
        page = as_id(entry.get("id"))
        for name, read in (("messaging", self.read_item), ("standby", self.read_standby)):
            for item in as_list(entry.get(name)):
                try:
                    read(page, item)
                except (RecursionError, ValueError):  # nested too deeply, or a number too long, to be written
                    self.ignore("malformed")
        for change in as_list(entry.get("changes")):
            self.read_change(page, change)

    def read_item(self, page: str, item: object) -> None:
        if not isinstance(item, dict):
            self.ignore("malformed")
            return
        for name, reader in READERS.items():
            if name in item:
                body = item[name]
                if not isinstance(body, dict):
                    self.ignore("malformed")
                elif body.get("is_echo") is True:
                    self.read_echo(page, item, body)
                else:
                    self.read_event(page, name, item, body, reader)
                return
        if "policy_enforcement" in item:
            self.read_policy(page, item)
        else:
            self.ignore(next((name for name in item if name in IGNORED), "unknown"))

    def read_change(self, page: str, change: object) -> None:
        value = comments.comment_of(change)
        if value is None:
            self.ignore("changes")
        elif comments.is_gone(value):
            self.gone.add((page, stand_in(comments.id_of(value))))
            self.ignore("comment")
        elif not comments.is_new(page, value):
            self.ignore("comment")
        elif page:
            self.add(page, stand_in(comments.id_of(value)), comments.event(page, value, self.when))
        else:
            self.ignore("malformed")

    def read_standby(self, page: str, item: object) -> None:
        """Read what happened while somebody else has the thread: it is known, and never answered."""
        for name in ("message", "postback"):
            body = item.get(name) if isinstance(item, dict) else None
            if isinstance(item, dict) and isinstance(body, dict):
                if body.get("is_echo") is True:
                    self.read_echo(page, item, body)
                else:
                    self.read_event(page, name, item, body, read_standby)
                return
        self.ignore("standby")

    def read_policy(self, page: str, item: Body) -> None:
        page = page or as_id(as_dict(item.get("recipient")).get("id"))
        action = as_word(as_dict(item["policy_enforcement"]).get("action"))
        if page and action:
            self.policies.append(Policy(page=page, action=action))
        else:
            self.ignore("malformed")

    def read_event(self, page: str, name: str, item: Body, body: Body, reader: Reader) -> None:
        sender = as_dict(item.get("sender"))
        psid = as_id(sender.get("id"))
        page = page or as_id(as_dict(item.get("recipient")).get("id"))
        if not psid or not page:
            self.ignore("user_ref" if "user_ref" in sender or "user_ref" in body else "malformed")
            return
        at = self.when(item.get("timestamp"))
        self.add(
            page,
            psid,
            reader(Item(page=page, psid=psid, name=name, whole=item, body=body, at=at, ours=self.ours)),
        )

    def add(self, page: str, psid: str, event: AnyEvent | None) -> None:
        if event is None:
            self.ignore("malformed")
        elif event.id in self.seen:
            self.ignore("repeated")
        else:
            self.seen.add(event.id)
            self.people.setdefault((page, psid), []).append(event)

    def read_echo(self, page: str, item: Body, body: Body) -> None:
        page = page or as_id(as_dict(item.get("sender")).get("id"))
        psid = as_id(as_dict(item.get("recipient")).get("id"))
        if not psid or not page:
            self.ignore("malformed")
            return
        echo = Echo(
            page=page,
            psid=psid,
            metadata=as_word(body.get("metadata")),
            app_id=as_id(body.get("app_id")),
            mid=as_id(body.get("mid")),
        )
        if self.ours.wrote(echo):
            self.echoes.append(echo)
            return
        stamp = item.get("timestamp")
        name = event_id(page, psid, "echo", echo.mid or repr(stamp), echo.app_id)
        self.add(page, psid, Control(id=name, at=self.when(stamp), action="spoke", app=echo.app_id))

    def when(self, stamp: object) -> datetime:
        """Return the time of an item; the time of receipt if it has none that can be true."""
        if isinstance(stamp, str) and stamp.isascii() and stamp.isdigit() and len(stamp) <= len("1700000000000000"):
            stamp = int(stamp)
        if not isinstance(stamp, int | float):
            return self.received_at
        seconds = stamp if stamp < _SECONDS_BELOW else stamp / 1000 if stamp < LARGEST_NUMBER else 0
        if not self.received_s - OLDEST.total_seconds() <= seconds <= self.received_s:
            return self.received_at
        return datetime.fromtimestamp(seconds, UTC)
