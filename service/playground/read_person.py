"""Reads from the store what the page shows of one person."""

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import flows.decide
import onboarding.engine.decide
from domain import record as records
from domain.consent import confirmation_ends
from domain.decision import Context
from domain.record import Subscriber
from flows.conversation.handover import quiet_until
from flows.conversation.position import ConversationPosition, find_position
from language.zones import zone_of_person
from onboarding.engine.mail_hours.quiet_hours import allowed_from, is_quiet
from onboarding.tuning.forecast import RunForecast, forecast_runs
from service.engine.build_commit import decode_line
from service.playground import person_panel
from service.playground.player import DemoServices, Player
from service.playground.stored_person import StoredPerson, plain_name
from service.playground.views import DueView, KnowledgeView

LOG_LINES = 200
"""Lines of the history that are shown; older ones stay in the store."""
MAIL_DUE = " mail"
"""End of what is due, if it is a mail of a sequence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSnapshot:
    """One person, as read at one moment."""

    knows: KnowledgeView
    language: str
    """The record's language; empty if the workspace's first holds."""
    addresses: frozenset[str]
    """The profile's address and all that the person gave, in lower case."""
    proven: str
    """The address they proved; empty if there is none."""
    standing: ConversationPosition | None
    runs: Sequence[RunForecast]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPersonReader:
    """Reads the store for the page."""

    demo: DemoServices

    def _subscriber_id(self, player: Player) -> str:
        return self.demo.keys.subscriber_id(self.demo.page, player.psid)

    async def load_player(self, player: Player) -> Subscriber | None:
        """Return the record of a player; None if they have none yet."""
        return await self._load_record(self._subscriber_id(player))

    async def _load_record(self, name: str) -> Subscriber | None:
        loaded = await self.demo.store.load(name)
        return records.decode(loaded.record) if loaded.record else None

    def build_context(self, record: Subscriber) -> Context:
        """Return what a forecast for this person is decided with."""
        # No entropy is used up: a forecast decides nothing that is kept.
        now = max(self.demo.clock.now(), record.last_event_at)
        config = self.demo.editions.current.config
        return Context(now=now, entropy=bytes(16), keys=self.demo.keys, config=config)

    async def read_person(self, player: Player) -> PersonSnapshot:
        """Return everything that is stored of a person, with its forecast."""
        record = await self._load_record(self._subscriber_id(player))
        if record is None:
            knowledge = person_panel.describe_stranger(player.name, came=bool(player.language))
            own = frozenset((player.email,))
            return PersonSnapshot(knows=knowledge, language="", addresses=own, proven="", standing=None, runs=())
        edition, store = self.demo.editions.current, self.demo.store
        sends = await store.sends_of(record.id)
        runs = forecast_runs(edition.rules.sequences, record, sends, self.build_context(record))
        # Each consent rests on an exact text, which is kept once under its hash.
        wordings = {
            consent.wording: await store.consent_wording(record.id, consent.wording)
            for consent in record.consents.values()
        }
        stored = StoredPerson(
            record=record,
            sends=sends,
            ledger=await store.consent_ledger(record.id),
            log=[decode_line(raw) for raw in await store.history(record.id, last=LOG_LINES)],
            wordings={name: text for name, text in wordings.items() if text},
            forecasts=runs,
        )
        addresses = record.addresses.values()
        return PersonSnapshot(
            knows=person_panel.describe_person(stored, player.name, edition.config),
            language=record.language,
            addresses=frozenset((player.email, *(address.email.casefold() for address in addresses))),
            proven=next((address.email for address in addresses if address.status == "proven"), ""),
            standing=find_position(edition.rules.flows, record),
            runs=runs,
        )

    async def find_next_due(self, shown: Player, players: Sequence[Player]) -> DueView | None:
        """Return the next due moment of the shown person, else of any person, and what is due then."""
        record = await self._load_record(self._subscriber_id(shown))
        at = self._next_wake(record) if record else None
        if record and at:
            what, when = self._describe_due(record, at)
            quiet = what.endswith(MAIL_DUE) and self._waits_for_morning(record, when)
            return DueView(psid=shown.psid, name=shown.name, what=what, at=when, quiet=quiet)
        return await self._anybody_due(players)

    def _next_wake(self, record: Subscriber) -> datetime | None:
        """Return when this person is woken next; None if nothing is planned after now."""
        rules = self.demo.editions.current.rules
        # The same three that deciding asks.  What is due by now is left out: a worker is about to take it.
        wakes = (
            flows.decide.wake_at(rules.flows, record),
            confirmation_ends.next_expiry(record),
            onboarding.engine.decide.wake_at(rules.sequences, record),
        )
        now = self.demo.clock.now()
        return min((wake for wake in wakes if wake and wake > now), default=None)

    async def _anybody_due(self, players: Sequence[Player]) -> DueView | None:
        store = self.demo.store
        due_people = [due for due in (await store.next_due("chat"), await store.next_due("mail")) if due]
        if not due_people:
            return None
        # The index of due people holds ids and business milliseconds; only the record says what is due.
        name, ms = min(due_people, key=lambda due: due[1])
        player = next((player for player in players if self._subscriber_id(player) == name), None)
        at = datetime.fromtimestamp(ms / 1000, UTC)
        record = await self._load_record(name)
        what, when = self._describe_due(record, at) if record else ("something", at)
        return DueView(
            psid=player.psid if player else "", name=player.name if player else "Somebody", what=what, at=when
        )

    def _describe_due(self, record: Subscriber, at: datetime) -> tuple[str, datetime]:
        """Return what is due and when; for a mail that quiet hours delay, the later moment at which it goes."""
        conversation, config = record.conversation, self.demo.editions.current.config
        if conversation and conversation.nudge_at and _is_same_ms(conversation.nudge_at, at):
            return "nudge in chat", at
        # The record names the next moment of each kind; the one that equals ``at`` is what is due.
        for relay in record.relays:
            if not relay.chat and _is_same_ms(relay.due_at, at):
                return f"“{plain_name(relay.step)}”", at
        quiet = quiet_until(record, config.limits.human_hours)
        if quiet and _is_same_ms(quiet, at):
            return f"{config.bot} takes over again", at
        if conversation and conversation.timeout_at and _is_same_ms(conversation.timeout_at, at):
            return f"“{plain_name(conversation.step)}” goes on", at
        if any(_is_same_ms(pending.expires_at, at) for pending in record.pending.values()):
            return "the code expires", at
        sequences = self.demo.editions.current.rules.sequences
        for run in forecast_runs(sequences, record, (), self.build_context(record)):
            if run.status == "running" and run.next_at and run.next_template:
                return f"“{plain_name(run.next_template)}”{MAIL_DUE}", max(at, run.next_at)
        return "a wait ends", at

    def _waits_for_morning(self, record: Subscriber, when: datetime) -> bool:
        """Return True if it is night where a person is, and their mail goes when it ends."""
        config, now = self.demo.editions.current.config, self.demo.clock.now()
        zone = zone_of_person(record, config.timezone, now)
        return is_quiet(now, zone, config.limits) and when <= allowed_from(now, zone, config.limits, 1.0)

    async def change_mark(self, player: Player) -> Hashable:
        """Return a value that changes whenever the record or the send ledger of a person changes."""
        name = self._subscriber_id(player)
        loaded = await self.demo.store.load(name)
        sends = await self.demo.store.sends_of(name)
        return loaded.version, tuple((send.id, send.status) for send in sends)

    async def fingerprint_stored(self, player: Player) -> dict[str, str]:
        """Return a hash of each thing that is stored of a person, by its name in a sentence."""
        name, store = self._subscriber_id(player), self.demo.store
        record = await self._load_record(name)
        addresses = [await store.load_address(address) for address in sorted(record.addresses)] if record else []
        # The names stand in a sentence on the page: "the send ledger changed".
        stored: dict[str, object] = {
            "the record": (await store.load(name)).record,
            "the consent ledger": list(await store.consent_ledger(name)),
            "the send ledger": [(send.id, send.status) for send in await store.sends_of(name)],
            "the addresses": addresses,
        }
        return {name: hashlib.sha256(repr(value).encode()).hexdigest() for name, value in stored.items()}


def _is_same_ms(first: datetime, second: datetime) -> bool:
    """Return True if two moments are the same millisecond, which is what the index of due people keeps."""
    return int(first.timestamp() * 1000) == int(second.timestamp() * 1000)
