"""Repeats in a restored store what people stopped since its backup: withdrawals, suppressions, erasures."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from domain import record as records
from domain.consent.address_registry import Suppression
from domain.events import Unsubscribed
from domain.ports import Store, Transact
from service.engine.address_registry import AddressRegistry
from service.privacy.erasure import Erasure
from store.stop_file import Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class StopReplay:
    """Repeats stops.  Doing so twice changes nothing."""

    store: Store
    transact: Transact
    addresses: AddressRegistry
    erase: Erasure

    async def repeat_stops(self, stops: Iterable[Stop]) -> Mapping[str, int]:
        """Repeat stops in their order; return how many of each kind changed something."""
        changed: Counter[str] = Counter()
        for stop in stops:
            changed[stop.what] += await self._repeat_stop(stop)
        return changed

    async def _repeat_stop(self, stop: Stop) -> bool:
        match stop.what:
            case "withdrawn":
                return await self._withdraw(stop)
            case "suppressed":
                held = (stop.reason, stop.held_since or stop.at, stop.topic, stop.by)
                # Converted, so that a reason that no Doorstep writes is an error, and never a suppression.
                suppression = msgspec.convert(held, Suppression)
                return await self.addresses.repeat_suppression(stop.who, suppression)
            case "lifted":
                return await self.addresses.repeat_lift(stop.who, tuple(stop.reason.split()), stop.at)
            case "erased":
                return await self.erase(stop.who)
            case "begun":
                return False

    async def _withdraw(self, stop: Stop) -> bool:
        raw = (await self.store.load(stop.who)).record
        if raw is None:
            return False
        consent = records.decode(raw).consents.get(stop.topic)
        # Who agreed again before the backup was made has withdrawn nothing since.
        if consent is None or consent.status not in ("agreed", "confirmed"):
            return False
        if consent.confirmed_at is not None and consent.confirmed_at > stop.at:
            return False
        # Made of the stop, so that a second replay is a known event.
        name = f"restored:{stop.at.timestamp()}:{stop.topic}"
        event = Unsubscribed(id=name, at=stop.at, topic=stop.topic, via="restored")
        await self.transact(stop.who, (event,))
        return True
