"""Comments in webhook bodies: which become events, and which are let be."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.event_ids import make_event_id
from bot.inbound.event_kinds import IGNORED
from bot.inbound.parse import BodyError, PersonEvents, parse_body
from domain.events import Commented

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
AT = NOW - timedelta(hours=2)

Change = dict[str, object]


def change(comment: object = "5_9", verb: str = "add", author: object = "7", **more: object) -> Change:
    """Return what the feed tells of a comment."""
    value = {
        "item": "comment",
        "verb": verb,
        "comment_id": comment,
        "post_id": "1_5",
        "created_time": int(AT.timestamp()),
        "from": {"id": author, "name": "Mia"},
        "message": "Tea, please",
        **more,
    }
    return {"field": "feed", "value": value}


def body(*changes: object, page: object = "1", **more: object) -> bytes:
    """Return a body with these changes of one Page."""
    return json.dumps({"object": "page", "entry": [{"id": page, "time": 1, "changes": list(changes), **more}]}).encode()


def test_a_comment_becomes_the_event_of_a_record_of_its_own() -> None:
    """Its id is that of the comment alone, so it counts once however often it is delivered."""
    parsed = parse_body(body(change()), NOW)
    event = Commented(id=make_event_id("1", "comment", "5_9"), at=AT, comment="5_9", post="1_5", text="Tea, please")
    assert parsed.people == [PersonEvents(page="1", psid="comment:5_9", events=[event])]
    assert parsed.ignored == {}
    again = parse_body(body(change(created_time=7, message="other")), NOW).people[0].events[0]
    assert again.id == event.id


def test_a_picture_is_a_comment_without_text() -> None:
    """What has no text has an empty one."""
    (inbound,) = parse_body(body(change(message=None, photo="https://example.com/1.jpg")), NOW).people
    assert [event.text for event in inbound.events if isinstance(event, Commented)] == [""]


@pytest.mark.parametrize(
    ("one", "counted"),
    [
        (change(author="1"), "comment"),
        (change(author=1), "comment"),
        (change(verb="edited"), "comment"),
        (change(verb="hide"), "comment"),
        (change(verb="remove"), "comment"),
        (change(is_hidden=True), "comment"),
        (change(comment="comment|1"), "malformed"),
        (change(comment=None), "malformed"),
        (change(post_id="a b"), "malformed"),
        ({"field": "feed", "value": {"item": "reaction", "verb": "add"}}, "changes"),
        ({"field": "mention", "value": {"item": "comment", "verb": "add"}}, "changes"),
        ({"field": "feed", "value": "comment"}, "changes"),
        ("feed", "changes"),
    ],
)
def test_what_is_not_answered_is_counted(one: object, counted: str) -> None:
    """The Page's own, edited, hidden, removed; without ids; and what is no comment."""
    parsed = parse_body(body(one), NOW)
    assert (parsed.people, parsed.ignored) == ([], {counted: 1})


@pytest.mark.parametrize("verb", ["remove", "hide", "delete"])
@pytest.mark.parametrize("first", [True, False])
def test_a_comment_that_is_gone_in_the_same_body_is_not_answered(verb: str, first: object) -> None:
    """In either order, since its author would not understand the reply.  Other comments stay."""
    both = [change(), change(verb=verb)]
    parsed = parse_body(body(*(both if first else both[::-1]), change("5_10")), NOW)
    assert [one.psid for one in parsed.people] == ["comment:5_10"]
    assert parsed.ignored == {"comment": 2}


def test_comments_and_messages_come_in_one_body() -> None:
    """Neither loses the other."""
    message = {"sender": {"id": "7"}, "recipient": {"id": "1"}, "timestamp": 1, "message": {"mid": "m", "text": "hi"}}
    parsed = parse_body(body(change(), messaging=[message]), NOW)
    assert sorted(one.psid for one in parsed.people) == ["7", "comment:5_9"]


NAMES = st.sampled_from(
    ["field", "value", "item", "verb", "comment_id", "post_id", "from", "id", "message", "created_time", "is_hidden"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(
    ["feed", "comment", "add", "remove", "5_9", "1", "\ud800", 10**40]
)  # fmt: skip
JSON = st.recursive(
    LEAVES, lambda one: st.lists(one, max_size=3) | st.dictionaries(NAMES, one, max_size=7), max_leaves=20
)


@given(bad=st.lists(JSON, max_size=3), value=st.dictionaries(NAMES, JSON, max_size=8))
def test_no_change_loses_a_comment(bad: list[object], value: object) -> None:
    """Whatever stands beside a comment, it is read, unless it is told to be gone."""
    with suppress(BodyError):
        parsed = parse_body(body(*bad, {"field": "feed", "value": value}, change("5_11")), NOW)
        assert "comment:5_11" in [one.psid for one in parsed.people]
        assert set(parsed.ignored) <= IGNORED
