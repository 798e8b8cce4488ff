"""Addresses: asking and telling the aggregate of a mail address, which lives in a partition of its own.

The rules are :mod:`domain.consent.address_registry`; here they meet the store, by compare-and-set.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from domain.consent import address_registry
from domain.consent.address_registry import AddressState, Admission, Suppression
from domain.effects import SendMail, UpdateAddress
from domain.events import AddressMoved, CodesGuarded, NotMe, Unsubscribed
from domain.ports import AddressStore, Clock, Entropy, Transact
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from service.engine.clock import fresh_entropy

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRegistry:
    """The aggregates of all addresses."""

    store: AddressStore
    transact: Transact
    clock: Clock
    config: Callable[[], WorkspaceConfig]
    """The current declarations; their limits hold."""
    mails_paused: Callable[[], bool] = bool
    """Whether the breaker against list bombing is open."""
    entropy: Entropy = fresh_entropy
    """Names the events of an unsubscription."""

    async def _change_state(
        self, address: str, change: Callable[[AddressState], tuple[AddressState, Answer]]
    ) -> tuple[AddressState, Answer]:
        while True:
            raw, version = await self.store.load_address(address)
            state = address_registry.decode_state(raw)
            changed, answer = change(state)
            if changed == state or await self.store.save_address(
                address, version=version, state=address_registry.encode_state(changed)
            ):
                return changed, answer

    def is_paused(self, mail: SendMail) -> bool:
        """Return whether a mail waits because confirmation mails are paused."""
        return bool(mail.nonce) and self.mails_paused()

    async def admit(self, mail: SendMail, record: Subscriber) -> Admission:
        """Ask whether a mail may go to its address now; idempotent by the mail's id."""
        if self.is_paused(mail):
            return Admission(answer="later", reason="confirmation mails are paused: too many in all within an hour")
        now, limits = self.clock(), self.config().limits
        _, verdict = await self._change_state(
            mail.address, lambda state: address_registry.admit_mail(state, mail, record, now, limits)
        )
        return verdict

    async def update_address(self, subscriber: str, change: UpdateAddress) -> None:
        """Tell an address what happened, and first those who lose it by that; idempotent.

        They come first: once the address is written, a retry could no longer tell who they were.
        """
        while True:
            raw, version = await self.store.load_address(change.address)
            state = address_registry.decode_state(raw)
            changed, losers = address_registry.apply_change(state, subscriber, change)
            for loser in losers:
                await self.transact(loser, (make_loss_event(change, loser, changed),))
            if changed == state or await self.store.save_address(
                change.address, version=version, state=address_registry.encode_state(changed)
            ):
                return

    async def find_owner(self, address: str) -> str:
        """Return the subscriber who proved this address; empty if none did."""
        raw, _ = await self.store.load_address(address)
        return address_registry.decode_state(raw).owner

    async def unsubscribe(
        self, subscriber: str, address: str, topic: str, via: Literal["one-click", "page", "preferences"]
    ) -> None:
        """Withdraw consent for an address: in its aggregate and in every holder, before this returns.

        ``subscriber`` is whom the link was mailed to.  They are written even if the address does not know them yet,
        and whatever address the topic goes to by now: who stops an old mail wants none at the new address either.
        ``topic`` empty: all.  Repeating it changes nothing.
        """
        now = self.clock()
        suppression = Suppression(reason="unsubscribed", at=now, topic=topic)
        state, _ = await self._change_state(
            address, lambda state: (address_registry.add_suppression(state, suppression), None)
        )
        for holder in dict.fromkeys((subscriber, *state.holders)):
            only = "" if holder == subscriber else address
            event = Unsubscribed(id=self.entropy().hex(), at=now, topic=topic, via=via, address=only)
            await self.transact(holder, (event,))

    async def release_address(self, subscriber: str, address: str, *, proven: bool) -> None:
        """Let an address go of somebody who is erased; one they had proven is suppressed.  Idempotent.

        One that was only typed is not: whoever types a stranger's address could silence it by asking to be erased.
        """
        now = self.clock()
        release = UpdateAddress(id=f"{subscriber}:erased", address=address, change="released", at=now)
        suppression = Suppression(reason="erased", at=now)

        def release_and_suppress(state: AddressState) -> tuple[AddressState, None]:
            released, _ = address_registry.apply_change(state, subscriber, release)
            return (address_registry.add_suppression(released, suppression) if proven else released), None

        await self._change_state(address, release_and_suppress)


def make_loss_event(change: UpdateAddress, loser: str, state: AddressState) -> AddressMoved | CodesGuarded | NotMe:
    """Return what a subscriber hears of an address: its owner blocked us, it was guessed at, or proven by another."""
    event_id = f"{change.id}:{change.change}:{loser}"
    if change.change == "not_me":
        return NotMe(id=event_id, at=change.at, address=change.address)
    if change.change in ("held", "wrong_code"):
        return CodesGuarded(id=event_id, at=change.at, address=change.address)
    return AddressMoved(id=event_id, at=state.owned_at or change.at, address=change.address)
