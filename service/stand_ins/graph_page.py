"""The state that the platform keeps for a Page, and its rules: profile, fields, personas, attachments, comments.

Sources: “Messenger Profile API”, “Personas API”, “Attachment Upload API”, “Private Replies” (facts: docs/messenger.md).
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service.stand_ins.graph_failures import FAILURES, NO_ATTACHMENT, Failure, bad_parameter
from service.stand_ins.graph_rules import MEDIA, bad_attachment, is_web_address

Object = Mapping[str, object]

WINDOW = timedelta(hours=24)
COMMENT = timedelta(days=7)
"""How long a comment may be answered privately."""
PROFILE_CALLS = 10
PROFILE_SPAN = timedelta(minutes=10)
MENU_ITEMS = 20
ICE_BREAKERS = 4
PROFILE = ("get_started", "greeting", "persistent_menu", "ice_breakers", "whitelisted_domains", "account_linking_url")
FIELDS = frozenset({
    "messages", "messaging_postbacks", "messaging_optins", "messaging_referrals", "message_echoes", "message_reads",
    "message_deliveries", "message_reactions", "message_edits", "messaging_handovers", "messaging_account_linking",
    "messaging_policy_enforcement", "messaging_feedback", "standby", "feed",
})  # fmt: skip
"""Webhook fields that can be subscribed to."""
_CALL = {"access_token", "appsecret_proof"}


@dataclass(slots=True, kw_only=True)
class PageState:
    """The state of one Page."""

    attachments: dict[str, str] = field(default_factory=dict)
    """Kind by id."""
    personas: dict[str, dict[str, object]] = field(default_factory=dict)
    windows: dict[str, datetime] = field(default_factory=dict)
    """End of the messaging window, by PSID, of those who are known to have written."""
    comments: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """By comment id: PSID of who commented, and until when it may be answered."""
    answered: set[str] = field(default_factory=set)
    """Comments that were answered."""
    passed: dict[str, str] = field(default_factory=dict)
    """By PSID: id of the app that has the thread, if it is not ours."""
    calls: deque[datetime] = field(default_factory=deque)
    """Profile API calls of the last ten minutes."""

    def is_profile_call_refused(self, now: datetime) -> bool:
        """Count a call of the profile API; return True if it exceeds the limit."""
        # Ten calls in ten minutes for each Page (“Messenger Profile API”, rate limit).
        while self.calls and now - self.calls[0] >= PROFILE_SPAN:
            self.calls.popleft()
        self.calls.append(now)
        return len(self.calls) > PROFILE_CALLS

    def bad_recipient(self, recipient: Object, now: datetime, *, strict: bool) -> Failure | None:
        """Judge the recipient: the window must be open, or the comment not answered yet."""
        # A private reply needs no window: one message a comment, within seven days.
        if "comment_id" in recipient:
            comment = str(recipient["comment_id"])
            if comment not in self.comments:
                return FAILURES["not_addressable"]
            if comment in self.answered:
                return FAILURES["answered_before"]
            return None if now <= self.comments[comment][1] else FAILURES["outside_window"]
        psid = str(recipient.get("id", ""))
        # While another app has the thread, its owner alone may write (“Handover protocol”).
        if psid in self.passed:
            return FAILURES["thread_passed"]
        # Tests that do not care for the window need not open it first; ``strict`` is the platform's own behaviour.
        if psid not in self.windows:
            return FAILURES["no_such_person"] if strict else None
        return None if now < self.windows[psid] else FAILURES["outside_window"]

    def bad_ids(self, body: Object) -> Failure | None:
        """Judge the persona and attachment ids in a body: only ids that were given to this Page are accepted."""
        if "persona_id" in body and body["persona_id"] not in self.personas:
            return bad_parameter("Invalid persona_id")
        attachment = _as_object(_as_object(body.get("message")).get("attachment"))
        given = _as_object(attachment.get("payload")).get("attachment_id")
        if given is None:
            return None
        # An id of a picture that is sent as a video is refused like an unknown one.
        return None if self.attachments.get(str(given)) == attachment.get("type") else NO_ATTACHMENT

    def keep_attachment(self, message: Object, given: str) -> str:
        """Keep reusable media under this id; return the id, or an empty text if there is nothing to keep."""
        attachment = _as_object(message.get("attachment"))
        payload = _as_object(attachment.get("payload"))
        if attachment.get("type") not in MEDIA or payload.get("is_reusable") is not True or "url" not in payload:
            return ""
        self.attachments[given] = str(attachment["type"])
        return given


def bad_upload(body: Object) -> Failure | None:
    """Judge a call of the attachment upload API."""
    attachment = _as_object(body.get("message")).get("attachment")
    payload = _as_object(_as_object(attachment).get("payload"))
    reusable = payload.get("is_reusable") is True
    return bad_attachment(attachment) or (None if reusable else bad_parameter("Param is_reusable must be true"))


def bad_persona(body: Object) -> Failure | None:
    """Judge a new persona."""
    if set(body) - _CALL != {"name", "profile_picture_url"} or not is_web_address(body["profile_picture_url"]):
        return bad_parameter("A persona must have a name and a profile_picture_url")
    return None if _is_text(body["name"], 50) else bad_parameter("Length of param name must be 1 to 50")


def bad_fields(body: Object) -> Failure | None:
    """Judge webhook fields."""
    fields = [field_name for field_name in str(body.get("subscribed_fields", "")).split(",") if field_name]
    unknown = [field_name for field_name in fields if field_name not in FIELDS]
    if unknown or not fields:
        return bad_parameter("Param subscribed_fields must be an array of known fields")
    return None


def bad_profile(body: Object, known: Object) -> Failure | None:
    """Judge a change of a Page's profile, together with what the Page has already."""
    given = {name: value for name, value in body.items() if name not in _CALL}
    if not given or set(given) - set(PROFILE):
        return bad_parameter("Invalid keys were found in the messenger profile")
    started = given.get("get_started", known.get("get_started"))
    if "get_started" in given and not _is_text(_as_object(started).get("payload"), 1000):
        return bad_parameter("Param get_started[payload] must have 1 to 1000 characters")
    # A menu needs a get-started button, set before or in the same call.
    if "persistent_menu" in given and not started:
        return bad_parameter("You must set a Get Started button if you also wish to use persistent menu")
    return (
        _bad_localized(given.get("greeting"), "greeting", "text", 160)
        or _bad_menu(given.get("persistent_menu"))
        or _bad_ice_breakers(given.get("ice_breakers"))
    )


def _bad_localized(values: object, name: str, key: str, most: int) -> Failure | None:
    if values is None:
        return None
    if not isinstance(values, list) or not all(_is_text(_as_object(value).get(key), most) for value in values):
        return bad_parameter(f"Param {name} must be a list of texts of 1 to {most} characters")
    # “default” is read by everybody whose locale is not listed, so the platform demands it.
    locales = [_as_object(value).get("locale") for value in values]
    if "default" not in locales or len(set(locales)) != len(locales):
        return bad_parameter(f"Param {name} must have each locale once, default among them")
    return None


def _bad_menu(menus: object) -> Failure | None:
    if menus is None:
        return None
    if not isinstance(menus, list) or "default" not in [_as_object(menu).get("locale") for menu in menus]:
        return bad_parameter("Param persistent_menu must have a menu of the default locale")
    for menu in menus:
        items = _as_object(menu).get("call_to_actions")
        if not isinstance(items, list) or not 1 <= len(items) <= MENU_ITEMS or not all(map(_is_menu_item, items)):
            return bad_parameter("Param call_to_actions must have 1 to 20 elements with titles of 1 to 30 characters")
    return None


def _is_menu_item(value: object) -> bool:
    item = _as_object(value)
    is_link = item.get("type") == "web_url"
    has_target = is_web_address(item.get("url")) if is_link else _is_text(item.get("payload"), 1000)
    return item.get("type") in ("web_url", "postback") and _is_text(item.get("title"), 30) and has_target


def _bad_ice_breakers(values: object) -> Failure | None:
    if values is None:
        return None
    lists = values if isinstance(values, list) else []
    # Two shapes are accepted: questions directly (older), or one group of call_to_actions for each locale.  The limit
    # of four holds for each group.
    flat = [_as_object(item) for item in lists if "call_to_actions" not in _as_object(item)]
    groups = [flat] if flat else []
    for item in lists:
        inner = _as_object(item).get("call_to_actions")
        if isinstance(inner, list):
            groups.append([_as_object(question) for question in inner])
    is_valid = groups and all(1 <= len(group) <= ICE_BREAKERS and all(map(_is_ice_breaker, group)) for group in groups)
    return (
        None
        if is_valid
        else bad_parameter("Param ice_breakers must have 1 to 4 questions of 1 to 80 characters with a payload")
    )


def _is_ice_breaker(question: Object) -> bool:
    return _is_text(question.get("question"), 80) and _is_text(question.get("payload"), 1000)


def _as_object(value: object) -> Object:
    return value if isinstance(value, dict) else {}


def _is_text(value: object, most: int) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= most
