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

from bot.graph_api.errors import Outcome
from bot.metrics import PAUSED
from domain.ports import Store, chat_lane

TEXTS_A_SECOND = 250.0
"""Per Page, under the platform's 300.  Above 40 a second the Page's inbox stops following along."""
_BURST_S = 0.02
"""What may go at once, in seconds of the rate; beyond it a send waits its turn."""
_MARGIN = 0.05
"""So much slower the bucket fills, so that no second holds more than the rate: room for what goes at once, and for
messages that are some hundredths of a second on their way."""
_CROWDED_S = 0.3
"""A lane whose next send would wait longer is not polled; a worker polls again after a quarter of a second."""
_JOINING = 0.5
"""Part of the rate of a process that has no partitions yet: for some seconds after its start."""

MOST_UNDER_WAY = 100
"""Messages of a Page under way at once; a hanging platform must not take a process's every hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRule:
    """How long a Page waits after an answer of this outcome: doubling from first to most."""

    outcome: Outcome
    first_s: int
    most_s: int
    reason: str
    remedy: str
    """What the operator is told to do."""


PAUSES = (
    PauseRule(
        outcome=Outcome.RATE,
        first_s=30,
        most_s=3600,
        reason="or as long as the platform asks",
        remedy="nothing to do: sending goes on when the platform allows",
    ),
    PauseRule(
        outcome=Outcome.UNREACHABLE,
        first_s=2,
        most_s=60,
        reason="networks come back",
        remedy="check that this machine reaches DOORSTEP_GRAPH_URL",
    ),
    PauseRule(
        outcome=Outcome.RESTRICTED,
        first_s=1800,
        most_s=14400,
        reason="one vendor's experience",
        remedy="see the Page's support inbox for the restriction and its end",
    ),
    PauseRule(
        outcome=Outcome.TOKEN,
        first_s=30,
        most_s=900,
        reason="an operator sets a new token",
        remedy="put a new token into DOORSTEP_MESSENGER_PAGE_TOKENS in .env; it is taken over without a restart",
    ),
    PauseRule(
        outcome=Outcome.ABUSE,
        first_s=3600,
        most_s=86400,
        reason="sending on makes it worse",
        remedy="see the Page's support inbox and the app's dashboard, and change what is sent",
    ),
)
_RULES: Mapping[Outcome, PauseRule] = {rule.outcome: rule for rule in PAUSES}
PAUSING = frozenset(_RULES)
"""Outcomes after which the Page waits."""
_LONGEST_S = 86400
_NEAR = 80
"""Percent of the allowance from which less is sent."""
_ALL = 100
_LEAST = 0.05
"""Part of the rate that is left just below 100 %."""
PUT_BACK_MS = 30_000
"""For how long a message is put back at most while its Page waits: the pause may end early."""
BLOCKED = "blocked"
"""The platform blocked the Page (``policy_enforcement``): it waits until the platform says ``unblock``."""
_FOR_EVER_MS = 2**52


class Pause(Struct, frozen=True, kw_only=True):
    """A Page that waits."""

    until_ms: int = 0
    """Server time."""
    outcome: str = ""
    strikes: int = 0
    """Pauses since the last message that went."""


class Bucket:
    """A token bucket that counts by a monotonic clock (seconds)."""

    def __init__(self, rate: float, monotonic: Callable[[], float]) -> None:
        """Allow ``rate`` a second."""
        self._rate = rate
        self._went: deque[float] = deque()
        self._whole = self._gap = (1 + _MARGIN) / rate
        self._shared = self._slowed = 1.0
        self._monotonic = monotonic
        self._full_at = 0.0

    def slow(self, part: float) -> None:
        """Allow only this part of the rate from now on; 1 is all of it."""
        self._slowed = part
        self._gap = self._whole / (self._slowed * self._shared)

    def share(self, part: float) -> None:
        """Leave the rest of the rate to other processes from now on; 1 leaves nothing."""
        self._shared = part
        self._gap = self._whole / (self._slowed * self._shared)

    def take(self) -> float:
        """Take one; return how many seconds to wait before using it."""
        now = self._monotonic()
        full_at = max(self._full_at, now)
        self._full_at = full_at + self._gap
        return max(0.0, full_at - now - _BURST_S)

    def go(self) -> float:
        """Note that one goes now; if this second holds all it may, return how many seconds to wait instead."""
        now = self._monotonic()
        while self._went and now - self._went[0] >= 1:
            self._went.popleft()
        if len(self._went) >= max(1.0, self._rate * self._slowed * self._shared):
            return self._went[0] + 1 - now
        self._went.append(now)
        return 0.0

    def crowded(self) -> bool:
        """Tell whether the next one would wait noticeably."""
        return self._full_at - self._monotonic() > _BURST_S + _CROWDED_S


class Pace:
    """Buckets and pauses of all chat lanes."""

    def __init__(self, lanes: frozenset[str], store: Store, rate: float, monotonic: Callable[[], float]) -> None:
        """Know these lanes; :meth:`refresh` learns what other processes paused."""
        self._store = store
        self._buckets = {lane: Bucket(rate, monotonic) for lane in lanes}
        self._pauses: dict[str, Pause] = dict.fromkeys(lanes, Pause())
        self._under_way = dict.fromkeys(lanes, 0)

    async def refresh(self) -> None:
        """Read the pauses that any process has set."""
        for lane in self._pauses:
            raw = await self._store.meta(_meta(lane))
            self._learn(lane, msgspec.msgpack.decode(raw, type=Pause) if raw else Pause())

    def waiting(self, server_ms: int) -> frozenset[str]:
        """Return the lanes that are not to be polled now."""
        paused = {lane for lane, pause in self._pauses.items() if pause.until_ms > server_ms}
        crowded = {lane for lane, bucket in self._buckets.items() if bucket.crowded()}
        full = {lane for lane, number in self._under_way.items() if number >= MOST_UNDER_WAY}
        return frozenset(paused | crowded | full)

    def paused_ms(self, lane: str, server_ms: int) -> int:
        """Return for how long a message of the lane is to be put back, in ms; 0: it may go."""
        return min(PUT_BACK_MS, max(0, self._pauses[lane].until_ms - server_ms))

    def share(self, part: float) -> None:
        """Take only this part of every Page's rate; the other processes have the rest."""
        for bucket in self._buckets.values():
            bucket.share(part or _JOINING)

    def used(self, lane: str, percent: int) -> None:
        """Note how much of the allowance has been used; -1: the platform did not say."""
        if percent >= 0:
            self._buckets[lane].slow(max(_LEAST, min(1.0, (_ALL - percent) / (_ALL - _NEAR))))

    @asynccontextmanager
    async def turn(self, lane: str) -> AsyncIterator[None]:
        """Wait for the right to one send, and count it as under way until the block ends."""
        self._under_way[lane] += 1
        try:
            wait = self._buckets[lane].take()
            if wait:
                await asyncio.sleep(wait)
            yield
        finally:
            self._under_way[lane] -= 1

    async def go(self, lane: str) -> None:
        """Return when a message may really go: many turns can come due at once where the process was held up."""
        while wait := self._buckets[lane].go():  # noqa: ASYNC110  only time makes room
            await asyncio.sleep(wait)

    async def pause(self, lane: str, outcome: Outcome, wait_s: int) -> Pause:
        """Pause a lane as the table says, at least as long as the platform asks; returns the pause."""
        rule, known = _RULES[outcome], self._pauses[lane]
        now = await self._store.server_ms()
        if known.until_ms > now:
            return known  # others of the same moment were refused too: one strike
        doubled = min(rule.first_s * 2**known.strikes, rule.most_s)
        until = now + 1000 * min(max(doubled, wait_s), _LONGEST_S)
        return await self._save(lane, Pause(until_ms=until, outcome=outcome.value, strikes=min(known.strikes + 1, 20)))

    async def went(self, lane: str) -> None:
        """Note that a message went: the next pause begins small again."""
        if self._pauses[lane].strikes:
            await self._save(lane, Pause())

    async def renewed(self, lane: str) -> None:
        """End a pause that only waited for a new token."""
        if self._pauses[lane].outcome == Outcome.TOKEN.value:
            await self._save(lane, Pause())

    async def _save(self, lane: str, pause: Pause) -> Pause:
        """Keep a pause, unless the platform has blocked the Page meanwhile: only its ``unblock`` ends that."""
        raw = await self._store.meta(_meta(lane))
        known = msgspec.msgpack.decode(raw, type=Pause) if raw else pause
        if known.outcome == BLOCKED:
            self._learn(lane, known)
            return known
        self._learn(lane, pause)
        await self._store.set_meta(_meta(lane), msgspec.msgpack.encode(pause))
        return pause

    def _learn(self, lane: str, pause: Pause) -> None:
        if pause != self._pauses[lane]:
            self._pauses[lane] = pause
            PAUSED.labels(lane).set(pause.until_ms / 1000)


def remedy(outcome: Outcome) -> str:
    """Return what the operator is to do about a pause."""
    return _RULES[outcome].remedy


async def block(store: Store, page: str) -> None:
    """Let a Page send nothing, in any process, until :func:`unblock`."""
    pause = Pause(until_ms=_FOR_EVER_MS, outcome=BLOCKED)
    await store.set_meta(_meta(chat_lane(page)), msgspec.msgpack.encode(pause))


async def unblock(store: Store, page: str) -> None:
    """Let a Page send again if :func:`block` had stopped it."""
    raw = await store.meta(_meta(chat_lane(page)))
    if raw and msgspec.msgpack.decode(raw, type=Pause).outcome == BLOCKED:
        await store.set_meta(_meta(chat_lane(page)), msgspec.msgpack.encode(Pause()))


def _meta(lane: str) -> str:
    return f"pause:{lane}"
