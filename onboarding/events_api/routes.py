"""``POST /api/events``: takes in what people did in the product, and the routes that Segment's clients know.

The answer comes after the commit.  After an error of the whole body (401, 400, 413, 415, 503) the caller can send the
same body again: each event has an id and is taken in once.
"""

from collections import Counter
from collections.abc import Callable
from typing import Final

import structlog
from aiohttp import web

from domain.keyring import Keyring
from domain.ports import Clock, MetaStore, Transact
from domain.workspace_config import WorkspaceConfig
from onboarding.events_api.http_bodies import MOST_BYTES, answer_or_refuse, read_json, require_bearer, require_list
from onboarding.events_api.intake import EventsIntake, FindOwner, NoteEvents, ignore_events
from onboarding.events_api.parse_item import parse_item
from onboarding.events_api.segment_routes import SegmentRoutes

__all__ = ["MOST_BYTES", "EventsApi"]

MOST_EVENTS: Final = 500

log = structlog.get_logger(__name__)


class EventsApi:
    """The routes of product events."""

    def __init__(
        self,
        *,
        store: MetaStore,
        transact: Transact,
        keys: Keyring,
        clock: Clock,
        config: Callable[[], WorkspaceConfig],
        find_owner: FindOwner,
        note_events: NoteEvents = ignore_events,
        token: str,
    ) -> None:
        """Take what the routes need.  With an empty token every call is refused."""
        self._intake = EventsIntake(
            users=store,
            transact=transact,
            keys=keys,
            clock=clock,
            config=config,
            find_owner=find_owner,
            note_events=note_events,
        )
        self._token = token

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to add to an application."""
        return [web.post("/api/events", self.take_events), *SegmentRoutes(self._intake, self._token).routes()]

    async def take_events(self, request: web.Request) -> web.Response:
        """Take in the events of a body; answer 202 with a result for each of them."""

        async def take() -> web.Response:
            require_bearer(request, self._token.encode())
            results = await self._intake.take_items(
                require_list(await read_json(request), "events", MOST_EVENTS), parse_item
            )
            log.info("product_events", **Counter(result.result for result in results))
            return web.json_response({"results": [result.as_json() for result in results]}, status=202)

        return await answer_or_refuse(request, take)
