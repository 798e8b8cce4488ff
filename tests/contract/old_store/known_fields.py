"""Cuts off the fields that came later than the old store: what is compared is what its version knew."""

from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import fields, replace

from domain.effects import PostedEffect, SendMail, encode_posted
from domain.record import FIRST_SCHEMA, Subscriber
from domain.sequence_runs import Behaviour

FIELDS_THEN = {
    "Identity": 2, "Profile": 3, "Frame": 3, "Answered": 2, "Conversation": 12, "Address": 5, "Pending": 6,
    "Consent": 7, "Run": 10, "Behaviour": 4, "ScheduledMessage": 7, "Handover": 8, "Subscriber": 38,
    "HistoryLine": 9, "Reason": 4, "AddressState": 7, "Suppression": 3,
}  # fmt: skip
"""How many fields each value of a record had; records are arrays, and fields are only ever appended."""
MAIL_FIELDS_THEN = 16
"""The same of a mail that waits."""


def encode_known(effect: PostedEffect) -> bytes:
    """Return an effect as it was stored then."""
    if not isinstance(effect, SendMail):
        return encode_posted(effect)
    tag_and_fields: list[object] = msgspec.msgpack.decode(encode_posted(effect))
    return msgspec.msgpack.encode(tag_and_fields[: 1 + MAIL_FIELDS_THEN])


def known_fields(value: object) -> Any:  # noqa: ANN401  the parts of a record, as lists and maps
    """Return a value of a record as lists and maps, without the fields that came later."""
    if isinstance(value, Subscriber) and value.behaviour:
        value = _unfold_behaviour(value)
    if isinstance(value, Struct):
        names = [field.name for field in fields(value)][: FIELDS_THEN[type(value).__name__]]
        return [known_fields(getattr(value, name)) for name in names]
    if isinstance(value, dict):
        return {name: known_fields(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [known_fields(item) for item in value]
    return value


def _unfold_behaviour(record: Subscriber) -> Subscriber:
    """Return a record with its deeds in the form that the old version knew."""
    old = {
        name: Behaviour(count=deed.count, first=deed.first, last=deed.last, recent=deed.recent)
        for name, deed in record.behaviour.items()
    }
    return replace(record, schema=FIRST_SCHEMA, old_behaviour=old, behaviour={})
