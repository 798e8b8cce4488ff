"""One item of an events API body: what it must hold, and what is wrong with it.  Pure.

Every item is judged on its own; a bad one never stops the others.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from email_validator import EmailNotValidError, validate_email

from domain.events import ProductEvent
from domain.keyring import Keyring
from domain.record import Value
from domain.workspace_config import WorkspaceConfig
from language.findings import did_you_mean

KEYS = ("id", "event", "email", "user_id", "at", "properties")
LONGEST_ID = 128
LONGEST_EMAIL = 320
MOST_PROPERTIES = 50
LONGEST_PROPERTY_NAME = 64
LONGEST_PROPERTY = 1_000
LARGEST_NUMBER = 2**53
"""Beyond it, JSON numbers are not exact (RFC 8259 §6)."""

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


class RefusedItemError(ValueError):
    """An item cannot be taken; the message says why, ``hint`` what to write instead.  Holds no personal data."""

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the remedy beside the message."""
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Of whom an item speaks, as keyed hashes; one of the two may be empty."""

    address: str
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item that was understood."""

    person: Person
    event: ProductEvent


def judge(raw: object, config: WorkspaceConfig, keys: Keyring, now: datetime) -> Item:
    """Read one item; raises :class:`RefusedItemError`."""
    if not isinstance(raw, Mapping):
        message = "an event must be an object"
        raise RefusedItemError(message)
    for key in raw:
        if key not in KEYS:
            message = f"“{str(key)[:40]}” is not known here"
            raise RefusedItemError(message, did_you_mean(str(key)[:40], KEYS))
    return Item(
        person=_person(raw, keys),
        event=ProductEvent(
            id=f"api:{_text(raw, 'id', LONGEST_ID, needed=True)}",
            at=_at(raw.get("at"), now),
            name=_name(raw, config),
            properties=_properties(raw.get("properties")),
        ),
    )


def _text(raw: Mapping[object, object], key: str, longest: int, *, needed: bool = False) -> str:
    value = raw.get(key)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        message = f"“{key}” must be a text of 1 to {longest} characters"
        raise RefusedItemError(message)
    if any(0xD800 <= ord(char) <= 0xDFFF or char == "\0" for char in value):  # noqa: PLR2004  surrogates
        message = f"“{key}” holds a character that no text can have"
        raise RefusedItemError(message)
    return value


def _name(raw: Mapping[object, object], config: WorkspaceConfig) -> str:
    name = _text(raw, "event", LONGEST_ID, needed=True)
    if name not in config.events:
        message = f"“{name[:64]}” is not declared in doorstep.yaml"
        raise RefusedItemError(message, did_you_mean(name, config.events))
    return name


def _person(raw: Mapping[object, object], keys: Keyring) -> Person:
    email, user = _text(raw, "email", LONGEST_EMAIL), _text(raw, "user_id", LONGEST_ID)
    if not email and not user:
        message = "“email” or “user_id” must say of whom this speaks"
        raise RefusedItemError(message)
    return Person(
        address=keys.address_hash(_normalised(email)) if email else "",
        user=keys.user_hash(user) if user else "",
    )


def _normalised(email: str) -> str:
    try:
        return validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        message = "“email” is not a mail address"
        raise RefusedItemError(message) from None


def _at(value: object, now: datetime) -> datetime:
    """Read an RFC 3339 time; a time from the future, which a fast clock gives, is now."""
    if value is None:
        return now
    if isinstance(value, str) and _RFC3339.fullmatch(value):
        try:
            return min(datetime.fromisoformat(value.upper()).astimezone(UTC), now)
        except (ValueError, OverflowError):
            pass
    message = "“at” must be an RFC 3339 time with its offset"
    raise RefusedItemError(message, "Such as 2026-11-23T10:03:00+01:00, or leave it out for now.")


def _properties(value: object) -> dict[str, Value]:
    if value is None:
        return {}
    if not isinstance(value, Mapping) or len(value) > MOST_PROPERTIES:
        message = f"“properties” must be an object of at most {MOST_PROPERTIES} entries"
        raise RefusedItemError(message)
    return {_property_name(key): _property(one) for key, one in value.items()}


def _property_name(key: object) -> str:
    if not isinstance(key, str) or not 0 < len(key) <= LONGEST_PROPERTY_NAME:
        message = f"a property's name must have 1 to {LONGEST_PROPERTY_NAME} characters"
        raise RefusedItemError(message)
    return key


def _property(value: object) -> Value:
    match value:
        case None | bool():
            return value
        case str() if len(value) <= LONGEST_PROPERTY:
            return value
        case int() | float() if abs(value) <= LARGEST_NUMBER:
            return value
        case _:
            message = "a property is neither a text, a number, true, false nor null"
            raise RefusedItemError(message, f"Texts have at most {LONGEST_PROPERTY} characters, numbers 53 bits.")
