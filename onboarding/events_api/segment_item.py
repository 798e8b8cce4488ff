"""Parses one message of a Segment client, or says why nothing is taken of it.  Pure.

The calls, their fields and their words are those of Segment's HTTP Tracking API.  Its clients send more than a house
declares, so what is not asked for is ignored and counted, not refused: pages, groups, people who are known by no user
id yet, events that no declaration names, properties that none keeps.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from domain.events import FieldsTold, ProductEvent
from domain.keyring import Keyring
from domain.record import Value
from domain.workspace_config import WorkspaceConfig
from language.fields.told_values import read_told_values
from language.findings import suggest_name
from onboarding.events_api.parse_item import (
    API_PREFIX,
    EARLIEST,
    LONGEST_ID,
    EventItem,
    IgnoredItemError,
    PersonHashes,
    RefusedItemError,
    keep_declared,
    read_past,
    read_person,
    read_property,
    read_text,
    read_time,
)

TAKEN = ("track", "identify")
"""Calls of which something is taken in."""
IGNORED = ("page", "screen", "group", "alias")
"""Calls of Segment's clients that say nothing a sequence could ask for."""

_NO_LETTER = re.compile(r"[^a-z0-9]")


def parse_message(raw: object, config: WorkspaceConfig, keys: Keyring, now: datetime) -> EventItem:
    """Return a message of a batch.

    Raises :class:`IgnoredItemError` if nothing is taken of it, and :class:`RefusedItemError` if it cannot be read.
    """
    if not isinstance(raw, Mapping):
        message = "a message must be an object"
        raise RefusedItemError(message)
    call = raw.get("type")
    if call in IGNORED:
        message = f"“{call}” is not taken in"
        raise IgnoredItemError(message)
    if call not in TAKEN:
        message = "“type” must be track or identify"
        raise RefusedItemError(message, suggest_name(str(call)[:40], (*TAKEN, *IGNORED)))
    at, traits = _read_moment(raw, now), _read_traits(raw)
    person, past = _read_person(raw, traits, keys), read_past(raw)
    event_id = API_PREFIX + _read_id(raw, at)
    if call == "identify":
        fields = _keep_fields(traits, config)
        return EventItem(
            person=person, has_properties=bool(traits), event=FieldsTold(id=event_id, at=at, fields=fields, past=past)
        )
    name, properties = _find_event(raw, config), _read_map(raw, "properties")
    kept = keep_declared(_keep_plain(properties), config.taken_properties[name])
    return EventItem(
        person=person,
        has_properties=bool(properties),
        event=ProductEvent(id=event_id, at=at, name=name, properties=kept, past=past),
    )


def _read_moment(raw: Mapping[Any, Any], now: datetime) -> datetime:
    """Return when it happened, by our clock: a client's clock that is off is off alike in both of its times."""
    told = read_time(raw.get("originalTimestamp"), "originalTimestamp") or read_time(raw.get("timestamp"), "timestamp")
    sent = read_time(raw.get("sentAt"), "sentAt")
    # Segment's rule: received - (sent - original).  Without the time of sending nothing is known of the client's clock.
    if told is None or sent is None:
        return min(told or now, now)
    # Held within what an event's time can be: a time of sending in the year 9999 would lead before the year 1.
    return now - min(max(sent - told, timedelta(0)), now - EARLIEST)


def _read_id(raw: Mapping[Any, Any], at: datetime) -> str:
    """Return the message's id; one without gets a hash of what it says, so that sending it again is a repetition."""
    if raw.get("messageId") is not None:
        return read_text(raw, "messageId", LONGEST_ID, needed=True)
    said = [raw.get(key) for key in ("type", "event", "properties", "traits")]
    digest = hashlib.sha256(msgspec.json.encode([*said, at]))
    return digest.hexdigest()[:32]


def _read_map(raw: Mapping[Any, Any], key: str) -> Mapping[Any, Any]:
    value = raw.get(key)
    if value is not None and not isinstance(value, Mapping):
        message = f"“{key}” must be an object"
        raise RefusedItemError(message)
    return value or {}


def _read_traits(raw: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """Return the traits; those of the context, which other calls may bring, have the person's address."""
    return {**_read_map(_read_map(raw, "context"), "traits"), **_read_map(raw, "traits")}


def _read_person(raw: Mapping[Any, Any], traits: Mapping[Any, Any], keys: Keyring) -> PersonHashes:
    user, email = raw.get("userId"), traits.get("email")
    if isinstance(user, int) and not isinstance(user, bool):  # many products number their users
        user = str(user)
    if user in (None, "") and email in (None, ""):
        if raw.get("anonymousId") in (None, ""):
            message = "“userId” must say of whom this speaks"
            raise RefusedItemError(message)
        message = "an anonymousId alone leads to nobody"
        raise IgnoredItemError(message, "Send it again with the userId once you know it.")
    return read_person({"user_id": user or None, "email": email or None}, keys)


def _find_event(raw: Mapping[Any, Any], config: WorkspaceConfig) -> str:
    """Return the declared event of a name; “Invoice Sent”, as Segment's clients write, is ``invoice.sent``."""
    name = read_text(raw, "event", 1000, needed=True)
    if found := _find_alike(name, config.events):
        return found
    message = f"“{name[:64]}” is not declared in doorstep.yaml"
    raise IgnoredItemError(message, suggest_name(name[:64], config.events))


def _keep_plain(values: Mapping[Any, Any]) -> dict[str, Value]:
    """Return what can be kept at all: clients send lists and objects, too."""
    kept: dict[str, Value] = {}
    for name, value in values.items():
        try:
            kept[str(name)] = read_property(value)
        except RefusedItemError:
            continue
    return kept


def _keep_fields(traits: Mapping[Any, Any], config: WorkspaceConfig) -> dict[str, Value]:
    """Return the traits that fill declared fields; one that does not fit its field is left out."""
    kept: dict[str, Value] = {}
    for trait, value in _keep_plain(traits).items():
        name = _find_alike(trait, config.fields)
        kept |= read_told_values({name: value}, (name,), config.fields) or {}
    return kept


def _find_alike(written: str, declared: Collection[str]) -> str:
    """Return the declared name that has the same letters (“firstName” is ``first_name``); empty if none or several."""
    if written in declared:
        return written
    letters = _NO_LETTER.sub("", written.casefold())
    alike = [name for name in declared if _NO_LETTER.sub("", name) == letters]
    return alike[0] if len(alike) == 1 else ""
