"""The internal lane: what touches another partition, done at least once and idempotent by id."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from bot.client import MessengerClient
from service.addresses import Addresses
from subscribers import record as records
from subscribers.effects import FetchProfile, Parked, Posted, TellAddress, decode_posted
from subscribers.events import Profiled
from subscribers.ports import Claim, Clock, Store, StoreAwayError, Transact

log = structlog.get_logger("doorstep.internal")

FIRST_RETRY_MS = 1_000
LONGEST_RETRY_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalSender:
    """Carries out the effects of the internal lane."""

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
            await self._do(claim.subscriber, decode_posted(claim.item))
        except StoreAwayError:
            raise
        except Exception as error:  # noqa: BLE001  whatever failed is tried again, and seen in the log
            delay = min(FIRST_RETRY_MS * 2 ** min(claim.failures, 12), LONGEST_RETRY_MS)
            log.warning("internal_put_back", error=type(error).__name__, failures=claim.failures + 1)
            await self.store.retry(claim, delay_ms=delay)
            return None
        _, following = await self.store.settle(claim, lease_ms=self.lease_ms)
        return following

    async def _do(self, subscriber: str, effect: Posted) -> None:
        match effect:
            case TellAddress():
                await self.addresses.tell(subscriber, effect)
            case FetchProfile():
                await self._fetch_profile(subscriber, effect)
            case Parked():
                await self.transact(subscriber, effect.events)
                await self.store.unstick(subscriber)
            case _:
                message = f"{type(effect).__name__} does not belong in the internal lane"
                raise TypeError(message)

    async def _fetch_profile(self, subscriber: str, effect: FetchProfile) -> None:
        loaded = await self.store.load(subscriber)
        if loaded.record is None:
            return
        identity = records.decode(loaded.record).identity
        client = self.clients.get(identity.page)
        if client is None:
            return
        profile = await client.user_profile(identity.psid)
        if profile is None:
            message = "the profile is not to be had now"
            raise LookupError(message)
        event = Profiled(
            id=effect.id, at=self.clock(), first_name=profile.first_name, locale=profile.locale,
            timezone=profile.timezone,
        )
        await self.transact(subscriber, (event,))
