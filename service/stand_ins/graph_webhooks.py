"""Builds webhooks as the platform does (batches, escapes, signature) and delivers them as it does.

Source: “Webhooks for Messenger”, “Validating payloads” (facts: docs/messenger.md).
"""

import asyncio
import hmac
import json
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

import aiohttp

Item = dict[str, object]

_ESCAPES = (("/", "\\/"), ("<", "\\u003C"), ("%", "\\u0025"), ("@", "\\u0040"))
"""Characters that the platform escapes, beside all that are not ASCII; in JSON they occur inside texts only."""


def sign_body(body: bytes, secret: str) -> str:
    """Return the value of ``X-Hub-Signature-256`` for a body."""
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()


def write_batch(page: str, items: Sequence[Item], at: datetime, *, array: str = "messaging") -> bytes:
    """Return a body with these items of one Page; ``array`` may be ``standby`` or ``changes``."""
    return write_body([{"id": page, "time": _epoch_ms(at), array: list(items)}])


def write_body(entries: Sequence[Item]) -> bytes:
    """Return a body with these entries, escaped as the platform does."""
    body = {"object": "page", "entry": list(entries)}
    # The signature covers the escaped bytes.  A service that parses and serialises again before it checks the signature
    # would fail here, as it would in life.
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


def postback_item(*, page: str, psid: str, mid: str, at: datetime, payload: str, title: str, ref: str = "") -> Item:
    """Return the item of a button that a person tapped; ``ref`` is the one of the link they followed, if any."""
    postback: Item = {"mid": mid, "title": title, "payload": payload}
    if ref:
        postback["referral"] = {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}
    return _from_person(page, psid, at) | {"postback": postback}


def echo_item(*, page: str, psid: str, mid: str, at: datetime, app_id: str, message: Item) -> Item:
    """Return the item by which the platform reports a message that the Page sent."""
    # Sender and recipient are the other way round than in a person's message.
    return {
        "sender": {"id": page},
        "recipient": {"id": psid},
        "timestamp": _epoch_ms(at),
        "message": {"mid": mid, "is_echo": True, **({"app_id": int(app_id)} if app_id else {}), **message},
    }


def comment_change(*, comment: str, post: str, psid: str, at: datetime, text: str, verb: str = "add") -> Item:
    """Return the change of a Page's ``feed`` that reports a comment."""
    value: Item = {
        "item": "comment",
        "verb": verb,
        "comment_id": comment,
        "post_id": post,
        "parent_id": post,
        "from": {"id": psid, "name": "Somebody"},
        "created_time": int(at.timestamp()),
        "message": text,
    }
    return {"field": "feed", "value": value | ({"is_hidden": True} if verb == "hide" else {})}


def control_item(*, page: str, psid: str, at: datetime, kind: str, **apps: str) -> Item:
    """Return the item of ``pass_thread_control`` and the like; ``apps`` are its app ids by their names."""
    return _from_person(page, psid, at) | {kind: dict(apps)}


def policy_item(*, page: str, at: datetime, action: str, reason: str = "") -> Item:
    """Return the item that reports a policy decision about a Page; it has no sender."""
    told = {"action": action, **({"reason": reason} if reason else {})}
    return {"recipient": {"id": page}, "timestamp": _epoch_ms(at), "policy_enforcement": told}


def message_payload(*, page: str, psid: str, mid: str, at: datetime, text: str, quick_reply: str = "") -> bytes:
    """Return the body for one text; see :func:`message_item`."""
    return write_batch(
        page, [message_item(page=page, psid=psid, mid=mid, at=at, text=text, quick_reply=quick_reply)], at
    )


def postback_payload(*, page: str, psid: str, mid: str, at: datetime, payload: str, title: str, ref: str = "") -> bytes:
    """Return the body for one tap; see :func:`postback_item`."""
    return write_batch(
        page, [postback_item(page=page, psid=psid, mid=mid, at=at, payload=payload, title=title, ref=ref)], at
    )


def _from_person(page: str, psid: str, at: datetime) -> Item:
    return {"sender": {"id": psid}, "recipient": {"id": page}, "timestamp": _epoch_ms(at)}


def _epoch_ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _by_array(items: Sequence[Item]) -> Item:
    """Return the items in the arrays of an entry: an item with a ``field`` belongs to ``changes``."""
    changes = [item for item in items if "field" in item]
    messaging = [item for item in items if "field" not in item]
    return {**({"messaging": messaging} if messaging else {}), **({"changes": changes} if changes else {})}


RETRIES_S = (0.1, 0.4, 0.5, *((1.0,) * 12))
"""Pauses before an unanswered webhook is sent again; the platform's own grow to hours."""
MOST_ITEMS = 1000
"""Most items of a batch (“Webhooks”: batched in up to 1,000 updates)."""


class WebhookPostman:
    """Delivers webhooks as the platform does: in order, in batches of what gathered meanwhile, until answered 200."""

    def __init__(self, url: str, secret_of: Callable[[str], str], clock: Callable[[], datetime]) -> None:
        """Deliver to this address, signed by each Page's app; an empty address delivers nothing."""
        self.url = url
        self.tasks: set[asyncio.Task[None]] = set()
        """Holds the running delivery task, if there is one."""
        self.delay_s = 0.0
        """Seconds that a webhook is on its way."""
        self.given_up = 0
        """Number of items that were never answered 200."""
        self.session: aiohttp.ClientSession | None = None
        self._secret_of = secret_of
        self._clock = clock
        self._waiting: deque[tuple[str, Item]] = deque()

    def enqueue_items(self, page: str, *items: Item) -> None:
        """Queue these for delivery."""
        if not self.url:
            return
        self._waiting.extend((page, item) for item in items)
        # One task at a time keeps the order; items that arrive meanwhile go as its next batch.
        if not self.tasks:
            task = asyncio.create_task(self._deliver_all())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def wait_until_delivered(self) -> None:
        """Return when everything so far has been delivered, or given up."""
        await asyncio.gather(*self.tasks)

    async def _deliver_all(self) -> None:
        while self._waiting:
            count = min(len(self._waiting), MOST_ITEMS)
            taken = [self._waiting.popleft() for _ in range(count)]
            # A body is signed by one app, so Pages of different apps never share one.
            pages = dict.fromkeys(page for page, _ in taken)
            for secret in dict.fromkeys(map(self._secret_of, pages)):
                of_app = [(page, item) for page, item in taken if self._secret_of(page) == secret]
                if not await self._deliver_body(write_body(self._write_entries(of_app)), secret):
                    self.given_up += len(of_app)

    def _write_entries(self, taken: Sequence[tuple[str, Item]]) -> list[Item]:
        now = _epoch_ms(self._clock())
        return [
            {"id": page, "time": now, **_by_array([item for item_page, item in taken if item_page == page])}
            for page in dict.fromkeys(page for page, _ in taken)
        ]

    async def _deliver_body(self, body: bytes, secret: str) -> bool:
        headers = {"X-Hub-Signature-256": sign_body(body, secret), "Content-Type": "application/json"}
        assert self.session is not None  # noqa: S101  made with the application
        await asyncio.sleep(self.delay_s)
        for pause in RETRIES_S:
            try:
                async with self.session.post(self.url, data=body, headers=headers) as response:
                    if response.ok:
                        return True
            except aiohttp.ClientError:
                pass  # the webhook is away: the platform tries again too, first at once, then less often
            await asyncio.sleep(pause)
        return False
