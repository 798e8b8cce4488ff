"""What each public route is for: one row a route.  The application refuses to start with a route that has none."""

from dataclasses import dataclass, field

from bot.inbound.webhook import PATH as WEBHOOK_PATH
from onboarding.events_api.segment_item import IGNORED
from service.openapi.bodies import (
    DeletionAnswer,
    ErrorBody,
    EventsBody,
    HealthBody,
    ResultsBody,
    SegmentAnswer,
    SegmentBatch,
    SegmentMessage,
    SignedRequestForm,
)
from service.privacy.meta_deletion import PATH as DELETION_PATH

JSON, FORM, HTML, TEXT = "application/json", "application/x-www-form-urlencoded", "text/html", "text/plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """One status of a route."""

    meaning: str
    body: type | None = None
    """The type of a JSON answer; None for another one."""
    content: tuple[str, ...] = ()
    """Content types of an answer that is not JSON; empty for one without a body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRow:
    """One method of one path."""

    summary: str
    tag: str
    answers: dict[int, AnswerRow]
    body: type | None = None
    """The type of the body; None for a route that takes none, or anything."""
    content: str = JSON
    """Content type of the body."""
    security: tuple[str, ...] = ()
    """Ways to prove oneself, any of which will do."""
    query: tuple[str, ...] = field(default=())
    headers: tuple[str, ...] = field(default=())


_REFUSALS = {
    status: AnswerRow(meaning=meaning, body=ErrorBody)
    for status, meaning in {
        400: "The body cannot be read.",
        401: "The token is missing or wrong.",
        413: "The body is too long, or has too many events.",
        415: "The body is no JSON, or compressed otherwise than by gzip or deflate.",
        503: "The store is away; nothing is lost, send the same body again.",
    }.items()
}
_PAGE = {
    200: AnswerRow(meaning="The page.", content=(HTML,)),
    404: AnswerRow(meaning="The link is unknown, and the page says so.", content=(HTML,)),
    503: AnswerRow(meaning="The store is away.", content=(HTML,)),
}
_ACT = {
    **_PAGE,
    303: AnswerRow(meaning="Done; the page that says so.", content=()),
    400: AnswerRow(meaning="The form cannot be read.", content=(HTML, TEXT)),
    413: AnswerRow(meaning="The form is too long.", content=(HTML, TEXT)),
}
_CALL = {200: AnswerRow(meaning="What came of it.", body=SegmentAnswer), **_REFUSALS}
_KEY = ("writeKey", "bearerToken")

ROUTES: dict[tuple[str, str], RouteRow] = {
    ("POST", "/api/events"): RouteRow(
        summary="Tell what people did in your product",
        tag="events",
        body=EventsBody,
        security=("bearerToken",),
        answers={202: AnswerRow(meaning="A result for each event.", body=ResultsBody), **_REFUSALS},
    ),
    ("POST", "/v1/track"): RouteRow(
        summary="Segment: somebody did something", tag="segment", body=SegmentMessage, security=_KEY, answers=_CALL
    ),
    ("POST", "/v1/identify"): RouteRow(
        summary="Segment: what is known of somebody", tag="segment", body=SegmentMessage, security=_KEY, answers=_CALL
    ),
    ("POST", "/v1/batch"): RouteRow(
        summary="Segment: many messages", tag="segment", body=SegmentBatch, security=_KEY, answers=_CALL
    ),
    **{
        ("POST", f"/v1/{call}"): RouteRow(
            summary=f"Segment: {call}; answered, and nothing is taken in",
            tag="segment",
            body=SegmentMessage,
            security=_KEY,
            answers=_CALL,
        )
        for call in IGNORED
    },
    ("GET", "/privacy"): RouteRow(summary="The short privacy notice", tag="pages", answers=_PAGE),
    ("GET", "/issue/{name}"): RouteRow(summary="A newsletter issue for everybody", tag="pages", answers=_PAGE),
    ("GET", "/subscribe"): RouteRow(summary="How to get the next issue", tag="pages", answers=_PAGE),
    ("GET", "/r/{token}"): RouteRow(
        summary="Leads to a counted link of a mail",
        tag="pages",
        answers={
            302: AnswerRow(meaning="To the target, whatever is counted."),
            404: AnswerRow(meaning="Not our token."),
        },
    ),
    ("GET", "/o/{token}"): RouteRow(
        summary="The picture of a mail whose openings are counted",
        tag="pages",
        answers={
            200: AnswerRow(meaning="One transparent pixel, whether the token is ours or not."),
            404: AnswerRow(meaning="Longer than any token."),
        },
    ),
    **{
        (method, f"/{page}/{{token}}"): RouteRow(
            summary=f"The page behind the link “{page}” of a mail" if method == "GET" else f"Its button: {page}",
            tag="pages",
            answers=_PAGE if method == "GET" else _ACT,
        )
        for page in ("confirm", "a", "t", "unsubscribe", "preferences")
        for method in ("GET", "POST")
    },
    ("GET", WEBHOOK_PATH): RouteRow(
        summary="Messenger proves that the webhook is ours",
        tag="messenger",
        query=("hub.mode", "hub.verify_token", "hub.challenge"),
        answers={
            200: AnswerRow(meaning="The challenge.", content=(TEXT,)),
            403: AnswerRow(meaning="The verify token is wrong."),
        },
    ),
    ("POST", WEBHOOK_PATH): RouteRow(
        summary="Messenger tells what people wrote",
        tag="messenger",
        headers=("X-Hub-Signature-256",),
        answers={
            200: AnswerRow(meaning="All of it is committed."),
            400: AnswerRow(meaning="The body cannot be read.", content=(TEXT,)),
            **{status: AnswerRow(meaning="Refused.") for status in (403, 408, 413, 415, 503)},
        },
    ),
    ("POST", DELETION_PATH): RouteRow(
        summary="Meta asks for a person's data to be deleted",
        tag="messenger",
        body=SignedRequestForm,
        content=FORM,
        answers={
            200: AnswerRow(meaning="The request is kept.", body=DeletionAnswer),
            400: AnswerRow(meaning="The request is not signed by one of our apps.", content=(TEXT,)),
            413: AnswerRow(meaning="The form is too long."),
            503: AnswerRow(meaning="The store is away."),
        },
    ),
    ("GET", DELETION_PATH + "/{code}"): RouteRow(
        summary="The state of a deletion request", tag="messenger", answers=_PAGE
    ),
    ("POST", "/feedback/mailjet"): RouteRow(
        summary="Mailjet tells what became of mails",
        tag="mail",
        security=("mailjetLogin",),
        answers={
            200: AnswerRow(meaning="All of it is committed.", content=(TEXT,)),
            400: AnswerRow(meaning="The body is neither an event nor an array of events.", content=(TEXT,)),
            401: AnswerRow(meaning="The login is missing or wrong.", content=(TEXT,)),
            413: AnswerRow(meaning="The body is longer than 4 MiB.", content=(TEXT,)),
            503: AnswerRow(meaning="The store is away; send the same body again.", content=(TEXT,)),
        },
    ),
    ("GET", "/feedback/mailjet"): RouteRow(
        summary="Whether the address for Mailjet's events is there",
        tag="mail",
        security=("mailjetLogin",),
        answers={
            200: AnswerRow(meaning="It is there.", content=(TEXT,)),
            401: AnswerRow(meaning="The login is missing or wrong.", content=(TEXT,)),
        },
    ),
    ("GET", "/healthz"): RouteRow(
        summary="The process is alive", tag="operation", answers={200: AnswerRow(meaning="Alive.", body=HealthBody)}
    ),
    ("GET", "/readyz"): RouteRow(
        summary="The process can serve",
        tag="operation",
        answers={
            200: AnswerRow(meaning="Send traffic here.", body=HealthBody),
            503: AnswerRow(meaning="It cannot serve; the reason says why.", body=HealthBody),
        },
    ),
    ("GET", "/metrics"): RouteRow(
        summary="Metrics for Prometheus",
        tag="operation",
        answers={200: AnswerRow(meaning="The metrics.", content=(TEXT,))},
    ),
    ("GET", "/openapi.json"): RouteRow(
        summary="This description",
        tag="operation",
        answers={200: AnswerRow(meaning="OpenAPI 3.1.", body=dict)},
    ),
}
"""By method and path, as the application knows them."""
