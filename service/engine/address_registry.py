"""Addresses: asking and telling the aggregate of a mail address, which lives in a partition of its own.

The rules are :mod:`domain.consent.address_registry`; here they meet the store, by compare-and-set.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from domain.consent import address_registry
from domain.consent.address_registry import AddressState, Suppression, Verdict
from domain.effects import SendMail, TellAddress
from domain.events import AddressMoved, CodesGuarded, NotMe, Unsubscribed
from domain.ports import Clock, Store, Transact
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from service.engine.clock import fresh_entropy

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """The aggregates of all addresses."""

    store: Store
    transact: Transact
    clock: Clock
    config: Callable[[], WorkspaceConfig]
    """The current declarations; their limits hold."""
    mails_paused: Callable[[], bool] = bool
    """Whether the breaker against list bombing is open."""

    async def _change(
        self, name: str, change: Callable[[AddressState], tuple[AddressState, Answer]]
    ) -> tuple[AddressState, Answer]:
        while True:
            raw, version = await self.store.address(name)
            state = address_registry.decode(raw)
            changed, answer = change(state)
            if changed == state or await self.store.save_address(
                name, version=version, state=address_registry.encode(changed)
            ):
                return changed, answer

    def paused(self, mail: SendMail) -> bool:
        """Return whether a mail waits because confirmation mails are paused."""
        return bool(mail.nonce) and self.mails_paused()

    async def admit(self, mail: SendMail, record: Subscriber) -> Verdict:
        """Ask whether a mail may go to its address now; idempotent by the mail's id."""
        if self.paused(mail):
            return Verdict(answer="later", reason="confirmation mails are paused: too many in all within an hour")
        now, limits = self.clock(), self.config().limits
        _, verdict = await self._change(
            mail.address, lambda state: address_registry.admit(state, mail, record, now, limits)
        )
        return verdict

    async def tell(self, subscriber: str, told: TellAddress) -> None:
        """Tell an address what happened, and first those who lose it by that; idempotent.

        They come first: once the address is written, a retry could no longer tell who they were.
        """
        while True:
            raw, version = await self.store.address(told.address)
            state = address_registry.decode(raw)
            changed, losers = address_registry.apply(state, subscriber, told)
            for loser in losers:
                await self.transact(loser, (lost(told, loser, changed),))
            if changed == state or await self.store.save_address(
                told.address, version=version, state=address_registry.encode(changed)
            ):
                return

    async def owner(self, name: str) -> str:
        """Return the subscriber who proved this address; empty if none did."""
        raw, _ = await self.store.address(name)
        return address_registry.decode(raw).owner

    async def unsubscribe(
        self, subscriber: str, name: str, topic: str, via: Literal["one-click", "page", "preferences"]
    ) -> None:
        """Withdraw consent for an address: in its aggregate and in every holder, before this returns.

        ``subscriber`` is whom the link was mailed to.  They are written even if the address does not know them yet,
        and whatever address the topic goes to by now: who stops an old mail wants none at the new address either.
        ``topic`` empty: all.  Repeating it changes nothing.
        """
        now = self.clock()
        one = Suppression(reason="unsubscribed", at=now, topic=topic)
        state, _ = await self._change(name, lambda known: (address_registry.suppress(known, one), None))
        for holder in dict.fromkeys((subscriber, *state.holders)):
            only = "" if holder == subscriber else name
            event = Unsubscribed(id=fresh_entropy().hex(), at=now, topic=topic, via=via, address=only)
            await self.transact(holder, (event,))

    async def forget(self, subscriber: str, name: str, *, proven: bool) -> None:
        """Let an address go of somebody who is erased; one they had proven is suppressed.  Idempotent.

        One that was only typed is not: whoever types a stranger's address could silence it by asking to be erased.
        """
        now = self.clock()
        told = TellAddress(id=f"{subscriber}:erased", address=name, change="released", at=now)
        one = Suppression(reason="erased", at=now)

        def change(known: AddressState) -> tuple[AddressState, None]:
            released, _ = address_registry.apply(known, subscriber, told)
            return (address_registry.suppress(released, one) if proven else released), None

        await self._change(name, change)


def lost(told: TellAddress, loser: str, state: AddressState) -> AddressMoved | CodesGuarded | NotMe:
    """Return what a subscriber hears of an address: its owner blocked us, it was guessed at, or proven by another."""
    name = f"{told.id}:{told.change}:{loser}"
    if told.change == "not_me":
        return NotMe(id=name, at=told.at, address=told.address)
    if told.change in ("held", "wrong_code"):
        return CodesGuarded(id=name, at=told.at, address=told.address)
    return AddressMoved(id=name, at=state.owned_at or told.at, address=told.address)
