"""What the platform refuses in a message: the rules of the Graph API stand-in, strict to the last unknown key.

Source: Send API reference, and the templates' and buttons' (facts: docs/messenger.md).
"""

import hmac
import re
from collections.abc import Callable, Mapping, Sequence

from service.stand_ins.graph_failures import FAILURES, Failure, bad

Object = Mapping[str, object]

ACTIONS = ("typing_on", "typing_off", "mark_seen", "react", "unreact")
MEDIA = ("image", "audio", "video", "file")
_CALL = frozenset({"access_token", "appsecret_proof", "method"})
_TOP = _CALL | {"recipient", "messaging_type", "message", "sender_action", "persona_id", "notification_type", "payload"}
_MESSAGE = frozenset({"text", "attachment", "quick_replies", "metadata"})
_RECIPIENTS = ("id", "comment_id", "post_id")
_WEB = frozenset({"type", "url", "webview_height_ratio", "messenger_extensions", "fallback_url"})
_BUTTONS = {
    "web_url": _WEB | {"title", "webview_share_button"},
    "postback": frozenset({"type", "title", "payload"}),
    "phone_number": frozenset({"type", "title", "payload"}),
}
_REPLIES = {
    "text": frozenset({"content_type", "title", "payload", "image_url"}),
    "user_email": frozenset({"content_type", "payload"}),
    "user_phone_number": frozenset({"content_type", "payload"}),
}
_TEMPLATES = {
    "button": frozenset({"template_type", "text", "buttons"}),
    "generic": frozenset({"template_type", "elements", "image_aspect_ratio", "sharable"}),
}
_ELEMENT = frozenset({"title", "subtitle", "image_url", "default_action", "buttons"})
_PHONE = re.compile(r"^\+[0-9]{5,15}$")
MOST_METADATA = 999


def bad_token(token: str, proof: str, tokens: Sequence[str], app_secret: str) -> Failure | None:
    """Judge who is asking."""
    if token not in tokens:
        return FAILURES["token"]
    expected = hmac.digest(app_secret.encode(), token.encode(), "sha256").hex()
    genuine = hmac.compare_digest(proof.encode("utf-8", "replace"), expected.encode())
    return None if genuine else bad("Invalid appsecret_proof provided in the API argument")


def bad_send(body: Object) -> Failure | None:
    """Judge a Send API body as the platform does."""
    recipient = body.get("recipient")
    if not _one_of(recipient, _RECIPIENTS):
        return bad("Param recipient must be an object with an id")
    if "sender_action" in body:
        known = body["sender_action"] in ACTIONS and "message" not in body
        refused = bad(f"Param sender_action must be one of {', '.join(ACTIONS)}")
        return _unknown(body, _TOP, "root") if known else refused
    if body.get("messaging_type") not in ("RESPONSE", "UPDATE"):
        return bad("Param messaging_type must be one of RESPONSE, UPDATE")
    message = body.get("message")
    if not isinstance(message, dict):
        return bad("Param message must be an object")
    return _unknown(body, _TOP, "root") or bad_message(message)


def bad_message(message: Object) -> Failure | None:
    """Judge the ``message`` of a body."""
    if ("text" in message) == ("attachment" in message):
        return bad("Message must have either a text or an attachment")
    if "text" in message and not _text(message["text"], 2000):
        return bad("Length of param message[text] must be 1 to 2000")
    if "metadata" in message and not _text(message["metadata"], MOST_METADATA):
        return bad("Length of param message[metadata] must be less than 1000")
    return (
        _unknown(message, _MESSAGE, "message")
        or _bad_replies(message.get("quick_replies"))
        or ("attachment" in message and bad_attachment(message["attachment"]))
        or None
    )


def bad_attachment(attachment: object) -> Failure | None:
    """Judge media or a template."""
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    if not isinstance(attachment, dict) or not isinstance(payload, dict):
        return bad("Param message[attachment] must be an object with type and payload")
    if unknown := _unknown(attachment, frozenset({"type", "payload"}), "message[attachment]"):
        return unknown
    if attachment.get("type") == "template":
        return _bad_template(payload)
    if attachment.get("type") not in MEDIA:
        return bad(f"Param message[attachment][type] must be one of {', '.join((*MEDIA, 'template'))}")
    if not _one_of({name: one for name, one in payload.items() if name != "is_reusable"}, ("url", "attachment_id")):
        return bad("Param message[attachment][payload] must have either a url or an attachment_id")
    return None if "url" not in payload or web(payload["url"]) else bad("Param url must be a public address")


def _bad_template(payload: Object) -> Failure | None:
    kind = str(payload.get("template_type"))
    if kind not in _TEMPLATES:
        return bad("Param template_type must be one of button, generic")
    if unknown := _unknown(payload, _TEMPLATES[kind], "message[attachment][payload]"):
        return unknown
    if kind == "generic":
        return _each(payload.get("elements"), 10, "elements", _bad_element)
    if not _text(payload.get("text"), 640):
        return bad("Param text of the template must have 1 to 640 characters")
    return _each(payload.get("buttons"), 3, "buttons", bad_button)


def _bad_element(element: Object) -> Failure | None:
    if unknown := _unknown(element, _ELEMENT, "elements"):
        return unknown
    if not _text(element.get("title"), 80) or len(element) == 1:
        return bad("An element must have a title of 1 to 80 characters and one property more")
    if "subtitle" in element and not _text(element["subtitle"], 80):
        return bad("Param subtitle must have 1 to 80 characters")
    action = element.get("default_action", {"type": "web_url", "url": "https://example.com"})
    if not isinstance(action, dict) or action.get("type") != "web_url" or not web(action.get("url")):
        return bad("Param default_action must open an address")
    if unknown := _unknown(action, _WEB, "default_action"):
        return unknown
    if "image_url" in element and not web(element["image_url"]):
        return bad("Param image_url must be a public address")
    return _each(element["buttons"], 3, "buttons", bad_button) if "buttons" in element else None


def bad_button(button: Object) -> Failure | None:
    """Judge a button of a template."""
    kind = str(button.get("type"))
    if kind not in _BUTTONS:
        return bad(f"Param type of a button must be one of {', '.join(_BUTTONS)}")
    if unknown := _unknown(button, _BUTTONS[kind], "buttons"):
        return unknown
    if not _text(button.get("title"), 20):
        return bad("A button must have a title of 1 to 20 characters")
    if kind == "web_url":
        return None if web(button.get("url")) else bad("Param url of a button must be an address")
    if kind == "phone_number" and not _PHONE.match(str(button.get("payload"))):
        return bad("Param payload of a call button must be a number such as +15105551234")
    return None if _text(button.get("payload"), 1000) else bad("A button must have a payload of 1 to 1000 characters")


def _bad_replies(replies: object) -> Failure | None:
    return _each(replies, 13, "message[quick_replies]", _bad_reply) if replies is not None else None


def _bad_reply(reply: Object) -> Failure | None:
    kind = str(reply.get("content_type"))
    if kind not in _REPLIES:
        return bad(f"Param content_type of a quick reply must be one of {', '.join(_REPLIES)}")
    if unknown := _unknown(reply, _REPLIES[kind], "message[quick_replies]"):
        return unknown
    if kind == "text" and not (_text(reply.get("title"), 20) and _text(reply.get("payload"), 1000)):
        return bad("Param message[quick_replies] has a title or payload of the wrong length")
    return None


def _each(values: object, most: int, name: str, judge: Callable[[Object], Failure | None]) -> Failure | None:
    if not isinstance(values, list) or not 1 <= len(values) <= most or not all(isinstance(one, dict) for one in values):
        return bad(f"Param {name} must have 1 to {most} elements")
    return next((fault for one in values if (fault := judge(one))), None)


def _unknown(value: Object, known: frozenset[str], name: str) -> Failure | None:
    extra = sorted(value.keys() - known)
    return bad(f'Invalid keys "{", ".join(extra)}" were found in param "{name}"') if extra else None


def _one_of(value: object, names: Sequence[str]) -> bool:
    if not isinstance(value, dict) or len(value) != 1:
        return False
    ((name, one),) = value.items()
    return name in names and isinstance(one, str) and bool(one)


def web(value: object) -> bool:
    """Tell whether this is an address that the platform could open."""
    return isinstance(value, str) and value.startswith(("https://", "http://"))


def _text(value: object, most: int) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= most
