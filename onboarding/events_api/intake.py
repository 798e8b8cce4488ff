"""The intake of what a product tells: finds the people, commits, and says of each item what became of it.

All ways in go through here: ``POST /api/events``, the Segment-compatible routes, and files of earlier events.  A result
is returned after its item was committed.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

from domain.events import ProductEvent
from domain.keyring import Keyring
from domain.ports import Clock, MetaStore, StoreAwayError, Transact
from domain.workspace_config import WorkspaceConfig
from onboarding.events_api.parse_item import API_PREFIX, EventItem, PersonHashes, RefusedItemError

AT_ONCE: Final = 16
"""People whose events are committed concurrently for one request."""
UNKNOWN = "Nobody has proven this address or is linked to this user."

FindOwner = Callable[[str], Awaitable[str]]
"""Keyed hash of an address → the subscriber who proved it; empty if none did."""
ParseItem = Callable[[object, WorkspaceConfig, Keyring, datetime], EventItem]
"""Reads one item, or raises :class:`RefusedItemError`."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """The result of one item."""

    index: int
    """Place of the item in the body, from 0."""
    result: str
    """``accepted``, ``duplicate``, ``unknown_person``, ``ignored`` or ``invalid``."""
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
    """Results that are final already (``invalid``, ``ignored``, ``duplicate``), by place."""


NoteEvents = Callable[[Iterable[str]], None]


def ignore_events(_names: Iterable[str]) -> None:
    """Do nothing; where nobody watches for silence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsIntake:
    """Takes in what a product tells of people."""

    users: MetaStore
    transact: Transact
    keys: Keyring
    clock: Clock
    config: Callable[[], WorkspaceConfig]
    find_owner: FindOwner
    note_events: NoteEvents = ignore_events
    """Called with the names of good events, whoever they are about: that they are told at all."""

    async def take_items(self, raw: Sequence[object], parse: ParseItem) -> list[ItemResult]:
        """Take in the items of a body; return a result for each, in order.  Raises ``StoreAwayError``."""
        body = self._parse_items(raw, parse)
        told = (item.event for item in body.items.values())
        self.note_events(event.name for event in told if isinstance(event, ProductEvent) and not event.past)
        return await self._commit_items(body)

    def check_items(self, raw: Sequence[object], parse: ParseItem) -> list[ItemResult]:
        """Return the results that are known without a store; ``accepted`` stands for what would be looked up."""
        body = self._parse_items(raw, parse)
        good = (_make_result(index, item, "accepted") for index, item in body.items.items())
        return sorted((*body.results.values(), *good), key=lambda result: result.index)

    def _parse_items(self, raw: Sequence[object], parse: ParseItem) -> ParsedBody:
        config, now = self.config(), self.clock()
        # Items that are good so far, and results that are final; together they hold every place of the body.
        items: dict[int, EventItem] = {}
        results: dict[int, ItemResult] = {}
        taken: set[tuple[PersonHashes, str]] = set()
        for index, raw_item in enumerate(raw):
            given_id = _given_id(raw_item)
            try:
                item = parse(raw_item, config, self.keys, now)
            except RefusedItemError as refused:
                results[index] = ItemResult(
                    index=index, id=given_id, result=refused.result, why=f"{refused}.", hint=refused.hint
                )
                continue
            # Twice in this body for one person; the store finds those of earlier bodies, by person and id too.
            if (item.person, item.event.id) in taken:
                results[index] = ItemResult(index=index, id=given_id, result="duplicate")
            else:
                taken.add((item.person, item.event.id))
                items[index] = item
        return ParsedBody(items=items, results=results)

    async def _commit_items(self, body: ParsedBody) -> list[ItemResult]:
        """Find the people, commit the events of each in their order, and return a result for every item."""
        slots = asyncio.Semaphore(AT_ONCE)
        # One look-up a person, and one commit a subscriber: two people of the body (an address and a user id) may turn
        # out to be the same subscriber, whose events must then be committed in the order of the body.
        people = {item.person for item in body.items.values()}
        subscribers: dict[PersonHashes, str] = {}
        # Whoever is named by both comes first: a client tells address and user id once, and then the user id alone.
        naming_both = {person for person in people if person.address and person.user}
        for group in (list(naming_both), list(people - naming_both)):
            owners = await _gather_all([self._find_subscriber(person, slots) for person in group])
            subscribers |= zip(group, owners, strict=True)
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
            owner = await self.find_owner(person.address) if person.address else ""
            if person.user:
                linked = await self.users.find_user(person.user) or ""
                # The proven address is the stronger evidence: from now on the user id leads to its owner as well.
                if owner and owner != linked:
                    await self.users.link_user(person.user, owner)
                owner = owner or linked
            return owner

    async def _commit_for_subscriber(
        self, subscriber: str, items: Mapping[int, EventItem], indices: Sequence[int], slots: asyncio.Semaphore
    ) -> list[ItemResult]:
        async with slots:
            transacted = await self.transact(subscriber, [items[index].event for index in indices])
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


def _given_id(raw: object) -> str | None:
    given_id = raw.get("id", raw.get("messageId")) if isinstance(raw, dict) else None
    # Shown in the answer even if the item is refused, so that the caller can find it; cut like a valid id.
    return given_id[:128] if isinstance(given_id, str) else None


def _make_result(index: int, item: EventItem, result: str) -> ItemResult:
    why = UNKNOWN if result == "unknown_person" else ""
    # Told, so that nobody believes that a property can be asked for which no declaration keeps.
    kept = item.kept if result == "accepted" and item.has_properties else None
    return ItemResult(index=index, id=item.event.id.removeprefix(API_PREFIX), result=result, why=why, kept=kept)


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
