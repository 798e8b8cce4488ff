"""``POST /v1/track``, ``/v1/identify`` and ``/v1/batch``: what a Segment client sends, taken in as our own events.

The write key is DOORSTEP_API_TOKEN.  The answer is 200 after the commit, and says what became of the messages: clients
only look at the status, people at the rest.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from aiohttp import web

from onboarding.events_api.http_bodies import (
    RefusedBodyError,
    answer_or_refuse,
    read_json,
    require_list,
    require_write_key,
)
from onboarding.events_api.intake import EventsIntake, ItemResult
from onboarding.events_api.segment_item import IGNORED, parse_message

MOST_MESSAGES: Final = 500
PATHS: Final = ("/v1/track", "/v1/identify", "/v1/batch", *(f"/v1/{call}" for call in IGNORED))

log = structlog.get_logger(__name__)


class SegmentRoutes:
    """The routes of Segment's HTTP Tracking API."""

    def __init__(self, intake: EventsIntake, token: str) -> None:
        """With an empty token every call is refused."""
        self._intake = intake
        self._token = token.encode()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to add to an application."""
        return [web.post(path, self.take_messages) for path in PATHS]

    async def take_messages(self, request: web.Request) -> web.Response:
        """Take in a call or a batch of them."""

        async def take() -> web.Response:
            require_write_key(request, self._token)
            body, call = await read_json(request), request.path.rpartition("/")[2]
            messages = _list_batch(body) if call == "batch" else [_as_message(body, call)]
            results = await self._intake.take_items(messages, parse_message)
            log.info("segment_messages", **Counter(result.result for result in results))
            return _make_answer(results, alone=call != "batch")

        return await answer_or_refuse(request, take)


def _as_message(body: object, call: str) -> object:
    if not isinstance(body, Mapping):
        raise RefusedBodyError(400, "no_events", "The body must be an object.")
    return {**body, "type": call}


def _list_batch(body: object) -> list[object]:
    """Return the messages of a batch, each with what the batch says for all of them."""
    messages = require_list(body, "batch", MOST_MESSAGES)
    whole: Mapping[Any, Any] = body if isinstance(body, Mapping) else {}
    shared = {key: whole[key] for key in ("sentAt", "past") if key in whole}
    return [
        {**shared, **message, "context": _join_contexts(whole.get("context"), message.get("context"))}
        if isinstance(message, Mapping)
        else message
        for message in messages
    ]


def _join_contexts(whole: object, own: object) -> object:
    """Return the context of a message: its own words go before those of the batch."""
    return {**whole, **own} if isinstance(whole, Mapping) and isinstance(own, Mapping) else own or whole


def _make_answer(results: Sequence[ItemResult], *, alone: bool) -> web.Response:
    invalid = [result.as_json() for result in results if result.result == "invalid"]
    if alone and invalid:
        return RefusedBodyError(400, "invalid", f"{results[0].why} {results[0].hint}".strip()).answer
    counted = Counter(result.result for result in results)
    ignored = Counter(result.why for result in results if result.result == "ignored")
    answer: dict[str, object] = {
        "success": True,
        "accepted": counted["accepted"],
        "duplicates": counted["duplicate"],
        "unknown_people": counted["unknown_person"],
        "ignored": counted["ignored"],
    }
    if ignored:
        answer["ignored_because"] = dict(ignored.most_common(20))
    if invalid:
        answer["invalid"] = invalid
    return web.json_response(answer)
