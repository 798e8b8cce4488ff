"""Reads one webhook item as one event: a reader for each kind, and the checks of each value.  Pure.

No value is trusted to have the documented type: ids come as numbers, and whole parts may be missing.  Texts are
returned without NUL and lone surrogates, and cut to a maximum length.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct

from bot.event_ids import make_event_id
from bot.thread_control import OwnMessages, meaning_of_pass, meaning_of_take
from domain.entry_point import EntryPoint
from domain.events import (
    AnyEvent,
    Message,
    MessageEdit,
    MessageUnsend,
    OptIn,
    Postback,
    Reaction,
    Referral,
    ThreadControlChanged,
)

MOST_TEXT = 4000
"""Characters of a message that are kept; people may write far more than any flow asks for."""
MOST_WORD = 1000
"""Characters of a payload, title or ref."""
MOST_URL = 2000
"""A longer address is left out, since a shortened one would not work."""
MOST_ID = 200
MOST_ATTACHMENTS = 30
LARGEST_NUMBER = 10**30
"""Larger numbers are neither ids nor times."""

Body = Mapping[str, object]
_EMPTY: Body = {}


class WebhookItem(Struct, kw_only=True):
    """One item with a known sender, and what its reader needs."""

    page: str
    psid: str
    name: str
    """Its kind: the key of ``body`` in ``whole``."""
    whole: Body
    body: Body
    at: datetime
    own_messages: OwnMessages

    def make_id(self, mid: str, revision: str = "") -> str:
        """Return the deduplication id; ``revision`` tells apart several events about one message."""
        if mid:
            return make_event_id(self.page, self.psid, self.name, mid, revision)
        content = json.dumps(self.body, sort_keys=True)
        return make_event_id(self.page, self.psid, self.name, repr(self.whole.get("timestamp")), content)

    def read_entry(self) -> EntryPoint | None:
        """Return how the person came here; None if the item does not say."""
        # The platform puts it inside the body, or beside the body in the item.
        referral = self.body.get("referral") or self.whole.get("referral")
        return _read_entry(referral) if isinstance(referral, dict) else None


ItemReader = Callable[[WebhookItem], AnyEvent | None]


def _read_message(item: WebhookItem) -> AnyEvent | None:
    # {"mid": "m_1", "text": "Yes", "quick_reply": {"payload": "tap|…"}, "attachments": [{"type": "image", …}], …}
    body = item.body
    mid = as_id(body.get("mid"))
    if body.get("is_deleted") is True:
        return MessageUnsend(id=item.make_id(mid, "deleted"), at=item.at, mid=mid) if mid else None
    reply = body.get("quick_reply")
    attached = body.get("attachments")
    kinds, urls = _read_attachments(attached) if attached else ((), ())
    return Message(
        id=item.make_id(mid),
        at=item.at,
        mid=mid,
        text=clean_text(body.get("text"), MOST_TEXT),
        payload=as_word(reply.get("payload")) if isinstance(reply, dict) else "",
        attachments=kinds,
        urls=urls,
        entry=item.read_entry(),
    )


def _read_postback(item: WebhookItem) -> AnyEvent | None:
    # {"mid": "m_2", "title": "Start", "payload": "start|newsletter", "referral": {"ref": "spring", …}, …}
    body = item.body
    mid = as_id(body.get("mid"))
    return Postback(
        id=item.make_id(mid),
        at=item.at,
        mid=mid,
        payload=as_word(body.get("payload")),
        title=as_word(body.get("title")),
        entry=item.read_entry(),
    )


def _read_edit(item: WebhookItem) -> AnyEvent | None:
    # {"mid": "m_1", "text": "Yes, please", "num_edit": 2, …}
    mid, num_edit = as_id(item.body.get("mid")), as_id(item.body.get("num_edit"))
    if not mid:
        return None
    number = int(num_edit) if num_edit.isascii() and num_edit.isdigit() else 0
    text = clean_text(item.body.get("text"), MOST_TEXT)
    return MessageEdit(id=item.make_id(mid, num_edit), at=item.at, mid=mid, text=text, edition=number)


def _read_reaction(item: WebhookItem) -> AnyEvent | None:
    # {"mid": "m_1", "action": "react", "reaction": "love", "emoji": "❤️", …}
    mid, action = as_id(item.body.get("mid")), as_word(item.body.get("action"))
    if not mid:
        return None
    reaction = as_word(item.body.get("reaction"))
    return Reaction(id=item.make_id(mid, action), at=item.at, mid=mid, reaction=reaction, action=action)


def _read_referral(item: WebhookItem) -> AnyEvent | None:
    # {"ref": "spring", "source": "SHORTLINK", "type": "OPEN_THREAD", "ad_id": …}; it has no message id.
    return Referral(id=item.make_id(""), at=item.at, entry=_read_entry(item.body))


def _read_opt_in(item: WebhookItem) -> AnyEvent | None:
    body = item.body
    return OptIn(id=item.make_id(""), at=item.at, ref=as_word(body.get("ref")), type=as_word(body.get("type")))


def _read_pass_thread(item: WebhookItem) -> AnyEvent | None:
    app = as_id(item.body.get("new_owner_app_id"))
    return ThreadControlChanged(
        id=item.make_id(""), at=item.at, action=meaning_of_pass(item.own_messages, item.page, app), app=app
    )


def _read_take_thread(item: WebhookItem) -> AnyEvent | None:
    app = as_id(item.body.get("new_owner_app_id"))
    return ThreadControlChanged(
        id=item.make_id(""), at=item.at, action=meaning_of_take(item.own_messages, item.page, app), app=app
    )


def _read_thread_request(item: WebhookItem) -> AnyEvent | None:
    # {"requested_owner_app_id": 123456789, …}
    app = as_id(item.body.get("requested_owner_app_id"))
    return ThreadControlChanged(id=item.make_id(""), at=item.at, action="asked", app=app)


def read_standby(item: WebhookItem) -> AnyEvent | None:
    """Return that another app has the thread; what the person wrote is left for that app to answer."""
    return ThreadControlChanged(id=item.make_id(as_id(item.body.get("mid")), "standby"), at=item.at, action="taken")


READERS: Mapping[str, ItemReader] = {
    "message": _read_message,
    "postback": _read_postback,
    "optin": _read_opt_in,
    "message_edit": _read_edit,
    "reaction": _read_reaction,
    "pass_thread_control": _read_pass_thread,
    "take_thread_control": _read_take_thread,
    "request_thread_control": _read_thread_request,
    "referral": _read_referral,
}
"""By key of the item; the first key that is present counts.  ``referral`` is last, since other kinds may carry one."""


def _read_entry(referral: Body) -> EntryPoint:
    return EntryPoint(
        ref=as_word(referral.get("ref")), source=as_word(referral.get("source")), ad_id=as_id(referral.get("ad_id"))
    )


def _read_attachments(value: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the kinds and the addresses of the attachments."""
    kinds, urls = [], []
    for attachment in as_list(value)[:MOST_ATTACHMENTS]:
        payload = as_dict(as_dict(attachment).get("payload"))
        kind = as_word(as_dict(attachment).get("type")) or "unknown"
        # Before 30 August 2026 a sticker came as an image with a sticker_id.
        sticker = kind == "image" and "sticker_id" in payload
        kinds.append("sticker" if sticker else kind)
        urls.append(_clean_url(payload.get("url") or as_dict(attachment).get("url")))
    return tuple(kinds), tuple(urls)


def _clean_url(value: object) -> str:
    # One character more than allowed is kept, to tell an address that is too long from one that just fits.
    address = clean_text(value, MOST_URL + 1)
    return address if len(address) <= MOST_URL else ""


def as_list(value: object) -> list[object]:
    """Return the value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_dict(value: object) -> Body:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else _EMPTY


def as_word(value: object) -> str:
    """Return the value if it is a short text, cleaned and cut, else an empty one."""
    return clean_text(value, MOST_WORD)


def as_id(value: object) -> str:
    """Return an id as text, since the platform writes some as numbers; empty if the value is no id."""
    if isinstance(value, str):
        return clean_text(value, MOST_ID)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST_NUMBER:
        return str(value)
    return ""


def clean_text(value: object, longest: int) -> str:
    """Return the value if it is a text, cut, and without NUL and lone surrogates; else an empty one."""
    if not isinstance(value, str):
        return ""
    # Most texts are ASCII, which cannot hold a surrogate; the detour over UTF-8 replaces those with "?".
    if value.isascii():
        return value[:longest].replace("\0", "")
    return value[:longest].replace("\0", "").encode("utf-8", "replace").decode()
