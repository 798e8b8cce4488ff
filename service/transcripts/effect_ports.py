"""The effect ports of a transcript: people, addresses and voucher pools in memory, changed at once.

The address rules and the erasure are the running service's own (:mod:`service.engine.address_registry`,
:mod:`service.privacy.erasure`); only the store under them is another.
"""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain import record as records
from domain.decision import Reason
from domain.effect_handling.handlers import why_withheld
from domain.effect_handling.ports import EffectPorts
from domain.effects import CallHook, DrawVoucher, Effect, Erase, SendChat, SendMail, TakeSeats, UpdateAddress
from domain.ports import Clock, Entropy, HookAnswer, Loaded, SeatsAnswer, Transact
from domain.ports.seats import SeatCounter
from domain.workspace_config import WorkspaceConfig
from onboarding.engine import decide as onboarding
from service.engine.address_registry import AddressRegistry
from service.engine.decide import Rules, create_record
from service.hooks.read_answer import pick_values
from service.privacy.erasure import Erasure
from service.transcripts.model import HookPlay
from service.transcripts.participant import Participant

TRANSCRIPT_EFFECTS: frozenset[type[Effect]] = frozenset(
    {SendChat, SendMail, UpdateAddress, DrawVoucher, TakeSeats, CallHook, Erase}
)
"""What a transcript carries out.  Ledger, counts and lists are not looked at; profiles are told from the start; and
deciding that raises ends the transcript, so nothing is kept to be decided again."""


@dataclass(slots=True, kw_only=True)
class TranscriptStore:
    """The calls of the store that effects lead to, answered from memory."""

    clock: Clock
    people: Mapping[str, Participant]
    """By subscriber id."""
    addresses: dict[str, bytes] = field(default_factory=dict)
    """State of each address, by its hash."""
    pools: dict[str, deque[str]] = field(default_factory=dict)
    """Voucher codes that are left.  A pool that is not here never runs out."""
    hook_answers: dict[str, deque[HookPlay]] = field(default_factory=dict)
    """Answers of each hook that are still to come."""
    given_vouchers: dict[tuple[str, str], str] = field(default_factory=dict)
    """Voucher code by pool and subscriber."""
    seats: defaultdict[str, SeatCounter] = field(default_factory=lambda: defaultdict(SeatCounter))
    """Who has how many seats, by thing."""

    @property
    def meetings(self) -> int:
        """Return 0: it is never left."""
        return 0

    async def load_address(self, address: str) -> tuple[bytes | None, int]:
        """Return the state of an address, and a version that is never compared."""
        return self.addresses.get(address), 0  # one writer: compare-and-set always succeeds

    async def load_addresses(self, addresses: Sequence[str]) -> Sequence[tuple[bytes | None, int]]:
        """Return the states of many addresses."""
        return [await self.load_address(address) for address in addresses]

    async def save_address(self, address: str, *, version: int, state: bytes) -> bool:
        """Save the state of an address."""
        del version  # see ``address``
        self.addresses[address] = state
        return True

    async def load(self, subscriber: str, event_ids: Sequence[str] = ()) -> Loaded:
        """Return the record of a subscriber."""
        del event_ids
        record = self.people[subscriber].record
        return Loaded(record=records.encode(record), version=record.version)

    async def erase(self, subscriber: str) -> None:
        """Give the person an empty record.  Unlike live, their vouchers are forgotten too."""
        person = self.people[subscriber]
        person.record, person.wake = create_record(subscriber, person.record.identity, self.clock()), None
        self.given_vouchers = {place: code for place, code in self.given_vouchers.items() if place[1] != subscriber}

    async def take_seats(self, holder: str, effect: TakeSeats) -> SeatsAnswer:
        """Let the holder have seats, if enough are left."""
        return self.seats[effect.thing].take_seats(holder, effect.wanted, effect.capacity, effect.id, effect.at)

    async def return_seats(self, holder: str) -> None:
        """Give back everything that the holder has."""
        for counter in self.seats.values():
            counter.forget_holder(holder)

    async def draw_voucher(self, pool: str, holder: str) -> str:
        """Give the holder a voucher, the same one again if asked again; empty if none is left."""
        # As live: a holder gets one voucher of a pool, however often the step is passed.
        if (pool, holder) in self.given_vouchers:
            return self.given_vouchers[pool, holder]
        made_up = f"CODE-{len(self.given_vouchers) + 1:04d}"  # CODE-0001, CODE-0002 …
        codes = self.pools.get(pool, deque((made_up,)))
        code = codes.popleft() if codes else ""
        if code:
            self.given_vouchers[pool, holder] = code
            self.people[holder].vouchers.append(code)
        return code

    async def call_hook(self, subscriber: str, call: CallHook) -> HookAnswer | None:
        """Play the next answer of a hook; one that has none left takes what it is told, and tells nothing."""
        del subscriber
        answers = self.hook_answers.get(call.hook)
        played = answers.popleft() if answers else {}
        match played:
            case "late":
                return None
            case "failed":
                return HookAnswer(taken=False)
            case _:
                return HookAnswer(taken=True, fields=pick_values(played, call.sets))


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptMail:
    """The mail gates and mailboxes of a transcript."""

    clock: Clock
    people: Mapping[str, Participant]
    """By subscriber id."""
    rules: Rules
    registry: AddressRegistry

    async def ask_gate(self, subscriber: str, mail: SendMail) -> str:
        """Return why a mail must not go now; empty if it may."""
        record = self.people[subscriber].record

        # The address comes last: it counts the confirmation mails that it admits, and a mail that consent withholds
        # must not use up its limit.
        reason = why_withheld(
            record, mail, self.clock(), lambda *asked: onboarding.refusal_reason(self.rules.sequences, *asked)
        )
        return reason or (await self.registry.admit(mail, record)).reason

    async def deliver(self, subscriber: str, mail: SendMail) -> None:
        """Put a mail into the person's mailbox, or into the team's."""
        # The team's mailboxes are shared; what a line expects is the mails that this person caused.
        person = self.people[subscriber]
        (person.team_mails if mail.team else person.mails).append(mail)

    async def withhold(self, subscriber: str, mail: SendMail, reason: str) -> None:
        """Note why a mail does not go."""
        text = f"{mail.template} was not sent: {reason}."
        self.people[subscriber].reasons.append(Reason(room="mail", text=text))


def transcript_ports(
    store: TranscriptStore, registry: AddressRegistry, rules: Rules, transact: Transact
) -> EffectPorts:
    """Return the ports of one transcript; ``transact`` queues what comes of an effect."""
    mail = TranscriptMail(clock=store.clock, people=store.people, rules=rules, registry=registry)

    async def deliver_chat(subscriber: str, message: SendChat) -> None:
        store.people[subscriber].thread.append(message)

    return EffectPorts(
        clock=store.clock,
        transact=transact,
        deliver_chat=deliver_chat,
        ask_mail_gate=mail.ask_gate,
        deliver_mail=mail.deliver,
        withhold_mail=mail.withhold,
        update_address=registry.update_address,
        draw_voucher=store.draw_voucher,
        take_seats=store.take_seats,
        call_hook=store.call_hook,
        erase_person=Erasure(store=store, addresses=registry),
    )


def open_registry(
    store: TranscriptStore, config: WorkspaceConfig, transact: Transact, entropy: Entropy
) -> AddressRegistry:
    """Return the service's address registry over this store."""
    return AddressRegistry(store=store, transact=transact, clock=store.clock, config=lambda: config, entropy=entropy)
