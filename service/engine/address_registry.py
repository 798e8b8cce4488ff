"""Address registry: reads and changes the state of mail addresses, each of which has a partition of its own.

The rules are in :mod:`domain.consent.address_registry`; here they are applied to the store, by compare-and-set.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple, TypeVar

from msgspec.structs import replace

from domain.consent import address_registry, full_mailboxes
from domain.consent.address_registry import AddressState, Admission, Suppression
from domain.consent.mailboxes import name_mailbox
from domain.effects import SendMail, UpdateAddress
from domain.event_types.team import AddressUnblocked
from domain.events import Unsubscribed
from domain.keyring import Keyring
from domain.ports import AddressStore, Clock, Entropy, Transact
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from service.engine.address_losses import make_loss_event
from service.engine.clock import fresh_entropy
from service.engine.confirmation_window import ConfirmationWindow
from service.engine.stop_notes import StopNotes

Answer = TypeVar("Answer")


class LoadedAddress(NamedTuple):
    """A state as it was loaded, and what it takes to save a change of it."""

    state: AddressState
    version: int
    meeting: int
    """The meeting with the store at which it was loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRegistry:
    """The states of all addresses."""

    store: AddressStore
    transact: Transact
    clock: Clock
    config: Callable[[], WorkspaceConfig]
    """Returns the live configuration, whose limits hold."""
    window: ConfirmationWindow | None = None
    """Bounds the confirmation mails of all together; None where nothing is mailed."""
    keys: Keyring | None = None
    """Names the mailbox that several addresses lead to; without it each address is counted for itself."""
    stops: StopNotes | None = None
    """Notes suppressions beside the store; None where there is no folder for that."""
    entropy: Entropy = fresh_entropy
    """Names the events of an unsubscription."""
    _full: set[str] = field(default_factory=set)
    """Addresses that were admitted although mails to them were refused as full; only of these is a success written."""

    async def _change_state(
        self,
        address: str,
        change: Callable[[AddressState], tuple[AddressState, Answer]],
        loaded: LoadedAddress | None = None,
    ) -> tuple[AddressState, Answer]:
        """Change a state; ``loaded`` is the one that was read a moment ago, and saves reading it again."""
        while True:
            state, version, met = loaded or await self.load_address(address)
            changed, answer = change(state)
            if changed == state or await self._save_state(address, (version, met), state, changed):
                return changed, answer
            loaded = None  # changed meanwhile

    async def load_address(self, address: str) -> LoadedAddress:
        """Return the state of an address, an empty one if it was never seen, with what saving a change takes."""
        met = self.store.meetings
        raw, version = await self.store.load_address(address)
        return LoadedAddress(address_registry.decode_state(raw), version, met)

    async def _save_state(
        self, address: str, basis: tuple[int, int], before: AddressState, after: AddressState
    ) -> bool:
        """Save a changed state if the address still has this version of this meeting with the store."""
        version, met = basis
        # Holders and limits change at every mail; they are no stop.
        if self.stops and after.suppressions != before.suppressions:
            await self.stops.note_address(address, before, after)
        # A store that lost its end counts the same versions again: a complaint could be overwritten.
        if met != self.store.meetings:
            return False
        return await self.store.save_address(address, version=version, state=address_registry.encode_state(after))

    def is_paused(self, mail: SendMail) -> bool:
        """Return True if a mail waits because too many confirmation mails were asked for."""
        return bool(mail.nonce) and self.window is not None and self.window.is_closed()

    async def admit(self, mail: SendMail, record: Subscriber) -> Admission:
        """Return whether a mail may be sent to its address now; idempotent by the mail's id."""
        if mail.nonce:
            return await self._admit_confirmation(mail, record)
        return await self._admit_at(mail.address, mail, record)

    async def _admit_at(self, address: str, mail: SendMail, record: Subscriber) -> Admission:
        now, limits = self.clock(), self.config().limits
        state, verdict = await self._change_state(
            address, lambda state: address_registry.admit_mail(state, mail, record, now, limits)
        )
        if state.full:
            self._full.add(address)
        return verdict

    async def count_full(
        self,
        address: str,
        send_id: str,
        *,
        by: Literal["smtp", "report"] = "smtp",
        loaded: LoadedAddress | None = None,
    ) -> bool:
        """Count a mail that the full mailbox refused; return True if the mailbox counts as dead by now."""
        now = self.clock()
        state, _ = await self._change_state(
            address, lambda state: (full_mailboxes.count_full(state, send_id, now, by=by), None), loaded
        )
        return full_mailboxes.is_full_for_long(state, now)

    async def note_accepted(self, address: str) -> None:
        """Take in that the server of an address accepted a mail; costs nothing unless mails were refused as full."""
        if address in self._full:
            self._full.discard(address)
            await self._change_state(address, lambda state: (full_mailboxes.forget_full(state), None))

    async def note_delivered(self, address: str, loaded: LoadedAddress | None = None) -> None:
        """Take in a report that a mail lies in its mailbox."""
        await self._change_state(
            address, lambda state: (full_mailboxes.forget_full(state, delivered=True), None), loaded
        )

    async def note_all_delivered(
        self, addresses: Sequence[str], others: Sequence[str] = ()
    ) -> Mapping[str, LoadedAddress]:
        """Take in such reports of many addresses; return the states of ``others``, read in the same round trip.

        Nearly all of the reports change nothing, and cost that one reading together.
        """
        met = self.store.meetings
        stored = await self.store.load_addresses((*addresses, *others))

        def read_state(stored: tuple[bytes | None, int]) -> LoadedAddress:
            return LoadedAddress(address_registry.decode_state(stored[0]), stored[1], met)

        # Together: each waits for the store's disk, which writes what comes at once at once.
        await asyncio.gather(
            *[
                self.note_delivered(address, read_state(found))
                for address, found in zip(addresses, stored, strict=False)
                if full_mailboxes.was_ever_full(found[0])
            ]
        )
        return dict(zip(others, map(read_state, stored[len(addresses) :]), strict=True))

    async def suppress(
        self, address: str, reason: Literal["hard_bounce", "complaint"], loaded: LoadedAddress | None = None
    ) -> None:
        """Suppress an address for good, whoever holds it.  Repeating the call changes nothing that counts."""
        await self._suppress(address, Suppression(reason=reason, at=self.clock()), loaded)

    async def take_suppression(
        self,
        address: str,
        reason: Literal["unsubscribed", "complaint", "hard_bounce", "not_me", "erased"],
        at: datetime,
        topic: str,
        loaded: LoadedAddress | None = None,
    ) -> None:
        """Take over what another system knew of an address; a newer suppression of the same reason stays.

        The address's own state decides at every mail, so no record needs to hear of it.
        """
        await self._suppress(address, Suppression(reason=reason, at=at, topic=topic), loaded)

    async def _suppress(
        self, address: str, suppression: Suppression, loaded: LoadedAddress | None = None
    ) -> AddressState:
        return (
            await self._change_state(
                address, lambda state: (address_registry.add_suppression(state, suppression), None), loaded
            )
        )[0]

    async def repeat_suppression(self, address: str, suppression: Suppression) -> bool:
        """Take a suppression over as it was; return False if it, or a newer one like it, was there."""
        return await self._repeat(address, lambda state: address_registry.add_suppression(state, suppression))

    async def repeat_lift(self, address: str, reasons: Collection[str], at: datetime) -> bool:
        """Lift what was lifted at a time; return False if nothing so old was there."""

        def lift(state: AddressState) -> AddressState:
            kept = tuple(held for held in state.suppressions if held.reason not in reasons or held.at > at)
            return replace(state, suppressions=kept)

        return await self._repeat(address, lift)

    async def _repeat(self, address: str, change: Callable[[AddressState], AddressState]) -> bool:
        def tell(state: AddressState) -> tuple[AddressState, bool]:
            changed = change(state)
            return changed, changed != state

        return (await self._change_state(address, tell))[1]

    async def load_state(self, address: str) -> AddressState:
        """Return the state of an address; an empty one if it was never seen."""
        return (await self.load_address(address)).state

    async def _admit_confirmation(self, mail: SendMail, record: Subscriber) -> Admission:
        """Ask the mailbox and the address, and, for a mail that neither knows yet, the window of all."""
        state = address_registry.decode_state((await self.store.load_address(mail.address))[0])
        _, verdict = address_registry.admit_mail(state, mail, record, self.clock(), self.config().limits)
        is_known = any(name == mail.id for name, _ in state.mails)
        if verdict.answer != "yes" or is_known:
            return verdict
        if self.window and not await self.window.admit(record):
            return Admission(answer="later", reason="too many confirmation mails were asked for within an hour")
        mailbox = self._find_mailbox(mail, record)
        if mailbox and (verdict := await self._admit_at(mailbox, mail, record)).answer != "yes":
            return verdict
        return await self._admit_at(mail.address, mail, record)

    def _find_mailbox(self, mail: SendMail, record: Subscriber) -> str:
        """Return the address hash of the mailbox, if the address is only another spelling of it."""
        held = record.addresses.get(mail.address)
        if held is None or self.keys is None:
            return ""
        mailbox = self.keys.address_hash(name_mailbox(held.email))
        return "" if mailbox == mail.address else mailbox

    async def update_address(self, subscriber: str, change: UpdateAddress) -> None:
        """Apply a change to an address, and report it to the subscribers who lose the address by it; idempotent."""
        if change.change == "confirmed" and self.window:
            await self.window.note_confirmed()
        while True:
            met = self.store.meetings
            raw, version = await self.store.load_address(change.address)
            state = address_registry.decode_state(raw)
            changed, losers = address_registry.apply_change(state, subscriber, change)
            # The losers are told before the address is written: a retry after that could not tell who they were.
            # Their events have ids made of the change, so telling twice counts once.
            for loser in losers:
                await self.transact(loser, (make_loss_event(change, subscriber, loser, state, changed),))
            if changed == state or await self._save_state(change.address, (version, met), state, changed):
                return

    async def find_owner(self, address: str) -> str:
        """Return the subscriber who proved this address; empty for none."""
        raw, _ = await self.store.load_address(address)
        return address_registry.decode_state(raw).owner

    async def unsubscribe(
        self, subscriber: str, address: str, topic: str, via: Literal["one-click", "page", "preferences", "mail"]
    ) -> None:
        """Withdraw consent for an address: in its own state and in the record of every holder, before this returns.

        ``subscriber`` is the recipient of the mail with the link, and ``topic`` is empty for all topics.  Repeating the
        call changes nothing.
        """
        now = self.clock()
        suppression = Suppression(reason="unsubscribed", at=now, topic=topic)
        state = await self._suppress(address, suppression)
        for holder in dict.fromkeys((subscriber, *state.holders)):
            # The recipient withdraws the topic for whichever address it goes to by now: a person who stops an old mail
            # wants none at the new address either.  Other holders withdraw it for this address only.
            only = "" if holder == subscriber else address
            event = Unsubscribed(id=self.entropy().hex(), at=now, topic=topic, via=via, address=only)
            await self.transact(holder, (event,))

    async def unblock(self, address: str, *, by: str, bounced: bool) -> AddressState:
        """Lift “not me”, and a hard bounce if ``bounced``; return the new state.  ``by`` says who and why.

        The line in the ledger of every holder comes first, so that nothing is lifted that no ledger tells of.
        """
        event_id, now = self.entropy().hex(), self.clock()
        state = address_registry.decode_state((await self.store.load_address(address))[0])
        for holder in state.holders:
            event = AddressUnblocked(id=f"unblock:{event_id}:{holder}", at=now, address=address, by=by)
            await self.transact(holder, (event,))
        after, _ = await self._change_state(
            address, lambda state: (address_registry.lift_blocks(state, bounced=bounced), None)
        )
        return after

    async def release_address(self, subscriber: str, address: str, *, proven: bool) -> None:
        """Release an address of a person who is erased, and suppress it if they had proven it.  Idempotent."""
        # An address that was only typed is not suppressed: anybody could silence a stranger's address by typing it and
        # asking to be erased.
        now = self.clock()
        release = UpdateAddress(id=f"{subscriber}:erased", address=address, change="released", at=now)
        suppression = Suppression(reason="erased", at=now)

        def release_and_suppress(state: AddressState) -> tuple[AddressState, None]:
            released, _ = address_registry.apply_change(state, subscriber, release)
            return (address_registry.add_suppression(released, suppression) if proven else released), None

        await self._change_state(address, release_and_suppress)
