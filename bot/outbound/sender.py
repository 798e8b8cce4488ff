"""Chat messages out of the outbox: the whole protocol for one claimed head.

Rules:

* Only the head of a subscriber's list is tried, so the order is kept whatever happens to it.
* The Send API is not idempotent.  An attempt without an answer is *unknown*: the echo may still settle it, so
  the head waits ten seconds from its beginning, and twice as long after every further attempt, before it is
  sent again.  Nothing is given up by counting; the end of the messaging window ends it.
* What the platform says of the message ends the message; what it says of the Page (rate, token, restriction,
  abuse) makes the Page wait and drops nothing.
* A message whose pause is asked for is put back for that long after the typing indicator was shown, so that neither
  a task nor another person waits meanwhile; a head that has waited already, for whatever reason, pauses no more.
* A private reply goes to a comment, not to a person: who it reached is told once it did, and nothing is kept of a
  comment that cannot be answered (:mod:`bot.private_replies`).
* A person who cannot be reached is told to the deciding functions before the message is settled: a crash in
  between tells twice, with one id, which counts once.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import structlog

from bot.event_ids import make_event_id
from bot.graph_api.errors import GraphAnswer, SendOutcome
from bot.graph_api.page_client import MessengerClient
from bot.limits import LimitError
from bot.metrics import SENDS
from bot.outbound import claims
from bot.outbound.compose import Composer, DeclaredPersonas
from bot.outbound.handover_gate import OPEN, GateCheck, GateResult, always_open
from bot.outbound.rate_limit import PAUSING, TEXTS_A_SECOND, PageRateLimiter, pause_remedy
from bot.outbound.render import EmptyMessageError, Payload, render_typing
from bot.private_replies import PrivateReplies
from domain.effects import MoveThread, SendChat
from domain.events import ChatRefused
from domain.ports import Begun, Claim, Clock, Entropy, SendStatus, Store, Transact, chat_lane

MOST_RETRIES = 3
"""Tries after a temporary failure; then it counts as permanent."""
RETRY_MS = claims.ECHO_WAIT_MS
"""The first back-off; the next are twice as long each, all with jitter between one and one and a half.  A message that
arrived in spite of a temporary failure has been echoed by then, and is settled."""
TYPING_S = 1.0
"""A typing indicator that takes longer is let go: it must not hold the message up."""
MOST_PAUSE_MS = 20_000
"""The platform shows the typing indicator for so long."""
USAGE_EXHAUSTED = 100
"""Percent of what the platform allows; the next call would be refused."""
LEASE_MS = 60_000

RefusalReason = Literal["outside_window", "user_unavailable", "permanent", "silenced"]
"""What is told to the deciding functions."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class ChatSender:
    """Delivers the chat lanes of all Pages."""

    store: Store
    clients: Mapping[str, MessengerClient]
    """By Page id."""
    transact: Transact
    clock: Clock
    entropy: Entropy
    lease_ms: int = LEASE_MS
    """Lease of the next head that settling claims."""
    texts_a_second: float = TEXTS_A_SECOND
    """Per Page, all processes together."""
    personas: DeclaredPersonas = dict
    """Returns those that the workspace declares now."""
    gate: GateCheck = always_open
    """Tells which messages an agent's joining has forestalled."""
    private_replies: PrivateReplies | None = None
    """Is told whom private replies reached; None if only their echoes tell."""
    _by_lane: Mapping[str, MessengerClient] = field(init=False)
    _rate_limiter: PageRateLimiter = field(init=False)
    _composer: Composer = field(init=False)

    def __post_init__(self) -> None:
        """Make the parts; a loop must be running, whose clock paces what is sent."""
        monotonic = asyncio.get_running_loop().time
        self._by_lane = {chat_lane(page): client for page, client in self.clients.items()}
        self._rate_limiter = PageRateLimiter(self.lanes, self.store, self.texts_a_second, monotonic)
        self._composer = Composer(self.store, self.personas, monotonic)

    @property
    def lanes(self) -> frozenset[str]:
        """The lanes this sender delivers."""
        return frozenset(self._by_lane)

    async def refresh_pauses(self) -> None:
        """Learn which Pages other processes have paused; call it every second or so."""
        await self._rate_limiter.refresh_pauses()

    def share_rate(self, part: float) -> None:
        """Send only at this part of every Page's rate, since other processes send the rest."""
        self._rate_limiter.share_rate(part)

    async def resume_page(self, page: str) -> None:
        """Go on with a Page that has a new token."""
        await self._rate_limiter.end_token_pause(chat_lane(page))

    def paused_lanes(self, server_ms: int) -> frozenset[str]:
        """Return the lanes that are not to be polled now."""
        return self._rate_limiter.waiting_lanes(server_ms)

    async def deliver(self, claim: Claim) -> Claim | None:
        """Try a claimed head once and settle what came of it.

        Returns the claim of the next head if the subscriber has one to send at once.  Raises
        :class:`domain.ports.StoreAwayError`; the outbox stays as the store had it.
        """
        chat = claims.read_chat_item(claim)
        if isinstance(chat, MoveThread):
            return await self._move_thread(claim, chat)
        if chat is None:
            _log.error("chat_item_unreadable", lane=claim.lane)
            return await self._settle_claim(claim, "failed", "unreadable")
        if chat.good_until is not None and self.clock() >= chat.good_until:
            return await self._refuse(claim, chat, "outside_window", "the messaging window closed before it was sent")
        delay = max(claims.echo_wait_ms(claim), self._rate_limiter.paused_ms(claim.lane, claim.server_ms))
        if delay:
            await self.store.retry(claim, delay_ms=delay, keep_attempt=claim.attempt is not None, counted=False)
            return None
        gate_result = OPEN if claim.attempt else await self.gate(claim.subscriber, chat)
        if gate_result.silenced:
            return await self._refuse(claim, chat, "silenced", _FORESTALLED)
        client = self._by_lane[claim.lane]
        if chat.pause_ms > 0 and not (claim.waits or claim.failures or claim.attempt):
            await self._pause_before(claim, chat, client)
            return None
        try:
            body = await self._composer.compose_body(client, chat)
        except (LimitError, EmptyMessageError) as error:
            _log.error("chat_message_over_limit", lane=claim.lane, error=str(error))
            return await self._refuse(claim, chat, "permanent", str(error))
        return await self._attempt_send(claim, chat, gate_result, body)

    async def _move_thread(self, claim: Claim, move: MoveThread) -> Claim | None:
        """Pass a thread or take it back; doing it again changes nothing, and what the platform refuses is let be."""
        delay = self._rate_limiter.paused_ms(claim.lane, claim.server_ms)
        if delay or not await self.store.begin(claim):
            if delay:
                await self.store.retry(claim, delay_ms=delay, counted=False)
            return None
        answer = await self._by_lane[claim.lane].move_thread(move.to, move.action)
        if answer.outcome in PAUSING:
            await self._pause_page(claim, answer)
            return None
        if answer.outcome in (SendOutcome.RETRY, SendOutcome.UNKNOWN) and claim.failures < MOST_RETRIES:
            await self.store.retry(claim, delay_ms=self._back_off_ms(claim.failures))
            return None
        if answer.data is None:
            _log_refusal("thread_not_moved", claim, answer, remedy="is Doorstep the Page's default app? pages: inbox")
        return await self._settle_claim(claim, "failed" if answer.data is None else "sent", "")

    async def _pause_before(self, claim: Claim, chat: SendChat, client: MessengerClient) -> None:
        shown = render_typing(chat.to, persona=await self._composer.find_persona(client, chat))
        await client.send_raw(shown, within=TYPING_S)
        await self.store.retry(claim, delay_ms=min(chat.pause_ms, MOST_PAUSE_MS), counted=False)

    async def _attempt_send(self, claim: Claim, chat: SendChat, gate_result: GateResult, body: Payload) -> Claim | None:
        async with self._rate_limiter.reserve_slot(claim.lane):
            begun = await self._begin_typing(claim, chat, gate_result, body)
            answer = await self._send(claim, chat, body) if begun else None
        if answer is None:
            silenced = begun is Begun.CHANGED
            return await self._refuse(claim, chat, "silenced", _FORESTALLED) if silenced else None
        _SENDS[answer.outcome].inc()
        self._rate_limiter.note_usage(claim.lane, answer.usage)
        if answer.data is not None and chat.media:
            await self._composer.note_attachment(self._by_lane[claim.lane], chat, answer)
        return await self._apply_result(claim, chat, answer)

    async def _send(self, claim: Claim, chat: SendChat, body: Payload) -> GraphAnswer:
        await self._rate_limiter.wait_for_second(claim.lane)
        client = self._by_lane[claim.lane]
        answer = await client.send_raw(body)
        if answer.outcome is SendOutcome.PERMANENT:
            plainer = await self._composer.without_ids(client, chat, body, answer)
            answer = await client.send_raw(plainer) if plainer else answer
        return answer

    async def _begin_typing(self, claim: Claim, chat: SendChat, gate_result: GateResult, body: Payload) -> Begun:
        """Begin the attempt while the typing indicator is shown; ``CHANGED`` if it was silenced meanwhile."""
        if not chat.typing or chat.pause_ms:
            return await self._begin_unless_silenced(claim, chat, gate_result)
        shown = render_typing(chat.to, persona=str(body.get("persona_id", "")))
        showing = asyncio.create_task(self._by_lane[claim.lane].send_raw(shown, within=TYPING_S))
        try:
            return await self._begin_unless_silenced(claim, chat, gate_result)
        finally:
            await showing  # whatever came of it, the message goes

    async def _begin_unless_silenced(self, claim: Claim, chat: SendChat, gate_result: GateResult) -> Begun:
        while (begun := await self.store.begin(claim, version=gate_result.version)) is Begun.CHANGED:
            gate_result = await self.gate(claim.subscriber, chat, fresh=True)
            if gate_result.silenced:
                break
        return begun

    async def _apply_result(self, claim: Claim, chat: SendChat, answer: GraphAnswer) -> Claim | None:
        match answer.outcome:
            case SendOutcome.SENT | SendOutcome.SENT_DESPITE_ERROR if chat.comment:
                await self._finish_private_reply(claim, chat, answer)
                await self._note_success(claim, answer)
            case SendOutcome.SENT | SendOutcome.SENT_DESPITE_ERROR:
                following = await self._settle_claim(claim, "sent", "")
                await self._note_success(claim, answer)
                return following
            case SendOutcome.UNKNOWN:
                await self.store.retry(claim, delay_ms=claims.ECHO_WAIT_MS, keep_attempt=True, counted=False)
            case SendOutcome.RETRY if claim.failures < MOST_RETRIES:
                await self.store.retry(claim, delay_ms=self._back_off_ms(claim.failures), keep_attempt=True)
            case SendOutcome.OUTSIDE_WINDOW:
                return await self._refuse(claim, chat, "outside_window", _describe_result(answer))
            case SendOutcome.UNAVAILABLE:
                return await self._refuse(claim, chat, "user_unavailable", _describe_result(answer))
            case SendOutcome.RETRY | SendOutcome.PERMANENT:
                _log_refusal("chat_message_refused", claim, answer)
                return await self._refuse(claim, chat, "permanent", _describe_result(answer))
            case outcome if outcome in PAUSING:
                await self._pause_page(claim, answer)
        return None

    async def _finish_private_reply(self, claim: Claim, chat: SendChat, answer: GraphAnswer | None = None) -> None:
        """Tell whom a private reply reached, if that is known, and forget the comment with what waits for it."""
        psid = str((answer.data or {}).get("recipient_id", "")) if answer else ""
        page = self._by_lane[claim.lane].page
        if not psid or not self.private_replies or not await self.private_replies.note_delivery(page, psid, chat.id):
            await self.store.erase(claim.subscriber)

    async def _note_success(self, claim: Claim, answer: GraphAnswer) -> None:
        """Wait before the platform has to refuse: it says that all it allows has been used."""
        if answer.wait_s or answer.usage >= USAGE_EXHAUSTED:
            pause = await self._rate_limiter.pause_lane(claim.lane, SendOutcome.RATE, answer.wait_s)
            _log_refusal(
                "page_at_its_limit", claim, answer, strikes=pause.strikes, remedy=pause_remedy(SendOutcome.RATE)
            )
        else:
            await self._rate_limiter.note_success(claim.lane)

    async def _pause_page(self, claim: Claim, answer: GraphAnswer) -> None:
        pause = await self._rate_limiter.pause_lane(claim.lane, answer.outcome, answer.wait_s)
        _log_refusal("page_paused", claim, answer, strikes=pause.strikes, remedy=pause_remedy(answer.outcome))
        delay = self._rate_limiter.paused_ms(claim.lane, await self.store.server_ms())
        await self.store.retry(claim, delay_ms=delay, counted=False)

    def _back_off_ms(self, failures: int) -> int:
        jitter = 1 + int.from_bytes(self.entropy()[:4], "big") / 2**33
        return int(RETRY_MS * 2**failures * jitter)

    async def _refuse(self, claim: Claim, chat: SendChat, reason: RefusalReason, note: str) -> Claim | None:
        if chat.comment:
            _log.warning("comment_not_answered", lane=claim.lane, note=note)
            await self._finish_private_reply(claim, chat)
            return None
        name = make_event_id("refused", claim.subscriber, chat.id)
        refused = ChatRefused(id=name, at=self.clock(), reason=reason, send=chat.id)
        await self.transact(claim.subscriber, [refused])
        return await self._settle_claim(claim, "failed" if reason == "permanent" else "refused", note)

    async def _settle_claim(self, claim: Claim, status: SendStatus, note: str) -> Claim | None:
        _, following = await self.store.settle(claim, status=status, note=note, lease_ms=self.lease_ms)
        return following


_FORESTALLED = "somebody of the team speaks with the person"
_SENDS = {outcome: SENDS.labels(outcome.value) for outcome in SendOutcome}


def _describe_result(answer: GraphAnswer) -> str:
    return f"{answer.outcome.value}: status {answer.status}, code {answer.code}/{answer.subcode}"


def _log_refusal(event: str, claim: Claim, answer: GraphAnswer, *, strikes: int = 0, remedy: str = "") -> None:
    _log.error(
        event,
        lane=claim.lane,
        outcome=answer.outcome.value,
        status=answer.status,
        code=answer.code,
        subcode=answer.subcode,
        trace=answer.trace,
        strikes=strikes,
        remedy=remedy or _REMEDY,
    )


_REMEDY = "look the code up in docs/messenger.md; with the trace the platform's support finds the call"
