"""Trials: an edition that is not live, played on one person's own phone; everybody else meets the live one.

``doorstep try`` keeps the edition in the store and makes an m.me link with a signed ref, good for a day.  Who opens it
first is bound to it; for anybody else the link begins the live flow.  A trial ends with an ordinary link, with “start
over”, or after a day.  Whoever tried once is one of the team: nothing they do is counted.

The first opener is found by drawing a pool's only code, which is atomic, and gives the same person the same again.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from domain.decision import Decision
from domain.effects import Count, Note
from domain.events import AnyEvent, Message, OptIn, Postback, Referral
from domain.keyring import Keyring
from domain.ports import Store
from domain.record import Subscriber
from domain.referral_codes import TRY
from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import GET_STARTED, FlowBook, command_payload, start_payload
from flows.language.matching import normal
from service.engine.decide import Rules

GOOD_FOR = timedelta(days=1)
"""How long a link can be opened, and how long its edition is played from then on."""
START_OVER = "start_over"
_PURPOSE = "try"
_PARTS = 4
_CARRIERS = (Message, Postback, Referral)
"""Events that may tell the link they came by, besides :class:`domain.events.OptIn`."""


class Ticket(Struct, frozen=True, kw_only=True):
    """What the ref of a link says."""

    edition: str
    """Content hash of the edition."""
    flow: str
    until: datetime
    """When it can be opened no more."""
    nonce: str
    """Tells links apart."""

    @property
    def pool(self) -> str:
        """The pool whose only code says who opened it first."""
        return f"{_PURPOSE}:{self.nonce}"


def written(keys: Keyring, ticket: Ticket) -> str:
    """Return the ref; it holds nothing but letters, digits, ``-``, ``_`` and ``=``, as the platform wants it."""
    until = str(int(ticket.until.timestamp()))
    return TRY + keys.sign(_PURPOSE, ticket.edition, ticket.flow, until, ticket.nonce).replace(".", "=")


def read(keys: Keyring, ref: str) -> Ticket | None:
    """Return what a ref says; None if it is not genuine."""
    parts = keys.unsign(_PURPOSE, ref.removeprefix(TRY).replace("=", ".")) if ref.startswith(TRY) else None
    if parts is None or len(parts) != _PARTS:
        return None
    edition, flow, until, nonce = parts
    return Ticket(edition=edition, flow=flow, until=datetime.fromtimestamp(int(until), UTC), nonce=nonce)


async def issue(store: Store, keys: Keyring, ticket: Ticket) -> str:
    """Let the link be opened by one person; return its ref."""
    await store.fill_pool(ticket.pool, (ticket.nonce,))
    return written(keys, ticket)


class Scene(Struct, frozen=True, kw_only=True, gc=False):
    """What is decided on, and with which rules."""

    record: Subscriber
    events: tuple[AnyEvent, ...]
    rules: Rules
    config: WorkspaceConfig

    def counted(self, decision: Decision) -> Decision:
        """Return what was decided; of somebody who tried once nothing is counted."""
        if decision.record.trying_until is None:
            return decision
        kept = tuple(one for one in decision.effects if not isinstance(one, Count | Note))
        return replace(decision, effects=kept)


class Editions(Protocol):
    """The editions of this process."""

    def rules(self) -> tuple[Rules, WorkspaceConfig]:
        """Return what is live."""

    async def trial(self, edition: str) -> tuple[Rules, WorkspaceConfig] | None:
        """Return a kept edition beside what is live; None if it is live itself, or nobody knows it any more."""


Trials = Callable[[Subscriber, tuple[AnyEvent, ...], datetime], Awaitable[Scene]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trying:
    """Finds the scene of somebody who tries, or opens a link to try."""

    store: Store
    keys: Keyring
    editions: Editions

    async def __call__(self, record: Subscriber, events: tuple[AnyEvent, ...], now: datetime) -> Scene:
        """Return what is to be decided, by the edition that is played once all of these events have happened."""
        rules, config = self.editions.rules()
        over = record.trying_until is None or record.trying_until <= now
        trying, until = "" if over else record.trying, record.trying_until
        begun: dict[str, str] = {}
        for event in events:
            ref = ref_of(event)
            ticket = read(self.keys, ref) if ref else None
            if ticket is None:
                trying = "" if ref or _starts_over(event, rules.flows) else trying
                continue
            begun[event.id] = ticket.flow
            if ticket.until > now and await self.store.draw(ticket.pool, record.id):
                trying, until = ticket.edition, now + GOOD_FOR
        if trying and (found := await self.editions.trial(trying)):
            rules, config = found
        else:
            trying = ""
        return Scene(
            record=replace(record, trying=trying, trying_until=until),
            events=_beginning(events, begun, rules.flows),
            rules=rules,
            config=config,
        )


async def staged(
    record: Subscriber, events: tuple[AnyEvent, ...], now: datetime,
    live: tuple[Rules, WorkspaceConfig], trials: Trials | None,
) -> Scene:  # fmt: skip
    """Return what is to be decided: for nearly everybody, the events as they are, by what is live."""
    if trials and (record.trying or any(map(_opens_link, events))):
        return await trials(record, events, now)
    return Scene(record=record, events=events, rules=live[0], config=live[1])


def ref_of(event: AnyEvent) -> str:
    """Return the ref of the link that an event came by; empty if it came by none."""
    if isinstance(event, OptIn):
        return event.ref
    entry = event.entry if isinstance(event, _CARRIERS) else None
    return entry.ref if entry else ""


def _opens_link(event: AnyEvent) -> bool:
    return ref_of(event).startswith(TRY)


def _starts_over(event: AnyEvent, book: FlowBook) -> bool:
    if isinstance(event, Message | Postback) and event.payload == command_payload(START_OVER):
        return True
    return isinstance(event, Message) and book.commands.get(normal(event.text)) == START_OVER


def _beginning(events: Sequence[AnyEvent], begun: Mapping[str, str], book: FlowBook) -> tuple[AnyEvent, ...]:
    """Return the events; one that opened a link to try is the tap of a button that begins the flow.

    So the ref is no way in that is kept, and reaches the flow exactly, whatever the links are called.
    """
    return tuple(_tap(event, begun[event.id], book) if event.id in begun else event for event in events)


def _tap(event: AnyEvent, flow: str, book: FlowBook) -> AnyEvent:
    payload = start_payload(flow) if flow in book.flows else GET_STARTED
    mid = event.mid if isinstance(event, Message | Postback) else ""
    return Postback(id=event.id, at=event.at, mid=mid, payload=payload)
