"""Chooses which readers of an issue are asked today where the volume of a day is bounded: the most engaged.

All readers are looked at before anybody is asked, so that no part of the store takes the day from another.  Only as
many are kept as may still go today to each mailbox provider; who is under way already counts as one of them.
"""

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from heapq import heappush, heappushpop

from domain.declarations import RampUp
from domain.ports import MetaStore
from domain.record import Subscriber
from service.mail_pace.providers import ProviderBook
from service.mail_pace.share_keeper import ShareKeeper, day_of, find_midnight, load_shares
from service.mail_pace.shares import TOGETHER, ShareBook, count_left

MOST_CHOSEN = 20_000
"""Readers of one provider who are chosen in one pass; the others follow in the next."""
MOST_UNSURE = 200
"""Readers whose provider is being looked up."""


async def choose_everybody() -> None:
    """Bound nothing: all readers are asked as their time comes."""


@dataclass(slots=True, kw_only=True)
class DailyChoice:
    """The choice of one pass over all readers."""

    ramp: RampUp
    shares: ShareBook
    providers: ProviderBook
    today: date
    opens: datetime
    """When the next day begins."""
    offered: int = 0
    """How many could be asked now."""
    _under_way: Counter[str] = field(default_factory=Counter)
    _best: defaultdict[str, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))
    """By provider: when each last did anything, and their name; the least engaged first."""
    _unsure: list[tuple[str, float, str]] = field(default_factory=list)
    """Those of whom DNS is being asked: address, when they last did anything, name; no name if one is on its way."""

    async def note_under_way(self, record: Subscriber, address: str) -> None:
        """Note a reader whose mail is on its way to an address."""
        await self._sort_in(record, address, "")

    async def offer(self, record: Subscriber, address: str) -> None:
        """Note a reader who could be asked now."""
        self.offered += 1
        await self._sort_in(record, address, record.id)

    async def list_chosen(self) -> list[str]:
        """Return who is asked today, the most engaged first."""
        await self._ask_dns()
        chosen: list[tuple[float, str]] = []
        for share, best in self._best.items():
            left = count_left(self.shares, share, self.ramp, self.today) - self._under_way[share]
            chosen += sorted(best, reverse=True)[: max(0, left)]
        return [name for _, name in sorted(chosen, key=lambda one: (-one[0], one[1]))]

    async def _sort_in(self, record: Subscriber, address: str, name: str) -> None:
        held = record.addresses.get(address)
        email = held.email if held else ""
        engaged = record.engaged_at.timestamp() if record.engaged_at else 0.0
        share = TOGETHER if self.ramp.per == "all" else self.providers.name_now(email)
        if share:
            self._add(share, engaged, name)
            return
        # Many domains are asked about at once; one after the other, a long list would take an hour.
        self._unsure.append((email, engaged, name))
        if len(self._unsure) >= MOST_UNSURE:
            await self._ask_dns()

    async def _ask_dns(self) -> None:
        unsure, self._unsure = self._unsure, []
        shares = await asyncio.gather(*(self.providers.find(email) for email, _, _ in unsure))
        for share, (_, engaged, name) in zip(shares, unsure, strict=True):
            self._add(share, engaged, name)

    def _add(self, share: str, engaged: float, name: str) -> None:
        if not name:
            self._under_way[share] += 1
            return
        most = min(count_left(self.shares, share, self.ramp, self.today), MOST_CHOSEN)
        best = self._best[share]
        if len(best) < most:
            heappush(best, (engaged, name))
        elif best:
            heappushpop(best, (engaged, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderChoice:
    """Begins the choice of each pass."""

    store: MetaStore
    pace: ShareKeeper

    async def begin(self) -> DailyChoice | None:
        """Return the choice of a pass; None if nobody bounds the volume."""
        ramp, config = self.pace.ramp, self.pace.config()
        if ramp is None:
            return None
        today = day_of(self.pace.clock(), config)
        return DailyChoice(
            ramp=ramp, shares=await load_shares(self.store), providers=self.pace.providers, today=today,
            opens=find_midnight(today + timedelta(days=1), config),
        )  # fmt: skip
