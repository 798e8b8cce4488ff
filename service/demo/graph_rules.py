"""What the platform refuses, and how it says so: the rules of the Graph API stand-in."""

import hmac
import json
from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An error as the Graph API writes it."""

    status: int = 400
    code: int
    subcode: int = 0
    message: str
    delivered: bool = False
    """True: the message went all the same."""
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, trace: str) -> dict[str, object]:
        """Return the JSON."""
        error: dict[str, object] = {
            "message": f"(#{self.code}) {self.message}", "type": "OAuthException", "code": self.code,
            "fbtrace_id": trace,
        }
        if self.subcode:
            error["error_subcode"] = self.subcode
        return {"error": error}


_USAGE = {
    "X-Business-Use-Case-Usage": json.dumps(
        {"1": [{"type": "messenger", "call_count": 100, "estimated_time_to_regain_access": 2}]}
    )
}

FAILURES = {
    "unknown_error": Failure(status=500, code=1, message="An unknown error occurred"),
    "unknown_error_99": Failure(status=500, code=1, subcode=99, message="An unknown error occurred"),
    "sent_despite_error": Failure(status=500, code=1, subcode=1357046, message="Unknown error", delivered=True),
    "service_unavailable": Failure(status=503, code=2, message="Service temporarily unavailable"),
    "send_failed": Failure(code=1200, message="Temporary send message failure"),
    "app_rate": Failure(code=4, message="Application request limit reached", headers=_USAGE),
    "send_rate": Failure(code=4, subcode=2018022, message="Too many send requests"),
    "user_rate": Failure(code=17, message="User request limit reached"),
    "page_rate": Failure(code=32, message="Page request limit reached"),
    "call_rate": Failure(code=613, message="Calls to this API have exceeded the rate limit"),
    "business_rate": Failure(code=80006, message="There have been too many calls", headers=_USAGE),
    "no_permission": Failure(status=403, code=10, message="Application does not have permission for this action"),
    "outside_window": Failure(status=403, code=10, subcode=2018278, message="Outside of the allowed window"),
    "outside_window_old": Failure(status=403, code=10, subcode=2018065, message="Outside of the allowed window"),
    "cannot_receive": Failure(status=403, code=10, subcode=2018108, message="This person cannot receive messages"),
    "page_restricted": Failure(status=403, code=10, subcode=1893063, message="Page is temporarily restricted"),
    "unavailable": Failure(status=403, code=551, message="This person isn't available right now"),
    "blocked": Failure(status=403, code=551, subcode=1545041, message="This person isn't available right now"),
    "bad_parameter": Failure(code=100, message="Invalid parameter"),
    "no_such_person": Failure(code=100, subcode=2018001, message="No matching user found"),
    "not_addressable": Failure(code=100, subcode=33, message="Object does not exist"),
    "token": Failure(status=401, code=190, message="Invalid OAuth access token"),
    "permission": Failure(status=403, code=200, message="Permissions error"),
    "not_reviewed": Failure(status=403, code=200, subcode=2018028, message="Cannot message users who are no testers"),
    "no_pages_messaging": Failure(status=403, code=230, message="Requires pages_messaging permission"),
    "abuse": Failure(status=403, code=368, message="The action attempted has been deemed abusive"),
}
"""By name: one for each row of the error table of the Messenger door."""

NO_PROFILE = Failure(code=100, subcode=2018218, message="No profile available for this user")

_LIMITS = (("text", 2000), ("metadata", 999))


def bad_token(token: str, proof: str, tokens: Sequence[str], app_secret: str) -> Failure | None:
    """Judge who is asking."""
    if token not in tokens:
        return FAILURES["token"]
    expected = hmac.digest(app_secret.encode(), token.encode(), "sha256").hex()
    genuine = hmac.compare_digest(proof.encode("utf-8", "replace"), expected.encode())
    return None if genuine else _bad("Invalid appsecret_proof provided in the API argument")


def bad_send(body: Mapping[str, object]) -> Failure | None:
    """Judge a Send API body as the platform does."""
    recipient = body.get("recipient")
    if not isinstance(recipient, dict) or not isinstance(recipient.get("id"), str) or not recipient["id"]:
        return _bad("Param recipient must be an object with an id")
    if "sender_action" in body:
        known = body["sender_action"] in ("typing_on", "typing_off", "mark_seen")
        return None if known else _bad("Param sender_action must be one of typing_on, typing_off, mark_seen")
    if body.get("messaging_type") not in ("RESPONSE", "UPDATE"):
        return _bad("Param messaging_type must be one of RESPONSE, UPDATE")
    message = body.get("message")
    return bad_message(message) if isinstance(message, dict) else _bad("Param message must be an object")


def bad_message(message: Mapping[str, object]) -> Failure | None:
    """Judge the ``message`` of a body."""
    if ("text" in message) == ("attachment" in message):
        return _bad("Message must have either a text or an attachment")
    for name, most in _LIMITS:
        if len(str(message.get(name, ""))) > most:
            return _bad(f"Length of param message[{name}] must be less than or equal to {most}")
    return _bad_replies(message.get("quick_replies", [])) or _bad_template(message.get("attachment"))


def _bad_replies(replies: object) -> Failure | None:
    if not isinstance(replies, list) or (replies and not _fits(replies, 13)):
        return _bad("Param message[quick_replies] has too many elements")
    for one in replies:
        if one.get("content_type") in ("user_email", "user_phone_number"):
            continue
        if not _fits(one.get("title", ""), 20) or not _fits(one.get("payload", ""), 1000):
            return _bad("Param message[quick_replies] has a title or payload of the wrong length")
    return None


def _bad_template(attachment: object) -> Failure | None:
    if not isinstance(attachment, dict):
        return None
    payload = attachment["payload"]
    if not _fits(payload.get("text", ""), 640):
        return _bad("Param text of the template must have 1 to 640 characters")
    buttons = payload.get("buttons", [])
    if not _fits(buttons, 3) or not all(_fits(one["title"], 20) for one in buttons):
        return _bad("Param buttons of the template must have 1 to 3 elements with titles of 1 to 20 characters")
    return None


def _fits(value: Sized, most: int) -> bool:
    return 1 <= len(value) <= most


def _bad(message: str) -> Failure:
    return Failure(code=100, message=message)
