"""What an answer of the Graph API means for a message: a table, and the reading of an answer by it.

Codes that are in no row are judged by their status: 429 is a rate limit, other refusals without a Graph error
in them (a proxy spoke) are tried again, and a 5xx without one leaves it unknown whether the message went.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus

import msgspec


class Outcome(Enum):
    """What became of an attempt, and so what to do."""

    SENT = "sent"
    SENT_DESPITE_ERROR = "sent_despite_error"
    """An error though the message went: never send it again."""
    RETRY = "retry"
    """Temporary: try again a few times."""
    RATE = "rate"
    """Too many calls: the whole Page waits."""
    RESTRICTED = "restricted"
    """The Page may not send for a while: it waits for longer."""
    OUTSIDE_WINDOW = "outside_window"
    """The messaging window is closed: mail has to carry on."""
    UNAVAILABLE = "unavailable"
    """The person blocked the Page or is gone."""
    PERMANENT = "permanent"
    """Our message or our permissions are wrong: an operator must look."""
    TOKEN = "token"  # noqa: S105  the name of an outcome
    """The Page's token is no good: the Page waits for a new one."""
    ABUSE = "abuse"
    """The platform calls our sending abusive: the Page stops."""
    UNREACHABLE = "unreachable"
    """No connection, so nothing was written: the whole Page waits for the network."""
    UNKNOWN = "unknown"
    """No answer: it may have been sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRow:
    """One error of the platform."""

    code: int
    subcode: int = 0
    """0: any subcode that has no row of its own."""
    outcome: Outcome
    meaning: str
    source: str


_SEND = "Send API error codes"
_GRAPH = "Graph API error handling"
_RATE = "Graph API rate limits"
_SEEN = "seen in public trackers"

ERRORS = (
    ErrorRow(code=1, outcome=Outcome.RETRY, meaning="unknown error; can mean permissions", source=_GRAPH),
    ErrorRow(code=1, subcode=99, outcome=Outcome.RETRY, meaning="unknown error", source=_GRAPH),
    ErrorRow(code=1, subcode=1357046, outcome=Outcome.SENT_DESPITE_ERROR, meaning="error though sent", source=_SEEN),
    ErrorRow(code=2, outcome=Outcome.RETRY, meaning="service unavailable; can mean blocked", source=_GRAPH),
    ErrorRow(code=1200, outcome=Outcome.RETRY, meaning="temporary send failure", source=_SEND),
    ErrorRow(code=4, outcome=Outcome.RATE, meaning="too many calls of the app", source=_RATE),
    ErrorRow(code=4, subcode=2018022, outcome=Outcome.RATE, meaning="too many sends", source=_SEND),
    ErrorRow(code=17, outcome=Outcome.RATE, meaning="too many calls of the user", source=_RATE),
    ErrorRow(code=32, outcome=Outcome.RATE, meaning="too many calls of the Page", source=_RATE),
    ErrorRow(code=613, outcome=Outcome.RATE, meaning="calls to this API too frequent", source=_SEND),
    ErrorRow(code=80006, outcome=Outcome.RATE, meaning="Messenger business rate limit", source=_RATE),
    ErrorRow(code=10, outcome=Outcome.PERMANENT, meaning="permission not granted or removed", source=_SEND),
    ErrorRow(code=10, subcode=2018278, outcome=Outcome.OUTSIDE_WINDOW, meaning="outside the window", source=_SEND),
    ErrorRow(code=10, subcode=2018065, outcome=Outcome.OUTSIDE_WINDOW, meaning="outside the window", source=_SEND),
    ErrorRow(code=10, subcode=2018108, outcome=Outcome.UNAVAILABLE, meaning="the person cannot receive", source=_SEND),
    ErrorRow(code=10, subcode=1893063, outcome=Outcome.RESTRICTED, meaning="Page restricted for a while", source=_SEND),
    ErrorRow(code=10, subcode=2018300, outcome=Outcome.PERMANENT, meaning="another app has the thread", source=_SEND),
    ErrorRow(code=551, outcome=Outcome.UNAVAILABLE, meaning="the person is not available", source=_SEND),
    ErrorRow(code=551, subcode=1545041, outcome=Outcome.UNAVAILABLE, meaning="the person blocked us", source=_SEND),
    ErrorRow(code=100, outcome=Outcome.PERMANENT, meaning="bad parameter, a dead message tag among them", source=_SEND),
    ErrorRow(code=100, subcode=2018001, outcome=Outcome.UNAVAILABLE, meaning="no such person", source=_SEND),
    ErrorRow(code=100, subcode=33, outcome=Outcome.UNAVAILABLE, meaning="not addressable", source=_GRAPH),
    ErrorRow(code=190, outcome=Outcome.TOKEN, meaning="token invalid or expired", source=_SEND),
    ErrorRow(code=200, outcome=Outcome.PERMANENT, meaning="permission missing", source=_SEND),
    ErrorRow(code=200, subcode=2018028, outcome=Outcome.PERMANENT, meaning="app not yet reviewed", source=_SEND),
    ErrorRow(code=230, outcome=Outcome.PERMANENT, meaning="pages_messaging is missing", source=_SEEN),
    ErrorRow(code=10900, outcome=Outcome.SENT_DESPITE_ERROR, meaning="the comment was answered before", source=_SEEN),
    ErrorRow(code=368, outcome=Outcome.ABUSE, meaning="called abusive", source=_GRAPH),
)

ACTIONS: Mapping[Outcome, str] = {
    Outcome.SENT: "settled",
    Outcome.SENT_DESPITE_ERROR: "settled, never sent again",
    Outcome.RETRY: "its echo is awaited; tried again after 10, 20 and 40 s, or a little later; then as permanent",
    Outcome.RATE: "the Page waits, nothing is dropped",
    Outcome.RESTRICTED: "the Page waits for long, nothing is dropped",
    Outcome.OUTSIDE_WINDOW: "refused, the flow is told; mail carries on",
    Outcome.UNAVAILABLE: "refused, the flow is told; mail carries on",
    Outcome.PERMANENT: "failed, the flow is told, an error is logged",
    Outcome.TOKEN: "the Page waits for a new token, nothing is dropped",
    Outcome.ABUSE: "the Page stops, nothing is dropped",
    Outcome.UNREACHABLE: "the Page waits for the network, nothing is dropped",
    Outcome.UNKNOWN: "its echo is awaited; without one it is sent again",
}
"""What is done with a message after an outcome; ``tools.try_error_table`` shows it row by row."""

_BY_CODE = {(row.code, row.subcode): row.outcome for row in ERRORS}

USAGE_HEADER = "X-Business-Use-Case-Usage"
"""JSON: id → list of uses, each in percent, with ``estimated_time_to_regain_access`` in minutes."""
APP_USAGE_HEADER = "X-App-Usage"
"""JSON: one use of the whole app, in percent."""
_PERCENTS = ("call_count", "total_cputime", "total_time")
_DIGITS = 9
"""A Retry-After of more digits is none."""


class Answer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the Graph API answered.  Holds no text, token or id of a person."""

    outcome: Outcome
    status: int = 0
    """HTTP status; 0 if there was no answer."""
    code: int = 0
    subcode: int = 0
    trace: str = ""
    """``fbtrace_id``, for the platform's support."""
    wait_s: int = 0
    """How long the platform asks us to wait, in seconds; 0 if it does not say."""
    usage: int = -1
    """How much of what is allowed has been used, in percent; above 100 it refuses.  -1: it does not say."""
    message_id: str = ""
    data: Mapping[str, object] | None = None
    """The answer itself where it is read for something else than sending; None after an error."""


def classify(status: int, raw: bytes, headers: Mapping[str, str]) -> Answer:
    """Read an answer.  ``headers`` must find names whatever their case.  Never raises."""
    body = _object(raw)
    error = body.get("error") if body else None
    if isinstance(error, dict):
        return _refused(status, error, headers)
    wait_s, usage = _use(headers)
    if status < HTTPStatus.MULTIPLE_CHOICES and body is not None:
        mid = str(body.get("message_id", ""))
        return Answer(outcome=Outcome.SENT, status=status, message_id=mid, data=body, wait_s=wait_s, usage=usage)
    return Answer(outcome=_by_status(status), status=status, wait_s=wait_s, usage=usage)


def _refused(status: int, error: Mapping[str, object], headers: Mapping[str, str]) -> Answer:
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    outcome = _BY_CODE.get((code, subcode)) or _BY_CODE.get((code, 0))
    if outcome is None:
        temporary = error.get("is_transient") is True or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        refused = Outcome.RETRY if temporary else Outcome.PERMANENT
        outcome = Outcome.RATE if status == HTTPStatus.TOO_MANY_REQUESTS else refused
    trace = error.get("fbtrace_id")
    wait_s, usage = _use(headers)
    return Answer(
        outcome=outcome,
        status=status,
        code=code,
        subcode=subcode,
        wait_s=wait_s,
        usage=usage,
        trace=trace[:40] if isinstance(trace, str) else "",
    )


def _by_status(status: int) -> Outcome:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Outcome.RATE
    refused = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return Outcome.RETRY if refused else Outcome.UNKNOWN


def _use(headers: Mapping[str, str]) -> tuple[int, int]:
    """Return the longest wait that the headers ask for, in seconds, and the highest use they tell, in percent."""
    business, app = headers.get(USAGE_HEADER), headers.get(APP_USAGE_HEADER)
    asked = headers.get("Retry-After", "")
    wait_s = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < _DIGITS else 0
    if business is None and app is None:
        return wait_s, -1
    lists = [one for one in (_object((business or "").encode()) or {}).values() if isinstance(one, list)]
    uses = [use for one in lists for use in one if isinstance(use, dict)]
    minutes = [_number(use.get("estimated_time_to_regain_access")) for use in uses]
    own = _object((app or "").encode())
    percents = [_number(use.get(name)) for use in (*uses, *([own] if own else [])) for name in _PERCENTS]
    return max([60 * minute for minute in minutes] + [wait_s]), max(percents, default=-1)


def _object(raw: bytes) -> Mapping[str, object] | None:
    try:
        value = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
