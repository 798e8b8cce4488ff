"""Draft links: an edition that is not live, played on one person's phone while all others meet the live one.

``doorstep try`` keeps the edition in the store and makes an m.me link with a signed ref, valid for a day.  The first
person to open it plays the draft; for anybody else the link begins the live flow.  An ordinary link, “start over”, or
the end of a day ends the draft.  A person who tried a draft once is one of the team: nothing they do is counted.

A meta value locks a link to its first opener, by compare-and-set; the same person may open it again.
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
from flows.language.matching import normalize_text
from service.engine.decide import Rules
from service.engine.rule_override import DecisionInput

LINK_LIFETIME = timedelta(days=1)
"""How long a link can be opened, and how long its draft is played after that."""
START_OVER = "start_over"
UNOPENED = b""
"""Content of the lock while no one has opened the link."""
_PURPOSE = "try"
_REF_PARTS = 4
_CARRIERS = (Message, Postback, Referral)
"""Events that may carry the ref of a link, besides :class:`domain.events.OptIn`."""


class DraftTicket(Struct, frozen=True, kw_only=True):
    """The content of a link's ref."""

    edition: str
    """Content hash of the edition."""
    flow: str
    until: datetime
    """When the link expires."""
    nonce: str
    """Unique for each link."""

    @property
    def lock_name(self) -> str:
        """Meta value that holds the subscriber who opened the link first."""
        return f"draft:{self.nonce}"

    @property
    def old_pool_name(self) -> str:
        """Voucher pool whose only voucher was that lock until 0.1.0; links live for a day."""
        return f"{_PURPOSE}:{self.nonce}"


def write_ref(keys: Keyring, ticket: DraftTicket) -> str:
    """Return the ref of a link; the platform allows letters, digits, ``-``, ``_`` and ``=`` in it."""
    until = str(int(ticket.until.timestamp()))
    return DRAFT_PREFIX + keys.sign_link(_PURPOSE, ticket.edition, ticket.flow, until, ticket.nonce).replace(".", "=")


def read_ref(keys: Keyring, ref: str) -> DraftTicket | None:
    """Return the content of a ref; None if it is not genuine."""
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
    """Make a link that one person can open; return its ref."""
    await store.save_meta(ticket.lock_name, UNOPENED)
    return write_ref(keys, ticket)


async def take_link(store: Store, ticket: DraftTicket, subscriber: str) -> bool:
    """Return True if this subscriber was the first to open the link; of several at once, one is."""
    holder = await store.load_meta(ticket.lock_name)
    if holder is None:  # issued by an older version, or by another installation
        return bool(await store.draw_voucher(ticket.old_pool_name, subscriber))
    if holder == UNOPENED and await store.compare_and_set(ticket.lock_name, UNOPENED, subscriber.encode()):
        return True
    return await store.load_meta(ticket.lock_name) == subscriber.encode()


class DraftSource(Protocol):
    """The editions of this process."""

    def current_rules(self) -> tuple[Rules, WorkspaceConfig]:
        """Return the live rules."""

    async def draft_rules(self, edition: str) -> tuple[Rules, WorkspaceConfig] | None:
        """Return the rules of a kept edition; None if it is live itself, or no longer kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRules:
    """The override of the live rules for people who try a draft, or open a link to one."""

    store: Store
    keys: Keyring
    editions: DraftSource

    def applies_to(self, record: Subscriber, events: Sequence[AnyEvent]) -> bool:
        """Return True for a person who tries a draft, and for events that opened a link to one."""
        return bool(record.trying) or any(map(_opens_link, events))

    async def choose_rules(self, record: Subscriber, events: tuple[AnyEvent, ...], now: datetime) -> DecisionInput:
        """Return the input of the decision, with the rules that hold after the last of these events."""
        rules, config = self.editions.current_rules()
        is_over = record.trying_until is None or record.trying_until <= now
        trying, until = "" if is_over else record.trying, record.trying_until
        flows_to_begin: dict[str, str] = {}
        for event in events:
            ref = ref_of(event)
            ticket = read_ref(self.keys, ref) if ref else None
            if ticket is None:
                # Any other link leaves the draft, as does "start over"; a plain message goes on with it.
                trying = "" if ref or _starts_over(event, rules.flows) else trying
                continue
            flows_to_begin[event.id] = ticket.flow
            # An expired link, or one that another person opened first, begins the flow as an ordinary link does.
            if ticket.until > now and await take_link(self.store, ticket, record.id):
                trying, until = ticket.edition, now + LINK_LIFETIME
        if trying and (draft := await self.editions.draft_rules(trying)):
            rules, config = draft
        else:
            trying = ""  # the draft was applied, or is no longer kept: the live rules hold
        return DecisionInput(
            record=replace(record, trying=trying, trying_until=until),
            events=_begin_flows(events, flows_to_begin, rules.flows),
            rules=rules,
            config=config,
        )


def ref_of(event: AnyEvent) -> str:
    """Return the ref of the link that led to an event; empty if none did."""
    if isinstance(event, OptIn):
        return event.ref
    entry = event.entry if isinstance(event, _CARRIERS) else None
    return entry.ref if entry else ""


def _opens_link(event: AnyEvent) -> bool:
    return ref_of(event).startswith(DRAFT_PREFIX)


def _starts_over(event: AnyEvent, catalog: FlowCatalog) -> bool:
    if isinstance(event, Message | Postback) and event.payload == command_payload(START_OVER):
        return True
    return isinstance(event, Message) and catalog.command_words.get(normalize_text(event.text)) == START_OVER


def _begin_flows(
    events: Sequence[AnyEvent], flows_to_begin: Mapping[str, str], catalog: FlowCatalog
) -> tuple[AnyEvent, ...]:
    """Return the events, with the tap of a button that begins the flow in place of each opened draft link.

    The signed ref is therefore not recorded as a referral, and always reaches this flow.
    """
    return tuple(
        _as_tap(event, flows_to_begin[event.id], catalog) if event.id in flows_to_begin else event for event in events
    )


def _as_tap(event: AnyEvent, flow: str, catalog: FlowCatalog) -> AnyEvent:
    # A flow that exists only in the draft greets everybody else as the get-started button does.
    payload = start_payload(flow) if flow in catalog.flows else GET_STARTED
    mid = event.mid if isinstance(event, Message | Postback) else ""
    return Postback(id=event.id, at=event.at, mid=mid, payload=payload)
