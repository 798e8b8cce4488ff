"""Rate limiter: how fast a Page may send.

Three things slow a Page down:

* **A token bucket in each process.**  The platform allows 300 texts a second for each Page.  Doorstep stays below that
  in every single second, all processes together: a process that holds a quarter of the partitions sends at a quarter of
  the rate.
* **The usage headers.**  Answers say which part of the allowance has been used.  From 80 % on the bucket lets less
  through, so that the platform rarely has to refuse.
* **Pauses.**  After a refusal that concerns the Page, the Page waits.  A pause is a meta value in the store, so that
  all processes keep it; its times are server time.

A Page that has to wait is not polled at all, so that no other Page and no mail waits behind it.
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
"""Per Page, under the platform's 300.  Above 40 a second the Page's inbox in the browser stops updating."""
_BURST_S = 0.02
"""Size of a burst, in seconds of the rate: 0.02 s at 250 a second lets 5 messages go at once."""
_MARGIN = 0.05
"""Safety margin: the bucket refills 5 % slower, so that bursts and network delay never exceed the rate in a second."""
_CROWDED_S = 0.3
"""A lane whose next send would wait longer is not polled; a worker polls again after a quarter of a second."""
_PART_WHILE_JOINING = 0.5
"""Part of the rate for a process that holds no partitions yet, in the first seconds after its start."""

MOST_CONCURRENT = 100
"""Maximum concurrent sends per Page, so that a hanging platform cannot use up the process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRule:
    """How long a Page waits after an answer of this outcome; each further pause is twice as long, up to ``most_s``."""

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
"""A longer wait that the platform asks for is cut to this."""
_USAGE_NEAR_LIMIT = 80
"""Percent of the allowance from which less is sent."""
_USAGE_LIMIT = 100
_SMALLEST_PART = 0.05
"""Part of the rate that is left just below 100 %."""
PUT_BACK_MS = 30_000
"""Longest time for which a message is put back while its Page waits; a pause may end early."""
BLOCKED = "blocked"
"""Outcome of a Page that the platform blocked (``policy_enforcement``); it waits until the platform unblocks it."""
_FOREVER_MS = 2**52
"""Server time that never comes, and that a float of Lua still holds exactly (below 2**53)."""


class PagePause(Struct, frozen=True, kw_only=True):
    """The pause of a Page, as stored; all defaults if the Page does not wait."""

    until_ms: int = 0
    """Server time."""
    outcome: str = ""
    """Why it waits: a value of :class:`bot.graph_api.errors.SendOutcome`, or :data:`BLOCKED`."""
    strikes: int = 0
    """Pauses since the last message that was sent."""


class TokenBucket:
    """A token bucket over a monotonic clock (seconds).

    It holds no count of tokens, but the time at which it is full again: ``_full_at`` moves on by one gap for each
    token.  How far it lies ahead of now, less the burst, is how long the next send must wait.
    """

    def __init__(self, rate: float, monotonic: Callable[[], float]) -> None:
        """Allow ``rate`` a second."""
        self._rate = rate
        self._sent_at: deque[float] = deque()
        self._full_gap = self._gap = (1 + _MARGIN) / rate
        self._shared_part = self._slowed_part = 1.0
        self._monotonic = monotonic
        self._full_at = 0.0

    def slow_down(self, part: float) -> None:
        """Allow this part of the rate from now on, because the allowance runs out; 1 is all of it."""
        self._slowed_part = part
        self._gap = self._full_gap / (self._slowed_part * self._shared_part)

    def share_rate(self, part: float) -> None:
        """Allow this part of the rate from now on, because other processes use the rest; 1 is all of it."""
        self._shared_part = part
        self._gap = self._full_gap / (self._slowed_part * self._shared_part)

    def take_token(self) -> float:
        """Take one token; return how many seconds to wait before using it."""
        now = self._monotonic()
        full_at = max(self._full_at, now)
        self._full_at = full_at + self._gap
        return max(0.0, full_at - now - _BURST_S)

    def count_in_second(self) -> float:
        """Count a send at this moment; if the last second is full, return how many seconds to wait instead."""
        # The bucket paces, but it cannot promise: sends whose waits end together, after the process was held up, would
        # all go at once.  This sliding window is the hard limit.
        now = self._monotonic()
        while self._sent_at and now - self._sent_at[0] >= 1:
            self._sent_at.popleft()
        # At least one a second, however small the part: else a slowed Page would never send again.
        if len(self._sent_at) >= max(1.0, self._rate * self._slowed_part * self._shared_part):
            return self._sent_at[0] + 1 - now
        self._sent_at.append(now)
        return 0.0

    def is_crowded(self) -> bool:
        """Return True if the next send would wait noticeably."""
        return self._full_at - self._monotonic() > _BURST_S + _CROWDED_S


class PageRateLimiter:
    """Buckets and pauses of all chat lanes."""

    def __init__(self, lanes: frozenset[str], store: Store, rate: float, monotonic: Callable[[], float]) -> None:
        """Limit these lanes; :meth:`refresh_pauses` reads what other processes paused."""
        self._store = store
        self._buckets = {lane: TokenBucket(rate, monotonic) for lane in lanes}
        self._pauses: dict[str, PagePause] = dict.fromkeys(lanes, PagePause())
        self._pausing = {lane: asyncio.Lock() for lane in lanes}
        self._concurrent = dict.fromkeys(lanes, 0)

    async def refresh_pauses(self) -> None:
        """Read the pauses that any process has set."""
        for lane in self._pauses:
            raw = await self._store.load_meta(_pause_key(lane))
            self._note_pause(lane, msgspec.msgpack.decode(raw, type=PagePause) if raw else PagePause())

    def lanes_to_skip(self, server_ms: int) -> frozenset[str]:
        """Return the lanes that are not to be polled now."""
        paused = {lane for lane, pause in self._pauses.items() if pause.until_ms > server_ms}
        # A crowded lane is left in the store, where another process may have tokens for it.
        crowded = {lane for lane, bucket in self._buckets.items() if bucket.is_crowded()}
        full = {lane for lane, number in self._concurrent.items() if number >= MOST_CONCURRENT}
        return frozenset(paused | crowded | full)

    def paused_ms(self, lane: str, server_ms: int) -> int:
        """Return for how long a message of the lane is to be put back, in ms; 0 if it may be sent."""
        return min(PUT_BACK_MS, max(0, self._pauses[lane].until_ms - server_ms))

    def share_rate(self, part: float) -> None:
        """Use this part of every Page's rate; the other processes use the rest."""
        for bucket in self._buckets.values():
            bucket.share_rate(part or _PART_WHILE_JOINING)

    def note_usage(self, lane: str, percent: int) -> None:
        """Slow down by how much of the allowance has been used; -1 if the platform did not say."""
        # 80 % and less: full rate.  90 %: half of it.  99 % and more: a twentieth.
        if percent >= 0:
            self._buckets[lane].slow_down(
                max(_SMALLEST_PART, min(1.0, (_USAGE_LIMIT - percent) / (_USAGE_LIMIT - _USAGE_NEAR_LIMIT)))
            )

    @asynccontextmanager
    async def reserve_slot(self, lane: str) -> AsyncIterator[None]:
        """Wait for a token, and count the send as concurrent until the block ends."""
        self._concurrent[lane] += 1
        try:
            wait = self._buckets[lane].take_token()
            if wait:
                await asyncio.sleep(wait)
            yield
        finally:
            self._concurrent[lane] -= 1

    async def wait_for_second(self, lane: str) -> None:
        """Wait until the last second has room for one more send, and count it."""
        while wait := self._buckets[lane].count_in_second():  # noqa: ASYNC110  only time makes room
            await asyncio.sleep(wait)

    async def pause_lane(self, lane: str, outcome: SendOutcome, wait_s: int) -> PagePause:
        """Pause a lane as the table says, and at least as long as the platform asks; return the pause."""
        # A hundred sends of the same moment may be refused; together they are one strike.  One by one, since each of
        # them would otherwise see no pause while the first is being saved.
        async with self._pausing[lane]:
            rule, current = _RULE_OF_OUTCOME[outcome], self._pauses[lane]
            now = await self._store.server_ms()
            if current.until_ms > now:
                return current
            # RATE: 30 s, 1 min, 2 min … up to an hour, or what Retry-After and the usage headers ask for, up to a day.
            doubled = min(rule.first_s * 2**current.strikes, rule.most_s)
            until = now + 1000 * min(max(doubled, wait_s), _LONGEST_S)
            return await self._save_pause(
                lane, PagePause(until_ms=until, outcome=outcome.value, strikes=min(current.strikes + 1, 20))
            )

    async def note_success(self, lane: str) -> None:
        """Note that a message was sent, so that the next pause is a short one again."""
        if self._pauses[lane].strikes:  # nearly never; each success would otherwise write to the store
            await self._save_pause(lane, PagePause())

    async def end_token_pause(self, lane: str) -> None:
        """End a pause that waited for a new token."""
        if self._pauses[lane].outcome == SendOutcome.TOKEN.value:
            await self._save_pause(lane, PagePause())

    async def _save_pause(self, lane: str, pause: PagePause) -> PagePause:
        """Keep a pause, and return the one that holds now."""
        # The platform may have blocked the Page in the meantime.  Only its "unblock" ends that, so a block is never
        # overwritten by a shorter pause or by a success.
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
    """Return what the operator should do about a pause."""
    return _RULE_OF_OUTCOME[outcome].remedy


async def block_page(store: MetaStore, page: str) -> None:
    """Stop a Page in all processes until :func:`unblock_page`."""
    pause = PagePause(until_ms=_FOREVER_MS, outcome=BLOCKED)
    await store.save_meta(_pause_key(chat_lane(page)), msgspec.msgpack.encode(pause))


async def unblock_page(store: MetaStore, page: str) -> None:
    """Let a Page send again if :func:`block_page` stopped it."""
    raw = await store.load_meta(_pause_key(chat_lane(page)))
    if raw and msgspec.msgpack.decode(raw, type=PagePause).outcome == BLOCKED:
        await store.save_meta(_pause_key(chat_lane(page)), msgspec.msgpack.encode(PagePause()))


def _pause_key(lane: str) -> str:
    return f"pause:{lane}"
