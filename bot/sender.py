"""Chat messages out of the outbox: the whole protocol for one claimed head.

Rules:

* Only the head of a subscriber's list is tried, so the order is kept whatever happens to it.
* The Send API is not idempotent.  An attempt without an answer is *unknown*: the echo may still settle it, so
  the head waits ten seconds from its beginning, and twice as long after every further attempt, before it is
  sent again.  Nothing is given up by counting; the end of the messaging window ends it.
* What the platform says of the message ends the message; what it says of the Page (rate, token, restriction,
  abuse) makes the Page wait and drops nothing.
* A person who cannot be reached is told to the deciding functions before the message is settled: a crash in
  between tells twice, with one id, which counts once.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec
import structlog

from bot.client import MessengerClient
from bot.dedup import event_id
from bot.errors import Answer, Outcome
from bot.metrics import SENDS
from bot.pace import TEXTS_A_SECOND, Pace
from bot.render import EmptyMessageError, LimitError, Payload, render, typing
from subscribers.effects import SendChat, decode_posted
from subscribers.events import ChatRefused
from subscribers.ports import Begun, Claim, Clock, Entropy, SendStatus, Store, Transact, chat_lane

ECHO_WAIT_MS = 10_000
"""How long after an attempt began its echo is awaited."""
MOST_DOUBLINGS = 9
"""The wait after an unknown attempt grows to 85 minutes at most."""
MOST_RETRIES = 3
"""Tries after a temporary failure; then it counts as permanent."""
RETRY_MS = 2000
"""The first back-off; the next are four times as long each, all with jitter between half and one and a half."""
TYPING_S = 1.0
"""A typing indicator that takes longer is let go: it must not hold the message up."""
LEASE_MS = 60_000

RefusalReason = Literal["outside_window", "user_unavailable", "permanent"]
"""What is told to the deciding functions."""

_log = structlog.get_logger(__name__)


class ChatSender:
    """Delivers the chat lanes of all Pages."""

    def __init__(
        self,
        *,
        store: Store,
        clients: Mapping[str, MessengerClient],
        transact: Transact,
        clock: Clock,
        entropy: Entropy,
        lease_ms: int = LEASE_MS,
        texts_a_second: float = TEXTS_A_SECOND,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        """Send with these clients, by Page id.  ``monotonic`` (seconds) defaults to the running loop's time."""
        self._store = store
        self._clients = {chat_lane(page): client for page, client in clients.items()}
        self._transact = transact
        self._clock = clock
        self._entropy = entropy
        self._lease_ms = lease_ms
        self._pace = Pace(self.lanes, store, texts_a_second, monotonic or asyncio.get_running_loop().time)

    @property
    def lanes(self) -> frozenset[str]:
        """The lanes this sender delivers."""
        return frozenset(self._clients)

    async def refresh(self) -> None:
        """Learn which Pages other processes have paused; call it every second or so."""
        await self._pace.refresh()

    def paused_lanes(self, server_ms: int) -> frozenset[str]:
        """Return the lanes that are not to be polled now."""
        return self._pace.waiting(server_ms)

    async def deliver(self, claim: Claim) -> Claim | None:
        """Try a claimed head once and settle what came of it.

        Returns the claim of the next head if the subscriber has one to send at once.  Raises
        :class:`subscribers.ports.StoreAwayError`; the outbox stays as the store had it.
        """
        chat = _decode(claim)
        if chat is None:
            _log.error("chat_item_unreadable", lane=claim.lane)
            return await self._settle(claim, "failed", "unreadable")
        if chat.good_until is not None and self._clock() >= chat.good_until:
            return await self._refuse(claim, chat, "outside_window", "the messaging window closed before it was sent")
        delay = max(_echo_wait(claim), self._pace.paused_ms(claim.lane, claim.server_ms))
        if delay:
            await self._store.retry(claim, delay_ms=delay, keep_attempt=claim.attempt is not None, counted=False)
            return None
        try:
            body = render(chat)
        except (LimitError, EmptyMessageError) as error:
            _log.error("chat_message_over_limit", lane=claim.lane, error=str(error))
            return await self._refuse(claim, chat, "permanent", str(error))
        return await self._attempt(claim, chat, body)

    async def _attempt(self, claim: Claim, chat: SendChat, body: Payload) -> Claim | None:
        client = self._clients[claim.lane]
        async with self._pace.turn(claim.lane):
            if not await self._begin(claim, chat, client):
                return None
            answer = await client.send_raw(body)
        _SENDS[answer.outcome].inc()
        return await self._act(claim, chat, answer)

    async def _begin(self, claim: Claim, chat: SendChat, client: MessengerClient) -> Begun:
        if not chat.typing:
            return await self._store.begin(claim)
        shown = asyncio.create_task(_show_typing(client, chat.to))
        try:
            return await self._store.begin(claim)
        finally:
            await shown

    async def _act(self, claim: Claim, chat: SendChat, answer: Answer) -> Claim | None:
        match answer.outcome:
            case Outcome.SENT | Outcome.SENT_DESPITE_ERROR:
                following = await self._settle(claim, "sent", "")
                await self._pace.went(claim.lane)
                return following
            case Outcome.UNKNOWN:
                await self._store.retry(claim, delay_ms=ECHO_WAIT_MS, keep_attempt=True, counted=False)
            case Outcome.RETRY if claim.failures < MOST_RETRIES:
                await self._store.retry(claim, delay_ms=self._back_off(claim.failures))
            case Outcome.OUTSIDE_WINDOW:
                return await self._refuse(claim, chat, "outside_window", _note(answer))
            case Outcome.UNAVAILABLE:
                return await self._refuse(claim, chat, "user_unavailable", _note(answer))
            case Outcome.RETRY | Outcome.PERMANENT:
                _complain("chat_message_refused", claim, answer)
                return await self._refuse(claim, chat, "permanent", _note(answer))
            case Outcome.RATE | Outcome.RESTRICTED | Outcome.TOKEN | Outcome.ABUSE | Outcome.UNREACHABLE:
                await self._pause(claim, answer)
        return None

    async def _pause(self, claim: Claim, answer: Answer) -> None:
        pause = await self._pace.pause(claim.lane, answer.outcome, answer.wait_s)
        _complain("page_paused", claim, answer, strikes=pause.strikes)
        delay = self._pace.paused_ms(claim.lane, await self._store.server_ms())
        await self._store.retry(claim, delay_ms=delay, counted=False)

    def _back_off(self, failures: int) -> int:
        jitter = 0.5 + int.from_bytes(self._entropy()[:4], "big") / 2**32
        return int(RETRY_MS * 4**failures * jitter)

    async def _refuse(
        self, claim: Claim, chat: SendChat, reason: RefusalReason, note: str
    ) -> Claim | None:
        refused = ChatRefused(id=event_id("refused", claim.subscriber, chat.id), at=self._clock(), reason=reason)
        await self._transact(claim.subscriber, [refused])
        return await self._settle(claim, "failed" if reason == "permanent" else "refused", note)

    async def _settle(self, claim: Claim, status: SendStatus, note: str) -> Claim | None:
        _, following = await self._store.settle(claim, status=status, note=note, lease_ms=self._lease_ms)
        return following


async def _show_typing(client: MessengerClient, to: str) -> None:
    """Show the typing indicator before the message; whatever comes of it, the message goes."""
    try:
        async with asyncio.timeout(TYPING_S):
            await client.send_raw(typing(to))
    except TimeoutError:
        _log.debug("typing_indicator_slow")


_SENDS = {outcome: SENDS.labels(outcome.value) for outcome in Outcome}


def _decode(claim: Claim) -> SendChat | None:
    try:
        item = decode_posted(claim.item)
    except msgspec.DecodeError:
        return None
    return item if isinstance(item, SendChat) else None


def _echo_wait(claim: Claim) -> int:
    """Return how long, in ms, the echo of an unknown attempt is still to be awaited."""
    if claim.attempt is None:
        return 0
    waits = (1 << min(claim.attempt.count, MOST_DOUBLINGS)) - 1
    return max(0, claim.attempt.begun_ms + ECHO_WAIT_MS * waits - claim.server_ms)


def _note(answer: Answer) -> str:
    return f"{answer.outcome.value}: status {answer.status}, code {answer.code}/{answer.subcode}"


def _complain(what: str, claim: Claim, answer: Answer, *, strikes: int = 0) -> None:
    _log.error(
        what, lane=claim.lane, outcome=answer.outcome.value, status=answer.status, code=answer.code,
        subcode=answer.subcode, trace=answer.trace, strikes=strikes,
    )
