"""Builds the chat of one person from what the Graph stand-in received and what was done on the page."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from msgspec import Struct

from service.playground.chat_views import BubbleView, CardView, ChoiceView, MediaView
from service.stand_ins.graph_api import DeliveredMessage

PROFILE_PHONE = "+491701234567"
"""Phone number that every Messenger profile offers."""


class ChatEntry(Struct, frozen=True, kw_only=True):
    """Something done on the page that shows in the chat.  Kept by :mod:`service.playground.journal`."""

    psid: str
    mid: str
    text: str
    at: datetime
    photo: bool = False
    """True if a picture was sent instead of a text."""
    team: bool = False
    """True if the team wrote it, not the player."""
    ref: str = ""
    """``ref`` of the link or ad by which the player came; empty for messages."""


TEAM_NAME = "The team, by hand"
"""Shown over a message of the team."""


def build_thread(
    entries: Iterable[ChatEntry],
    sent: Sequence[DeliveredMessage],
    email: str,
    persona_names: Mapping[str, str] | None = None,
) -> tuple[BubbleView, ...]:
    """Return one person's chat, oldest first; ``email`` is what their profile offers."""
    # Both sides carry the time of the same clock, so the order of times is the order on the phone.
    own_bubbles = [_entry_bubble(entry) for entry in entries]
    bot_bubbles = [
        _sent_bubble(message, email, (persona_names or {}).get(message.persona, ""))
        for message in sent
        if not message.action
    ]
    return tuple(sorted((*own_bubbles, *bot_bubbles), key=lambda bubble: bubble.at))


def is_typing(sent: Sequence[DeliveredMessage]) -> bool:
    """Return True if the typing indicator is the last thing that arrived."""
    return bool(sent) and sent[-1].action == "typing_on"


def _entry_bubble(entry: ChatEntry) -> BubbleView:
    photo = MediaView(kind="image", url="photo.jpg") if entry.photo else None
    if entry.ref:
        return BubbleView(id=entry.mid, who="note", text=entry.text, at=entry.at)
    if entry.team:
        return BubbleView(id=entry.mid, who="page", text=entry.text, at=entry.at, voice=TEAM_NAME)
    return BubbleView(id=entry.mid, who="person", text=entry.text, at=entry.at, media=photo)


def _sent_bubble(sent: DeliveredMessage, email: str, voice: str) -> BubbleView:
    message = cast("Mapping[str, Any]", sent.message)
    attachment = message.get("attachment") or {}
    content = attachment.get("payload") or {}  # {"url": …}, {"attachment_id": …}, or the template itself
    # Three forms of a message: plain text, a template (buttons or cards), and a file.
    template = content if attachment.get("type") == "template" else {}
    return BubbleView(
        id=sent.mid,
        who="page",
        text=str(message.get("text") or template.get("text") or ""),
        at=sent.at,
        replies=tuple(_reply_choice(reply, email) for reply in message.get("quick_replies", ())),
        buttons=tuple(_button_choice(button) for button in template.get("buttons", ())),
        media=_media_view(attachment, content),
        cards=tuple(_card_view(element) for element in template.get("elements", ())),
        voice=voice,
    )


def _media_view(attachment: Mapping[str, Any], content: Mapping[str, Any]) -> MediaView | None:
    if attachment.get("type") in (None, "template"):
        return None
    # A file that was sent before is named by the id that the platform keeps it under.
    return MediaView(kind=str(attachment["type"]), url=str(content.get("url") or content.get("attachment_id") or ""))


def _card_view(element: Mapping[str, Any]) -> CardView:
    return CardView(
        title=str(element.get("title", "")),
        subtitle=str(element.get("subtitle", "")),
        image=str(element.get("image_url", "")),
        link=str((element.get("default_action") or {}).get("url", "")),
        buttons=tuple(_button_choice(button) for button in element.get("buttons", ())),
    )


def _reply_choice(reply: Mapping[str, Any], email: str) -> ChoiceView:
    match reply["content_type"]:
        case "user_email":  # Messenger fills in the profile's own address as label and payload
            return ChoiceView(label=email, kind="email", payload=email)
        case "user_phone_number":
            return ChoiceView(label=PROFILE_PHONE, kind="phone", payload=PROFILE_PHONE)
        case _:
            return ChoiceView(label=str(reply["title"]), kind="reply", payload=str(reply["payload"]))


def _button_choice(button: Mapping[str, Any]) -> ChoiceView:
    label = str(button["title"])
    match button["type"]:
        case "web_url":
            return ChoiceView(label=label, kind="url", url=str(button["url"]))
        case "phone_number":  # the platform carries the number as payload
            return ChoiceView(label=label, kind="call", url=f"tel:{button['payload']}")
        case _:
            return ChoiceView(label=label, kind="postback", payload=str(button["payload"]))
