"""Chat effects to Send API bodies.  Pure; the platform's limits are a table and are checked here last.

Flows are checked against the same limits before they are taken over, so a :class:`LimitError` here means that
a text grew by what was filled in.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from subscribers.effects import Button, SendChat

Payload = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The most that the platform takes of something."""

    most: int
    what: str
    source: str

    def check(self, size: int) -> None:
        """Raise :class:`LimitError` if there is more than that."""
        if size > self.most:
            message = f"{self.what}: {size}, the platform takes {self.most} at most"
            raise LimitError(message)


TEXT = Limit(most=2000, what="characters of a text", source="Send API, message.text")
TEMPLATE_TEXT = Limit(most=640, what="characters of a text with buttons", source="Button template, text")
QUICK_REPLIES = Limit(most=13, what="quick replies of a message", source="Quick replies, count")
QUICK_REPLY_TITLE = Limit(most=20, what="characters of a quick reply", source="Quick replies, title")
BUTTONS = Limit(most=3, what="buttons of a message", source="Button template, buttons")
BUTTON_TITLE = Limit(most=20, what="characters of a button", source="Buttons, title")
PAYLOAD = Limit(most=1000, what="characters of a payload", source="Quick replies and buttons, payload")
METADATA = Limit(most=999, what="characters of the metadata", source="Send API, message.metadata (under 1,000)")
LIMITS = (TEXT, TEMPLATE_TEXT, QUICK_REPLIES, QUICK_REPLY_TITLE, BUTTONS, BUTTON_TITLE, PAYLOAD, METADATA)


class LimitError(ValueError):
    """A message is larger than the platform takes.  Shorten the text, or offer less; names the limit."""


class EmptyMessageError(ValueError):
    """A message has no text.  The platform takes none without; give the step something to say."""


def render(chat: SendChat) -> Payload:
    """Return the body that sends this message.  Raises :class:`LimitError` or :class:`EmptyMessageError`."""
    if not chat.text.strip():
        message = "a message has no text"
        raise EmptyMessageError(message)
    METADATA.check(len(chat.id))
    message_part: Payload = {"metadata": chat.id, **(_template(chat) if chat.buttons else _text(chat.text))}
    replies = _quick_replies(chat)
    if replies:
        message_part["quick_replies"] = replies
    return {
        "recipient": {"id": chat.to},
        "messaging_type": "RESPONSE" if chat.response else "UPDATE",
        "message": message_part,
    }


def typing(to: str) -> Payload:
    """Return the body that shows the typing indicator (a request of its own)."""
    return {"recipient": {"id": to}, "sender_action": "typing_on"}


def _text(text: str) -> Payload:
    TEXT.check(len(text))
    return {"text": text}


def _template(chat: SendChat) -> Payload:
    TEMPLATE_TEXT.check(len(chat.text))
    BUTTONS.check(len(chat.buttons))
    content = {"template_type": "button", "text": chat.text, "buttons": _buttons(chat.buttons)}
    return {"attachment": {"type": "template", "payload": content}}


def _buttons(buttons: Sequence[Button]) -> list[Payload]:
    for one in buttons:
        BUTTON_TITLE.check(len(one.label))
        PAYLOAD.check(len(one.payload))
    return [
        {"type": "web_url", "title": one.label, "url": one.url}
        if one.url
        else {"type": "postback", "title": one.label, "payload": one.payload}
        for one in buttons
    ]


def _quick_replies(chat: SendChat) -> list[Payload]:
    for one in chat.quick_replies:
        QUICK_REPLY_TITLE.check(len(one.label))
        PAYLOAD.check(len(one.payload))
    # The profile's address comes first: it is what the question asks for.  It is hidden where there is none.
    email: list[Payload] = [{"content_type": "user_email"}] if chat.offer_email else []
    replies = email + [
        {"content_type": "text", "title": one.label, "payload": one.payload} for one in chat.quick_replies
    ]
    QUICK_REPLIES.check(len(replies))
    return replies
