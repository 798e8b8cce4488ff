"""What a Page keeps at the platform, and the rules for it: profile, webhook fields, personas, attachments, comments."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from service.stand_ins.graph_failures import FAILURES, NO_ATTACHMENT, Failure, bad
from service.stand_ins.graph_rules import MEDIA, bad_attachment, web

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
    """One Page."""

    attachments: dict[str, str] = field(default_factory=dict)
    """Kind by id."""
    personas: dict[str, dict[str, object]] = field(default_factory=dict)
    windows: dict[str, datetime] = field(default_factory=dict)
    """End of the messaging window, by PSID, of those who are known to have written."""
    comments: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """Who commented, and until when it may be answered."""
    answered: set[str] = field(default_factory=set)
    """Comments that were answered."""
    passed: dict[str, str] = field(default_factory=dict)
    """App that has the thread, by PSID, where it is not ours."""
    calls: deque[datetime] = field(default_factory=deque)
    """Profile API calls of the last ten minutes."""

    def too_many(self, now: datetime) -> bool:
        """Count a call of the profile API; tell whether it is one too many."""
        while self.calls and now - self.calls[0] >= PROFILE_SPAN:
            self.calls.popleft()
        self.calls.append(now)
        return len(self.calls) > PROFILE_CALLS

    def bad_recipient(self, recipient: Object, now: datetime, *, strict: bool) -> Failure | None:
        """Judge whom a message goes to: a window that is open, or a comment that was not answered yet."""
        if "comment_id" in recipient:
            comment = str(recipient["comment_id"])
            if comment not in self.comments:
                return FAILURES["not_addressable"]
            if comment in self.answered:
                return FAILURES["answered_before"]
            return None if now <= self.comments[comment][1] else FAILURES["outside_window"]
        psid = str(recipient.get("id", ""))
        if psid in self.passed:
            return FAILURES["thread_passed"]
        if psid not in self.windows:
            return FAILURES["no_such_person"] if strict else None
        return None if now < self.windows[psid] else FAILURES["outside_window"]

    def bad_ids(self, body: Object) -> Failure | None:
        """Judge the ids of a body that the platform must have given."""
        if "persona_id" in body and body["persona_id"] not in self.personas:
            return bad("Invalid persona_id")
        attachment = _object(_object(body.get("message")).get("attachment"))
        given = _object(attachment.get("payload")).get("attachment_id")
        if given is None:
            return None
        return None if self.attachments.get(str(given)) == attachment.get("type") else NO_ATTACHMENT

    def keep(self, message: Object, given: str) -> str:
        """Keep reusable media under this id; return the id, or nothing if there is nothing to keep."""
        attachment = _object(message.get("attachment"))
        payload = _object(attachment.get("payload"))
        if attachment.get("type") not in MEDIA or payload.get("is_reusable") is not True or "url" not in payload:
            return ""
        self.attachments[given] = str(attachment["type"])
        return given


def bad_upload(body: Object) -> Failure | None:
    """Judge a call of the attachment upload API."""
    attachment = _object(body.get("message")).get("attachment")
    payload = _object(_object(attachment).get("payload"))
    reusable = payload.get("is_reusable") is True
    return bad_attachment(attachment) or (None if reusable else bad("Param is_reusable must be true"))


def bad_persona(body: Object) -> Failure | None:
    """Judge a new persona."""
    if set(body) - _CALL != {"name", "profile_picture_url"} or not web(body["profile_picture_url"]):
        return bad("A persona must have a name and a profile_picture_url")
    return None if _text(body["name"], 50) else bad("Length of param name must be 1 to 50")


def bad_fields(body: Object) -> Failure | None:
    """Judge webhook fields."""
    fields = [one for one in str(body.get("subscribed_fields", "")).split(",") if one]
    unknown = [one for one in fields if one not in FIELDS]
    if unknown or not fields:
        return bad("Param subscribed_fields must be an array of known fields")
    return None


def bad_profile(body: Object, known: Object) -> Failure | None:
    """Judge a Page's profile, with what it has already."""
    given = {name: one for name, one in body.items() if name not in _CALL}
    if not given or set(given) - set(PROFILE):
        return bad("Invalid keys were found in the messenger profile")
    started = given.get("get_started", known.get("get_started"))
    if "get_started" in given and not _text(_object(started).get("payload"), 1000):
        return bad("Param get_started[payload] must have 1 to 1000 characters")
    if "persistent_menu" in given and not started:
        return bad("You must set a Get Started button if you also wish to use persistent menu")
    return (
        _localized(given.get("greeting"), "greeting", "text", 160)
        or _bad_menu(given.get("persistent_menu"))
        or _bad_breakers(given.get("ice_breakers"))
    )


def _localized(values: object, name: str, key: str, most: int) -> Failure | None:
    if values is None:
        return None
    if not isinstance(values, list) or not all(_text(_object(one).get(key), most) for one in values):
        return bad(f"Param {name} must be a list of texts of 1 to {most} characters")
    locales = [_object(one).get("locale") for one in values]
    if "default" not in locales or len(set(locales)) != len(locales):
        return bad(f"Param {name} must have each locale once, default among them")
    return None


def _bad_menu(menus: object) -> Failure | None:
    if menus is None:
        return None
    if not isinstance(menus, list) or "default" not in [_object(one).get("locale") for one in menus]:
        return bad("Param persistent_menu must have a menu of the default locale")
    for menu in menus:
        items = _object(menu).get("call_to_actions")
        if not isinstance(items, list) or not 1 <= len(items) <= MENU_ITEMS or not all(map(_menu_item, items)):
            return bad("Param call_to_actions must have 1 to 20 elements with titles of 1 to 30 characters")
    return None


def _menu_item(value: object) -> bool:
    item = _object(value)
    aim = web(item.get("url")) if item.get("type") == "web_url" else _text(item.get("payload"), 1000)
    return item.get("type") in ("web_url", "postback") and _text(item.get("title"), 30) and aim


def _bad_breakers(values: object) -> Failure | None:
    if values is None:
        return None
    lists = values if isinstance(values, list) else []
    flat = [_object(one) for one in lists if "call_to_actions" not in _object(one)]
    groups = [flat] if flat else []
    for one in lists:
        inner = _object(one).get("call_to_actions")
        if isinstance(inner, list):
            groups.append([_object(question) for question in inner])
    good = groups and all(1 <= len(group) <= ICE_BREAKERS and all(map(_breaker, group)) for group in groups)
    return None if good else bad("Param ice_breakers must have 1 to 4 questions of 1 to 80 characters with a payload")


def _breaker(one: Object) -> bool:
    return _text(one.get("question"), 80) and _text(one.get("payload"), 1000)


def _object(value: object) -> Object:
    return value if isinstance(value, dict) else {}


def _text(value: object, most: int) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= most
