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
from typing import Literal

import structlog

from bot.event_ids import event_id
from bot.graph_api.errors import Answer, Outcome
from bot.graph_api.page_client import MessengerClient
from bot.limits import LimitError
from bot.metrics import SENDS
from bot.outbound import claims
from bot.outbound.compose import Composer, Personas
from bot.outbound.handover_gate import NOTHING, Heard, Silenced, never
from bot.outbound.rate_limit import PAUSING, TEXTS_A_SECOND, Pace, remedy
from bot.outbound.render import EmptyMessageError, Payload, typing
from bot.private_replies import Invitations
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
EXHAUSTED = 100
"""Percent of what the platform allows; the next call would be refused."""
LEASE_MS = 60_000

RefusalReason = Literal["outside_window", "user_unavailable", "permanent", "silenced"]
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
        personas: Personas = dict,
    ) -> None:
        """Send with these clients, by Page id; ``personas`` returns those that the workspace declares now."""
        self._store = store
        self._clients = {chat_lane(page): client for page, client in clients.items()}
        self._transact = transact
        self._clock = clock
        self._entropy = entropy
        self._lease_ms = lease_ms
        monotonic = asyncio.get_running_loop().time
        self._pace = Pace(self.lanes, store, texts_a_second, monotonic)
        self.silenced: Silenced = never
        """Tells which messages somebody of the team has forestalled; without it none."""
        self.invitations: Invitations | None = None
        """Hears whom private replies reached; without it only their echoes tell."""
        self._composer = Composer(store, personas, monotonic)

    @property
    def lanes(self) -> frozenset[str]:
        """The lanes this sender delivers."""
        return frozenset(self._clients)

    async def refresh(self) -> None:
        """Learn which Pages other processes have paused; call it every second or so."""
        await self._pace.refresh()

    def share(self, part: float) -> None:
        """Send only at this part of every Page's rate, since other processes send the rest."""
        self._pace.share(part)

    async def renewed(self, page: str) -> None:
        """Go on with a Page that has a new token."""
        await self._pace.renewed(chat_lane(page))

    def paused_lanes(self, server_ms: int) -> frozenset[str]:
        """Return the lanes that are not to be polled now."""
        return self._pace.waiting(server_ms)

    async def deliver(self, claim: Claim) -> Claim | None:
        """Try a claimed head once and settle what came of it.

        Returns the claim of the next head if the subscriber has one to send at once.  Raises
        :class:`domain.ports.StoreAwayError`; the outbox stays as the store had it.
        """
        chat = claims.read(claim)
        if isinstance(chat, MoveThread):
            return await self._move(claim, chat)
        if chat is None:
            _log.error("chat_item_unreadable", lane=claim.lane)
            return await self._settle(claim, "failed", "unreadable")
        if chat.good_until is not None and self._clock() >= chat.good_until:
            return await self._refuse(claim, chat, "outside_window", "the messaging window closed before it was sent")
        delay = max(claims.echo_wait(claim), self._pace.paused_ms(claim.lane, claim.server_ms))
        if delay:
            await self._store.retry(claim, delay_ms=delay, keep_attempt=claim.attempt is not None, counted=False)
            return None
        heard = NOTHING if claim.attempt else await self.silenced(claim.subscriber, chat)
        if heard.silenced:
            return await self._refuse(claim, chat, "silenced", _SILENCED)
        client = self._clients[claim.lane]
        if chat.pause_ms > 0 and not (claim.waits or claim.failures or claim.attempt):
            await self._pause_before(claim, chat, client)
            return None
        try:
            body = await self._composer.compose(client, chat)
        except (LimitError, EmptyMessageError) as error:
            _log.error("chat_message_over_limit", lane=claim.lane, error=str(error))
            return await self._refuse(claim, chat, "permanent", str(error))
        return await self._attempt(claim, chat, heard, body)

    async def _move(self, claim: Claim, move: MoveThread) -> Claim | None:
        """Pass a thread or take it back; doing it again changes nothing, and what the platform refuses is let be."""
        delay = self._pace.paused_ms(claim.lane, claim.server_ms)
        if delay or not await self._store.begin(claim):
            if delay:
                await self._store.retry(claim, delay_ms=delay, counted=False)
            return None
        answer = await self._clients[claim.lane].move_thread(move.to, move.action)
        if answer.outcome in PAUSING:
            await self._pause(claim, answer)
            return None
        if answer.outcome in (Outcome.RETRY, Outcome.UNKNOWN) and claim.failures < MOST_RETRIES:
            await self._store.retry(claim, delay_ms=self._back_off(claim.failures))
            return None
        if answer.data is None:
            _complain("thread_not_moved", claim, answer, remedy="is Doorstep the Page's default app? pages: inbox")
        return await self._settle(claim, "failed" if answer.data is None else "sent", "")

    async def _pause_before(self, claim: Claim, chat: SendChat, client: MessengerClient) -> None:
        shown = typing(chat.to, persona=await self._composer.persona(client, chat))
        await client.send_raw(shown, within=TYPING_S)
        await self._store.retry(claim, delay_ms=min(chat.pause_ms, MOST_PAUSE_MS), counted=False)

    async def _attempt(self, claim: Claim, chat: SendChat, heard: Heard, body: Payload) -> Claim | None:
        async with self._pace.turn(claim.lane):
            begun = await self._begin(claim, chat, heard, body)
            answer = await self._speak(claim, chat, body) if begun else None
        if answer is None:
            silenced = begun is Begun.CHANGED
            return await self._refuse(claim, chat, "silenced", _SILENCED) if silenced else None
        _SENDS[answer.outcome].inc()
        self._pace.used(claim.lane, answer.usage)
        if answer.data is not None and chat.media:
            await self._composer.learn(self._clients[claim.lane], chat, answer)
        return await self._act(claim, chat, answer)

    async def _speak(self, claim: Claim, chat: SendChat, body: Payload) -> Answer:
        await self._pace.go(claim.lane)
        client = self._clients[claim.lane]
        answer = await client.send_raw(body)
        if answer.outcome is Outcome.PERMANENT:
            plainer = await self._composer.plainer(client, chat, body, answer)
            answer = await client.send_raw(plainer) if plainer else answer
        return answer

    async def _begin(self, claim: Claim, chat: SendChat, heard: Heard, body: Payload) -> Begun:
        """Begin the attempt while the typing indicator is shown; ``CHANGED`` if it was silenced meanwhile."""
        if not chat.typing or chat.pause_ms:
            return await self._begin_unless_silenced(claim, chat, heard)
        shown = typing(chat.to, persona=str(body.get("persona_id", "")))
        showing = asyncio.create_task(self._clients[claim.lane].send_raw(shown, within=TYPING_S))
        try:
            return await self._begin_unless_silenced(claim, chat, heard)
        finally:
            await showing  # whatever came of it, the message goes

    async def _begin_unless_silenced(self, claim: Claim, chat: SendChat, heard: Heard) -> Begun:
        while (begun := await self._store.begin(claim, version=heard.version)) is Begun.CHANGED:
            heard = await self.silenced(claim.subscriber, chat, anew=True)
            if heard.silenced:
                break
        return begun

    async def _act(self, claim: Claim, chat: SendChat, answer: Answer) -> Claim | None:
        match answer.outcome:
            case Outcome.SENT | Outcome.SENT_DESPITE_ERROR if chat.comment:
                await self._invited(claim, chat, answer)
                await self._heed(claim, answer)
            case Outcome.SENT | Outcome.SENT_DESPITE_ERROR:
                following = await self._settle(claim, "sent", "")
                await self._heed(claim, answer)
                return following
            case Outcome.UNKNOWN:
                await self._store.retry(claim, delay_ms=claims.ECHO_WAIT_MS, keep_attempt=True, counted=False)
            case Outcome.RETRY if claim.failures < MOST_RETRIES:
                await self._store.retry(claim, delay_ms=self._back_off(claim.failures), keep_attempt=True)
            case Outcome.OUTSIDE_WINDOW:
                return await self._refuse(claim, chat, "outside_window", _note(answer))
            case Outcome.UNAVAILABLE:
                return await self._refuse(claim, chat, "user_unavailable", _note(answer))
            case Outcome.RETRY | Outcome.PERMANENT:
                _complain("chat_message_refused", claim, answer)
                return await self._refuse(claim, chat, "permanent", _note(answer))
            case outcome if outcome in PAUSING:
                await self._pause(claim, answer)
        return None

    async def _invited(self, claim: Claim, chat: SendChat, answer: Answer | None = None) -> None:
        """Tell whom a private reply reached, if that is known, and forget the comment with what waits for it."""
        psid = str((answer.data or {}).get("recipient_id", "")) if answer else ""
        page = self._clients[claim.lane].page
        if not psid or not self.invitations or not await self.invitations.reached(page, psid, chat.id):
            await self._store.erase(claim.subscriber)

    async def _heed(self, claim: Claim, answer: Answer) -> None:
        """Wait before the platform has to refuse: it says that all it allows has been used."""
        if answer.wait_s or answer.usage >= EXHAUSTED:
            pause = await self._pace.pause(claim.lane, Outcome.RATE, answer.wait_s)
            _complain("page_at_its_limit", claim, answer, strikes=pause.strikes, remedy=remedy(Outcome.RATE))
        else:
            await self._pace.went(claim.lane)

    async def _pause(self, claim: Claim, answer: Answer) -> None:
        pause = await self._pace.pause(claim.lane, answer.outcome, answer.wait_s)
        _complain("page_paused", claim, answer, strikes=pause.strikes, remedy=remedy(answer.outcome))
        delay = self._pace.paused_ms(claim.lane, await self._store.server_ms())
        await self._store.retry(claim, delay_ms=delay, counted=False)

    def _back_off(self, failures: int) -> int:
        jitter = 1 + int.from_bytes(self._entropy()[:4], "big") / 2**33
        return int(RETRY_MS * 2**failures * jitter)

    async def _refuse(self, claim: Claim, chat: SendChat, reason: RefusalReason, note: str) -> Claim | None:
        if chat.comment:
            _log.warning("comment_not_answered", lane=claim.lane, note=note)
            await self._invited(claim, chat)
            return None
        name = event_id("refused", claim.subscriber, chat.id)
        refused = ChatRefused(id=name, at=self._clock(), reason=reason, send=chat.id)
        await self._transact(claim.subscriber, [refused])
        return await self._settle(claim, "failed" if reason == "permanent" else "refused", note)

    async def _settle(self, claim: Claim, status: SendStatus, note: str) -> Claim | None:
        _, following = await self._store.settle(claim, status=status, note=note, lease_ms=self._lease_ms)
        return following


_SILENCED = "somebody of the team speaks with the person"
_SENDS = {outcome: SENDS.labels(outcome.value) for outcome in Outcome}


def _note(answer: Answer) -> str:
    return f"{answer.outcome.value}: status {answer.status}, code {answer.code}/{answer.subcode}"


def _complain(what: str, claim: Claim, answer: Answer, *, strikes: int = 0, remedy: str = "") -> None:
    _log.error(
        what,
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
