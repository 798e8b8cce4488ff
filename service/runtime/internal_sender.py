"""The internal lanes: what touches another partition, done at least once and idempotent by id.

What an address is told keeps its order in a lane of its own: there nothing waits for a platform or for mended rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from bot.graph_api.page_client import MessengerClient
from domain import record as records
from domain.effects import DrawCode, Erase, FetchProfile, Parked, Posted, TellAddress, decode_posted
from domain.events import CodeDrawn, Profiled
from domain.ports import Claim, Clock, Store, StoreAwayError, Transact, chat_lane
from service.engine.address_registry import Addresses
from service.privacy.erasure import Erasure

log = structlog.get_logger("doorstep.internal")

FIRST_RETRY_MS = 1_000
LONGEST_RETRY_MS = 3_600_000
GROWTH = 4
"""How many times longer each pause is than the one before."""
FAREWELL_MS = 500
MOST_FAREWELLS = 13
"""An erasure waits until the message that confirms it has left: at first half a second, each time twice as long, and
not for ever; the person asked for the erasure, not for the message."""
MOST_PROFILE_TRIES = 8
"""Within some 90 minutes; then the person is greeted without a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalSender:
    """Carries out the effects of the internal lanes."""

    store: Store
    transact: Transact
    addresses: Addresses
    clients: Mapping[str, MessengerClient]
    """By Page id."""
    clock: Clock
    lease_ms: int
    """Lease of the next head that settling claims."""

    async def deliver(self, claim: Claim) -> Claim | None:
        """Do what the head asks; put it back with growing pauses when it fails.  Returns the next head."""
        if not await self.store.begin(claim):
            return None
        try:
            effect = decode_posted(claim.item)
            if isinstance(effect, Erase) and await self._is_being_told(claim):
                await self.store.retry(claim, delay_ms=FAREWELL_MS * 2**claim.waits, counted=False)
                return None
            await self._do(claim, effect)
        except StoreAwayError:
            raise
        except Exception as error:  # noqa: BLE001  whatever failed is tried again, and seen in the log
            delay = min(FIRST_RETRY_MS * GROWTH ** min(claim.failures, 6), LONGEST_RETRY_MS)
            log.warning("internal_put_back", error=type(error).__name__, failures=claim.failures + 1)
            await self.store.retry(claim, delay_ms=delay)
            return None
        _, following = await self.store.settle(claim, lease_ms=self.lease_ms)
        return following

    async def _do(self, claim: Claim, effect: Posted) -> None:
        match effect:
            case TellAddress():
                await self.addresses.tell(claim.subscriber, effect)
            case FetchProfile():
                await self._fetch_profile(claim, effect)
            case DrawCode():
                await self._draw_code(claim, effect)
            case Erase():
                await Erasure(store=self.store, addresses=self.addresses)(claim.subscriber)
            case Parked():
                await self.transact(claim.subscriber, effect.events)
                await self.store.unstick(claim.subscriber)
            case _:
                message = f"{type(effect).__name__} does not belong in an internal lane"
                raise TypeError(message)

    async def _is_being_told(self, claim: Claim) -> bool:
        """Tell whether something is still to be said to somebody who is to be erased, and is waited for."""
        loaded = await self.store.load(claim.subscriber)
        if loaded.record is None or claim.waits >= MOST_FAREWELLS:
            return False
        page = records.decode(loaded.record).identity.page
        return await self.store.waiting(chat_lane(page), claim.subscriber) > 0

    async def _draw_code(self, claim: Claim, effect: DrawCode) -> None:
        """Draw a code; the same person gets the same one again, so a retry takes no second."""
        code = await self.store.draw(effect.pool, claim.subscriber)
        event = CodeDrawn(id=effect.id, at=self.clock(), pool=effect.pool, code=code)
        await self.transact(claim.subscriber, (event,))

    async def _fetch_profile(self, claim: Claim, effect: FetchProfile) -> None:
        loaded = await self.store.load(claim.subscriber)
        if loaded.record is None:
            return
        identity = records.decode(loaded.record).identity
        client = self.clients.get(identity.page)
        if client is None:
            return
        profile = await client.user_profile(identity.psid)
        if profile is None:
            if claim.failures + 1 >= MOST_PROFILE_TRIES:
                log.warning("profile_given_up", failures=claim.failures + 1)
                return
            message = "the profile is not to be had now"
            raise LookupError(message)
        event = Profiled(
            id=effect.id,
            at=self.clock(),
            first_name=profile.first_name,
            locale=profile.locale,
            timezone=profile.timezone,
        )
        await self.transact(claim.subscriber, (event,))
