"""The world of one transcript: its people, their phones and mailboxes, and a clock that only the transcript moves.

The one pass decides here as it does live (``decide``).  What it wants done happens in memory, at
once and in order: messages stand in the person's thread, mails pass their gates and stand in a mailbox, addresses
and pools are values.  What that leads to (a mail was sent, a code was drawn, an address was proven by somebody else)
comes back as an event, as it does live.  Nothing is random and nothing depends on the real time.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec.structs import replace

from domain.consent import address_registry, decisions
from domain.consent.address_registry import AddressState, Suppression
from domain.decision import Context, Reason
from domain.effects import DrawCode, Effect, Erase, SendChat, SendMail, TellAddress
from domain.events import AnyEvent, CodeDrawn, MailRefused, MailSent, Unsubscribed
from domain.keyring import Keyring
from domain.record import Identity, Subscriber
from domain.workspace_config import WorkspaceConfig
from onboarding.engine import decide as onboarding
from service.engine.address_registry import lost
from service.engine.decide import Rules, create, decide

PAGE = "transcript"
MOST_WAKES = 5_000
"""Timers that one wait may fire; a sequence that goes round for ever ends here."""
SECRET = "people in transcripts have no secrets at all"  # noqa: S105  a key without anything to protect
EARLIER = timedelta(days=1)
"""How long before the first line somebody has proven what is known as proven."""


class TranscriptKeys(Keyring):
    """The keys of transcripts: a person may have a fixed place in every split."""

    def __init__(self) -> None:
        """Begin without any fixed place."""
        super().__init__(SECRET)
        self.places: dict[str, float] = {}

    def fraction(self, subscriber: str, label: str) -> float:
        """Return the person's fixed place, else what every installation with this key would say."""
        fixed = self.places.get(subscriber)
        return super().fraction(subscriber, label) if fixed is None else fixed


@dataclass(slots=True, kw_only=True)
class Person:
    """One person: the record, the thread on their phone, and their mailbox."""

    name: str
    record: Subscriber
    email: str = ""
    """What their Messenger profile offers."""
    phone: str = ""
    wake: datetime | None = None
    thread: list[SendChat] = field(default_factory=list)
    typed: list[tuple[str, str]] = field(default_factory=list)
    """Message id and text of what they wrote."""
    mails: list[SendMail] = field(default_factory=list)
    """What arrived in their mailbox."""
    notices: list[SendMail] = field(default_factory=list)
    """Mails to the team that they caused."""
    drawn: list[str] = field(default_factory=list)
    """Codes of pools they were given."""
    reasons: list[Reason] = field(default_factory=list)
    """Why things were done, the latest line only."""
    deeds: list[str] = field(default_factory=list)
    """What the product told of them."""


class World:
    """Everything that one transcript plays in."""

    def __init__(self, rules: Rules, config: WorkspaceConfig, start: datetime) -> None:
        """Begin with nobody."""
        self.now = start
        self.config = config
        self.rules = rules
        self.keys = TranscriptKeys()
        self.people: dict[str, Person] = {}
        self.pools: dict[str, deque[str]] = {}
        self._given: dict[tuple[str, str], str] = {}
        self._addresses: dict[str, AddressState] = {}
        self._number = 0

    # -- people ------------------------------------------------------------------------------------------------
    def meet(self, name: str) -> Person:
        """Add somebody whom nobody knows yet."""
        record = create(self.keys.subscriber_id(PAGE, name), Identity(page=PAGE, psid=name), self.now)
        person = self.people[name] = Person(name=name, record=record)
        return person

    def proves(self, person: Person, email: str, topics: Sequence[str]) -> None:
        """Let somebody have proven an address by a code, and confirmed these topics, before the first line."""
        context = self._context(self.now - EARLIER)
        record = replace(person.record, created_at=context.now, last_event_at=context.now)
        language = record.language or self.config.language
        for topic in topics:
            record = decisions.agree(record, topic, context, language=language, how="tap", mid="").record
        record, hashed = decisions.hold_address(record, email, context)
        nonce = self.keys.nonce(context.entropy, record.id, hashed)
        held = replace(record.addresses[hashed], status="proven", proven_by="code", proven_at=context.now, nonce=nonce)
        record = replace(record, addresses={**record.addresses, hashed: held})
        if topics:
            record = decisions.request(record, hashed, tuple(topics), context).record
        person.record = record
        owned = AddressState(holders=(record.id,), owner=record.id, owner_by="code", owned_at=context.now)
        self._addresses[hashed] = owned

    # -- time --------------------------------------------------------------------------------------------------
    def wait(self, length: timedelta) -> None:
        """Let time pass; what is due in it happens at its moment, in order."""
        until = self.now + length
        for _ in range(MOST_WAKES):
            due = min(
                (one for one in self.people.values() if one.wake and one.wake <= until),
                key=lambda one: (one.wake, one.name), default=None,
            )  # fmt: skip
            if due is None or due.wake is None:
                break
            self.now = max(self.now, due.wake)
            self.happens(due)
        self.now = until

    # -- what happens ------------------------------------------------------------------------------------------
    def happens(self, person: Person, *events: AnyEvent) -> None:
        """Decide these events (none: what is due), do what it wants done, and go on with what comes of that."""
        waiting: deque[tuple[Person, Sequence[AnyEvent]]] = deque([(person, events)])
        while waiting:
            who, those = waiting.popleft()
            record = who.record
            decision = decide(record, those, self._context(max(self.now, record.last_event_at)), self.rules)
            who.record = decision.record
            who.wake = min((at for at in (decision.wake_chat, decision.wake_mail) if at), default=None)
            who.reasons += decision.reasons
            for effect in decision.effects:
                waiting += self._done(who, effect)

    def new_id(self) -> str:
        """Return an id that nothing else has."""
        self._number += 1
        return f"m{self._number}"

    def _context(self, now: datetime) -> Context:
        self._number += 1
        return Context(now=now, entropy=self._number.to_bytes(16, "big"), keys=self.keys, config=self.config)

    def _done(self, person: Person, effect: Effect) -> list[tuple[Person, Sequence[AnyEvent]]]:
        """Carry an effect out; return what comes of it, and for whom."""
        match effect:
            case SendChat():
                person.thread.append(effect)
            case SendMail() if effect.team:
                person.notices.append(effect)
            case SendMail():
                return self._mailed(person, effect)
            case TellAddress():
                return self._told(person, effect)
            case DrawCode():
                return [(person, (self._draw(person, effect),))]
            case Erase():
                self._forget(person)
        return []

    def _forget(self, person: Person) -> None:
        """Erase somebody; an address they had proven is suppressed, as live (:mod:`service.privacy.erasure`)."""
        known = person.record
        for name, held in known.addresses.items():
            told = TellAddress(id=self.new_id(), address=name, change="released", at=self.now)
            state, _ = address_registry.apply(self._addresses.get(name, AddressState()), known.id, told)
            one = Suppression(reason="erased", at=self.now)
            self._addresses[name] = address_registry.suppress(state, one) if held.status == "proven" else state
        person.record, person.wake = create(known.id, known.identity, self.now), None
        self._given = {holder: code for holder, code in self._given.items() if holder[1] != known.id}

    def _mailed(self, person: Person, mail: SendMail) -> list[tuple[Person, Sequence[AnyEvent]]]:
        """Send a mail if its gates let it through; both outcomes come back."""
        reason = decisions.may_mail(person.record, mail, self.now) or onboarding.gate(
            self.rules.sequences, person.record, mail, self.now
        )
        if not reason:
            state = self._addresses.get(mail.address, AddressState())
            state, verdict = address_registry.admit(state, mail, person.record, self.now, self.config.limits)
            self._addresses[mail.address] = state
            reason = verdict.reason
        if reason:
            person.reasons.append(Reason(room="mail", text=f"{mail.template} was not sent: {reason}."))
            return [(person, (MailRefused(id=self.new_id(), at=self.now, send_id=mail.id, reason=reason),))]
        person.mails.append(mail)
        if not mail.nonce:
            return []
        sent = MailSent(id=self.new_id(), at=self.now, send_id=mail.id, message_id=f"<{mail.id}>", content_hash="")
        return [(person, (sent,))]

    def _told(self, person: Person, told: TellAddress) -> list[tuple[Person, Sequence[AnyEvent]]]:
        state = self._addresses.get(told.address, AddressState())
        self._addresses[told.address], losers = address_registry.apply(state, person.record.id, told)
        return self._all_hear(told, losers)

    def _all_hear(self, told: TellAddress, losers: Sequence[str]) -> list[tuple[Person, Sequence[AnyEvent]]]:
        state = self._addresses[told.address]
        return [(one, (lost(told, one.record.id, state),)) for one in self.people.values() if one.record.id in losers]

    def _draw(self, person: Person, effect: DrawCode) -> CodeDrawn:
        holder = (effect.pool, person.record.id)
        if holder not in self._given:
            pool = self.pools.get(effect.pool)
            code = f"CODE-{len(self._given) + 1:04d}" if pool is None else pool.popleft() if pool else ""
            if code:
                self._given[holder] = code
                person.drawn.append(code)
        return CodeDrawn(id=self.new_id(), at=self.now, pool=effect.pool, code=self._given.get(holder, ""))

    def unsubscribes(self, person: Person, mail: SendMail) -> None:
        """Press the link that every marketing mail carries: the address wants this topic no more, whoever gave it."""
        state = self._addresses.get(mail.address, AddressState())
        one = Suppression(reason="unsubscribed", at=self.now, topic=mail.topic)
        self._addresses[mail.address] = state = address_registry.suppress(state, one)
        for holder in self.people.values():
            if holder is person or holder.record.id in state.holders:
                only = "" if holder is person else mail.address
                event = Unsubscribed(id=self.new_id(), at=self.now, topic=mail.topic, via="one-click", address=only)
                self.happens(holder, event)


def fill_pools(world: World, codes: Mapping[str, Sequence[str]]) -> None:
    """Fill the pools that a transcript names."""
    world.pools = {pool: deque(those) for pool, those in codes.items()}
