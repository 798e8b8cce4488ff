"""From what arrived at the Graph stand-in, and what was said, to a thread of bubbles."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from msgspec import Struct

from service.demo.graph import Sent
from service.playground.views import Bubble, Choice


class Said(Struct, frozen=True, kw_only=True):
    """Something a player said or tapped."""

    psid: str
    mid: str
    text: str
    at: datetime


def thread(said: Iterable[Said], sent: Sequence[Sent], email: str) -> tuple[Bubble, ...]:
    """Return one person's chat, oldest first; ``email`` is what their profile offers."""
    mine = [Bubble(id=one.mid, who="person", text=one.text, at=one.at) for one in said]
    theirs = [_received(one, email) for one in sent if not one.action]
    return tuple(sorted((*mine, *theirs), key=lambda one: one.at))


def is_typing(sent: Sequence[Sent]) -> bool:
    """Tell whether the typing indicator is the last thing that arrived."""
    return bool(sent) and sent[-1].action == "typing_on"


def _received(sent: Sent, email: str) -> Bubble:
    message = cast("Mapping[str, Any]", sent.message)
    template = message.get("attachment", {}).get("payload", {})
    return Bubble(
        id=sent.mid,
        who="page",
        text=str(message.get("text") or template.get("text") or ""),
        at=sent.at,
        replies=tuple(_reply(one, email) for one in message.get("quick_replies", ())),
        buttons=tuple(_button(one) for one in template.get("buttons", ())),
    )


def _reply(reply: Mapping[str, Any], email: str) -> Choice:
    if reply["content_type"] == "user_email":
        return Choice(label=email, kind="email", payload=email)
    return Choice(label=str(reply["title"]), kind="reply", payload=str(reply["payload"]))


def _button(button: Mapping[str, Any]) -> Choice:
    if button["type"] == "web_url":
        return Choice(label=str(button["title"]), kind="url", url=str(button["url"]))
    return Choice(label=str(button["title"]), kind="postback", payload=str(button["payload"]))
