"""Answers of the Graph API, judged."""

import json

import pytest
from multidict import CIMultiDict

from bot.graph_api.errors import (
    ACTIONS,
    APP_USAGE_HEADER,
    ERRORS,
    USAGE_HEADER,
    ErrorRow,
    GraphAnswer,
    SendOutcome,
    classify_answer,
)


def refusal(code: int, subcode: int = 0, **more: object) -> bytes:
    """Return an error body."""
    return json.dumps({"error": {"code": code, "error_subcode": subcode, "fbtrace_id": "T", **more}}).encode()


@pytest.mark.parametrize("row", ERRORS, ids=lambda row: f"{row.code}/{row.subcode}")
def test_each_row_is_judged_as_it_says(row: ErrorRow) -> None:
    """Code and subcode find their row."""
    answer = classify_answer(400, refusal(row.code, row.subcode), {})
    assert answer == GraphAnswer(outcome=row.outcome, status=400, code=row.code, subcode=row.subcode, trace="T")


def test_no_row_stands_twice() -> None:
    """Code and subcode name one row."""
    assert len({(row.code, row.subcode) for row in ERRORS}) == len(ERRORS)


@pytest.mark.parametrize("row", [row for row in ERRORS if not row.subcode], ids=lambda row: str(row.code))
def test_an_unknown_subcode_falls_back_to_its_code(row: ErrorRow) -> None:
    """The platform adds subcodes without notice."""
    assert classify_answer(400, refusal(row.code, 424242), {}).outcome is row.outcome


@pytest.mark.parametrize(
    ("status", "raw", "outcome"),
    [
        (200, b'{"recipient_id":"7","message_id":"m_1"}', SendOutcome.SENT),
        (200, b"<html>", SendOutcome.UNKNOWN),
        (200, b"", SendOutcome.UNKNOWN),
        (302, b"", SendOutcome.UNKNOWN),
        (400, b"<html>", SendOutcome.RETRY),
        (407, b"", SendOutcome.RETRY),
        (429, b"slow down", SendOutcome.RATE),
        (429, refusal(4242), SendOutcome.RATE),
        (500, b"", SendOutcome.UNKNOWN),
        (502, b"<html>", SendOutcome.UNKNOWN),
        (504, b"[" * 100_000, SendOutcome.UNKNOWN),
        (400, refusal(4242), SendOutcome.PERMANENT),
        (400, refusal(4242, is_transient=True), SendOutcome.RETRY),
        (500, refusal(4242), SendOutcome.RETRY),
        (400, b'{"error":{"code":"190"}}', SendOutcome.UNKNOWN),
        (400, b'{"error":{}}', SendOutcome.UNKNOWN),
        (200, b'{"error":"odd"}', SendOutcome.UNKNOWN),
    ],
)
def test_what_is_in_no_row_is_judged_by_status(status: int, raw: bytes, outcome: SendOutcome) -> None:
    """A 5xx without Graph error may have been delivered; a refusal without one was a proxy."""
    assert classify_answer(status, raw, {}).outcome is outcome


def test_an_answer_names_the_message() -> None:
    """The message id is read."""
    assert classify_answer(200, b'{"recipient_id":"7","message_id":"m_1"}', {}).message_id == "m_1"


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, 0),
        ({USAGE_HEADER: '{"1":[{"estimated_time_to_regain_access":2},{"estimated_time_to_regain_access":5}]}'}, 300),
        ({USAGE_HEADER.lower(): '{"1":[{"estimated_time_to_regain_access":1}]}'}, 60),
        ({USAGE_HEADER: '{"1":[{"call_count":3}, 7], "2": 8}'}, 0),
        ({USAGE_HEADER: "no JSON"}, 0),
        ({"Retry-After": "90"}, 90),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, 0),
    ],
)
def test_the_wait_is_what_the_platform_asks_for(headers: dict[str, str], wait: int) -> None:
    """Minutes of the usage header, or seconds of Retry-After; whatever shape they have."""
    assert classify_answer(400, refusal(80006), CIMultiDict(headers)).wait_s == wait


@pytest.mark.parametrize(
    ("headers", "usage"),
    [
        ({}, -1),
        ({USAGE_HEADER: '{"1":[{"call_count":81,"total_time":12}],"2":[{"total_cputime":90}]}'}, 90),
        ({APP_USAGE_HEADER: '{"call_count":28,"total_time":25,"total_cputime":25}'}, 28),
        ({USAGE_HEADER: '{"1":[{"call_count":5}]}', APP_USAGE_HEADER: '{"call_count":7}'}, 7),
        ({USAGE_HEADER: "no JSON"}, -1),
        ({APP_USAGE_HEADER: "[1]"}, -1),
        ({APP_USAGE_HEADER: '{"call_count":"9"}'}, 0),
    ],
)
def test_the_highest_use_counts(headers: dict[str, str], usage: int) -> None:
    """Of the Page's and the app's; told with an answer as with a refusal."""
    assert classify_answer(200, b'{"message_id":"m"}', CIMultiDict(headers)).usage == usage
    assert classify_answer(400, refusal(100), CIMultiDict(headers)).usage == usage


def test_every_outcome_has_its_action() -> None:
    """The document says what is done after each."""
    assert set(ACTIONS) == set(SendOutcome)
