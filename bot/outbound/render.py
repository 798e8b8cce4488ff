"""Renders chat effects as Send API bodies.  Pure; the platform's limits (``bot.limits``) are checked here once more.

Flows are checked against the same limits when a workspace is applied.  A :class:`bot.limits.LimitError` here therefore
means that a text grew by what was filled in.
"""

from collections.abc import Mapping, Sequence

from bot.limits import (
    BUTTON_TITLE,
    BUTTONS,
    CARD_BUTTONS,
    CARD_SUBTITLE,
    CARD_TITLE,
    CARDS,
    METADATA,
    PAYLOAD,
    PERSONA_NAME,
    QUICK_REPLIES,
    QUICK_REPLY_TITLE,
    TEMPLATE_TEXT,
    TEXT,
    PlatformLimit,
)
from domain.declarations import Persona
from domain.effects import Button, Card, Media, SendChat

Payload = dict[str, object]


class EmptyMessageError(ValueError):
    """A message or a card is empty, and the platform would refuse it.  Give the step something to say."""


def render_message(chat: SendChat, *, attachment: str = "", persona: str = "") -> Payload:
    """Return the body that sends this message.

    ``attachment`` is the platform's id of the media, ``persona`` its id of the persona who speaks; empty without one.
    Raises :class:`bot.limits.LimitError` or :class:`EmptyMessageError`.
    """
    # The echo of this message carries the metadata back; that is how a send without an answer is settled.
    METADATA.check_size(len(chat.id))
    message: Payload = {"metadata": chat.id, **_render_content(chat, attachment)}
    replies = _render_quick_replies(chat)
    if replies:
        message["quick_replies"] = replies
    return {
        "recipient": {"comment_id": chat.comment} if chat.comment else {"id": chat.to},
        # RESPONSE answers what the person just wrote; UPDATE is sent within the window without being asked.
        "messaging_type": "RESPONSE" if chat.response else "UPDATE",
        "message": message,
        **({"persona_id": persona} if persona else {}),
    }


def render_typing(to: str, *, persona: str = "") -> Payload:
    """Return the body that shows the typing indicator; it is a request of its own."""
    return {"recipient": {"id": to}, "sender_action": "typing_on", **({"persona_id": persona} if persona else {})}


def render_persona(persona: Persona) -> Mapping[str, object]:
    """Return the parameters that create a persona.  Raises :class:`bot.limits.LimitError`."""
    PERSONA_NAME.check_size(len(persona.name))
    return {"name": persona.name, "profile_picture_url": persona.picture}


def _render_content(chat: SendChat, attachment: str) -> Payload:
    if chat.media is not None:
        return _render_media(chat.media, attachment)
    if chat.cards:
        CARDS.check_size(len(chat.cards))
        return _attach_template({"template_type": "generic", "elements": [_render_card(card) for card in chat.cards]})
    if not chat.text.strip():
        message = "a message has no text"
        raise EmptyMessageError(message)
    if chat.buttons:
        TEMPLATE_TEXT.check_size(len(chat.text))
        return _attach_template(
            {"template_type": "button", "text": chat.text, "buttons": _render_buttons(chat.buttons, BUTTONS)}
        )
    TEXT.check_size(len(chat.text))
    return {"text": chat.text}


def _render_media(media: Media, attachment: str) -> Payload:
    # "is_reusable" has the platform keep what it fetches, and return an id for the next time.
    where: Payload = {"attachment_id": attachment} if attachment else {"url": media.url, "is_reusable": True}
    return {"attachment": {"type": media.kind, "payload": where}}


def _attach_template(content: Payload) -> Payload:
    return {"attachment": {"type": "template", "payload": content}}


def _render_card(card: Card) -> Payload:
    CARD_TITLE.check_size(len(card.title))
    CARD_SUBTITLE.check_size(len(card.subtitle))
    parts: Payload = {}
    if card.subtitle:
        parts["subtitle"] = card.subtitle
    if card.image:
        parts["image_url"] = card.image
    if card.link:
        parts["default_action"] = {"type": "web_url", "url": card.link}
    if card.buttons:
        parts["buttons"] = _render_buttons(card.buttons, CARD_BUTTONS)
    # The platform refuses an element that has a title and nothing else.
    if not card.title.strip() or not parts:
        message = "a card needs a title and one thing more: a subtitle, a picture, a link or a button"
        raise EmptyMessageError(message)
    return {"title": card.title, **parts}


def _render_buttons(buttons: Sequence[Button], limit: PlatformLimit) -> list[Payload]:
    limit.check_size(len(buttons))
    for button in buttons:
        BUTTON_TITLE.check_size(len(button.label))
        PAYLOAD.check_size(len(button.payload))
    return [_render_button(button) for button in buttons]


def _render_button(button: Button) -> Payload:
    if button.url:
        return {"type": "web_url", "title": button.label, "url": button.url}
    if button.call:  # the platform expects the number in "payload"
        return {"type": "phone_number", "title": button.label, "payload": button.call}
    return {"type": "postback", "title": button.label, "payload": button.payload}


def _render_quick_replies(chat: SendChat) -> list[Payload]:
    for reply in chat.quick_replies:
        QUICK_REPLY_TITLE.check_size(len(reply.label))
        PAYLOAD.check_size(len(reply.payload))
    # The chips of the profile's email and phone come first, because the question asks for them.  The platform hides
    # them if the profile has none.
    offers: list[Payload] = [
        {"content_type": kind}
        for kind, offered in (("user_email", chat.offer_email), ("user_phone_number", chat.offer_phone))
        if offered
    ]
    replies = offers + [
        {"content_type": "text", "title": reply.label, "payload": reply.payload} for reply in chat.quick_replies
    ]
    QUICK_REPLIES.check_size(len(replies))
    return replies
