"""Builds what is sent to the servers under test: whole HTTP requests, signed before the measurement begins.

A lane is the list of requests of one connection.  All messages of a subscriber go through one lane, one after
another, as a person chats; every message has an id of its own.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

APP_SECRET = "bench-app-secret"
PAGE = "100200300"
SECRET_TOKEN = "bench-secret-token"
AT_MS = 1_795_000_000_000
"""Timestamp of all messages, ms since the epoch (November 2026)."""

CHAT = ("newsletter", "Yes, send it to me", "mia at example", "mia.{number}@example.com")
"""What every subscriber types: starts, agrees, gives an address that does not fit, then one that does."""

TALK = ("newsletter", "Yes, send it to me", "mia at example", "mia.{number} at example")
"""The same without an address that fits: no mail follows, so all who are compared do the same job."""


Build = Callable[[int, int, str], bytes]
"""(subscriber, message, text) -> request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChattingCrowd:
    """Subscribers who chat at the same time."""

    connections: int
    """Number of lanes, and so of messages on their way at a time."""
    messages: int
    """Messages in all, about; rounded up to whole chats."""
    first: int = 0
    """Number of the first subscriber; a run that needs strangers starts behind the one before."""
    chat: Sequence[str] = CHAT
    """Texts of each subscriber, in order; ``{number}`` becomes the subscriber's."""

    @property
    def end(self) -> int:
        """Number behind the last subscriber."""
        # Whole chats, rounded up: -(-7 // 4) is 2.
        return self.first + max(self.connections, -(-self.messages // len(self.chat)))


def build_lanes(crowd: ChattingCrowd, build: Build) -> list[list[bytes]]:
    """Return the requests of each connection."""
    return [
        [
            build(number, place, text.replace("{number}", str(number)))
            for number in range(crowd.first + lane, crowd.end, crowd.connections)
            for place, text in enumerate(crowd.chat)
        ]
        for lane in range(crowd.connections)
    ]


def messenger_requests(
    path: str = "/messenger/webhook", *, secret: str = APP_SECRET, at_ms: int = AT_MS, pages: int = 1
) -> Build:
    """Return a builder of signed Messenger webhook requests (both signatures, as Meta sends them)."""
    key = secret.encode()

    def build_request(subscriber: int, message: int, text: str) -> bytes:
        return _signed_request(path, key, [_page_entry((subscriber, message, text), at_ms, pages)])

    return build_request


def batch_request(said: Sequence[tuple[int, int, str]], *, at_ms: int, pages: int = 1) -> bytes:
    """Return one signed Messenger webhook request with many events (subscriber, message, text)."""
    return _signed_request(
        "/messenger/webhook", APP_SECRET.encode(), [_page_entry(line, at_ms, pages) for line in said]
    )


def _page_entry(said: tuple[int, int, str], at_ms: int, pages: int) -> dict[str, object]:
    subscriber, message, text = said
    at = page_id(subscriber % pages)
    event = {
        "sender": {"id": psid_of(subscriber)},
        "recipient": {"id": at},
        "timestamp": at_ms,
        "message": {"mid": f"m_{subscriber}.{message}", "text": text},
    }
    return {"id": at, "time": at_ms, "messaging": [event]}


def _signed_request(path: str, key: bytes, entries: Sequence[dict[str, object]]) -> bytes:
    body = json.dumps({"object": "page", "entry": entries}, separators=(",", ":")).encode()
    signatures = {
        "X-Hub-Signature": "sha1=" + hmac.digest(key, body, "sha1").hex(),
        "X-Hub-Signature-256": "sha256=" + hmac.digest(key, body, hashlib.sha256).hex(),
    }
    return http_request(path, body, signatures)


def telegram_requests(path: str = "/webhook") -> Build:
    """Return a builder of Telegram Bot API updates."""

    def build_request(subscriber: int, message: int, text: str) -> bytes:
        person = {"id": 10_000 + subscriber, "first_name": "Mia"}
        update = {
            "update_id": subscriber * 100 + message,
            "message": {
                "message_id": message + 1,
                "date": AT_MS // 1000,
                "chat": {**person, "type": "private"},
                "from": {**person, "is_bot": False},
                "text": text,
            },
        }
        body = json.dumps(update, separators=(",", ":")).encode()
        return http_request(path, body, {"X-Telegram-Bot-Api-Secret-Token": SECRET_TOKEN})

    return build_request


def page_id(number: int) -> str:
    """Return the id of a Page."""
    return str(int(PAGE) + number)


def psid_of(subscriber: int) -> str:
    """Return the page-scoped id of a subscriber."""
    return str(7_000_000_000_000_000 + subscriber)


def http_request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Return a whole HTTP/1.1 POST of a JSON body."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body
