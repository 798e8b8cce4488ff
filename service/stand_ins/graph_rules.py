"""Rules of the Graph API stand-in for messages: sizes, counts, required keys, and no unknown keys.

Sources: “Send API”, “Quick replies”, “Templates”, “Buttons” (facts: docs/messenger.md).  Each function returns the
failure, or None if the platform would accept the value.
"""

import hmac
import re
from collections.abc import Callable, Mapping, Sequence

from service.stand_ins.graph_failures import FAILURES, Failure, bad_parameter

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
    """Judge the access token and its proof."""
    if token not in tokens:
        return FAILURES["token"]
    # appsecret_proof = HMAC-SHA256(token, key: app secret), in hex (“Securing Graph API requests”).
    expected = hmac.digest(app_secret.encode(), token.encode(), "sha256").hex()
    genuine = hmac.compare_digest(proof.encode("utf-8", "replace"), expected.encode())
    return None if genuine else bad_parameter("Invalid appsecret_proof provided in the API argument")


def bad_send(body: Object) -> Failure | None:
    """Judge a Send API body as the platform does."""
    recipient = body.get("recipient")
    if not _is_one_of(recipient, _RECIPIENTS):
        return bad_parameter("Param recipient must be an object with an id")
    # A sender action stands alone: the platform accepts it with a recipient, but not beside a message.
    if "sender_action" in body:
        is_valid = body["sender_action"] in ACTIONS and "message" not in body
        refused = bad_parameter(f"Param sender_action must be one of {', '.join(ACTIONS)}")
        return _unknown_keys(body, _TOP, "root") if is_valid else refused
    # MESSAGE_TAG is left out: Doorstep writes inside the window only, so a tag would be a bug.
    if body.get("messaging_type") not in ("RESPONSE", "UPDATE"):
        return bad_parameter("Param messaging_type must be one of RESPONSE, UPDATE")
    message = body.get("message")
    if not isinstance(message, dict):
        return bad_parameter("Param message must be an object")
    return _unknown_keys(body, _TOP, "root") or bad_message(message)


def bad_message(message: Object) -> Failure | None:
    """Judge the ``message`` of a body."""
    # Exactly one of both; the comparison is true if both or none are there.
    if ("text" in message) == ("attachment" in message):
        return bad_parameter("Message must have either a text or an attachment")
    if "text" in message and not _is_text(message["text"], 2000):
        return bad_parameter("Length of param message[text] must be 1 to 2000")
    if "metadata" in message and not _is_text(message["metadata"], MOST_METADATA):
        return bad_parameter("Length of param message[metadata] must be less than 1000")
    return (
        _unknown_keys(message, _MESSAGE, "message")
        or _bad_replies(message.get("quick_replies"))
        or ("attachment" in message and bad_attachment(message["attachment"]))
        or None
    )


def bad_attachment(attachment: object) -> Failure | None:
    """Judge media or a template."""
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    if not isinstance(attachment, dict) or not isinstance(payload, dict):
        return bad_parameter("Param message[attachment] must be an object with type and payload")
    if unknown := _unknown_keys(attachment, frozenset({"type", "payload"}), "message[attachment]"):
        return unknown
    if attachment.get("type") == "template":
        return _bad_template(payload)
    if attachment.get("type") not in MEDIA:
        return bad_parameter(f"Param message[attachment][type] must be one of {', '.join((*MEDIA, 'template'))}")
    if not _is_one_of(
        {name: value for name, value in payload.items() if name != "is_reusable"}, ("url", "attachment_id")
    ):
        return bad_parameter("Param message[attachment][payload] must have either a url or an attachment_id")
    return (
        None
        if "url" not in payload or is_web_address(payload["url"])
        else bad_parameter("Param url must be a public address")
    )


def _bad_template(payload: Object) -> Failure | None:
    kind = str(payload.get("template_type"))
    if kind not in _TEMPLATES:
        return bad_parameter("Param template_type must be one of button, generic")
    if unknown := _unknown_keys(payload, _TEMPLATES[kind], "message[attachment][payload]"):
        return unknown
    if kind == "generic":
        return _bad_list(payload.get("elements"), 10, "elements", _bad_element)
    if not _is_text(payload.get("text"), 640):
        return bad_parameter("Param text of the template must have 1 to 640 characters")
    return _bad_list(payload.get("buttons"), 3, "buttons", bad_button)


def _bad_element(element: Object) -> Failure | None:
    if unknown := _unknown_keys(element, _ELEMENT, "elements"):
        return unknown
    # A card of a title alone is refused: it needs a subtitle, an image, an action or buttons beside it.
    if not _is_text(element.get("title"), 80) or len(element) == 1:
        return bad_parameter("An element must have a title of 1 to 80 characters and one property more")
    if "subtitle" in element and not _is_text(element["subtitle"], 80):
        return bad_parameter("Param subtitle must have 1 to 80 characters")
    # The default action is a URL button without a title.
    action = element.get("default_action", {"type": "web_url", "url": "https://example.com"})
    if not isinstance(action, dict) or action.get("type") != "web_url" or not is_web_address(action.get("url")):
        return bad_parameter("Param default_action must open an address")
    if unknown := _unknown_keys(action, _WEB, "default_action"):
        return unknown
    if "image_url" in element and not is_web_address(element["image_url"]):
        return bad_parameter("Param image_url must be a public address")
    return _bad_list(element["buttons"], 3, "buttons", bad_button) if "buttons" in element else None


def bad_button(button: Object) -> Failure | None:
    """Judge a button of a template."""
    kind = str(button.get("type"))
    if kind not in _BUTTONS:
        return bad_parameter(f"Param type of a button must be one of {', '.join(_BUTTONS)}")
    if unknown := _unknown_keys(button, _BUTTONS[kind], "buttons"):
        return unknown
    if not _is_text(button.get("title"), 20):
        return bad_parameter("A button must have a title of 1 to 20 characters")
    if kind == "web_url":
        return None if is_web_address(button.get("url")) else bad_parameter("Param url of a button must be an address")
    if kind == "phone_number" and not _PHONE.match(str(button.get("payload"))):
        return bad_parameter("Param payload of a call button must be a number such as +15105551234")
    return (
        None
        if _is_text(button.get("payload"), 1000)
        else bad_parameter("A button must have a payload of 1 to 1000 characters")
    )


def _bad_replies(replies: object) -> Failure | None:
    # At most 13 quick replies (“Quick replies”).
    return _bad_list(replies, 13, "message[quick_replies]", _bad_reply) if replies is not None else None


def _bad_reply(reply: Object) -> Failure | None:
    kind = str(reply.get("content_type"))
    if kind not in _REPLIES:
        return bad_parameter(f"Param content_type of a quick reply must be one of {', '.join(_REPLIES)}")
    if unknown := _unknown_keys(reply, _REPLIES[kind], "message[quick_replies]"):
        return unknown
    # user_email and user_phone_number have no title: the platform shows the person's own.
    if kind == "text" and not (_is_text(reply.get("title"), 20) and _is_text(reply.get("payload"), 1000)):
        return bad_parameter("Param message[quick_replies] has a title or payload of the wrong length")
    return None


def _bad_list(values: object, most: int, name: str, judge: Callable[[Object], Failure | None]) -> Failure | None:
    if (
        not isinstance(values, list)
        or not 1 <= len(values) <= most
        or not all(isinstance(value, dict) for value in values)
    ):
        return bad_parameter(f"Param {name} must have 1 to {most} elements")
    return next((fault for value in values if (fault := judge(value))), None)


def _unknown_keys(value: Object, known: frozenset[str], name: str) -> Failure | None:
    extra = sorted(value.keys() - known)
    return bad_parameter(f'Invalid keys "{", ".join(extra)}" were found in param "{name}"') if extra else None


def _is_one_of(value: object, names: Sequence[str]) -> bool:
    if not isinstance(value, dict) or len(value) != 1:
        return False
    ((name, content),) = value.items()
    return name in names and isinstance(content, str) and bool(content)


def is_web_address(value: object) -> bool:
    """Return True if this is an address that the platform could open."""
    return isinstance(value, str) and value.startswith(("https://", "http://"))


def _is_text(value: object, most: int) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= most
