"""What an answer of the Graph API means for a message: a table of error codes, and the classification by it.  Pure.

Codes without a row are classified by the HTTP status.  429 is a rate limit.  Another 4xx without a Graph error in its
body came from a proxy, and is tried again.  After a 5xx without a Graph error it is unknown whether the message was
sent, and so it is after an error without a number, which is none of the platform's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus

import msgspec


class SendOutcome(Enum):
    """What became of an attempt to send; :data:`ACTIONS` says what is done then."""

    SENT = "sent"
    SENT_DESPITE_ERROR = "sent_despite_error"
    """An error, although the message was sent: never send it again."""
    RETRY = "retry"
    """Temporary: try again a few times."""
    RATE = "rate"
    """Too many calls: the whole Page waits."""
    RESTRICTED = "restricted"
    """The Page may not send for a while: it waits longer."""
    OUTSIDE_WINDOW = "outside_window"
    """The messaging window is closed: mail carries on."""
    UNAVAILABLE = "unavailable"
    """The person blocked the Page, or deleted their account."""
    PERMANENT = "permanent"
    """The message or the app's permissions are wrong: an operator must look."""
    TOKEN = "token"  # noqa: S105  the name of an outcome
    """The Page's token is invalid: the Page waits for a new one."""
    ABUSE = "abuse"
    """The platform considers our sending abusive: the Page stops."""
    UNREACHABLE = "unreachable"
    """No connection, so nothing was written: the whole Page waits for the network."""
    UNKNOWN = "unknown"
    """No answer: the message may have been sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRow:
    """One error of the platform."""

    code: int
    subcode: int = 0
    """0 stands for every subcode without a row of its own."""
    outcome: SendOutcome
    meaning: str
    see: str
    """Where the code is documented."""


_SEND = "Send API error codes"
_GRAPH = "Graph API error handling"
_RATE = "Graph API rate limits"
_SEEN = "seen in public trackers"

# A row with a subcode beats the row of its code.  Codes 10 and 100 are the reason: each stands for several things.
ERRORS = (
    ErrorRow(code=1, outcome=SendOutcome.RETRY, meaning="unknown error; can mean permissions", see=_GRAPH),
    ErrorRow(code=1, subcode=99, outcome=SendOutcome.RETRY, meaning="unknown error", see=_GRAPH),
    ErrorRow(code=1, subcode=1357046, outcome=SendOutcome.SENT_DESPITE_ERROR, meaning="error though sent", see=_SEEN),
    ErrorRow(code=2, outcome=SendOutcome.RETRY, meaning="service unavailable; can mean blocked", see=_GRAPH),
    ErrorRow(code=1200, outcome=SendOutcome.RETRY, meaning="temporary send failure", see=_SEND),
    ErrorRow(code=4, outcome=SendOutcome.RATE, meaning="too many calls of the app", see=_RATE),
    ErrorRow(code=4, subcode=2018022, outcome=SendOutcome.RATE, meaning="too many sends", see=_SEND),
    ErrorRow(code=17, outcome=SendOutcome.RATE, meaning="too many calls of the user", see=_RATE),
    ErrorRow(code=32, outcome=SendOutcome.RATE, meaning="too many calls of the Page", see=_RATE),
    ErrorRow(code=613, outcome=SendOutcome.RATE, meaning="calls to this API too frequent", see=_SEND),
    ErrorRow(code=80006, outcome=SendOutcome.RATE, meaning="Messenger business rate limit", see=_RATE),
    ErrorRow(code=10, outcome=SendOutcome.PERMANENT, meaning="permission not granted or removed", see=_SEND),
    ErrorRow(code=10, subcode=2018278, outcome=SendOutcome.OUTSIDE_WINDOW, meaning="outside the window", see=_SEND),
    ErrorRow(code=10, subcode=2018065, outcome=SendOutcome.OUTSIDE_WINDOW, meaning="outside the window", see=_SEND),
    ErrorRow(code=10, subcode=2018108, outcome=SendOutcome.UNAVAILABLE, meaning="the person cannot receive", see=_SEND),
    ErrorRow(
        code=10, subcode=1893063, outcome=SendOutcome.RESTRICTED, meaning="Page restricted for a while", see=_SEND
    ),
    ErrorRow(code=10, subcode=2018300, outcome=SendOutcome.PERMANENT, meaning="another app has the thread", see=_SEND),
    ErrorRow(code=551, outcome=SendOutcome.UNAVAILABLE, meaning="the person is not available", see=_SEND),
    ErrorRow(code=551, subcode=1545041, outcome=SendOutcome.UNAVAILABLE, meaning="the person blocked us", see=_SEND),
    ErrorRow(
        code=100, outcome=SendOutcome.PERMANENT, meaning="bad parameter, a dead message tag among them", see=_SEND
    ),
    ErrorRow(code=100, subcode=2018001, outcome=SendOutcome.UNAVAILABLE, meaning="no such person", see=_SEND),
    ErrorRow(code=100, subcode=33, outcome=SendOutcome.UNAVAILABLE, meaning="not addressable", see=_GRAPH),
    ErrorRow(code=190, outcome=SendOutcome.TOKEN, meaning="token invalid or expired", see=_SEND),
    ErrorRow(code=200, outcome=SendOutcome.PERMANENT, meaning="permission missing", see=_SEND),
    ErrorRow(code=200, subcode=2018028, outcome=SendOutcome.PERMANENT, meaning="app not yet reviewed", see=_SEND),
    ErrorRow(code=230, outcome=SendOutcome.PERMANENT, meaning="pages_messaging is missing", see=_SEEN),
    ErrorRow(code=10900, outcome=SendOutcome.SENT_DESPITE_ERROR, meaning="the comment was answered before", see=_SEEN),
    ErrorRow(code=368, outcome=SendOutcome.ABUSE, meaning="called abusive", see=_GRAPH),
)

ACTIONS: Mapping[SendOutcome, str] = {
    SendOutcome.SENT: "settled",
    SendOutcome.SENT_DESPITE_ERROR: "settled, never sent again",
    SendOutcome.RETRY: "its echo is awaited; tried again after 10, 20 and 40 s, or a little later; then as permanent",
    SendOutcome.RATE: "the Page waits, nothing is dropped",
    SendOutcome.RESTRICTED: "the Page waits for long, nothing is dropped",
    SendOutcome.OUTSIDE_WINDOW: "refused, the flow is told; mail carries on",
    SendOutcome.UNAVAILABLE: "refused, the flow is told; mail carries on",
    SendOutcome.PERMANENT: "failed, the flow is told, an error is logged",
    SendOutcome.TOKEN: "the Page waits for a new token, nothing is dropped",
    SendOutcome.ABUSE: "the Page stops, nothing is dropped",
    SendOutcome.UNREACHABLE: "the Page waits for the network, nothing is dropped",
    SendOutcome.UNKNOWN: "its echo is awaited; without one it is sent again",
}
"""What is done with a message after an outcome; ``tools.try_error_table`` shows it row by row."""

_BY_CODE = {(row.code, row.subcode): row.outcome for row in ERRORS}

USAGE_HEADER = "X-Business-Use-Case-Usage"
"""JSON: id → list of uses, each in percent, with ``estimated_time_to_regain_access`` in minutes."""
APP_USAGE_HEADER = "X-App-Usage"
"""JSON: one use of the whole app, in percent."""
_PERCENTS = ("call_count", "total_cputime", "total_time")
_MOST_DIGITS = 9
"""A ``Retry-After`` of more digits is ignored."""


class GraphAnswer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An answer of the Graph API.  Holds no text, token or id of a person, except in ``data``."""

    outcome: SendOutcome
    status: int = 0
    """HTTP status; 0 if there was no answer."""
    code: int = 0
    subcode: int = 0
    trace: str = ""
    """``fbtrace_id``, for the platform's support."""
    wait_s: int = 0
    """Seconds that the platform asks us to wait; 0 if it does not say."""
    usage: int = -1
    """Percent of the allowance used, refused above 100; -1 if the platform does not say."""
    message_id: str = ""
    data: Mapping[str, object] | None = None
    """The decoded body; None after an error."""


def classify_answer(status: int, raw: bytes, headers: Mapping[str, str]) -> GraphAnswer:
    """Return what an answer means.  ``headers`` must be case-insensitive.  Never raises."""
    # An error object decides, whatever the status.  A 2xx whose body is no JSON object leaves the outcome unknown.
    body = _decode_object(raw)
    error = body.get("error") if body else None
    if isinstance(error, dict) and _has_code(error):
        return _classify_error(status, error, headers)
    wait_s, usage = _read_usage(headers)
    if status < HTTPStatus.MULTIPLE_CHOICES and body is not None and error is None:
        mid = str(body.get("message_id", ""))
        return GraphAnswer(
            outcome=SendOutcome.SENT, status=status, message_id=mid, data=body, wait_s=wait_s, usage=usage
        )
    # An "error" that is none of the platform's leaves open who wrote it, and what became of the message.
    strange = error is not None and status != HTTPStatus.TOO_MANY_REQUESTS
    outcome = SendOutcome.UNKNOWN if strange else _outcome_of_status(status)
    return GraphAnswer(outcome=outcome, status=status, wait_s=wait_s, usage=usage)


def _classify_error(status: int, error: Mapping[str, object], headers: Mapping[str, str]) -> GraphAnswer:
    code, subcode = _as_number(error.get("code")), _as_number(error.get("error_subcode"))
    outcome = _BY_CODE.get((code, subcode)) or _BY_CODE.get((code, 0))  # 10/2018278, else any 10
    if outcome is None:
        # Unlike a 5xx without a Graph error, this answer is from the platform itself: it says that the send failed.
        temporary = error.get("is_transient") is True or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        refused = SendOutcome.RETRY if temporary else SendOutcome.PERMANENT
        outcome = SendOutcome.RATE if status == HTTPStatus.TOO_MANY_REQUESTS else refused
    trace = error.get("fbtrace_id")
    wait_s, usage = _read_usage(headers)
    return GraphAnswer(
        outcome=outcome,
        status=status,
        code=code,
        subcode=subcode,
        wait_s=wait_s,
        usage=usage,
        trace=trace[:40] if isinstance(trace, str) else "",
    )


def _outcome_of_status(status: int) -> SendOutcome:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return SendOutcome.RATE
    refused = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    # 4xx: whoever answered refused the request, so it cannot have been sent.  5xx, or a strange 2xx: it can.
    return SendOutcome.RETRY if refused else SendOutcome.UNKNOWN


def _read_usage(headers: Mapping[str, str]) -> tuple[int, int]:
    """Return the longest wait that the headers ask for, in seconds, and the highest usage, in percent."""
    # X-Business-Use-Case-Usage: {"1234": [{"type": "messenger", "call_count": 83, "total_time": 12, …}]}
    # X-App-Usage: {"call_count": 28, "total_time": 25, "total_cputime": 25}
    business, app = headers.get(USAGE_HEADER), headers.get(APP_USAGE_HEADER)
    retry_after = headers.get("Retry-After", "")
    wait_s = (
        int(retry_after) if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < _MOST_DIGITS else 0
    )
    if business is None and app is None:
        return wait_s, -1
    by_id = _decode_object((business or "").encode()) or {}
    usages = [use for uses in by_id.values() if isinstance(uses, list) for use in uses if isinstance(use, dict)]
    minutes = [_as_number(use.get("estimated_time_to_regain_access")) for use in usages]
    app_usage = _decode_object((app or "").encode())
    percents = [
        _as_number(use.get(name)) for use in (*usages, *([app_usage] if app_usage else [])) for name in _PERCENTS
    ]
    return max([60 * minute for minute in minutes] + [wait_s]), max(percents, default=-1)


def _decode_object(raw: bytes) -> Mapping[str, object] | None:
    try:
        value = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _has_code(error: Mapping[str, object]) -> bool:
    """Return True if the error has a number, as all errors of the platform have."""
    return _as_number(error.get("code")) != 0


def _as_number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
