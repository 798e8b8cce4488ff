"""``POST /api/events``: the product tells what people did.

The answer comes after the commit.  Errors of the whole body (401, 400, 413, 415, 503) take nothing in that a retry
would double: each event has an id and is taken once.
"""

import asyncio
import hmac
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

import msgspec
import structlog
from aiohttp import hdrs, web

from domain.consent import address_registry
from domain.keyring import Keyring
from domain.ports import Clock, Store, StoreAwayError, Transact
from domain.workspace_config import WorkspaceConfig
from onboarding.events_api.parse_item import Item, Person, RefusedItemError, judge

MOST_EVENTS: Final = 500
MOST_BYTES: Final = 1024 * 1024
AT_ONCE: Final = 16
"""People whose events are committed at the same time for one request."""
RETRY_AFTER_S: Final = 5

_T = TypeVar("_T")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one item."""

    index: int
    """Its place in the body, from 0."""
    result: str
    """``accepted``, ``duplicate``, ``unknown_person`` or ``invalid``."""
    id: str | None = None
    why: str = ""
    hint: str = ""

    def as_json(self) -> dict[str, str | int | None]:
        """Return it as it is answered; empty words are left out."""
        said = {key: value for key, value in (("why", self.why), ("hint", self.hint)) if value}
        return {"index": self.index, "id": self.id, "result": self.result, **said}


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A body as far as it could be judged without asking anybody."""

    items: Mapping[int, Item]
    """Good items by their place."""
    results: Mapping[int, Result] = field(default_factory=dict)
    """What is settled already."""


class _RefusedBodyError(Exception):
    """The whole body cannot be taken."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.answer = web.json_response({"error": {"code": code, "message": message}}, status=status)


class EventsApi:
    """The route of product events."""

    def __init__(
        self,
        *,
        store: Store,
        transact: Transact,
        keys: Keyring,
        clock: Clock,
        config: Callable[[], WorkspaceConfig],
        token: str,
    ) -> None:
        """Take what the route needs.  Without a token every call is refused."""
        self._store = store
        self._transact = transact
        self._keys = keys
        self._clock = clock
        self._house = config
        self._token = token.encode()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to add to an application."""
        return [web.post("/api/events", self.take)]

    async def take(self, request: web.Request) -> web.Response:
        """Take in the events of a body; answer 202 with a result for each."""
        try:
            self._authorise(request)
            body = self._judge(_parse(await _read(request)))
            results = await self._commit(body)
        except _RefusedBodyError as refused:
            return refused.answer
        except StoreAwayError:
            answer = _RefusedBodyError(503, "store_away", "Nothing is lost; send the same body again.").answer
            answer.headers[hdrs.RETRY_AFTER] = str(RETRY_AFTER_S)
            return answer
        log.info("product_events", **Counter(one.result for one in results))
        return web.json_response({"results": [one.as_json() for one in results]}, status=202)

    def _authorise(self, request: web.Request) -> None:
        scheme, _, given = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        fits = hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), self._token)
        if not (fits and self._token and scheme.casefold() == "bearer"):
            refused = _RefusedBodyError(401, "unauthorised", "Send “Authorization: Bearer” with DOORSTEP_API_TOKEN.")
            refused.answer.headers[hdrs.WWW_AUTHENTICATE] = 'Bearer realm="doorstep"'
            raise refused

    def _judge(self, raw: Sequence[object]) -> Body:
        config, now = self._house(), self._clock()
        items: dict[int, Item] = {}
        results: dict[int, Result] = {}
        ids: set[str] = set()
        for index, one in enumerate(raw):
            given = _id(one)
            try:
                item = judge(one, config, self._keys, now)
            except RefusedItemError as refused:
                results[index] = Result(index=index, id=given, result="invalid", why=f"{refused}.", hint=refused.hint)
                continue
            if item.event.id in ids:
                results[index] = Result(index=index, id=given, result="duplicate")
            else:
                ids.add(item.event.id)
                items[index] = item
        return Body(items=items, results=results)

    async def _commit(self, body: Body) -> list[Result]:
        """Find the people, commit each one's events in their order, and tell what became of every item."""
        turns = asyncio.Semaphore(AT_ONCE)
        people = list({item.person for item in body.items.values()})
        found = await _together([self._find(person, turns) for person in people])
        subscribers = dict(zip(people, found, strict=True))
        by_subscriber: defaultdict[str, list[int]] = defaultdict(list)
        for index, item in body.items.items():
            by_subscriber[subscribers[item.person]].append(index)
        strangers = by_subscriber.pop("", [])
        done = await _together([self._tell(name, body.items, places, turns) for name, places in by_subscriber.items()])
        unknown = [_result(index, body.items[index], "unknown_person") for index in strangers]
        told = (one for results in done for one in results)
        return sorted((*body.results.values(), *unknown, *told), key=lambda one: one.index)

    async def _find(self, person: Person, turns: asyncio.Semaphore) -> str:
        """Return the subscriber who proved the address, else the one linked to the user; empty if there is none."""
        async with turns:
            owner = ""
            if person.address:
                raw, _ = await self._store.address(person.address)
                owner = address_registry.decode(raw).owner
            if person.user:
                linked = await self._store.user(person.user) or ""
                if owner and owner != linked:
                    await self._store.link_user(person.user, owner)
                owner = owner or linked
            return owner

    async def _tell(
        self, subscriber: str, items: Mapping[int, Item], places: Sequence[int], turns: asyncio.Semaphore
    ) -> list[Result]:
        async with turns:
            done = await self._transact(subscriber, [items[index].event for index in places])
        if done.record is None:
            return [_result(index, items[index], "unknown_person") for index in places]
        return [
            _result(index, items[index], "accepted" if items[index].event.id in done.fresh else "duplicate")
            for index in places
        ]


async def _read(request: web.Request) -> bytes:
    if request.content_type != "application/json":
        raise _RefusedBodyError(415, "not_json", "Send “Content-Type: application/json”.")
    raw = bytearray()
    async for chunk in request.content.iter_chunked(65536):
        raw += chunk
        if len(raw) > MOST_BYTES:
            raise _RefusedBodyError(413, "too_large", f"A body has at most {MOST_BYTES:,} bytes.")
    return bytes(raw)


def _parse(raw: bytes) -> list[object]:
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise _RefusedBodyError(400, "not_json", "The body is not valid JSON in UTF-8.") from None
    events = body.get("events") if isinstance(body, dict) else None
    if not isinstance(events, list):
        raise _RefusedBodyError(400, "no_events", "The body must be an object with a list “events”.")
    if len(events) > MOST_EVENTS:
        raise _RefusedBodyError(413, "too_many", f"A body has at most {MOST_EVENTS} events; this has {len(events)}.")
    return events


def _id(raw: object) -> str | None:
    given = raw.get("id") if isinstance(raw, dict) else None
    return given[:128] if isinstance(given, str) else None


def _result(index: int, item: Item, result: str) -> Result:
    why = "Nobody has proven this address or is linked to this user." if result == "unknown_person" else ""
    return Result(index=index, id=item.event.id.removeprefix("api:"), result=result, why=why)


async def _together(work: Sequence[Coroutine[None, None, _T]]) -> list[_T]:
    """Wait for all of it; if one finds the store away, the others are stopped and that is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in work]
    except BaseExceptionGroup as failed:
        if failed.subgroup(StoreAwayError):
            message = "the store went away while events were taken in"
            raise StoreAwayError(message) from None
        raise
    return [task.result() for task in tasks]
