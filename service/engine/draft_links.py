"""Trials: an edition that is not live, played on one person's own phone; everybody else meets the live one.

``doorstep try`` keeps the edition in the store and makes an m.me link with a signed ref, good for a day.  Who opens it
first is bound to it; for anybody else the link begins the live flow.  A trial ends with an ordinary link, with “start
over”, or after a day.  Whoever tried once is one of the team: nothing they do is counted.

A meta value locks a link to its first opener, by compare-and-set: the same person may open it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from domain.events import AnyEvent, Message, OptIn, Postback, Referral
from domain.keyring import Keyring
from domain.ports import Store
from domain.record import Subscriber
from domain.referral_codes import DRAFT_PREFIX
from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import GET_STARTED, FlowCatalog, command_payload, start_payload
from flows.language.matching import normal
from service.engine.decide import Rules
from service.engine.rule_override import DecisionInput

GOOD_FOR = timedelta(days=1)
"""How long a link can be opened, and how long its edition is played from then on."""
START_OVER = "start_over"
UNOPENED = b""
"""Content of the lock of a link that nobody has opened yet."""
_PURPOSE = "try"
_REF_PARTS = 4
_CARRIERS = (Message, Postback, Referral)
"""Events that may tell the link they came by, besides :class:`domain.events.OptIn`."""


class DraftTicket(Struct, frozen=True, kw_only=True):
    """What the ref of a link says."""

    edition: str
    """Content hash of the edition."""
    flow: str
    until: datetime
    """When it can be opened no more."""
    nonce: str
    """Tells links apart."""

    @property
    def lock_name(self) -> str:
        """Meta value that holds the subscriber who opened the link first."""
        return f"draft:{self.nonce}"

    @property
    def old_pool_name(self) -> str:
        """Voucher pool whose only voucher was that lock until 0.1.0; links live for a day."""
        return f"{_PURPOSE}:{self.nonce}"


def write_ref(keys: Keyring, ticket: DraftTicket) -> str:
    """Return the ref; it holds nothing but letters, digits, ``-``, ``_`` and ``=``, as the platform wants it."""
    until = str(int(ticket.until.timestamp()))
    return DRAFT_PREFIX + keys.sign_link(_PURPOSE, ticket.edition, ticket.flow, until, ticket.nonce).replace(".", "=")


def read_ref(keys: Keyring, ref: str) -> DraftTicket | None:
    """Return what a ref says; None if it is not genuine."""
    parts = (
        keys.read_link(_PURPOSE, ref.removeprefix(DRAFT_PREFIX).replace("=", "."))
        if ref.startswith(DRAFT_PREFIX)
        else None
    )
    if parts is None or len(parts) != _REF_PARTS:
        return None
    edition, flow, until, nonce = parts
    return DraftTicket(edition=edition, flow=flow, until=datetime.fromtimestamp(int(until), UTC), nonce=nonce)


async def issue_link(store: Store, keys: Keyring, ticket: DraftTicket) -> str:
    """Let the link be opened by one person; return its ref."""
    await store.save_meta(ticket.lock_name, UNOPENED)
    return write_ref(keys, ticket)


async def take_link(store: Store, ticket: DraftTicket, subscriber: str) -> bool:
    """Return True if this subscriber is the one who opened the link first; of several at once, one is."""
    holder = await store.load_meta(ticket.lock_name)
    if holder is None:  # issued by an older version, or by another installation
        return bool(await store.draw_voucher(ticket.old_pool_name, subscriber))
    if holder == UNOPENED and await store.compare_and_set(ticket.lock_name, UNOPENED, subscriber.encode()):
        return True
    return await store.load_meta(ticket.lock_name) == subscriber.encode()


class DraftSource(Protocol):
    """The editions of this process."""

    def current_rules(self) -> tuple[Rules, WorkspaceConfig]:
        """Return what is live."""

    async def draft_rules(self, edition: str) -> tuple[Rules, WorkspaceConfig] | None:
        """Return a kept edition beside what is live; None if it is live itself, or nobody knows it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRules:
    """Decides somebody who tries a draft, or opens a link to it, by the draft's rules."""

    store: Store
    keys: Keyring
    editions: DraftSource

    def applies_to(self, record: Subscriber, events: Sequence[AnyEvent]) -> bool:
        """Return True for somebody who tries a draft, and for events that opened such a link."""
        return bool(record.trying) or any(map(_opens_link, events))

    async def choose_rules(self, record: Subscriber, events: tuple[AnyEvent, ...], now: datetime) -> DecisionInput:
        """Return what is to be decided, by the edition that is played once all of these events have happened."""
        rules, config = self.editions.current_rules()
        is_over = record.trying_until is None or record.trying_until <= now
        trying, until = "" if is_over else record.trying, record.trying_until
        flows_to_begin: dict[str, str] = {}
        for event in events:
            ref = ref_of(event)
            ticket = read_ref(self.keys, ref) if ref else None
            if ticket is None:
                trying = "" if ref or _starts_over(event, rules.flows) else trying
                continue
            flows_to_begin[event.id] = ticket.flow
            if ticket.until > now and await take_link(self.store, ticket, record.id):
                trying, until = ticket.edition, now + GOOD_FOR
        if trying and (draft := await self.editions.draft_rules(trying)):
            rules, config = draft
        else:
            trying = ""
        return DecisionInput(
            record=replace(record, trying=trying, trying_until=until),
            events=_begin_flows(events, flows_to_begin, rules.flows),
            rules=rules,
            config=config,
        )


def ref_of(event: AnyEvent) -> str:
    """Return the ref of the link that an event came by; empty if it came by none."""
    if isinstance(event, OptIn):
        return event.ref
    entry = event.entry if isinstance(event, _CARRIERS) else None
    return entry.ref if entry else ""


def _opens_link(event: AnyEvent) -> bool:
    return ref_of(event).startswith(DRAFT_PREFIX)


def _starts_over(event: AnyEvent, book: FlowCatalog) -> bool:
    if isinstance(event, Message | Postback) and event.payload == command_payload(START_OVER):
        return True
    return isinstance(event, Message) and book.command_words.get(normal(event.text)) == START_OVER


def _begin_flows(
    events: Sequence[AnyEvent], flows_to_begin: Mapping[str, str], book: FlowCatalog
) -> tuple[AnyEvent, ...]:
    """Return the events; one that opened a link to try is the tap of a button that begins the flow.

    So the ref is no way in that is kept, and reaches the flow exactly, whatever the links are called.
    """
    return tuple(
        _as_tap(event, flows_to_begin[event.id], book) if event.id in flows_to_begin else event for event in events
    )


def _as_tap(event: AnyEvent, flow: str, book: FlowCatalog) -> AnyEvent:
    payload = start_payload(flow) if flow in book.flows else GET_STARTED
    mid = event.mid if isinstance(event, Message | Postback) else ""
    return Postback(id=event.id, at=event.at, mid=mid, payload=payload)
