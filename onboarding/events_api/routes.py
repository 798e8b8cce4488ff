"""``POST /api/events``: takes in what people did in the product.

The answer comes after the commit.  After an error of the whole body (401, 400, 413, 415, 503) the caller can send the
same body again: each event has an id and is taken in once.
"""

import asyncio
import codecs
import hmac
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

import msgspec
import structlog
from aiohttp import hdrs, web

from domain.keyring import Keyring
from domain.ports import Clock, Store, StoreAwayError, Transact
from domain.workspace_config import WorkspaceConfig
from onboarding.events_api.parse_item import EventItem, PersonHashes, RefusedItemError, parse_item
from onboarding.events_api.unpack_body import CODINGS, DamagedBodyError, TooLargeError, unpack_body

MOST_EVENTS: Final = 500
MOST_BYTES: Final = 1024 * 1024
AT_ONCE: Final = 16
"""People whose events are committed concurrently for one request."""
RETRY_AFTER_S: Final = 5

FindOwner = Callable[[str], Awaitable[str]]
"""Keyed hash of an address → the subscriber who proved it; empty if none did."""

_T = TypeVar("_T")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """The result of one item."""

    index: int
    """Place of the item in the body, from 0."""
    result: str
    """``accepted``, ``duplicate``, ``unknown_person`` or ``invalid``."""
    id: str | None = None
    why: str = ""
    hint: str = ""
    kept: tuple[str, ...] | None = None
    """Names of the properties that are kept; None if the product told none, or if nothing was stored."""

    def as_json(self) -> dict[str, object]:
        """Return the result as JSON; ``why``, ``hint`` and ``kept`` are left out if there are none."""
        more = {key: value for key, value in (("why", self.why), ("hint", self.hint)) if value}
        kept = {} if self.kept is None else {"kept": list(self.kept)}
        return {"index": self.index, "id": self.id, "result": self.result, **more, **kept}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedBody:
    """A body after parsing, before the store was asked for anything."""

    items: Mapping[int, EventItem]
    """Good items by their place in the body."""
    results: Mapping[int, ItemResult] = field(default_factory=dict)
    """Results that are final already (``invalid``, ``duplicate``), by place."""


class _RefusedBodyError(Exception):
    """The whole body is refused; ``answer`` is the response."""

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
        find_owner: FindOwner,
        token: str,
    ) -> None:
        """Take what the route needs.  With an empty token every call is refused."""
        self._store = store
        self._transact = transact
        self._keys = keys
        self._clock = clock
        self._config = config
        self._find_owner = find_owner
        self._token = token.encode()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to add to an application."""
        return [web.post("/api/events", self.take_events)]

    async def take_events(self, request: web.Request) -> web.Response:
        """Take in the events of a body; answer 202 with a result for each of them."""
        try:
            self._require_token(request)
            body = self._parse_items(_parse_events(await _read_body(request)))
            results = await self._commit_events(body)
        except _RefusedBodyError as refused:
            if request.content.exception() is not None:
                # Nobody knows where a body ends that did not come whole, so the connection ends with it.
                request.content.feed_eof()
                refused.answer.force_close()
            return refused.answer
        except StoreAwayError:
            answer = _RefusedBodyError(503, "store_away", "Nothing is lost; send the same body again.").answer
            answer.headers[hdrs.RETRY_AFTER] = str(RETRY_AFTER_S)
            return answer
        log.info("product_events", **Counter(result.result for result in results))
        return web.json_response({"results": [result.as_json() for result in results]}, status=202)

    def _require_token(self, request: web.Request) -> None:
        scheme, _, given_token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        # compare_digest takes the same time for every wrong token; == would tell how many characters were right.
        is_token = hmac.compare_digest(given_token.strip().encode("utf-8", "surrogateescape"), self._token)
        if not (is_token and self._token and scheme.casefold() == "bearer"):
            refused = _RefusedBodyError(401, "unauthorised", "Send “Authorization: Bearer” with DOORSTEP_API_TOKEN.")
            refused.answer.headers[hdrs.WWW_AUTHENTICATE] = 'Bearer realm="doorstep"'
            raise refused

    def _parse_items(self, raw: Sequence[object]) -> ParsedBody:
        config, now = self._config(), self._clock()
        # Items that are good so far, and results that are final; together they hold every place of the body.
        items: dict[int, EventItem] = {}
        results: dict[int, ItemResult] = {}
        taken: set[tuple[PersonHashes, str]] = set()
        for index, raw_item in enumerate(raw):
            given_id = _given_id(raw_item)
            try:
                item = parse_item(raw_item, config, self._keys, now)
            except RefusedItemError as refused:
                results[index] = ItemResult(
                    index=index, id=given_id, result="invalid", why=f"{refused}.", hint=refused.hint
                )
                continue
            # Twice in this body for one person; the store finds those of earlier bodies, by person and id too.
            if (item.person, item.event.id) in taken:
                results[index] = ItemResult(index=index, id=given_id, result="duplicate")
            else:
                taken.add((item.person, item.event.id))
                items[index] = item
        return ParsedBody(items=items, results=results)

    async def _commit_events(self, body: ParsedBody) -> list[ItemResult]:
        """Find the people, commit the events of each in their order, and return a result for every item."""
        slots = asyncio.Semaphore(AT_ONCE)
        # One look-up a person, and one commit a subscriber: two people of the body (an address and a user id) may turn
        # out to be the same subscriber, whose events must then be committed in the order of the body.
        people = list({item.person for item in body.items.values()})
        owners = await _gather_all([self._find_subscriber(person, slots) for person in people])
        subscribers = dict(zip(people, owners, strict=True))
        by_subscriber: defaultdict[str, list[int]] = defaultdict(list)
        for index, item in body.items.items():
            by_subscriber[subscribers[item.person]].append(index)
        unknown_indices = by_subscriber.pop("", [])  # the empty name: nobody proved the address or is linked
        committed = await _gather_all(
            [self._commit_for_subscriber(name, body.items, indices, slots) for name, indices in by_subscriber.items()]
        )
        unknown = [_make_result(index, body.items[index], "unknown_person") for index in unknown_indices]
        committed_results = (result for results in committed for result in results)
        return sorted((*body.results.values(), *unknown, *committed_results), key=lambda result: result.index)

    async def _find_subscriber(self, person: PersonHashes, slots: asyncio.Semaphore) -> str:
        """Return the subscriber who proved the address, else the one linked to the user; empty if neither exists."""
        async with slots:
            owner = await self._find_owner(person.address) if person.address else ""
            if person.user:
                linked = await self._store.find_user(person.user) or ""
                # The proven address is the stronger evidence: from now on the user id leads to its owner as well.
                if owner and owner != linked:
                    await self._store.link_user(person.user, owner)
                owner = owner or linked
            return owner

    async def _commit_for_subscriber(
        self, subscriber: str, items: Mapping[int, EventItem], indices: Sequence[int], slots: asyncio.Semaphore
    ) -> list[ItemResult]:
        async with slots:
            transacted = await self._transact(subscriber, [items[index].event for index in indices])
        if transacted.record is None:  # erased between the look-up and the commit
            return [_make_result(index, items[index], "unknown_person") for index in indices]
        results, told = [], set[str]()
        for index in indices:
            event_id = items[index].event.id
            # An address and a user id may be one person: the second item of an id says the same as the first.
            is_new = event_id in transacted.fresh and event_id not in told
            told.add(event_id)
            results.append(_make_result(index, items[index], "accepted" if is_new else "duplicate"))
        return results


async def _read_body(request: web.Request) -> bytes:
    if request.content_type != "application/json":
        raise _RefusedBodyError(415, "not_json", "Send “Content-Type: application/json”.")
    # Counted while it arrives: Content-Length may be missing or wrong.
    raw = bytearray()
    try:
        async for chunk in request.content.iter_chunked(65536):
            raw += chunk
            if len(raw) > MOST_BYTES:
                raise _RefusedBodyError(413, "too_large", f"A body has at most {MOST_BYTES:,} bytes.")
    except web.RequestPayloadError:
        raise _RefusedBodyError(400, "not_readable", "The body did not come whole.") from None
    unpacked = await _unpack(bytes(raw), request.headers.get(hdrs.CONTENT_ENCODING, "identity").casefold())
    # RFC 8259 §8.1 lets a parser ignore a byte order mark, which some Windows programs write.
    return unpacked.removeprefix(codecs.BOM_UTF8)


async def _unpack(body: bytes, coding: str) -> bytes:
    if coding == "identity":
        return body
    if coding not in CODINGS:
        raise _RefusedBodyError(415, "unknown_coding", f"Content-Encoding may be {' or '.join(CODINGS)}.")
    try:
        return await unpack_body(body, MOST_BYTES)
    except DamagedBodyError:
        raise _RefusedBodyError(400, "not_readable", "The body is not what its Content-Encoding says.") from None
    except TooLargeError:
        raise _RefusedBodyError(413, "too_large", f"A body has at most {MOST_BYTES:,} bytes, unpacked too.") from None


def _parse_events(raw: bytes) -> list[object]:
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeError):  # RecursionError: thousands of nested brackets
        raise _RefusedBodyError(400, "not_json", "The body is not valid JSON in UTF-8.") from None
    events = body.get("events") if isinstance(body, dict) else None
    if not isinstance(events, list):
        raise _RefusedBodyError(400, "no_events", "The body must be an object with a list “events”.")
    if len(events) > MOST_EVENTS:
        raise _RefusedBodyError(413, "too_many", f"A body has at most {MOST_EVENTS} events; this has {len(events)}.")
    return events


def _given_id(raw: object) -> str | None:
    given_id = raw.get("id") if isinstance(raw, dict) else None
    # Shown in the answer even if the item is refused, so that the caller can find it; cut like a valid id.
    return given_id[:128] if isinstance(given_id, str) else None


def _make_result(index: int, item: EventItem, result: str) -> ItemResult:
    why = "Nobody has proven this address or is linked to this user." if result == "unknown_person" else ""
    # Told, so that nobody believes that a property can be asked for which no declaration keeps.
    kept = tuple(sorted(item.event.properties)) if result == "accepted" and item.has_properties else None
    return ItemResult(index=index, id=item.event.id.removeprefix("api:"), result=result, why=why, kept=kept)


async def _gather_all(work: Sequence[Coroutine[None, None, _T]]) -> list[_T]:
    """Return the results of all coroutines.  Raises ``StoreAwayError``, after cancelling the rest, if one raises it."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(coroutine) for coroutine in work]
    except BaseExceptionGroup as failed:  # a TaskGroup wraps even a single error in a group
        if failed.subgroup(StoreAwayError):
            message = "the store went away while events were taken in"
            raise StoreAwayError(message) from None
        raise
    return [task.result() for task in tasks]
