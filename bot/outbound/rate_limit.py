"""How fast a Page may send: a bucket in this process, and pauses that all processes share.

The platform allows 300 texts a second and Page.  Doorstep keeps to a rate of its own in every single second, all
processes together: each has the part of it that it has of the partitions.  A Page whose next message would wait, or
that the platform tells to wait, is simply not polled, so no other Page and no mail waits behind it.  A pause is kept in
the store as a meta value, so that every process keeps it; times are server time.

The platform also tells with its answers how much of what it allows has been used.  From 80 % on the bucket lets less
through, so that the platform seldom has to refuse at all.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from bot.graph_api.errors import SendOutcome
from bot.metrics import PAUSED
from domain.ports import MetaStore, Store, chat_lane

TEXTS_A_SECOND = 250.0
"""Per Page, under the platform's 300.  Above 40 a second the Page's inbox stops following along."""
_BURST_S = 0.02
"""What may go at once, in seconds of the rate; beyond it a send waits its turn."""
_MARGIN = 0.05
"""So much slower the bucket fills, so that no second holds more than the rate: room for what goes at once, and for
messages that are some hundredths of a second on their way."""
_CROWDED_S = 0.3
"""A lane whose next send would wait longer is not polled; a worker polls again after a quarter of a second."""
_PART_WHILE_JOINING = 0.5
"""Part of the rate of a process that has no partitions yet: for some seconds after its start."""

MOST_CONCURRENT = 100
"""Messages of a Page under way at once; a hanging platform must not take a process's every hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRule:
    """How long a Page waits after an answer of this outcome: doubling from first to most."""

    outcome: SendOutcome
    first_s: int
    most_s: int
    reason: str
    remedy: str
    """What the operator is told to do."""


PAUSES = (
    PauseRule(
        outcome=SendOutcome.RATE,
        first_s=30,
        most_s=3600,
        reason="or as long as the platform asks",
        remedy="nothing to do: sending goes on when the platform allows",
    ),
    PauseRule(
        outcome=SendOutcome.UNREACHABLE,
        first_s=2,
        most_s=60,
        reason="networks come back",
        remedy="check that this machine reaches DOORSTEP_GRAPH_URL",
    ),
    PauseRule(
        outcome=SendOutcome.RESTRICTED,
        first_s=1800,
        most_s=14400,
        reason="one vendor's experience",
        remedy="see the Page's support inbox for the restriction and its end",
    ),
    PauseRule(
        outcome=SendOutcome.TOKEN,
        first_s=30,
        most_s=900,
        reason="an operator sets a new token",
        remedy="put a new token into DOORSTEP_MESSENGER_PAGE_TOKENS in .env; it is taken over without a restart",
    ),
    PauseRule(
        outcome=SendOutcome.ABUSE,
        first_s=3600,
        most_s=86400,
        reason="sending on makes it worse",
        remedy="see the Page's support inbox and the app's dashboard, and change what is sent",
    ),
)
_RULE_OF_OUTCOME: Mapping[SendOutcome, PauseRule] = {rule.outcome: rule for rule in PAUSES}
PAUSING = frozenset(_RULE_OF_OUTCOME)
"""Outcomes after which the Page waits."""
_LONGEST_S = 86400
_USAGE_NEAR_LIMIT = 80
"""Percent of the allowance from which less is sent."""
_USAGE_LIMIT = 100
_SMALLEST_PART = 0.05
"""Part of the rate that is left just below 100 %."""
PUT_BACK_MS = 30_000
"""For how long a message is put back at most while its Page waits: the pause may end early."""
BLOCKED = "blocked"
"""The platform blocked the Page (``policy_enforcement``): it waits until the platform says ``unblock``."""
_FOREVER_MS = 2**52


class PagePause(Struct, frozen=True, kw_only=True):
    """A Page that waits."""

    until_ms: int = 0
    """Server time."""
    outcome: str = ""
    strikes: int = 0
    """Pauses since the last message that went."""


class TokenBucket:
    """A token bucket that counts by a monotonic clock (seconds)."""

    def __init__(self, rate: float, monotonic: Callable[[], float]) -> None:
        """Allow ``rate`` a second."""
        self._rate = rate
        self._sent_at: deque[float] = deque()
        self._full_gap = self._gap = (1 + _MARGIN) / rate
        self._shared_part = self._slowed_part = 1.0
        self._monotonic = monotonic
        self._full_at = 0.0

    def slow_down(self, part: float) -> None:
        """Allow only this part of the rate from now on; 1 is all of it."""
        self._slowed_part = part
        self._gap = self._full_gap / (self._slowed_part * self._shared_part)

    def share_rate(self, part: float) -> None:
        """Leave the rest of the rate to other processes from now on; 1 leaves nothing."""
        self._shared_part = part
        self._gap = self._full_gap / (self._slowed_part * self._shared_part)

    def take_token(self) -> float:
        """Take one; return how many seconds to wait before using it."""
        now = self._monotonic()
        full_at = max(self._full_at, now)
        self._full_at = full_at + self._gap
        return max(0.0, full_at - now - _BURST_S)

    def count_in_second(self) -> float:
        """Note that one goes now; if this second holds all it may, return how many seconds to wait instead."""
        now = self._monotonic()
        while self._sent_at and now - self._sent_at[0] >= 1:
            self._sent_at.popleft()
        if len(self._sent_at) >= max(1.0, self._rate * self._slowed_part * self._shared_part):
            return self._sent_at[0] + 1 - now
        self._sent_at.append(now)
        return 0.0

    def is_crowded(self) -> bool:
        """Tell whether the next one would wait noticeably."""
        return self._full_at - self._monotonic() > _BURST_S + _CROWDED_S


class PageRateLimiter:
    """Buckets and pauses of all chat lanes."""

    def __init__(self, lanes: frozenset[str], store: Store, rate: float, monotonic: Callable[[], float]) -> None:
        """Know these lanes; :meth:`refresh` learns what other processes paused."""
        self._store = store
        self._buckets = {lane: TokenBucket(rate, monotonic) for lane in lanes}
        self._pauses: dict[str, PagePause] = dict.fromkeys(lanes, PagePause())
        self._under_way = dict.fromkeys(lanes, 0)

    async def refresh_pauses(self) -> None:
        """Read the pauses that any process has set."""
        for lane in self._pauses:
            raw = await self._store.load_meta(_pause_key(lane))
            self._note_pause(lane, msgspec.msgpack.decode(raw, type=PagePause) if raw else PagePause())

    def waiting_lanes(self, server_ms: int) -> frozenset[str]:
        """Return the lanes that are not to be polled now."""
        paused = {lane for lane, pause in self._pauses.items() if pause.until_ms > server_ms}
        crowded = {lane for lane, bucket in self._buckets.items() if bucket.is_crowded()}
        full = {lane for lane, number in self._under_way.items() if number >= MOST_CONCURRENT}
        return frozenset(paused | crowded | full)

    def paused_ms(self, lane: str, server_ms: int) -> int:
        """Return for how long a message of the lane is to be put back, in ms; 0: it may go."""
        return min(PUT_BACK_MS, max(0, self._pauses[lane].until_ms - server_ms))

    def share_rate(self, part: float) -> None:
        """Take only this part of every Page's rate; the other processes have the rest."""
        for bucket in self._buckets.values():
            bucket.share_rate(part or _PART_WHILE_JOINING)

    def note_usage(self, lane: str, percent: int) -> None:
        """Note how much of the allowance has been used; -1: the platform did not say."""
        if percent >= 0:
            self._buckets[lane].slow_down(
                max(_SMALLEST_PART, min(1.0, (_USAGE_LIMIT - percent) / (_USAGE_LIMIT - _USAGE_NEAR_LIMIT)))
            )

    @asynccontextmanager
    async def reserve_slot(self, lane: str) -> AsyncIterator[None]:
        """Wait for the right to one send, and count it as under way until the block ends."""
        self._under_way[lane] += 1
        try:
            wait = self._buckets[lane].take_token()
            if wait:
                await asyncio.sleep(wait)
            yield
        finally:
            self._under_way[lane] -= 1

    async def wait_for_second(self, lane: str) -> None:
        """Return when a message may really go: many turns can come due at once where the process was held up."""
        while wait := self._buckets[lane].count_in_second():  # noqa: ASYNC110  only time makes room
            await asyncio.sleep(wait)

    async def pause_lane(self, lane: str, outcome: SendOutcome, wait_s: int) -> PagePause:
        """Pause a lane as the table says, at least as long as the platform asks; returns the pause."""
        rule, current = _RULE_OF_OUTCOME[outcome], self._pauses[lane]
        now = await self._store.server_ms()
        if current.until_ms > now:
            return current  # others of the same moment were refused too: one strike
        doubled = min(rule.first_s * 2**current.strikes, rule.most_s)
        until = now + 1000 * min(max(doubled, wait_s), _LONGEST_S)
        return await self._save_pause(
            lane, PagePause(until_ms=until, outcome=outcome.value, strikes=min(current.strikes + 1, 20))
        )

    async def note_success(self, lane: str) -> None:
        """Note that a message went: the next pause begins small again."""
        if self._pauses[lane].strikes:
            await self._save_pause(lane, PagePause())

    async def end_token_pause(self, lane: str) -> None:
        """End a pause that only waited for a new token."""
        if self._pauses[lane].outcome == SendOutcome.TOKEN.value:
            await self._save_pause(lane, PagePause())

    async def _save_pause(self, lane: str, pause: PagePause) -> PagePause:
        """Keep a pause, unless the platform has blocked the Page meanwhile: only its ``unblock`` ends that."""
        raw = await self._store.load_meta(_pause_key(lane))
        stored = msgspec.msgpack.decode(raw, type=PagePause) if raw else pause
        if stored.outcome == BLOCKED:
            self._note_pause(lane, stored)
            return stored
        self._note_pause(lane, pause)
        await self._store.save_meta(_pause_key(lane), msgspec.msgpack.encode(pause))
        return pause

    def _note_pause(self, lane: str, pause: PagePause) -> None:
        if pause != self._pauses[lane]:
            self._pauses[lane] = pause
            PAUSED.labels(lane).set(pause.until_ms / 1000)


def pause_remedy(outcome: SendOutcome) -> str:
    """Return what the operator is to do about a pause."""
    return _RULE_OF_OUTCOME[outcome].remedy


async def block_page(store: MetaStore, page: str) -> None:
    """Let a Page send nothing, in any process, until :func:`unblock`."""
    pause = PagePause(until_ms=_FOREVER_MS, outcome=BLOCKED)
    await store.save_meta(_pause_key(chat_lane(page)), msgspec.msgpack.encode(pause))


async def unblock_page(store: MetaStore, page: str) -> None:
    """Let a Page send again if :func:`block` had stopped it."""
    raw = await store.load_meta(_pause_key(chat_lane(page)))
    if raw and msgspec.msgpack.decode(raw, type=PagePause).outcome == BLOCKED:
        await store.save_meta(_pause_key(chat_lane(page)), msgspec.msgpack.encode(PagePause()))


def _pause_key(lane: str) -> str:
    return f"pause:{lane}"
