"""Delivers the internal lanes: effects that touch another partition, at least once, idempotent by their id.

There are two.  Changes of addresses and of seats keep their order in ``internal``; profiles, vouchers, hooks and dead
letters go through ``internal-later``, because they may wait long for a platform or for corrected rules.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import structlog

from bot.graph_api.page_client import MessengerClient
from bot.outbound.trouble import OnceAMinute
from domain import record as records
from domain.effect_handling.handlers import carry_out
from domain.effect_handling.ports import EffectPorts, take_seats
from domain.effects import (
    CallHook,
    DeadLetter,
    DrawVoucher,
    Effect,
    Erase,
    FetchProfile,
    PostedEffect,
    TakeSeats,
    UpdateAddress,
    decode_posted,
)
from domain.ports import Claim, Clock, Store, StoreAwayError, Transact, chat_lane
from domain.record import Profile
from service.engine.address_registry import AddressRegistry
from service.engine.stop_notes import StopNotes
from service.hooks.call_hook import HookCaller
from service.privacy.erasure import Erasure
from service.privacy.provider_erasure import ProviderErasures
from store.line_archive import LineArchive

log = structlog.get_logger("doorstep.internal")

FIRST_RETRY_MS = 1_000
LONGEST_RETRY_MS = 3_600_000
GROWTH = 4
"""Factor from one pause to the next: 1 s, 4 s, 16 s … up to an hour."""
FAREWELL_WAIT_MS = 500
MOST_FAREWELL_WAITS = 13
"""An erasure waits until the message that confirms it has left: half a second first, each time twice as long.  After 13
waits (68 minutes in all) it goes ahead, since the person asked for the erasure and not for the message."""
MOST_PROFILE_TRIES = 8
"""Tries within some 90 minutes; then the person is greeted without a name."""


INTERNAL_EFFECTS: frozenset[type[Effect]] = frozenset(
    {
        UpdateAddress,
        FetchProfile,
        DrawVoucher,
        TakeSeats,
        CallHook,
        Erase,
        DeadLetter,
    }
)
"""The effects that the internal lanes carry."""


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalSender:
    """Carries out the effects of the internal lanes (table: ``domain.effect_handling.handlers``)."""

    store: Store
    transact: Transact
    addresses: AddressRegistry
    clients: Mapping[str, MessengerClient]
    """By Page id."""
    hooks: HookCaller
    clock: Clock
    lease_ms: int
    """Lease of the next head that settling claims."""
    archive: LineArchive | None = None
    """Where an erased person's old lines are deleted, too."""
    stops: StopNotes | None = None
    """Where an erasure is noted beside the store."""
    providers: ProviderErasures | None = None
    """Where an erased person's contacts at the mail provider are deleted."""
    put_backs: OnceAMinute = field(default_factory=lambda: OnceAMinute(monotonic=_loop_time))
    """By kind of error: while a platform is away, everybody's profile is put back."""

    async def deliver(self, claim: Claim) -> Claim | None:
        """Carry out the claimed head, or put it back with growing pauses if that fails; return the next head."""
        # Unlike chat, an unsettled earlier attempt is of no concern: every effect here may be repeated.
        if not await self.store.begin(claim):
            return None
        try:
            effect = decode_posted(claim.item)
            if isinstance(effect, Erase) and await self._has_unsent_farewell(claim):
                # Not counted: waiting is no failure, and must not lengthen the pause after a real one.
                await self.store.retry(claim, delay_ms=FAREWELL_WAIT_MS * 2**claim.waits, counted=False)
                return None
            await self._carry_out(claim, effect)
        except StoreAwayError:
            raise  # nothing can be put back without the store; the lease runs out and another worker takes over
        except Exception as error:  # noqa: BLE001  whatever failed is tried again, and seen in the log
            # Bounded before the power: after days of failures 4 ** failures would be a number of many digits.
            delay = min(FIRST_RETRY_MS * GROWTH ** min(claim.failures, 6), LONGEST_RETRY_MS)
            kind = type(error).__name__
            if count := self.put_backs.count(kind):
                log.warning("internal_put_back", error=kind, count=count, failures=claim.failures + 1)
            await self.store.retry(claim, delay_ms=delay)
            return None
        _, following = await self.store.settle(claim, lease_ms=self.lease_ms)
        return following

    async def _carry_out(self, claim: Claim, effect: PostedEffect) -> None:
        if not await carry_out(self.build_ports(claim), claim.subscriber, effect):
            message = f"{type(effect).__name__} does not belong in an internal lane"
            raise TypeError(message)

    def build_ports(self, claim: Claim) -> EffectPorts:
        """Return the ports for one claim."""
        return EffectPorts(
            clock=self.clock,
            transact=self.transact,
            update_address=self.addresses.update_address,
            draw_voucher=self.store.draw_voucher,
            take_seats=partial(take_seats, self.store),
            call_hook=partial(self.hooks.call, is_first=not claim.failures),
            fetch_profile=partial(self._fetch_profile, claim),  # the claim knows how often it was tried
            erase_person=Erasure(
                store=self.store,
                addresses=self.addresses,
                archive=self.archive,
                stops=self.stops,
                providers=self.providers,
            ),
            release_dead_letter=self.store.release_from_quarantine,
        )

    async def _has_unsent_farewell(self, claim: Claim) -> bool:
        """Return True if a person to be erased still waits for a message, and the erasure may wait for that."""
        loaded = await self.store.load(claim.subscriber)
        if loaded.record is None or claim.waits >= MOST_FAREWELL_WAITS:
            return False
        page = records.decode(loaded.record).identity.page
        return await self.store.count_waiting(chat_lane(page), claim.subscriber) > 0

    async def _fetch_profile(self, claim: Claim, subscriber: str) -> Profile | None:
        """Ask the platform for a profile; None if it will never tell.  Raises ``LookupError`` to be asked again."""
        loaded = await self.store.load(subscriber)
        if loaded.record is None:
            return None
        identity = records.decode(loaded.record).identity
        client = self.clients.get(identity.page)
        if client is None:
            return None  # the Page is no longer configured here
        profile = await client.fetch_person(identity.psid)
        if profile is None:
            if claim.failures + 1 >= MOST_PROFILE_TRIES:
                log.warning("profile_given_up", failures=claim.failures + 1)
                return None
            message = "the profile is not to be had now"
            raise LookupError(message)
        return profile
