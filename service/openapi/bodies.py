"""Bodies of the routes as types.  Their limits are the constants of the parsers, so neither drifts from the other."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from onboarding.events_api.parse_item import KEYS, LONGEST_EMAIL, LONGEST_ID, MOST_PROPERTIES
from onboarding.events_api.routes import MOST_EVENTS
from onboarding.events_api.segment_routes import MOST_MESSAGES

Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, description="RFC 3339, with its offset.")]
Id = Annotated[str, Meta(min_length=1, max_length=LONGEST_ID)]
Properties = Annotated[
    dict[str, str | int | float | bool | None],
    Meta(max_length=MOST_PROPERTIES, description="Those that the event's declaration keeps are stored."),
]
Past = Annotated[bool, Meta(description="History: it counts as what the person did, starts nothing, reaches no goal.")]


class ToldEvent(Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What a person did in the product; `email` or `user_id` says who."""

    id: Annotated[Id, Meta(description="Yours; the same id of the same person is taken in once.")]
    event: Annotated[Id, Meta(description="A name declared in doorstep.yaml.")]
    email: Annotated[str, Meta(max_length=LONGEST_EMAIL)] | None = None
    user_id: Id | None = None
    at: Moment | None = None
    properties: Properties | None = None
    past: Past | None = None


assert set(ToldEvent.__struct_fields__) == set(KEYS)  # noqa: S101  a key that the parser knows must be told here


class EventsBody(Struct, kw_only=True):
    """A body of `POST /api/events`; each event is judged for itself, so a bad one refuses no other."""

    events: Annotated[list[ToldEvent], Meta(max_length=MOST_EVENTS)]


class ResultBody(Struct, omit_defaults=True, kw_only=True):
    """The result of one item."""

    index: int
    id: str | None
    result: Literal["accepted", "duplicate", "unknown_person", "ignored", "invalid"]
    why: str = ""
    hint: str = ""
    kept: list[str] = []


class ResultsBody(Struct, kw_only=True):
    """The results, in the order of the items."""

    results: list[ResultBody]


class SegmentMessage(Struct, omit_defaults=True, kw_only=True):
    """A message of a Segment client; more keys are allowed."""

    type: Literal["track", "identify", "page", "screen", "group", "alias"] = "track"
    messageId: Id | None = None  # noqa: N815  Segment's name
    userId: str | int | None = None  # noqa: N815  Segment's name
    anonymousId: str | None = None  # noqa: N815  Segment's name
    event: str | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: dict[str, Any] | None = None
    timestamp: Moment | None = None
    originalTimestamp: Moment | None = None  # noqa: N815  Segment's name
    sentAt: Moment | None = None  # noqa: N815  Segment's name
    past: Past | None = None


class SegmentBatch(Struct, omit_defaults=True, kw_only=True):
    """Messages that a Segment client sends together."""

    batch: Annotated[list[SegmentMessage], Meta(max_length=MOST_MESSAGES)]
    context: dict[str, Any] | None = None
    sentAt: Moment | None = None  # noqa: N815  Segment's name
    past: Past | None = None


class SegmentAnswer(Struct, omit_defaults=True, kw_only=True):
    """What came of the messages."""

    success: bool
    accepted: int
    duplicates: int
    unknown_people: int
    ignored: int
    ignored_because: dict[str, int] = {}
    invalid: list[ResultBody] = []


class ErrorDetail(Struct, kw_only=True):
    """Why a body is refused."""

    code: str
    message: str


class ErrorBody(Struct, kw_only=True):
    """A refusal of a whole body."""

    error: ErrorDetail


class HealthBody(Struct, omit_defaults=True, kw_only=True):
    """The state of the process."""

    status: str
    reason: str = ""
    workspace: str = ""


class DeletionAnswer(Struct, kw_only=True):
    """Where the state of a deletion request can be seen."""

    url: str
    confirmation_code: str


class SignedRequestForm(Struct, kw_only=True):
    """Meta's signed request."""

    signed_request: str
