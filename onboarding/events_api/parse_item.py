"""Parses one item of an events API body, or says what is wrong with it.  Pure.

Every item is parsed on its own; a bad one never stops the others.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from email_validator import EmailNotValidError, validate_email

from domain.events import FieldsTold, ProductEvent
from domain.keyring import Keyring
from domain.record import Value
from domain.workspace_config import WorkspaceConfig
from language.findings import suggest_name

API_PREFIX = "api:"
"""Begins the id of everything that the product tells: its ids stay apart from those of webhooks and timers."""
KEYS = ("id", "event", "email", "user_id", "at", "properties", "past")
LONGEST_ID = 128
LONGEST_EMAIL = 320
MOST_PROPERTIES = 50
LONGEST_PROPERTY_NAME = 64
LONGEST_PROPERTY = 1_000
LONGEST_KEPT = 64
"""Characters of a text property that are kept."""
LARGEST_NUMBER = 2**53
"""Beyond it, JSON numbers are not exact (RFC 8259 §6)."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""What lies before it comes from a clock that was never set, or from a time that was left at zero."""

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_SECONDS = slice(len("2026-06-30T23:59:"), len("2026-06-30T23:59:60"))
_LEAP_MINUTE = (23, 59)


class RefusedItemError(ValueError):
    """An item cannot be accepted: the message says why, ``hint`` what to write instead.  Holds no personal data."""

    result = "invalid"

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the remedy beside the message."""
        super().__init__(message)
        self.hint = hint


class IgnoredItemError(RefusedItemError):
    """An item is fine, but says nothing that this installation asks for."""

    result = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonHashes:
    """The person of an item, as keyed hashes of address and user id; one of the two may be empty."""

    address: str
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventItem:
    """An item that was parsed: the event and its person."""

    person: PersonHashes
    event: ProductEvent | FieldsTold
    """Of properties those that the event's declaration keeps; whatever else the product tells is not stored."""
    has_properties: bool
    """True if the product told any, or any traits."""

    @property
    def kept(self) -> tuple[str, ...]:
        """Names of the properties or fields that are kept."""
        return tuple(sorted(self.event.properties if isinstance(self.event, ProductEvent) else self.event.fields))


def parse_item(raw: object, config: WorkspaceConfig, keys: Keyring, now: datetime) -> EventItem:
    """Return one item of a body.  Raises :class:`RefusedItemError` if it cannot be accepted."""
    if not isinstance(raw, Mapping):
        message = "an event must be an object"
        raise RefusedItemError(message)
    # An unknown key is refused, not ignored: “emial” would otherwise lose its address without a word.
    for key in raw:
        if key not in KEYS:
            message = f"“{str(key)[:40]}” is not known here"
            raise RefusedItemError(message, suggest_name(str(key)[:40], KEYS))
    name, properties = _read_event_name(raw, config), _read_properties(raw.get("properties"))
    return EventItem(
        person=read_person(raw, keys),
        has_properties=bool(properties),
        event=ProductEvent(
            id=API_PREFIX + read_text(raw, "id", LONGEST_ID, needed=True),
            at=min(read_time(raw.get("at"), "at") or now, now),
            name=name,
            properties=keep_declared(properties, config.taken_properties[name]),
            past=read_past(raw),
        ),
    )


def read_past(raw: Mapping[object, object]) -> bool:
    """Return whether an item is told as history.  Raises :class:`RefusedItemError`."""
    past = raw.get("past")
    if past is not None and not isinstance(past, bool):
        message = "“past” must be true or false"
        raise RefusedItemError(message)
    return bool(past)


def read_text(raw: Mapping[object, object], key: str, longest: int, *, needed: bool = False) -> str:
    """Return a text of an item; empty if it is left out.  Raises :class:`RefusedItemError`."""
    value = raw.get(key)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        message = f"“{key}” must be a text of 1 to {longest} characters"
        raise RefusedItemError(message)
    # JSON can spell both, “\ud800” and “\u0000”; the first has no UTF-8 form, the second cuts texts off in C programs.
    if any(0xD800 <= ord(char) <= 0xDFFF or char == "\0" for char in value):  # noqa: PLR2004  lone surrogates have no UTF-8 form
        message = f"“{key}” holds a character that no text can have"
        raise RefusedItemError(message)
    return value


def _read_event_name(raw: Mapping[object, object], config: WorkspaceConfig) -> str:
    name = read_text(raw, "event", LONGEST_ID, needed=True)
    if name not in config.events:
        message = f"“{name[:64]}” is not declared in doorstep.yaml"
        raise RefusedItemError(message, suggest_name(name, config.events))
    return name


def read_person(raw: Mapping[object, object], keys: Keyring) -> PersonHashes:
    """Return the person whom an item names.  Raises :class:`RefusedItemError`."""
    email, user = read_text(raw, "email", LONGEST_EMAIL), read_text(raw, "user_id", LONGEST_ID)
    if not email and not user:
        message = "“email” or “user_id” must say of whom this speaks"
        raise RefusedItemError(message)
    return PersonHashes(
        address=keys.address_hash(_normalise_email(email)) if email else "",
        user=keys.user_hash(user) if user else "",
    )


def _normalise_email(email: str) -> str:
    try:
        # The same normal form as in the chat, else the keyed hash would not meet the address that was proven there.
        return validate_email(email.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        message = "“email” is not a mail address"
        raise RefusedItemError(message) from None


def read_time(value: object, key: str) -> datetime | None:
    """Return the time of an RFC 3339 text; None if it is left out.  Raises :class:`RefusedItemError`."""
    if value is None:
        return None
    # fromisoformat alone is too generous: it takes a date without a time, or a time without an offset.
    if isinstance(value, str) and _RFC3339.fullmatch(value):
        try:
            # “Z” and “t” may be written small (RFC 3339 §5.6), fromisoformat wants them large.
            at = _read_moment(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        else:
            if at >= EARLIEST:
                return at
            message = f"“{key}” lies before the year {EARLIEST.year}"
            raise RefusedItemError(message, "The clock that told it was probably not set.")
    message = f"“{key}” must be an RFC 3339 time with its offset"
    raise RefusedItemError(message, "Such as 2026-11-23T10:03:00+01:00, or leave it out for now.")


def _read_moment(text: str) -> datetime:
    """Return the moment of a text; raises ``ValueError``.  A leap second is the one that follows it."""
    # Python knows no second 60, which RFC 3339 allows (§5.6) at 23:59:60 in UTC (§5.7).
    if text[_SECONDS] != "60":
        return datetime.fromisoformat(text)
    before = datetime.fromisoformat(f"{text[: _SECONDS.start]}59{text[_SECONDS.stop :]}")
    at = before.astimezone(UTC)
    if (at.hour, at.minute) != _LEAP_MINUTE:
        message = "there is no leap second then"
        raise ValueError(message)
    return at.replace(microsecond=0) + timedelta(seconds=1)


def _read_properties(value: object) -> dict[str, Value]:
    if value is None:
        return {}
    if not isinstance(value, Mapping) or len(value) > MOST_PROPERTIES:
        message = f"“properties” must be an object of at most {MOST_PROPERTIES} entries"
        raise RefusedItemError(message)
    return {_read_property_name(key): read_property(content) for key, content in value.items()}


def keep_declared(properties: Mapping[str, Value], kept: Collection[str]) -> dict[str, Value]:
    """Return the properties that a declaration keeps, long texts cut."""
    return {
        name: value[:LONGEST_KEPT] if isinstance(value, str) else value
        for name, value in properties.items()
        if name in kept
    }


def _read_property_name(key: object) -> str:
    if not isinstance(key, str) or not 0 < len(key) <= LONGEST_PROPERTY_NAME:
        message = f"a property's name must have 1 to {LONGEST_PROPERTY_NAME} characters"
        raise RefusedItemError(message)
    return key


def read_property(value: object) -> Value:
    """Return a property that can be kept.  Raises :class:`RefusedItemError`."""
    match value:
        case None | bool():  # before the numbers: to Python, True is an int
            return value
        case str() if len(value) <= LONGEST_PROPERTY:
            return value
        case int() | float() if abs(value) <= LARGEST_NUMBER:
            return value
        case _:
            message = "a property is neither a text, a number, true, false nor null"
            raise RefusedItemError(message, f"Texts have at most {LONGEST_PROPERTY} characters, numbers 53 bits.")
