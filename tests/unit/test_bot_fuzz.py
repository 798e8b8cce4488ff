"""Webhook bodies out of all shape: parsing raises nothing but its own error and loses no good item."""

import json
from contextlib import suppress
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.kinds import IGNORED
from bot.parse import BodyError, parse
from subscribers.events import Message

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAMES = st.sampled_from(
    [
        "sender", "recipient", "timestamp", "message", "postback", "referral", "optin", "reaction", "message_edit",
        "id", "user_ref", "mid", "text", "quick_reply", "payload", "attachments", "type", "is_echo", "is_deleted",
        "ref", "source", "ad_id", "num_edit", "action", "app_id", "metadata", "delivery", "read", "app_roles",
        "policy_enforcement", "sticker_id", "object", "entry", "messaging", "standby", "changes", "title", "",
    ]
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(codec=None), max_size=8),
    st.sampled_from(["page", "7", 1700000000000, "1700000000", "react", 10**60, "\ud800", "\0"]),
)
JSON = st.recursive(
    LEAVES, lambda one: st.lists(one, max_size=4) | st.dictionaries(NAMES, one, max_size=6), max_leaves=25
)
ITEMS = st.dictionaries(NAMES, JSON, max_size=6)
GOOD = {"sender": {"id": "good"}, "recipient": {"id": "1"}, "message": {"mid": "good", "text": "hi"}}


def write(value: object) -> bytes:
    """Return JSON as a lenient writer would (lone surrogates escaped, NaN and Infinity as they are)."""
    return json.dumps(value).encode()


@given(bad=st.lists(JSON | ITEMS, max_size=4), after=st.lists(ITEMS, max_size=2), other=JSON)
def test_no_item_loses_a_good_one(bad: list[object], after: list[object], other: object) -> None:
    """Whatever stands beside a good item, it is read, and nothing is raised."""
    raw = write({"object": "page", "x": other, "entry": [other, {"id": "1", "messaging": [*bad, GOOD, *after]}]})
    parsed = parse(raw, NOW)
    good = [one for one in parsed.inbounds if one.psid == "good" and one.page == "1"]
    assert [event.text for event in good[0].events if isinstance(event, Message) and event.mid == "good"] == ["hi"]
    assert set(parsed.ignored) <= IGNORED


@given(value=JSON)
def test_any_json_is_read_or_refused(value: object) -> None:
    """Only BodyError is raised."""
    with suppress(BodyError):
        parse(write({"object": "page", "entry": value}), NOW)
    with suppress(BodyError):
        parse(write(value), NOW)


@given(raw=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """Only BodyError is raised."""
    with suppress(BodyError):
        parse(raw, NOW)


@given(item=ITEMS, cut=st.integers(min_value=0), flip=st.integers(min_value=0), byte=st.integers(0, 255))
def test_a_damaged_body_is_read_or_refused(item: dict[str, object], cut: int, flip: int, byte: int) -> None:
    """Truncated anywhere, or with any byte changed."""
    raw = bytearray(write({"object": "page", "entry": [{"id": "1", "messaging": [item, GOOD]}]}))
    with suppress(BodyError):
        parse(bytes(raw[: cut % len(raw)]), NOW)
    raw[flip % len(raw)] = byte
    with suppress(BodyError):
        parse(bytes(raw), NOW)


@given(depth=st.integers(1, 3000), where=st.sampled_from(["message", "postback", "referral", "optin", "x"]))
def test_nesting_is_read_or_refused(depth: int, where: str) -> None:
    """However deep, an item is read, counted as malformed, or the body refused."""
    deep = b"[" * depth + b"]" * depth
    raw = b'{"object":"page","entry":[{"id":"1","messaging":[{"sender":{"id":"7"},"' + where.encode()
    raw += b'":{"x":' + deep + b"}}," + write(GOOD) + b"]}]}"
    try:
        parsed = parse(raw, NOW)
    except BodyError as error:
        assert str(error) == "the body is nested too deeply"  # noqa: PT017  either outcome is right
    else:
        assert parsed.inbounds[-1].psid == "good"


@given(items=st.lists(ITEMS, max_size=5))
def test_ids_are_stable(items: list[dict[str, object]]) -> None:
    """The same body delivered again gives the same events."""
    raw = write({"object": "page", "entry": [{"id": "1", "messaging": items}]})
    assert parse(raw, NOW) == parse(raw, NOW)
