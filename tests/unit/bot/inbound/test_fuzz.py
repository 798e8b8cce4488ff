"""Webhook bodies out of all shape: parsing raises nothing but its own error and loses no good item."""

import asyncio
import json
import tracemalloc
from contextlib import suppress
from datetime import UTC, datetime
from typing import cast

import msgspec
import pytest
from aiohttp import StreamReader
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.inbound.event_kinds import IGNORED
from bot.inbound.item_readers import MOST_TEXT
from bot.inbound.own_app import OwnApp
from bot.inbound.parse import BodyError, parse_body
from bot.inbound.signature import AppSecrets, sign_body
from bot.inbound.webhook import MOST_BYTES, PATH, Webhook
from domain.events import Message
from domain.ports import StoreAwayError
from tests.support.messenger_world import APP_SECRET, KEYS, VERIFY, MovableTime, NotedTransactions, Outbox

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LARGEST_EVENT = 400_000
"""Bytes of an event at most: thirty attachments with the longest addresses, and the longest text."""
MOST_TIMES = 30
"""What reading a body may cost, in multiples of its size."""
NAMES = st.sampled_from(
    [
        "sender",
        "recipient",
        "timestamp",
        "message",
        "postback",
        "referral",
        "optin",
        "reaction",
        "message_edit",
        "id",
        "user_ref",
        "mid",
        "text",
        "quick_reply",
        "payload",
        "attachments",
        "type",
        "is_echo",
        "is_deleted",
        "ref",
        "source",
        "ad_id",
        "num_edit",
        "action",
        "app_id",
        "metadata",
        "delivery",
        "read",
        "app_roles",
        "policy_enforcement",
        "sticker_id",
        "object",
        "entry",
        "messaging",
        "standby",
        "changes",
        "title",
        "",
    ]
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(codec=None), max_size=8),
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
    parsed = parse_body(raw, NOW)
    good = [one for one in parsed.people if one.psid == "good" and one.page == "1"]
    assert [event.text for event in good[0].events if isinstance(event, Message) and event.mid == "good"] == ["hi"]
    assert set(parsed.ignored) <= IGNORED


@given(value=JSON)
def test_any_json_is_read_or_refused(value: object) -> None:
    """Only BodyError is raised."""
    with suppress(BodyError):
        parse_body(write({"object": "page", "entry": value}), NOW)
    with suppress(BodyError):
        parse_body(write(value), NOW)


@given(raw=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """Only BodyError is raised."""
    with suppress(BodyError):
        parse_body(raw, NOW)


@given(item=ITEMS, cut=st.integers(min_value=0), flip=st.integers(min_value=0), byte=st.integers(0, 255))
def test_a_damaged_body_is_read_or_refused(item: dict[str, object], cut: int, flip: int, byte: int) -> None:
    """Truncated anywhere, or with any byte changed."""
    raw = bytearray(write({"object": "page", "entry": [{"id": "1", "messaging": [item, GOOD]}]}))
    with suppress(BodyError):
        parse_body(bytes(raw[: cut % len(raw)]), NOW)
    raw[flip % len(raw)] = byte
    with suppress(BodyError):
        parse_body(bytes(raw), NOW)


@given(depth=st.integers(1, 3000), where=st.sampled_from(["message", "postback", "referral", "optin", "x"]))
def test_nesting_is_read_or_refused(depth: int, where: str) -> None:
    """However deep, an item is read, counted as malformed, or the body refused."""
    deep = b"[" * depth + b"]" * depth
    raw = b'{"object":"page","entry":[{"id":"1","messaging":[{"sender":{"id":"7"},"' + where.encode()
    raw += b'":{"x":' + deep + b"}}," + write(GOOD) + b"]}]}"
    try:
        parsed = parse_body(raw, NOW)
    except BodyError as error:
        assert str(error) == "the body is nested too deeply"  # noqa: PT017  either outcome is right
    else:
        assert parsed.people[-1].psid == "good"


@given(items=st.lists(ITEMS, max_size=5))
def test_ids_are_stable(items: list[dict[str, object]]) -> None:
    """The same body delivered again gives the same events."""
    raw = write({"object": "page", "entry": [{"id": "1", "messaging": items}]})
    assert parse_body(raw, NOW) == parse_body(raw, NOW)


# -- the webhook itself: real shapes, mutated -------------------------------------------------------------------------
PSIDS = st.sampled_from(["7", "8", 9, 10001112223334])
MIDS = st.sampled_from(["m_1", "m_2", "m_3", 4, ""])
WORDS = st.sampled_from(["hi", "mia@example.com", "TEA", "\u2764", "a" * 5000, "", 7])
STAMPS = st.sampled_from([1763640000000, "1763640000", 1763640000, None, -1, 10**40, "soon"])
SHAPES: dict[str, st.SearchStrategy[object]] = {
    "message": st.fixed_dictionaries(
        {"mid": MIDS, "text": WORDS},
        optional={
            "quick_reply": st.fixed_dictionaries({"payload": WORDS}),
            "reply_to": st.fixed_dictionaries({"mid": MIDS, "is_self_reply": st.booleans()}),
            "attachments": st.lists(
                st.fixed_dictionaries(
                    {"type": st.sampled_from(["image", "sticker", "location", "fallback", "template", "reel"])},
                    optional={"payload": st.fixed_dictionaries({"url": WORDS, "sticker_id": MIDS})},
                ),
                max_size=3,
            ),
            "is_deleted": st.booleans(),
            "is_echo": st.booleans(),
            "app_id": MIDS,
            "metadata": st.sampled_from(["", "theirs", f"{KEYS.subscriber_id('1', '7')}.1"]),
            "referral": st.fixed_dictionaries({"ref": WORDS, "source": WORDS, "ad_id": MIDS}),
            "nlp": JSON,
        },
    ),
    "postback": st.fixed_dictionaries({"mid": MIDS, "title": WORDS, "payload": WORDS}),
    "referral": st.fixed_dictionaries({"ref": WORDS, "source": WORDS}),
    "optin": st.fixed_dictionaries({"ref": WORDS}, optional={"user_ref": WORDS, "type": WORDS}),
    "delivery": st.fixed_dictionaries({"watermark": STAMPS}),
    "read": st.fixed_dictionaries({"watermark": STAMPS}),
    "reaction": st.fixed_dictionaries({"mid": MIDS, "action": st.sampled_from(["react", "unreact"]), "emoji": WORDS}),
    "message_edit": st.fixed_dictionaries({"mid": MIDS, "text": WORDS, "num_edit": st.integers(0, 5)}),
    "pass_thread_control": st.fixed_dictionaries({"new_owner_app_id": MIDS, "previous_owner_app_id": st.none()}),
    "take_thread_control": st.fixed_dictionaries({"previous_owner_app_id": MIDS}),
    "request_thread_control": st.fixed_dictionaries({"requested_owner_app_id": MIDS}),
    "app_roles": st.fixed_dictionaries({"4": st.just(["primary_receiver"])}),
    "policy_enforcement": st.fixed_dictionaries(
        {"action": st.sampled_from(["warning", "block", "unblock"]), "reason": WORDS}
    ),
    "account_linking": st.fixed_dictionaries({"status": WORDS}),
}


def shaped(kind: str) -> st.SearchStrategy[object]:
    """Return items of one kind, as the platform writes them."""
    person = st.fixed_dictionaries({"id": PSIDS})
    return st.fixed_dictionaries(
        {kind: SHAPES[kind], "sender": person | st.just({"user_ref": "u"}), "recipient": person},
        optional={"timestamp": STAMPS},
    )


REAL = st.sampled_from(sorted(SHAPES)).flatmap(shaped)


@st.composite
def mutated(draw: st.DrawFn) -> object:
    """Return an item of a real shape in which something was put, taken out, repeated or nested."""
    item = draw(REAL)
    for _ in range(draw(st.integers(0, 3))):
        holder = item
        while isinstance(holder, dict) and holder and draw(st.booleans()):
            inner = holder[draw(st.sampled_from(sorted(holder, key=str)))]
            if not isinstance(inner, dict):
                break
            holder = inner
        if isinstance(holder, dict) and holder:
            name = draw(st.sampled_from(sorted(holder, key=str)))
            change = draw(st.sampled_from(["put", "drop", "wrap", "nest"]))
            value = holder.pop(name)
            if change != "drop":
                holder[name] = draw(JSON) if change == "put" else [value] if change == "wrap" else {name: value}
    return item


ENTRIES = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from(["1", 1, "0", None]), "time": STAMPS},
        optional={
            "messaging": st.lists(mutated() | REAL, min_size=1, max_size=5),
            "standby": st.lists(mutated(), max_size=2),
            "changes": st.lists(JSON, max_size=2),
        },
    ),
    min_size=1,
    max_size=3,
)


class Content:
    """A body as it arrives: in pieces."""

    def __init__(self, body: bytes) -> None:
        """Keep the body."""
        self._pieces = [body[at : at + 700] for at in range(0, len(body), 700)] or [b""]

    async def readany(self) -> bytes:
        """Return the next piece."""
        return self._pieces.pop(0) if self._pieces else b""

    def is_eof(self) -> bool:
        """Tell that the end has not come yet."""
        return False


class Door:
    """The real handler with a store in memory."""

    def __init__(self) -> None:
        """Build the webhook."""
        self.time = MovableTime()
        self.outbox = Outbox(self.time)
        self.transactions = NotedTransactions()
        self.webhook = Webhook(
            secrets=AppSecrets(APP_SECRET),
            verify_token=VERIFY,
            transact=self.transactions,
            store=self.outbox.store,
            keys=KEYS,
            clock=self.time,
        )

    def post(self, body: bytes) -> int:
        """Post a signed body; return the status."""
        headers = {"X-Hub-Signature-256": sign_body(body, APP_SECRET), "Content-Length": str(len(body))}
        request = make_mocked_request("POST", PATH, headers=headers, payload=cast("StreamReader", Content(body)))
        return LOOP.run(self.webhook.receive_events(request)).status

    def ids(self) -> set[str]:
        """Return the ids of all events told."""
        return {event.id for event in self.transactions.events}


LOOP = asyncio.Runner()


def bodies(entries: object, repeated: int, cut: int) -> bytes:
    """Return a body: its entries repeated, and truncated if ``cut`` says so."""
    raw = write({"object": "page", "entry": [*(entries if isinstance(entries, list) else [])] * repeated})
    return raw[: cut % len(raw)] if cut else raw


@given(entries=ENTRIES, repeated=st.integers(1, 3), cut=st.just(0) | st.just(0) | st.integers(1, 400))
def test_the_webhook_takes_all_of_a_body_or_nothing(entries: object, repeated: int, cut: int) -> None:
    """Whatever stands in it: 200 and every event that can be read, each once; or 400 and none.  Never a 5xx."""
    door, raw = Door(), bodies(entries, repeated, cut)
    with capture_logs():
        status = door.post(raw)
    try:
        expected = {event.id for one in parse_body(raw, door.time.now, OwnApp(KEYS)).people for event in one.events}
    except BodyError:
        assert (status, door.ids()) == (400, set())
        return
    assert (status, door.ids()) == (200, expected)
    assert len(door.transactions.events) == len(expected)
    assert max((len(msgspec.json.encode(event)) for event in door.transactions.events), default=0) < LARGEST_EVENT
    assert all(len(event.text) <= MOST_TEXT for event in door.transactions.events if isinstance(event, Message))


@given(entries=ENTRIES, fails=st.integers(1, 4))
def test_a_store_that_was_away_loses_nothing_of_a_body(entries: object, fails: int) -> None:
    """503 until all of it is committed; delivered again, the rest is taken, under the same ids."""
    door, raw = Door(), bodies(entries, 1, 0)
    expected = {event.id for one in parse_body(raw, door.time.now, OwnApp(KEYS)).people for event in one.events}
    door.transactions.failures = [StoreAwayError("away") for _ in range(fails)]
    statuses: list[int] = []
    with capture_logs():
        while not statuses or statuses[-1] != 200:
            statuses.append(door.post(raw))
    assert set(statuses[:-1]) <= {503}
    assert door.ids() == expected


@pytest.mark.parametrize("shape", ["many", "wide", "deep", "long"])
def test_memory_is_bounded_by_the_body(shape: str) -> None:
    """The largest body that is taken costs a bounded multiple of itself, whatever its shape."""
    item = write({"sender": {"id": "7"}, "message": {"mid": "m%07d", "text": "hi"}})
    whole = {
        "many": b",".join(item.replace(b"%07d", b"%07d" % number) for number in range(60_000)),
        "wide": item.replace(b'"hi"', b"[" + b"0," * 2_000_000 + b"0]"),
        "deep": item.replace(b'"hi"', b"[" * 2_000_000 + b"]" * 2_000_000),
        "long": item.replace(b"hi", b"a" * 8_000_000),
    }[shape]
    raw = b'{"object":"page","entry":[{"id":"1","messaging":[' + whole + b"]}]}"
    assert len(raw) < MOST_BYTES
    tracemalloc.start()
    status = Door().post(raw)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert status == (400 if shape == "deep" else 200)
    assert peak < MOST_TIMES * len(raw)
