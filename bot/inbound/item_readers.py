"""One webhook item to one event: a reader per kind, and the checks at each use of a value.

Nothing is trusted to have the documented type: ids come as numbers, whole parts may be missing.  Texts leave
here without NUL and lone surrogates, and bounded.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct

from bot.event_ids import event_id
from bot.thread_control import Ours, passed, taken
from domain.events import (
    AnyEvent,
    Control,
    Entry,
    Message,
    MessageEdit,
    MessageUnsend,
    OptIn,
    Postback,
    Reaction,
    Referral,
)

MOST_TEXT = 4000
"""Characters of a message that are kept; the platform allows people far more than any flow asks for."""
MOST_WORD = 1000
"""Characters of a payload, title or ref."""
MOST_URL = 2000
"""A longer address is left out: cut short it would lead nowhere."""
MOST_ID = 200
MOST_ATTACHMENTS = 30
LARGEST_NUMBER = 10**30
"""Larger numbers are neither ids nor times."""

Body = Mapping[str, object]
_NOTHING: Body = {}


class Item(Struct, kw_only=True):
    """One item whose sender is known, with what its reader needs."""

    page: str
    psid: str
    name: str
    """Its kind, the key of ``body`` in ``whole``."""
    whole: Body
    body: Body
    at: datetime
    ours: Ours

    def id(self, mid: str, edition: str = "") -> str:
        """Return the deduplication id."""
        if mid:
            return event_id(self.page, self.psid, self.name, mid, edition)
        content = json.dumps(self.body, sort_keys=True)
        return event_id(self.page, self.psid, self.name, repr(self.whole.get("timestamp")), content)

    def entry(self) -> Entry | None:
        """Return how the person came here, if the item tells."""
        referral = self.body.get("referral") or self.whole.get("referral")
        return _entry(referral) if isinstance(referral, dict) else None


Reader = Callable[[Item], AnyEvent | None]


def _read_message(item: Item) -> AnyEvent | None:
    body = item.body
    mid = as_id(body.get("mid"))
    if body.get("is_deleted") is True:
        return MessageUnsend(id=item.id(mid, "deleted"), at=item.at, mid=mid) if mid else None
    reply = body.get("quick_reply")
    attached = body.get("attachments")
    kinds, urls = _attachments(attached) if attached else ((), ())
    return Message(
        id=item.id(mid),
        at=item.at,
        mid=mid,
        text=clean(body.get("text"), MOST_TEXT),
        payload=as_word(reply.get("payload")) if isinstance(reply, dict) else "",
        attachments=kinds,
        urls=urls,
        entry=item.entry(),
    )


def _read_postback(item: Item) -> AnyEvent | None:
    body = item.body
    mid = as_id(body.get("mid"))
    return Postback(
        id=item.id(mid),
        at=item.at,
        mid=mid,
        payload=as_word(body.get("payload")),
        title=as_word(body.get("title")),
        entry=item.entry(),
    )


def _read_edit(item: Item) -> AnyEvent | None:
    mid, edition = as_id(item.body.get("mid")), as_id(item.body.get("num_edit"))
    if not mid:
        return None
    number = int(edition) if edition.isascii() and edition.isdigit() else 0
    text = clean(item.body.get("text"), MOST_TEXT)
    return MessageEdit(id=item.id(mid, edition), at=item.at, mid=mid, text=text, edition=number)


def _read_reaction(item: Item) -> AnyEvent | None:
    mid, action = as_id(item.body.get("mid")), as_word(item.body.get("action"))
    if not mid:
        return None
    reaction = as_word(item.body.get("reaction"))
    return Reaction(id=item.id(mid, action), at=item.at, mid=mid, reaction=reaction, action=action)


def _read_referral(item: Item) -> AnyEvent | None:
    return Referral(id=item.id(""), at=item.at, entry=_entry(item.body))


def _read_opt_in(item: Item) -> AnyEvent | None:
    body = item.body
    return OptIn(id=item.id(""), at=item.at, ref=as_word(body.get("ref")), type=as_word(body.get("type")))


def _read_passed(item: Item) -> AnyEvent | None:
    app = as_id(item.body.get("new_owner_app_id"))
    return Control(id=item.id(""), at=item.at, action=passed(item.ours, item.page, app), app=app)


def _read_taken(item: Item) -> AnyEvent | None:
    app = as_id(item.body.get("new_owner_app_id"))
    return Control(id=item.id(""), at=item.at, action=taken(item.ours, item.page, app), app=app)


def _read_asked(item: Item) -> AnyEvent | None:
    app = as_id(item.body.get("requested_owner_app_id"))
    return Control(id=item.id(""), at=item.at, action="asked", app=app)


def read_standby(item: Item) -> AnyEvent | None:
    """Return that somebody else has the thread; what the person wrote is theirs to answer."""
    return Control(id=item.id(as_id(item.body.get("mid")), "standby"), at=item.at, action="taken")


READERS: Mapping[str, Reader] = {
    "message": _read_message,
    "postback": _read_postback,
    "optin": _read_opt_in,
    "message_edit": _read_edit,
    "reaction": _read_reaction,
    "pass_thread_control": _read_passed,
    "take_thread_control": _read_taken,
    "request_thread_control": _read_asked,
    "referral": _read_referral,
}
"""By the item's key, the first that is present; a referral is last since others may carry it beside them."""


def _entry(referral: Body) -> Entry:
    return Entry(
        ref=as_word(referral.get("ref")), source=as_word(referral.get("source")), ad_id=as_id(referral.get("ad_id"))
    )


def _attachments(value: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the kinds of what is attached, and where each lies."""
    kinds, urls = [], []
    for one in as_list(value)[:MOST_ATTACHMENTS]:
        payload = as_dict(as_dict(one).get("payload"))
        kind = as_word(as_dict(one).get("type")) or "unknown"
        # Before 30 August 2026 a sticker came as an image with a sticker_id.
        sticker = kind == "image" and "sticker_id" in payload
        kinds.append("sticker" if sticker else kind)
        urls.append(_url(payload.get("url") or as_dict(one).get("url")))
    return tuple(kinds), tuple(urls)


def _url(value: object) -> str:
    address = clean(value, MOST_URL + 1)
    return address if len(address) <= MOST_URL else ""


def as_list(value: object) -> list[object]:
    """Return the value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_dict(value: object) -> Body:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def as_word(value: object) -> str:
    """Return the value if it is a text, cleaned and cut, else an empty one."""
    return clean(value, MOST_WORD)


def as_id(value: object) -> str:
    """Return an id as text; the platform writes some as numbers."""
    if isinstance(value, str):
        return clean(value, MOST_ID)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST_NUMBER:
        return str(value)
    return ""


def clean(value: object, most: int) -> str:
    """Return the value if it is a text, without NUL and lone surrogates, and cut; else an empty one."""
    if not isinstance(value, str):
        return ""
    if value.isascii():
        return value[:most].replace("\0", "")
    return value[:most].replace("\0", "").encode("utf-8", "replace").decode()
