"""Sends chat messages from the outbox: the whole protocol for one claimed head.

Rules:

* Only the head of a subscriber's list is tried.  Messages therefore stay in order, whatever happens to one of them.
* The Send API is not idempotent.  An attempt without an answer is *unknown*: its echo may still settle it.  The head
  waits for the echo, 10 seconds after the first attempt and twice as long after each further one, before it is sent
  again.  No number of attempts ends this; the end of the messaging window does.
* An answer about the message ends the message.  An answer about the Page (rate, token, restriction, abuse) makes the
  Page wait, and drops nothing.
* A message with a pause shows the typing indicator and is put back for that long, so that no task sleeps and nobody
  else waits.  A head that has waited before, for any reason, gets no pause.
* A private reply is sent to a comment.  Once it was delivered, the platform names the person behind the comment.
  Nothing is kept of a comment that cannot be answered (:mod:`bot.private_replies`).
* A refusal is reported to the deciding functions before the message is settled.  A crash in between reports it twice,
  under the same event id, which counts once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import structlog

from bot.event_ids import make_event_id
from bot.graph_api.errors import GraphAnswer, SendOutcome
from bot.graph_api.http import WithheldError
from bot.graph_api.page_client import MessengerClient
from bot.limits import LimitError
from bot.metrics import SENDS
from bot.outbound import claims
from bot.outbound.claims import MayWrite
from bot.outbound.compose import Composer, DeclaredPersonas
from bot.outbound.handover_gate import OPEN, GateCheck, GateResult, always_open, begin_judged
from bot.outbound.rate_limit import PAUSING, TEXTS_A_SECOND, PageRateLimiter
from bot.outbound.refusals import describe_refusal, log_refusal
from bot.outbound.render import EmptyMessageError, Payload, render_typing
from bot.outbound.trouble import OnceAMinute, PlatformTrouble
from bot.private_replies import PrivateReplies
from domain.effects import MoveThread, SendChat
from domain.events import ChatRefused
from domain.ports import Begun, Claim, Clock, Entropy, SendStatus, Store, TransactHeld, chat_lane

MOST_RETRIES = 3
"""Retries after a temporary failure; then it counts as permanent."""
RETRY_MS = claims.ECHO_WAIT_MS
"""The first back-off; each further one is twice as long, times a jitter between 1 and 1.5.  As long as the wait for an
echo: a message that arrived in spite of a temporary failure has been echoed, and settled, by then."""
TYPING_S = 1.0
"""Seconds that the typing indicator may take; it must not delay the message."""
MOST_PAUSE_MS = 20_000
"""The platform shows the typing indicator for this long."""
WITHHELD_MS = 500
USAGE_EXHAUSTED = 100
"""Percent of the platform's allowance; the next call would be refused."""
LEASE_MS = 60_000

RefusalReason = Literal["outside_window", "user_unavailable", "permanent", "silenced"]
"""Reason of the event :class:`domain.events.ChatRefused`."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class ChatSender:
    """Delivers the chat lanes of all Pages."""

    store: Store
    clients: Mapping[str, MessengerClient]
    """By Page id."""
    transact: TransactHeld
    clock: Clock
    entropy: Entropy
    lease_ms: int = LEASE_MS
    """Lease of the next head, which settling claims in the same step."""
    texts_a_second: float = TEXTS_A_SECOND
    """Per Page, all processes together."""
    personas: DeclaredPersonas = dict
    """Returns the personas of the live workspace."""
    gate: GateCheck = always_open
    """Stops messages that were decided before an agent joined."""
    watch_claims: Callable[[], MayWrite] = claims.watch_nothing
    """Called before an attempt begins; what it returns is asked right before the write: others may have the claim."""
    secure_claims: Callable[[], Awaitable[None]] = claims.nothing_to_secure
    """Awaited before an attempt begins: a process that was only busy gets its right back at once."""
    private_replies: PrivateReplies | None = None
    """Notes whom a private reply reached; None if its echo alone does that."""
    _by_lane: Mapping[str, MessengerClient] = field(init=False)
    _rate_limiter: PageRateLimiter = field(init=False)
    _composer: Composer = field(init=False)
    _trouble: PlatformTrouble = field(init=False)

    def __post_init__(self) -> None:
        """Build the parts; the running event loop provides the clock of the rate limiter."""
        monotonic = asyncio.get_running_loop().time
        self._by_lane = {chat_lane(page): client for page, client in self.clients.items()}
        self._rate_limiter = PageRateLimiter(self.lanes, self.store, self.texts_a_second, monotonic)
        self._composer = Composer(self.store, self.personas, monotonic)
        self._trouble = PlatformTrouble(lines=OnceAMinute(monotonic=monotonic))

    @property
    def lanes(self) -> frozenset[str]:
        """The lanes this sender delivers."""
        return frozenset(self._by_lane)

    async def refresh_pauses(self) -> None:
        """Read which Pages other processes have paused; call this about once a second."""
        await self._rate_limiter.refresh_pauses()

    def share_rate(self, part: float) -> None:
        """Send at this part of every Page's rate; other processes send the rest."""
        self._rate_limiter.share_rate(part)

    async def resume_page(self, page: str) -> None:
        """End the pause of a Page that waited for a new token."""
        await self._rate_limiter.end_token_pause(chat_lane(page))

    def paused_lanes(self, server_ms: int) -> frozenset[str]:
        """Return the lanes that must not be polled now."""
        return self._rate_limiter.lanes_to_skip(server_ms)

    async def deliver(self, claim: Claim) -> Claim | None:
        """Try a claimed head once, and settle it or put it back.

        Returns the claim of the next head if the subscriber has one to send at once.  Raises
        :class:`domain.ports.StoreAwayError`; the outbox then stays as it was in the store.
        """
        chat = claims.read_chat_item(claim)
        if isinstance(chat, MoveThread):
            return await self._move_thread(claim, chat)
        if chat is None:
            _log.error("chat_item_unreadable", lane=claim.lane)
            return await self._settle_claim(claim, "failed", "unreadable")
        # The order of these gates matters: a message out of its window is refused even while its Page is paused, and
        # the record is only read for a message that could be sent now.
        # A message whose echo may be under way was perhaps sent in time.
        if chat.good_until is not None and self.clock() >= chat.good_until and not claims.echo_wait_ms(claim):
            return await self._refuse_message(
                claim, chat, "outside_window", "the messaging window closed before it was sent"
            )
        delay = max(claims.echo_wait_ms(claim), self._rate_limiter.paused_ms(claim.lane, claim.server_ms))
        if delay:
            await self.store.retry(claim, delay_ms=delay, counted=False)
            return None
        # A head with an unknown attempt may have arrived already.  Dropping it now would hide that from the flow.
        gate_result = OPEN if claim.attempt else await self.gate(claim.subscriber, chat)
        if gate_result.silenced:
            return await self._refuse_message(claim, chat, "silenced", _FORESTALLED)
        client = self._by_lane[claim.lane]
        if chat.pause_ms > 0 and not (claim.waits or claim.failures or claim.attempt):
            await self._pause_before(claim, chat, client)
            return None
        try:
            body = await self._composer.compose_body(client, chat)
        except (LimitError, EmptyMessageError) as error:
            _log.error("chat_message_over_limit", lane=claim.lane, error=str(error))
            return await self._refuse_message(claim, chat, "permanent", str(error))
        return await self._attempt_send(claim, chat, gate_result, body)

    async def _move_thread(self, claim: Claim, move: MoveThread) -> Claim | None:
        """Pass a thread or take it back; repeating it changes nothing, and a refusal is logged and settled."""
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
            log_refusal("thread_not_moved", claim, answer, remedy="is Doorstep the Page's default app? pages: inbox")
        return await self._settle_claim(claim, "failed" if answer.data is None else "sent", "")

    async def _pause_before(self, claim: Claim, chat: SendChat, client: MessengerClient) -> None:
        shown = render_typing(chat.to, persona=await self._composer.find_persona(client, chat))
        await client.send_raw(shown, within=TYPING_S)
        await self.store.retry(claim, delay_ms=min(chat.pause_ms, MOST_PAUSE_MS), counted=False)

    # Within the slot: the store marks the attempt as begun, then the POST is written.  A crash after "begun" leaves an
    # unknown attempt, never a message that is silently sent twice.
    async def _attempt_send(self, claim: Claim, chat: SendChat, gate_result: GateResult, body: Payload) -> Claim | None:
        async with self._rate_limiter.reserve_slot(claim.lane):
            may_write = self.watch_claims()
            if not may_write():
                await self.secure_claims()
                may_write = self.watch_claims()
            begun = await self._begin_attempt(claim, chat, gate_result, body)
            answer = await self._send_body(claim, chat, body, may_write) if begun else None
        if answer is None and begun:
            _log.warning("chat_withheld", lane=claim.lane, reason="this process stood still, or lost the store")
            # By then the leases are renewed, or somebody else has the claim.
            await self.store.retry(claim, delay_ms=WITHHELD_MS, counted=False)
            return None
        if answer is None:
            # CHANGED: an agent joined.  LOST: the lease ran out, and another worker has the head.
            silenced = begun is Begun.CHANGED
            return await self._refuse_message(claim, chat, "silenced", _FORESTALLED) if silenced else None
        _SENDS[answer.outcome].inc()
        self._rate_limiter.note_usage(claim.lane, answer.usage)
        if answer.data is not None and chat.media:
            await self._composer.note_attachment(self._by_lane[claim.lane], chat, answer)
        return await self._apply_result(claim, chat, answer)

    async def _send_body(self, claim: Claim, chat: SendChat, body: Payload, may_write: MayWrite) -> GraphAnswer | None:
        """Return the platform's answer; None if nothing was sent, since others may have the claim by now."""
        await self._rate_limiter.wait_for_second(claim.lane)
        client = self._by_lane[claim.lane]
        try:
            answer = await client.send_raw(body, may_write=may_write)
            if answer.outcome is SendOutcome.PERMANENT:
                body_without_ids = await self._composer.drop_platform_ids(client, chat, body, answer)
                if body_without_ids:
                    answer = await client.send_raw(body_without_ids, may_write=may_write)
        except WithheldError:
            return None
        return answer

    async def _begin_attempt(self, claim: Claim, chat: SendChat, gate_result: GateResult, body: Payload) -> Begun:
        """Begin the attempt while the typing indicator is shown; ``CHANGED`` if an agent joined in the meantime."""
        if not chat.typing or chat.pause_ms:
            return await begin_judged(self.store, self.gate, claim, chat, gate_result)
        shown = render_typing(chat.to, persona=str(body.get("persona_id", "")))
        showing = asyncio.create_task(self._by_lane[claim.lane].send_raw(shown, within=TYPING_S))
        try:
            return await begin_judged(self.store, self.gate, claim, chat, gate_result)
        finally:
            await showing  # the indicator must precede the message, but its failure does not matter

    async def _apply_result(self, claim: Claim, chat: SendChat, answer: GraphAnswer) -> Claim | None:
        if answer.outcome in (SendOutcome.UNKNOWN, SendOutcome.RETRY):
            self._trouble.note(claim.lane, answer)
        match answer.outcome:
            # A private reply is not settled: its whole record, which stands for the comment, is erased.
            case SendOutcome.SENT | SendOutcome.SENT_DESPITE_ERROR if chat.comment:
                await self._finish_private_reply(claim, chat, answer)
                await self._note_allowance(claim, answer)
            case SendOutcome.SENT | SendOutcome.SENT_DESPITE_ERROR:
                following = await self._settle_claim(claim, "sent", "")
                await self._note_allowance(claim, answer)
                return following
            case SendOutcome.UNKNOWN:
                await self.store.retry(claim, delay_ms=claims.ECHO_WAIT_MS, keep_attempt=True, counted=False)
            case SendOutcome.RETRY if claim.failures < MOST_RETRIES:
                # The attempt is kept, since "temporary" errors have been seen for messages that arrived.
                await self.store.retry(claim, delay_ms=self._back_off_ms(claim.failures), keep_attempt=True)
            case SendOutcome.OUTSIDE_WINDOW:
                return await self._refuse_message(claim, chat, "outside_window", describe_refusal(answer))
            case SendOutcome.UNAVAILABLE:
                return await self._refuse_message(claim, chat, "user_unavailable", describe_refusal(answer))
            case SendOutcome.RETRY | SendOutcome.PERMANENT:
                log_refusal("chat_message_refused", claim, answer)
                return await self._refuse_message(claim, chat, "permanent", describe_refusal(answer))
            case outcome if outcome in PAUSING:
                await self._pause_page(claim, answer)
        return None

    async def _finish_private_reply(self, claim: Claim, chat: SendChat, answer: GraphAnswer | None = None) -> None:
        """Note whom a private reply reached, if the answer says so, and erase the record of the comment."""
        psid = str((answer.data or {}).get("recipient_id", "")) if answer else ""
        page = self._by_lane[claim.lane].page
        if not psid or not self.private_replies or not await self.private_replies.note_delivery(page, psid, chat.id):
            await self.store.erase(claim.subscriber)

    async def _note_allowance(self, claim: Claim, answer: GraphAnswer) -> None:
        """Pause the Page if the answer says that its allowance is used up; else end its row of pauses."""
        if answer.wait_s or answer.usage >= USAGE_EXHAUSTED:
            pause = await self._rate_limiter.pause_lane(claim.lane, SendOutcome.RATE, answer.wait_s)
            self._trouble.tell_pause("page_at_its_limit", claim, answer, pause, SendOutcome.RATE)
        else:
            await self._rate_limiter.note_success(claim.lane)

    async def _pause_page(self, claim: Claim, answer: GraphAnswer) -> None:
        pause = await self._rate_limiter.pause_lane(claim.lane, answer.outcome, answer.wait_s)
        self._trouble.tell_pause("page_paused", claim, answer, pause, answer.outcome)
        delay = self._rate_limiter.paused_ms(claim.lane, await self.store.server_ms())
        await self.store.retry(claim, delay_ms=delay, counted=False)

    def _back_off_ms(self, failures: int) -> int:
        # 10 s, 20 s, 40 s, each times 1 to 1.5, so that heads that failed together do not come back together.
        jitter = 1 + int.from_bytes(self.entropy()[:4], "big") / 2**33
        return int(RETRY_MS * 2**failures * jitter)

    async def _refuse_message(self, claim: Claim, chat: SendChat, reason: RefusalReason, note: str) -> Claim | None:
        if chat.comment:  # there is no person yet whose flow could be told
            _log.warning("comment_not_answered", lane=claim.lane, note=note)
            await self._finish_private_reply(claim, chat)
            return None
        # One id for each message: reported twice after a crash, it counts once.
        event_id = make_event_id("refused", claim.subscriber, chat.id)
        refused = ChatRefused(id=event_id, at=self.clock(), reason=reason, send=chat.id)
        # Who stood still has lost the claim: another process may have sent it, and what was refused may go by mail.
        await self.transact(claim.subscriber, [refused], held=claim)
        return await self._settle_claim(claim, "failed" if reason == "permanent" else "refused", note)

    async def _settle_claim(self, claim: Claim, status: SendStatus, note: str) -> Claim | None:
        _, following = await self.store.settle(claim, status=status, note=note, lease_ms=self.lease_ms)
        return following


_FORESTALLED = "somebody of the team speaks with the person"
_SENDS = {outcome: SENDS.labels(outcome.value) for outcome in SendOutcome}
