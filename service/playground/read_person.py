"""What is read from the store of one person, for the page."""

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import flows.decide
import onboarding.engine.decide
from domain import record as records
from domain.consent import double_opt_in
from domain.decision import Context
from domain.record import Subscriber
from flows.conversation.handover import quiet_until
from flows.conversation.position import Standing, standing
from onboarding.tuning.forecast import RunOutlook, outlook
from service.engine.build_commit import read_line
from service.playground import person_panel
from service.playground.player import Player, Stage
from service.playground.stored_person import Stored, plain
from service.playground.views import Due, Knows

LOG_LINES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One person, as read."""

    knows: Knows
    language: str
    """As the record has it; empty: the workspace's first."""
    addresses: frozenset[str]
    """Their own and all that they gave, in lower case."""
    proven: str
    """The address they proved; empty: none."""
    standing: Standing | None
    runs: Sequence[RunOutlook]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Reads the store for the page."""

    stage: Stage

    def _name(self, player: Player) -> str:
        return self.stage.keys.subscriber_id(self.stage.page, player.psid)

    async def _record(self, name: str) -> Subscriber | None:
        loaded = await self.stage.store.load(name)
        return records.decode(loaded.record) if loaded.record else None

    def _context(self, record: Subscriber) -> Context:
        now = max(self.stage.clock.now(), record.last_event_at)
        config = self.stage.editions.current.config
        return Context(now=now, entropy=bytes(16), keys=self.stage.keys, config=config)

    async def seen(self, player: Player) -> Seen:
        """Return everything about a person."""
        record = await self._record(self._name(player))
        if record is None:
            nothing = person_panel.stranger(player.name, came=bool(player.language))
            own = frozenset((player.email,))
            return Seen(knows=nothing, language="", addresses=own, proven="", standing=None, runs=())
        rules = self.stage.editions.current.rules
        store = self.stage.store
        sends = await store.sends(record.id)
        runs = outlook(rules.sequences, record, sends, self._context(record))
        wordings = {one.wording: await store.wording(record.id, one.wording) for one in record.consents.values()}
        stored = Stored(
            record=record,
            sends=sends,
            ledger=await store.ledger(record.id),
            log=[read_line(raw) for raw in await store.log(record.id, last=LOG_LINES)],
            wordings={name: text for name, text in wordings.items() if text},
            outlook=runs,
        )
        held = record.addresses.values()
        return Seen(
            knows=person_panel.knows(stored, player.name, self.stage.editions.current.config),
            language=record.language,
            addresses=frozenset((player.email, *(one.email.casefold() for one in held))),
            proven=next((one.email for one in held if one.status == "proven"), ""),
            standing=standing(rules.flows, record),
            runs=runs,
        )

    async def next_due(self, shown: Player, players: Sequence[Player]) -> Due | None:
        """Return the nearest due moment of the shown person, else of anybody, named by what it is."""
        record = await self._record(self._name(shown))
        at = self._wake(record) if record else None
        if record and at:
            what, when = self._what(record, at)
            return Due(psid=shown.psid, name=shown.name, what=what, at=when)
        return await self._anybodys(players)

    def _wake(self, record: Subscriber) -> datetime | None:
        """Return when this person is to be woken next, of what is still to come."""
        rules = self.stage.editions.current.rules
        wakes = (
            flows.decide.wake_at(rules.flows, record),
            double_opt_in.wake_at(record),
            onboarding.engine.decide.wake_at(rules.sequences, record),
        )
        now = self.stage.clock.now()
        return min((one for one in wakes if one and one > now), default=None)

    async def _anybodys(self, players: Sequence[Player]) -> Due | None:
        store = self.stage.store
        found = [one for one in (await store.nearest_due("chat"), await store.nearest_due("mail")) if one]
        if not found:
            return None
        name, ms = min(found, key=lambda one: one[1])
        player = next((one for one in players if self._name(one) == name), None)
        at = datetime.fromtimestamp(ms / 1000, UTC)
        record = await self._record(name)
        what, when = self._what(record, at) if record else ("something", at)
        return Due(psid=player.psid if player else "", name=player.name if player else "Somebody", what=what, at=when)

    def _what(self, record: Subscriber, at: datetime) -> tuple[str, datetime]:
        """Say what is due; where a wait ends in a mail that still has to keep quiet hours, the mail's own moment."""
        talk, config = record.conversation, self.stage.editions.current.config
        if talk and talk.nudge_at and _same(talk.nudge_at, at):
            return "nudge in chat", at
        for relay in record.relays:
            if not relay.chat and _same(relay.due_at, at):
                return f"“{plain(relay.step)}”", at
        quiet = quiet_until(record, config.limits.human_hours)
        if quiet and _same(quiet, at):
            return f"{config.bot} takes over again", at
        if talk and talk.timeout_at and _same(talk.timeout_at, at):
            return f"“{plain(talk.step)}” goes on", at
        if any(_same(one.expires_at, at) for one in record.pending.values()):
            return "the code expires", at
        sequences = self.stage.editions.current.rules.sequences
        for run in outlook(sequences, record, (), self._context(record)):
            if run.status == "running" and run.next_at and run.next_template:
                return f"“{plain(run.next_template)}” mail", max(at, run.next_at)
        return "a wait ends", at

    async def mark(self, player: Player) -> Hashable:
        """Return a value that differs when anything stored of a person has changed."""
        name = self._name(player)
        loaded = await self.stage.store.load(name)
        sends = await self.stage.store.sends(name)
        return loaded.version, tuple((one.id, one.status) for one in sends)

    async def fingerprints(self, player: Player) -> dict[str, str]:
        """Return a hash of each thing that is stored of a person, by what it is called."""
        name, store = self._name(player), self.stage.store
        record = await self._record(name)
        addresses = [await store.address(one) for one in sorted(record.addresses)] if record else []
        stored: dict[str, object] = {
            "the record": (await store.load(name)).record,
            "the consent ledger": list(await store.ledger(name)),
            "the send ledger": [(one.id, one.status) for one in await store.sends(name)],
            "the addresses": addresses,
        }
        return {what: hashlib.sha256(repr(value).encode()).hexdigest() for what, value in stored.items()}


def _same(one: datetime, other: datetime) -> bool:
    """Tell whether two moments are the same; the due index keeps whole milliseconds."""
    return int(one.timestamp() * 1000) == int(other.timestamp() * 1000)
