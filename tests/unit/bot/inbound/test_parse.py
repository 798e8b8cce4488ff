"""Webhook bodies: every kind of item, whatever its shape."""

import json
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from bot.event_ids import make_event_id
from bot.inbound.event_kinds import KINDS
from bot.inbound.item_readers import MOST_TEXT, MOST_URL
from bot.inbound.parse import BodyError, PersonEvents, parse_body
from bot.thread_control import ControlAction, Echo, PolicyNotice
from domain import event_groups, events
from domain.entry_point import EntryPoint
from domain.events import (
    AnyEvent,
    Message,
    MessageEdit,
    MessageUnsend,
    OptIn,
    Postback,
    Reaction,
    Referral,
    ThreadControlChanged,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MS = int(NOW.timestamp() * 1000) - 5000
AT = NOW - timedelta(seconds=5)

Item = dict[str, object]


def person(psid: object = "7", stamp: object = MS, **kind: object) -> Item:
    """Return an item from a person."""
    return {"sender": {"id": psid}, "recipient": {"id": "1"}, "timestamp": stamp, **kind}


def body(*items: object, page: object = "1") -> bytes:
    """Return a body with these items of one Page."""
    return json.dumps({"object": "page", "entry": [{"id": page, "time": MS, "messaging": list(items)}]}).encode()


def only(item: Item) -> AnyEvent:
    """Return the one event that a body with one item gives."""
    parsed = parse_body(body(item), NOW)
    assert parsed.ignored == {}
    (inbound,) = parsed.people
    (event,) = inbound.events
    return event


READ: dict[str, tuple[Item, AnyEvent]] = {
    "message": (
        person(
            message={
                "mid": "m1",
                "text": "hi",
                "quick_reply": {"payload": "P"},
                "nlp": {},
                "new_field": [1],
                "attachments": [
                    {"type": "image", "payload": {"url": "x"}},
                    {"type": "image", "payload": {"url": "x", "sticker_id": 369239263222822}},
                    {"type": "sticker"},
                    {"type": "location", "payload": {"coordinates": {"lat": 1, "long": 2}}},
                    {"type": "fallback", "url": "y"},
                    {"payload": None},
                ],
                "referral": {"ref": "spring", "source": "ADS", "ad_id": 6045246247433, "type": "OPEN_THREAD"},
            }
        ),
        Message(
            id=make_event_id("1", "7", "message", "m1", ""),
            at=AT,
            mid="m1",
            text="hi",
            payload="P",
            attachments=("image", "sticker", "sticker", "location", "fallback", "unknown"),
            urls=("x", "x", "", "", "y", ""),
            entry=EntryPoint(ref="spring", source="ADS", ad_id="6045246247433"),
        ),
    ),
    "message (is_deleted)": (
        person(message={"mid": "m1", "is_deleted": True}),
        MessageUnsend(id=make_event_id("1", "7", "message", "m1", "deleted"), at=AT, mid="m1"),
    ),
    "postback": (
        person(postback={"mid": "m2", "title": "Go", "payload": "GO", "referral": {"ref": "r", "source": "SHORTLINK"}}),
        Postback(
            id=make_event_id("1", "7", "postback", "m2", ""),
            at=AT,
            mid="m2",
            payload="GO",
            title="Go",
            entry=EntryPoint(ref="r", source="SHORTLINK"),
        ),
    ),
    "referral": (
        person(referral={"ref": "spring", "source": "SHORTLINK", "type": "OPEN_THREAD"}),
        Referral(
            id=make_event_id(
                "1", "7", "referral", repr(MS), '{"ref": "spring", "source": "SHORTLINK", "type": "OPEN_THREAD"}'
            ),
            at=AT,
            entry=EntryPoint(ref="spring", source="SHORTLINK"),
        ),
    ),
    "optin": (
        person(optin={"type": "notification_messages", "ref": "box"}),
        OptIn(
            id=make_event_id("1", "7", "optin", repr(MS), '{"ref": "box", "type": "notification_messages"}'),
            at=AT,
            ref="box",
            type="notification_messages",
        ),
    ),
    "message_edit": (
        person(message_edit={"mid": "m1", "text": "hello", "num_edit": 2}),
        MessageEdit(id=make_event_id("1", "7", "message_edit", "m1", "2"), at=AT, mid="m1", text="hello", edition=2),
    ),
    "reaction": (
        person(reaction={"mid": "m1", "reaction": "love", "emoji": "\u2764", "action": "react"}),
        Reaction(
            id=make_event_id("1", "7", "reaction", "m1", "react"), at=AT, mid="m1", reaction="love", action="react"
        ),
    ),
}
CONTROLS: dict[str, tuple[Item, ControlAction, str]] = {
    "pass_thread_control": ({"previous_owner_app_id": None, "new_owner_app_id": 5}, "given_back", "5"),
    "take_thread_control": ({"previous_owner_app_id": "5"}, "taken", ""),
    "request_thread_control": ({"requested_owner_app_id": 123456789}, "asked", "123456789"),
}
for _name, (_body, _action, _app) in CONTROLS.items():
    READ[_name] = (
        person(**{_name: _body}),
        ThreadControlChanged(
            id=make_event_id("1", "7", _name, repr(MS), json.dumps(_body, sort_keys=True)),
            at=AT,
            action=_action,
            app=_app,
        ),
    )
IN_ENTRY = {"changes"}
ELSEWHERE = {
    "message (is_echo)",
    "message (is_echo, not ours)",
    "standby",
    "policy_enforcement",
    "changes (comment)",
}
JUDGED = {
    "user_ref",
    "own_page",
    "other_object",
    "unknown_page",
    "another_app",
    "unknown",
    "malformed",
    "repeated",
    "comment",
    "unanswered_comment",
}


@pytest.mark.parametrize("name", READ)
def test_each_kind_becomes_its_event(name: str) -> None:
    """A row that names an event gives exactly that event."""
    item, expected = READ[name]
    assert only(item) == expected


def test_the_table_of_kinds_is_complete() -> None:
    """Every row that becomes an event is tried above, and names an event that exists."""
    rows = {kind.name: kind.becomes for kind in KINDS if kind.becomes and kind.name not in ELSEWHERE}
    assert rows == {name: event_groups.event_tag(event) for name, (_, event) in READ.items()}
    assert set(rows.values()) <= {kind.__struct_config__.tag for kind in get_args(events.AnyEvent)}


@pytest.mark.parametrize(
    "name", [kind.name for kind in KINDS if not kind.becomes and kind.name not in IN_ENTRY | JUDGED]
)
def test_each_ignored_kind_is_counted_under_its_name(name: str) -> None:
    """With or without a sender, an ignored kind makes no event and loses no sibling."""
    parsed = parse_body(body(person(**{name: {"x": 1}}), {name: None}, person(message={"mid": "m", "text": "hi"})), NOW)
    assert parsed.ignored == {name: 2}
    assert [event.mid for event in parsed.people[0].events if isinstance(event, Message)] == ["m"]


@pytest.mark.parametrize("name", sorted(IN_ENTRY))
def test_an_entry_without_messaging_is_counted(name: str) -> None:
    """The test button's ``changes`` (id 0) give nothing."""
    entry = {"id": "0", "time": MS, name: [person(message={"mid": "m", "text": "hi"})]}
    parsed = parse_body(json.dumps({"object": "page", "entry": [entry]}).encode(), NOW)
    assert (parsed.people, parsed.echoes, parsed.ignored) == ([], [], {name: 1})


def test_an_echo_names_the_page_as_sender() -> None:
    """Sender and recipient of an echo are the other way round."""
    item = {
        "sender": {"id": "1"},
        "recipient": {"id": 7},
        "timestamp": MS,
        "message": {"mid": "m", "is_echo": True, "app_id": 1517776481860111, "metadata": "s:4", "text": "hi"},
    }
    parsed = parse_body(body(item), NOW)
    assert parsed.people == []
    assert parsed.echoes == [Echo(page="1", psid="7", metadata="s:4", app_id="1517776481860111", mid="m")]


class App:
    """Our app on every Page."""

    def is_ours(self, echo: Echo) -> bool:
        """Tell what is ours by its metadata."""
        return echo.metadata.startswith("s:")

    def is_our_app(self, page: str, app: str) -> bool | None:
        """Know our id."""
        assert page == "1"
        return app == "5" if app else None


def controls(*items: Item, array: str = "messaging") -> list[tuple[str, str]]:
    """Return action and app of the control events of a body."""
    raw = json.dumps({"object": "page", "entry": [{"id": "1", "time": MS, array: list(items)}]}).encode()
    (inbound,) = parse_body(raw, NOW, App()).people
    return [(event.action, event.app) for event in inbound.events if isinstance(event, ThreadControlChanged)]


def echo(**message: object) -> Item:
    """Return the echo of a message to person 7."""
    return {"sender": {"id": "1"}, "recipient": {"id": 7}, "timestamp": MS, "message": {"is_echo": True, **message}}


def test_an_echo_of_somebody_else_is_somebody_speaking() -> None:
    """A person in the inbox, with the inbox's app id or with none, and another app; metadata of others is theirs."""
    items = [
        echo(mid="a", app_id=263902037430900, text="Hello, Lena here"),
        echo(mid="b", text="Hello"),
        echo(mid="c", app_id="99", metadata="theirs"),
        echo(mid="d", metadata="s:1"),
    ]
    assert controls(*items) == [("spoke", "263902037430900"), ("spoke", ""), ("spoke", "99")]


def test_an_echo_and_an_answer_keep_their_order() -> None:
    """What the team wrote stands before what the person wrote after it."""
    (inbound,) = parse_body(body(echo(mid="a"), person(message={"mid": "b", "text": "thanks"})), NOW, App()).people
    assert [type(event) for event in inbound.events] == [ThreadControlChanged, Message]


@pytest.mark.parametrize(
    ("kind", "apps", "action"),
    [
        ("pass_thread_control", {"new_owner_app_id": 5}, "given_back"),
        ("pass_thread_control", {"new_owner_app_id": "263902037430900"}, "taken"),
        ("pass_thread_control", {}, "given_back"),
        ("take_thread_control", {"new_owner_app_id": "5"}, "given_back"),
        ("take_thread_control", {"new_owner_app_id": 6}, "taken"),
        ("take_thread_control", {"previous_owner_app_id": None}, "taken"),
    ],
)
def test_who_has_the_thread_is_told_by_the_apps(kind: str, apps: dict[str, object], action: str) -> None:
    """By the new owner where it is named, else by who is told of it."""
    assert [one for one, _ in controls(person(**{kind: {**apps, "metadata": "m"}}))] == [action]


def test_what_stands_by_is_known_and_never_answered() -> None:
    """The person's words are no message to us: somebody else has the thread.  Read marks there are counted."""
    items = [
        person(message={"mid": "m", "text": "hi"}),
        person(postback={"mid": "p", "payload": "GO"}),
        echo(mid="a", app_id="99"),
    ]
    assert controls(*items, array="standby") == [("taken", ""), ("taken", ""), ("spoke", "99")]
    raw = json.dumps({"object": "page", "entry": [{"id": "1", "standby": [person(read={"watermark": 1}), 3]}]})
    parsed = parse_body(raw.encode(), NOW)
    assert (parsed.people, parsed.ignored) == ([], {"standby": 2})


def test_the_platforms_policy_is_told_by_page() -> None:
    """It has no sender; without an action it says nothing."""
    told = {"recipient": {"id": 1}, "timestamp": MS, "policy_enforcement": {"action": "block", "reason": "spam"}}
    parsed = parse_body(body(told, {"policy_enforcement": {}}), NOW)
    assert (parsed.policies, parsed.ignored) == ([PolicyNotice(page="1", action="block")], {"malformed": 1})


def test_a_long_address_is_left_out() -> None:
    """Cut short it would lead nowhere."""
    parts = [{"type": "image", "payload": {"url": "u" * size}} for size in (MOST_URL, MOST_URL + 1)]
    event = only(person(message={"mid": "m", "attachments": parts}))
    assert isinstance(event, Message)
    assert event.urls == ("u" * MOST_URL, "")


def test_a_batch_keeps_the_order_of_each_person() -> None:
    """All entries and all their items are read; each person's are in order."""
    items = [person(psid, message={"mid": f"m{n}", "text": str(n)}) for n, psid in enumerate([7, "8", "7", 8, "7"])]
    raw = json.dumps(
        {"object": "page", "entry": [{"id": 1, "messaging": items[:3]}, {"id": "1", "messaging": items[3:]}]}
    ).encode()
    parsed = parse_body(raw, NOW)
    told = {one.psid: [event.text for event in one.events if isinstance(event, Message)] for one in parsed.people}
    assert told == {"7": ["0", "2", "4"], "8": ["1", "3"]}


def test_the_same_person_on_two_pages_is_two_people() -> None:
    """Page-scoped ids belong to a Page."""
    item = person(message={"mid": "m", "text": "hi"})
    entries = [{"id": page, "messaging": [item]} for page in ("1", "2")]
    parsed = parse_body(json.dumps({"object": "page", "entry": entries}).encode(), NOW)
    assert [(one.page, one.psid, len(one.events)) for one in parsed.people] == [("1", "7", 1), ("2", "7", 1)]


def test_what_a_body_repeats_counts_once() -> None:
    """The same item twice in a body is one event."""
    item = person(message={"mid": "m", "text": "hi"})
    parsed = parse_body(body(item, item), NOW)
    assert ([len(one.events) for one in parsed.people], parsed.ignored) == ([1], {"repeated": 1})


def test_editions_of_one_message_are_events_of_their_own() -> None:
    """Message, edits, reactions and unsend share the message id and are told apart."""
    parsed = parse_body(
        body(
            person(message={"mid": "m", "text": "a"}),
            person(message_edit={"mid": "m", "text": "b", "num_edit": 1}),
            person(message_edit={"mid": "m", "text": "c", "num_edit": 2}),
            person(reaction={"mid": "m", "action": "react"}),
            person(reaction={"mid": "m", "action": "unreact"}),
            person(message={"mid": "m", "is_deleted": True}),
        ),
        NOW,
    )
    assert len({event.id for event in parsed.people[0].events}) == 6
    assert parsed.ignored == {}


def test_without_message_id_time_and_content_make_the_id() -> None:
    """A repeated delivery has the same id, whenever it comes; another time or content another one."""
    first = parse_body(body(person(postback={"payload": "GO"})), NOW).people[0].events[0].id
    again = parse_body(body(person(postback={"payload": "GO"})), NOW + timedelta(hours=3)).people[0].events[0].id
    later = parse_body(body(person(stamp=MS + 1, postback={"payload": "GO"})), NOW).people[0].events[0].id
    other = parse_body(body(person(postback={"payload": "NO"})), NOW).people[0].events[0].id
    assert first == again
    assert len({first, later, other}) == 3
    assert len(first) == 12


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        (MS, AT),
        (str(MS), AT),
        (MS // 1000, AT),
        (str(MS // 1000), AT),
        (MS / 1000, AT),
        (MS - 6 * 86_400_000, AT - timedelta(days=6)),
        (MS - 8 * 86_400_000, NOW),
        (MS + 60_000, NOW),
        (0, NOW),
        (-1, NOW),
        (10**17, NOW),
        (10**300, NOW),
        (True, NOW),
        (None, NOW),
        ("", NOW),
        ("soon", NOW),
        ("٣", NOW),
        ([], NOW),
        ({}, NOW),
    ],
)
def test_times_come_in_many_shapes(stamp: object, expected: datetime) -> None:
    """Seconds or milliseconds, number or text; the time of receipt where the time cannot be true."""
    assert only(person(stamp=stamp, message={"mid": "m", "text": "hi"})).at == expected


def test_a_missing_time_is_the_time_of_receipt() -> None:
    """Some items have none."""
    assert only({"sender": {"id": "7"}, "message": {"mid": "m", "text": "hi"}}).at == NOW


def test_texts_leave_safe_and_bounded() -> None:
    """NUL and lone surrogates go, emoji and right-to-left stay, 20,000 characters are cut."""
    raw = body(
        person(message={"mid": "m1", "text": "a\0b\ud83d!"}),
        person(message={"mid": "m2", "text": "\U0001f375 שלום"}),
        person(message={"mid": "m3", "text": "ä" * 20_000}),
    )
    texts = [event.text for event in parse_body(raw, NOW).people[0].events if isinstance(event, Message)]
    assert texts == ["ab?!", "\U0001f375 שלום", "ä" * MOST_TEXT]


def test_an_escaped_address_is_read_as_written() -> None:
    """The platform escapes ``@`` and more."""
    raw = body(person(message={"mid": "m", "text": "TEXT"})).replace(b"TEXT", rb"b\u00fcro\u0040example.com \/ 5\u0025")
    assert [event.text for event in parse_body(raw, NOW).people[0].events if isinstance(event, Message)] == [
        "büro@example.com / 5%"
    ]


@pytest.mark.parametrize(
    "bad",
    [
        None,
        1,
        "x",
        [],
        {},
        person(psid=None, message={"mid": "m"}),
        person(psid=1.5, message={"mid": "m"}),
        person(psid=10**40, message={"mid": "m"}),
        person(message=None),
        person(message=[1]),
        person(message={"is_deleted": True}),
        person(message_edit={"text": "x"}),
        person(reaction={"action": "react"}),
        {"message": {"mid": "m"}},
        {"sender": "x", "message": {"mid": "m"}},
        {"message": {"is_echo": True}},
    ],
)
def test_a_bad_item_never_loses_the_others(bad: object) -> None:
    """The siblings before and after it are read."""
    parsed = parse_body(body(person(message={"mid": "a"}), bad, person(message={"mid": "b"})), NOW)
    assert [event.mid for event in parsed.people[0].events if isinstance(event, Message)] == ["a", "b"]
    assert sum(parsed.ignored.values()) == 1


def test_a_sender_without_psid_is_ignored() -> None:
    """A ``user_ref`` cannot be answered."""
    tap, plugin = {"sender": {"user_ref": "u"}, "postback": {"payload": "GO"}}, {"optin": {"user_ref": "u"}}
    parsed = parse_body(body(tap, plugin), NOW)
    assert (parsed.people, parsed.ignored) == ([], {"user_ref": 2})


@pytest.mark.parametrize("flag", [{}, {"is_echo": False}, {"is_echo": "yes"}])
@pytest.mark.parametrize("kind", ["message", "postback"])
def test_the_page_is_no_person(flag: dict[str, object], kind: str) -> None:
    """What names the Page as its own sender is counted, and becomes nobody's event; so in standby."""
    item = {"sender": {"id": "1"}, "recipient": {"id": "7"}, "timestamp": MS, kind: {"mid": "m", "text": "hi", **flag}}
    raw = json.dumps({"object": "page", "entry": [{"id": "1", "messaging": [item], "standby": [item]}]}).encode()
    parsed = parse_body(raw, NOW)
    assert (parsed.people, parsed.ignored) == ([], {"own_page": 2})


def test_an_echo_may_say_so_in_words() -> None:
    """A flag that is written as a text counts as set."""
    assert parse_body(body(echo(is_echo="true", metadata="s:4")), NOW) == parse_body(body(echo(metadata="s:4")), NOW)


def test_another_object_is_ignored() -> None:
    """A genuine body about something else than a Page is no error."""
    assert parse_body(b'{"object":"instagram","entry":[{}]}', NOW).ignored == {"other_object": 1}
    assert parse_body(b"{}", NOW).ignored == {"other_object": 1}


def test_a_number_out_of_range_loses_nothing() -> None:
    """What the quick reader refuses is read a second time."""
    raw = body(person(message={"mid": "m", "text": "hi", "odd": 0})).replace(b'"odd": 0', b'"odd": 1e999')
    expected = Message(id=make_event_id("1", "7", "message", "m", ""), at=AT, mid="m", text="hi")
    assert parse_body(raw, NOW).people == [PersonEvents(page="1", psid="7", events=[expected])]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"hub=1", "not JSON"),
        (b"{} {}", "not JSON"),
        (b'{"object":"page","x":' + b"9" * 5000 + b"}", "not JSON"),
        (b"[]", "no object"),
        (b"null", "no object"),
        (b'"page"', "no object"),
        (b'{"object":"p\xff"}', "not UTF-8"),
        ('{"object":"page"}'.encode("utf-16"), "not UTF-8"),
        (b'{"object":"page","entry":' + b"[" * 100_000, "nested too deeply"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_object_of_ours_is_an_error(raw: bytes, message: str) -> None:
    """The error says what is wrong and quotes nothing."""
    with pytest.raises(BodyError, match=message):
        parse_body(raw, NOW)
