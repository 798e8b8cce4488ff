"""The events API on 127.0.0.1 with a client that talks to it, for the tests of its routes."""

import json
from collections.abc import Awaitable, Callable, Sequence
from io import BytesIO
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from domain.events import AnyEvent
from domain.ports import StoreAwayError, Transacted
from domain.record import Identity
from onboarding.events_api.routes import EventsApi
from tests.support.memory_store.store import MemoryStore
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG, new_subscriber
from tests.support.serve_app import serve_app

Client = TestClient[web.Request, web.Application]
MakeClient = Callable[[web.Application | TestServer], Awaitable[Client]]

TOKEN = "token of the product"
MIA, BEN = KEYS.subscriber_id("page", "mia"), KEYS.subscriber_id("page", "ben")


class Transactions:
    """Takes events like the real thing: each once; keeps what was told."""

    def __init__(self) -> None:
        """Begin with nothing told."""
        self.told: list[tuple[str, tuple[AnyEvent, ...]]] = []
        self.seen: set[tuple[str, str]] = set()
        self.away = False
        self.strangers: set[str] = set()

    async def __call__(
        self, subscriber: str, events: Sequence[AnyEvent], identity: Identity | None = None
    ) -> Transacted:
        """Take the events in."""
        assert identity is None
        if self.away:
            message = "away"
            raise StoreAwayError(message)
        if subscriber in self.strangers:
            return Transacted(record=None, fresh=frozenset())
        fresh = frozenset(event.id for event in events if (subscriber, event.id) not in self.seen)
        self.seen |= {(subscriber, event.id) for event in events}
        self.told.append((subscriber, tuple(events)))
        return Transacted(record=new_subscriber(), fresh=fresh)


class ApiClient:
    """The API with a client that talks to it; Mia proved an address, Ben is linked as user 7."""

    def __init__(self) -> None:
        """Build the API."""
        self.store = MemoryStore(server_ms=lambda: 0)
        self.transact = Transactions()
        self.owners: dict[str, str] = {}
        """Keyed hash of an address → the subscriber who proved it."""
        self.client: Client
        self.api = self.make(TOKEN)

    def make(self, token: str) -> EventsApi:
        """Return the API with another token."""
        return EventsApi(
            store=self.store,
            transact=self.transact,
            keys=KEYS,
            clock=lambda: NOON,
            config=lambda: SHIPPED_CONFIG,
            find_owner=self.find_owner,
            token=token,
        )

    async def find_owner(self, address: str) -> str:
        """Return who proved an address."""
        return self.owners.get(address, "")

    async def post(self, body: object, path: str = "/api/events", **headers: str) -> tuple[int, Any, Any]:
        """Post a body (JSON unless bytes); return status, headers and the answer."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"} | headers
        async with self.client.post(path, data=BytesIO(data), headers=sent) as answer:
            return answer.status, answer.headers, await answer.json()

    async def results(self, *events: object) -> list[dict[str, object]]:
        """Post events and return their results without their index, which is checked."""
        status, _, answer = await self.post({"events": events})
        assert status == 202
        assert [one.pop("index") for one in answer["results"]] == list(range(len(events)))
        results: list[dict[str, object]] = answer["results"]
        return results


async def serve_api(aiohttp_client: MakeClient) -> ApiClient:
    """Return an API that listens on 127.0.0.1."""
    api_client = ApiClient()
    api_client.owners[KEYS.address_hash("mia@example.com")] = MIA
    await api_client.store.link_user(KEYS.user_hash("7"), BEN)
    application = web.Application()
    application.add_routes(api_client.api.routes())
    api_client.client = await aiohttp_client(await serve_app(application))
    return api_client


def cup(name: str, **more: object) -> dict[str, object]:
    """Return an event that the house knows."""
    return {"id": name, "event": "cup.noted", **more}
