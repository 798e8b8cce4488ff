"""Webhook bodies as the platform makes them: its batch shape, its escapes, its signature."""

import hmac
import json
from collections.abc import Sequence
from datetime import datetime

Item = dict[str, object]

_ESCAPES = (("/", "\\/"), ("<", "\\u003C"), ("%", "\\u0025"), ("@", "\\u0040"))
"""What the platform escapes beside all that is not ASCII; none of these can stand outside a text in JSON."""


def sign(body: bytes, secret: str) -> str:
    """Return the value of ``X-Hub-Signature-256`` for a body."""
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()


def batch(page: str, items: Sequence[Item], at: datetime) -> bytes:
    """Return a body with these items of one Page."""
    body = {"object": "page", "entry": [{"id": page, "time": _ms(at), "messaging": list(items)}]}
    text = json.dumps(body, ensure_ascii=True, separators=(",", ":"))
    for char, escaped in _ESCAPES:
        text = text.replace(char, escaped)
    return text.encode("ascii")


def message_item(*, page: str, psid: str, mid: str, at: datetime, text: str, quick_reply: str = "") -> Item:
    """Return the item of a text that a person wrote; ``quick_reply`` is the payload if it was tapped."""
    message: Item = {"mid": mid, "text": text}
    if quick_reply:
        message["quick_reply"] = {"payload": quick_reply}
    return _from_person(page, psid, at) | {"message": message}


def postback_item(
    *, page: str, psid: str, mid: str, at: datetime, payload: str, title: str, ref: str = ""
) -> Item:
    """Return the item of a button that a person tapped; ``ref`` is that of the link they came by."""
    postback: Item = {"mid": mid, "title": title, "payload": payload}
    if ref:
        postback["referral"] = {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}
    return _from_person(page, psid, at) | {"postback": postback}


def echo_item(*, page: str, psid: str, mid: str, at: datetime, app_id: str, message: Item) -> Item:
    """Return the item that tells of a message the Page sent."""
    return {
        "sender": {"id": page},
        "recipient": {"id": psid},
        "timestamp": _ms(at),
        "message": {"mid": mid, "is_echo": True, "app_id": int(app_id), **message},
    }


def message_payload(*, page: str, psid: str, mid: str, at: datetime, text: str, quick_reply: str = "") -> bytes:
    """Return the body for one text; see :func:`message_item`."""
    return batch(page, [message_item(page=page, psid=psid, mid=mid, at=at, text=text, quick_reply=quick_reply)], at)


def postback_payload(
    *, page: str, psid: str, mid: str, at: datetime, payload: str, title: str, ref: str = ""
) -> bytes:
    """Return the body for one tap; see :func:`postback_item`."""
    return batch(
        page, [postback_item(page=page, psid=psid, mid=mid, at=at, payload=payload, title=title, ref=ref)], at
    )


def _from_person(page: str, psid: str, at: datetime) -> Item:
    return {"sender": {"id": psid}, "recipient": {"id": page}, "timestamp": _ms(at)}


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
