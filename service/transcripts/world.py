"""The world of one transcript: its people, their phones and mailboxes, and a clock that only the transcript moves.

The rules decide here as they do live (``decide``).  What they want done happens in memory, at once and in order
(:mod:`service.transcripts.effect_ports`).  What comes of that (a mail was sent, a voucher was drawn, somebody else
proved an address) returns as an event, as it does live.  Nothing is random and nothing depends on the real time.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from domain.consent import address_registry, confirmation_requests, decisions
from domain.consent.address_registry import AddressState
from domain.decision import Context
from domain.effect_handling.handlers import carry_out, run_in_memory
from domain.effects import SendMail
from domain.events import AnyEvent
from domain.keyring import Keyring
from domain.ports import Transacted
from domain.record import Identity
from domain.workspace_config import WorkspaceConfig
from service.engine.decide import Rules, create_record, decide_events
from service.transcripts.effect_ports import TranscriptStore, open_registry, transcript_ports
from service.transcripts.participant import Participant

PAGE = "transcript"
MOST_WAKES = 5_000
"""Limit of timers that one wait fires; it ends a sequence that loops for ever."""
SECRET = "people in transcripts have no secrets at all"  # noqa: S105  a key without anything to protect
PROVEN_BEFORE = timedelta(days=1)
"""How long before the start of the transcript an address was proven that is known as proven."""


class TranscriptKeys(Keyring):
    """The keys of a transcript; a person may have a fixed place in every split."""

    def __init__(self) -> None:
        """Begin with no fixed places."""
        super().__init__(SECRET)
        self.fixed_fractions: dict[str, float] = {}
        """By subscriber: from 0 (the first part of a split) to below 1 (the last)."""

    def stable_fraction(self, subscriber: str, label: str) -> float:
        """Return the person's fixed place, else the one that these keys give for the label."""
        fixed = self.fixed_fractions.get(subscriber)
        return super().stable_fraction(subscriber, label) if fixed is None else fixed


class TranscriptWorld:
    """People, addresses, vouchers and time of one transcript."""

    def __init__(self, rules: Rules, config: WorkspaceConfig, start: datetime) -> None:
        """Begin with no people, at ``start``."""
        self.now = start
        self.config = config
        self.rules = rules
        self.keys = TranscriptKeys()
        self.people: dict[str, Participant] = {}
        """By name."""
        self._by_id: dict[str, Participant] = {}  # the same people by subscriber id, as effects and events name them
        self.store = TranscriptStore(clock=lambda: self.now, people=self._by_id)
        self._registry = open_registry(self.store, config, self._queue_events, self._next_entropy)
        self.ports = transcript_ports(self.store, self._registry, rules, self._queue_events)
        self._queue: deque[tuple[str, Sequence[AnyEvent]]] = deque()
        """Subscriber and events that are still to be decided."""
        self._number = 0  # source of ids and entropy

    def add_person(self, name: str) -> Participant:
        """Add a person who has not written yet."""
        record = create_record(self.keys.subscriber_id(PAGE, name), Identity(page=PAGE, psid=name), self.now)
        person = self.people[name] = self._by_id[record.id] = Participant(name=name, record=record)
        return person

    def prove_address(self, person: Participant, email: str, topics: Sequence[str]) -> None:
        """Give a person an address proven by a code, and these topics confirmed, a day before the first line."""
        context = self._context(self.now - PROVEN_BEFORE)
        record = replace(person.record, created_at=context.now, last_event_at=context.now)
        language = record.language or self.config.default_language
        for topic in topics:
            record = decisions.agree_to_topic(record, topic, context, language=language, how="tap", mid="").record
        # The same decisions as in a conversation, in the same order: agree, give the address, prove it.  Only the
        # proof itself is written by hand, since no mail was sent whose code could be typed.
        record, address_hash = confirmation_requests.hold_address(record, email, context)
        nonce = self.keys.make_nonce(context.entropy, record.id, address_hash)
        address = replace(
            record.addresses[address_hash], status="proven", proven_by="code", proven_at=context.now, nonce=nonce
        )
        record = replace(record, addresses={**record.addresses, address_hash: address})
        if topics:
            record = confirmation_requests.request_proof(record, address_hash, tuple(topics), context).record
        person.record = record
        address_state = AddressState(holders=(record.id,), owner=record.id, owner_by="code", owned_at=context.now)
        self.store.addresses[address_hash] = address_registry.encode_state(address_state)

    def advance_time(self, length: timedelta) -> None:
        """Let time pass; what falls due meanwhile is decided at its own moment, in order."""
        until = self.now + length
        for _ in range(MOST_WAKES):
            due = min(
                (person for person in self.people.values() if person.wake and person.wake <= until),
                key=lambda person: (person.wake, person.name), default=None,
            )  # fmt: skip
            if due is None or due.wake is None:
                break
            self.now = max(self.now, due.wake)  # a wake may lie in the past, but time never goes back
            self.process_events(due)
        self.now = until

    def process_events(self, person: Participant, *events: AnyEvent) -> None:
        """Decide these events (none: what is due), carry out the effects, and decide the events that these report."""
        self._queue.append((person.record.id, events))
        self._decide_queued()

    def _decide_queued(self) -> None:
        while self._queue:
            subscriber, events = self._queue.popleft()
            person = self._by_id[subscriber]
            record = person.record
            decision = decide_events(record, events, self._context(max(self.now, record.last_event_at)), self.rules)
            person.record = decision.record
            person.wake = min((at for at in (decision.wake_chat, decision.wake_mail) if at), default=None)
            person.reasons += decision.reasons
            for effect in decision.effects:
                run_in_memory(carry_out(self.ports, subscriber, effect))

    async def _queue_events(
        self, subscriber: str, events: Sequence[AnyEvent], identity: Identity | None = None
    ) -> Transacted:
        """Queue events that an effect reports; the transact port of this world."""
        # They wait until all effects of the present decision are carried out, as live a commit comes between.
        del identity
        self._queue.append((subscriber, events))
        return Transacted(record=self._by_id[subscriber].record, fresh=frozenset())

    def new_id(self) -> str:
        """Return an id that is used once in this world."""
        self._number += 1
        return f"m{self._number}"

    def _context(self, now: datetime) -> Context:
        return Context(now=now, entropy=self._next_entropy(), keys=self.keys, config=self.config)

    def _next_entropy(self) -> bytes:
        """Return 16 bytes that differ each time, and are the same in every run."""
        self._number += 1
        return self._number.to_bytes(16, "big")

    def unsubscribe_by_link(self, person: Participant, mail: SendMail) -> None:
        """Press the unsubscribe link of a marketing mail; it ends the topic for the address, whoever gave that."""
        run_in_memory(self._registry.unsubscribe(person.record.id, mail.address, mail.topic, "one-click"))
        self._decide_queued()


def fill_pools(world: TranscriptWorld, codes: Mapping[str, Sequence[str]]) -> None:
    """Fill the voucher pools that a transcript names."""
    world.store.pools = {pool: deque(vouchers) for pool, vouchers in codes.items()}


def seat_others(world: TranscriptWorld, taken: Mapping[str, Mapping[str, int]]) -> None:
    """Give seats away to people outside the transcript, by table and row."""
    for table, rows in taken.items():
        for row, number in rows.items():
            counter = world.store.seats[f"{table} {row}"]
            counter.take_seats("others", number, number, "before", world.now - PROVEN_BEFORE)
