"""Events of Mailjet, read into the reports that letters become as well."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_out.feedback.classes import FeedbackClass
from email_out.feedback.mailjet_events import MAILJET_ERRORS, MOST_EVENTS, MailjetBody, MailjetEvent, read_body

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
EVENT: dict[str, Any] = {
    "event": "bounce", "time": int(NOW.timestamp()) - 60, "MessageID": 19421777835146490, "email": "mia@example.com",
    "CustomID": "send-1", "hard_bounce": True, "blocked": True, "error": "user unknown",
}  # fmt: skip


def read_all(body: object) -> MailjetBody | None:
    """Return the events of a body."""
    return read_body(json.dumps(body).encode(), NOW)


def read_one(event: object) -> MailjetEvent:
    """Return one event that is read."""
    body = read_all(event)
    assert body
    return body.others[0]


@pytest.mark.parametrize(
    ("change", "kind", "meaning"),
    [
        ({}, "bounce", "hard"),
        ({"hard_bounce": False}, "bounce", "soft"),
        ({"event": "blocked", "hard_bounce": None}, "bounce", "hard"),
        ({"error": "quota exceeded"}, "bounce", "soft"),
        ({"error": "greylisted", "hard_bounce": False}, "delayed", "deferred"),
        ({"error": "duplicate in campaign"}, "delayed", "deferred"),
        ({"error": "preblocked", "event": "blocked"}, "bounce", "soft"),
        ({"error": "policy issue"}, "bounce", "policy"),
        ({"error": "relay/access denied"}, "bounce", "block"),
        ({"error": "spam reporter"}, "bounce", "complaint"),
        ({"error": "of a later day", "comment": "550 user unknown"}, "bounce", "hard"),
        ({"error": "of a later day", "comment": "no idea"}, "bounce", "unclear"),
        ({"error": 7, "comment": None}, "bounce", "unclear"),
        ({"event": "spam"}, "complaint", "complaint"),
    ],
)
def test_an_error_has_the_class_that_a_report_would_have(
    change: dict[str, Any], kind: str, meaning: FeedbackClass
) -> None:
    """By one table, and by the words where the table does not know it."""
    event = read_one(EVENT | change)
    assert event.report is not None
    assert (event.report.kind, event.report.meaning) == (kind, meaning)
    assert (event.report.message_ids, event.report.recipient) == (("send-1",), "mia@example.com")
    assert "@" not in event.report.status


def test_the_table_names_each_error_once() -> None:
    """And gives the words of its source."""
    assert len({row.error for row in MAILJET_ERRORS}) == len(MAILJET_ERRORS) == 20
    assert all(row.says for row in MAILJET_ERRORS)


def test_both_versions_are_read() -> None:
    """A bare object, and an array of mixed types; what is no event is told apart."""
    assert read_one(EVENT) == read_one([EVENT])
    mixed = [EVENT, {"event": "open", "email": "a@b.example"}, "x", {"event": "party", "email": "a@b.example"}, {}]
    told = read_all([*mixed, EVENT | {"event": "sent"}, EVENT | {"event": "unsub"}])
    assert told is not None
    assert [one.meaning for one in told.others] == ["report", "unreadable", "ignored", "unreadable", "unsubscribed"]
    assert (told.delivered, told.ignored) == (["mia@example.com"], 1)
    assert read_all("x") is None
    assert read_all(None) is None
    assert read_all([{}] * (MOST_EVENTS + 1)) is None
    assert read_all([EVENT | {"event": "sent", "email": "nobody"}]) == MailjetBody(
        delivered=[], ignored=0, others=[MailjetEvent(meaning="unreadable")]
    )


@pytest.mark.parametrize("time", [0, 4102444800, -1, 1e300, "yesterday", None, True, 10**30])
def test_a_time_that_nobody_can_believe_is_not_taken(time: object) -> None:
    """1970, 2100, or no time at all."""
    assert read_one(EVENT | {"time": time}).at is None
    assert read_one(EVENT).at == NOW - timedelta(seconds=60)


def test_an_event_that_comes_twice_has_one_name() -> None:
    """Made of type, message, time, and link or error; MessageID is above 2^53 and loses no digit."""
    first = read_one(EVENT)
    assert read_one(json.loads(json.dumps(EVENT)) | {"comment": "other words"}).name == first.name
    for change in ({"MessageID": 19421777835146491}, {"time": 7}, {"error": "typofix"}, {"event": "blocked"}):
        assert read_one(EVENT | change).name != first.name


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.lists(st.dictionaries(st.sampled_from(sorted(EVENT)), VALUES), max_size=4))
def test_whatever_is_posted_is_read(items: list[dict[str, Any]]) -> None:
    """Nothing raises."""
    told = read_all([EVENT | item for item in items])
    assert told is not None
    assert len(told.delivered) + told.ignored + len(told.others) == len(items)
