"""From what arrived at the Graph stand-in, and what was said, to a thread of bubbles."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from msgspec import Struct

from service.playground.chat_views import Bubble, CardView, Choice, MediaView
from service.stand_ins.graph_api import Sent

PHONE = "+491701234567"
"""What everybody's Messenger profile offers as phone number."""


class Said(Struct, frozen=True, kw_only=True):
    """Something a player said or tapped."""

    psid: str
    mid: str
    text: str
    at: datetime
    photo: bool = False
    """A picture was sent instead of a text."""
    team: bool = False
    """Somebody of the team wrote it, not the player."""
    ref: str = ""
    """No message: the player came by a link or an ad with this ref."""


TEAM = "The team, by hand"
"""What stands over a message of the team."""


def thread(
    said: Iterable[Said], sent: Sequence[Sent], email: str, voices: Mapping[str, str] | None = None
) -> tuple[Bubble, ...]:
    """Return one person's chat, oldest first; ``email`` is what their profile offers, ``voices`` names personas."""
    mine = [_written(one) for one in said]
    theirs = [_received(one, email, (voices or {}).get(one.persona, "")) for one in sent if not one.action]
    return tuple(sorted((*mine, *theirs), key=lambda one: one.at))


def is_typing(sent: Sequence[Sent]) -> bool:
    """Tell whether the typing indicator is the last thing that arrived."""
    return bool(sent) and sent[-1].action == "typing_on"


def _written(said: Said) -> Bubble:
    photo = MediaView(kind="image", url="photo.jpg") if said.photo else None
    if said.ref:
        return Bubble(id=said.mid, who="note", text=said.text, at=said.at)
    if said.team:
        return Bubble(id=said.mid, who="page", text=said.text, at=said.at, voice=TEAM)
    return Bubble(id=said.mid, who="person", text=said.text, at=said.at, media=photo)


def _received(sent: Sent, email: str, voice: str) -> Bubble:
    message = cast("Mapping[str, Any]", sent.message)
    attachment = message.get("attachment") or {}
    content = attachment.get("payload") or {}
    template = content if attachment.get("type") == "template" else {}
    return Bubble(
        id=sent.mid,
        who="page",
        text=str(message.get("text") or template.get("text") or ""),
        at=sent.at,
        replies=tuple(_reply(one, email) for one in message.get("quick_replies", ())),
        buttons=tuple(_button(one) for one in template.get("buttons", ())),
        media=_media(attachment, content),
        cards=tuple(_card(one) for one in template.get("elements", ())),
        voice=voice,
    )


def _media(attachment: Mapping[str, Any], content: Mapping[str, Any]) -> MediaView | None:
    if attachment.get("type") in (None, "template"):
        return None
    return MediaView(kind=str(attachment["type"]), url=str(content.get("url") or content.get("attachment_id") or ""))


def _card(element: Mapping[str, Any]) -> CardView:
    return CardView(
        title=str(element.get("title", "")),
        subtitle=str(element.get("subtitle", "")),
        image=str(element.get("image_url", "")),
        link=str((element.get("default_action") or {}).get("url", "")),
        buttons=tuple(_button(one) for one in element.get("buttons", ())),
    )


def _reply(reply: Mapping[str, Any], email: str) -> Choice:
    match reply["content_type"]:
        case "user_email":
            return Choice(label=email, kind="email", payload=email)
        case "user_phone_number":
            return Choice(label=PHONE, kind="phone", payload=PHONE)
        case _:
            return Choice(label=str(reply["title"]), kind="reply", payload=str(reply["payload"]))


def _button(button: Mapping[str, Any]) -> Choice:
    label = str(button["title"])
    match button["type"]:
        case "web_url":
            return Choice(label=label, kind="url", url=str(button["url"]))
        case "phone_number":
            return Choice(label=label, kind="call", url=f"tel:{button['payload']}")
        case _:
            return Choice(label=label, kind="postback", payload=str(button["payload"]))
