"""The webhook: the platform's verification request, and the events it sends.

Status codes and their reasons:

====== =================================================================================================
200    everything in the body is committed, or deliberately ignored: an object other than ``page``, a Page without a
       token, or a Page of another app than the one that signed.  After an error, the platform would only send it
       again, and in the end switch the Page off
400    the body does not come whole, or is signed but not a JSON object in UTF-8
403    the signature is missing or wrong, or the verify token is wrong
408    the body takes longer to arrive than the platform waits for an answer
413    the body is larger than 8 MiB; aiohttp's default limit of 1 MiB would lose large batches
415    the body is compressed, which the platform never does; it is not read
500    deciding raised; the platform sends the body again, and what was committed counts once
503    the store is away; the platform sends the body again, and what was committed counts once
====== =================================================================================================
"""

import asyncio
import hmac
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass, field

import structlog
from aiohttp import StreamReader, hdrs, web

from bot.inbound.event_kinds import IGNORED, KINDS
from bot.inbound.fast_path import empty_ok
from bot.inbound.own_app import OwnApp
from bot.inbound.parse import BodyError, PersonEvents, WebhookContent, parse_body
from bot.inbound.signature import HEADER, AppSecrets
from bot.metrics import EVENTS, POLICY, REQUESTS
from bot.outbound import rate_limit
from bot.private_replies import PrivateReplies
from bot.thread_control import Echo, PolicyNotice
from domain.event_groups import event_tag
from domain.events import Commented
from domain.keyring import Keyring
from domain.ports import Clock, Store, StoreAwayError, Transact, chat_lane
from domain.record import Identity

PATH = "/messenger/webhook"
MOST_BYTES = 8 * 1024 * 1024
BODY_S = 20.0
"""Seconds for a body to arrive; the platform itself gives up after that."""
RETRY_AFTER_S = 5
WARN_EVERY_S = 300.0
"""A Page without a token is logged at most once in this many seconds."""
TEST_PAGE = "0"
"""The Page id that the test button of Meta's app dashboard sends."""

_log = structlog.get_logger(__name__)


def _answers_none(_: Commented) -> bool:
    return False


@dataclass(slots=True, kw_only=True)
class Webhook:
    """The handlers of ``/messenger/webhook``."""

    secrets: AppSecrets
    """Each event must be signed with the secret of its Page's app."""
    verify_token: str
    transact: Transact
    store: Store
    keys: Keyring
    clock: Clock
    pages: Collection[str] = ()
    """Events of other Pages are ignored, since their answers could not be sent; empty accepts any Page."""
    app_id: str = ""
    """Our app's id; if empty, it is learned from echoes."""
    is_answered: Callable[[Commented], bool] = _answers_none
    """Returns True if a flow answers the comment; nothing is kept of the others."""
    note_arrival: Callable[[str], object] = len
    """Called with the Page of each genuine item, for the watchdog."""
    _own_app: OwnApp = field(init=False)
    _private_replies: PrivateReplies = field(init=False)
    _warned_at: float | None = None

    def __post_init__(self) -> None:
        """Build the parts."""
        self._own_app = OwnApp(self.keys, self.app_id, self.secrets.has_own_app)
        self._private_replies = PrivateReplies(
            store=self.store, transact=self.transact, keys=self.keys, clock=self.clock
        )

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to add to an application."""
        return [web.get(PATH, self.answer_challenge, allow_head=False), web.post(PATH, self.receive_events)]

    async def answer_challenge(self, request: web.Request) -> web.Response:
        """Return the challenge unchanged to a caller that knows the verify token."""
        query = request.query
        token = query.get("hub.verify_token", "").encode("utf-8", "replace")
        if query.get("hub.mode") != "subscribe" or not hmac.compare_digest(token, self.verify_token.encode()):
            return _make_response(403)
        return web.Response(text=query.get("hub.challenge", ""), content_type="text/plain")

    async def receive_events(self, request: web.BaseRequest) -> web.StreamResponse:
        """Commit the events of a body, and answer once all of them are committed."""
        # Cheap checks come first: without a signature header, not even the body is read.
        header = request.headers.get(HEADER, "")
        if not header or hdrs.CONTENT_ENCODING in request.headers:  # the platform compresses nothing
            return _make_response(415 if header else 403)
        try:
            raw = await _read_body(request)
        except TimeoutError:
            return _make_response(_TOO_SLOW)
        except web.RequestPayloadError:
            # Nobody knows where such a body ends, so the connection ends with it.
            request.content.feed_eof()
            answer = _make_response(400, "the body did not come whole")
            answer.force_close()
            return answer
        if raw is None:
            return _make_response(413)
        signers = self.secrets.find_signers(raw, header)
        if not signers:
            return _make_response(403)
        try:
            content = parse_body(raw, self.clock(), self._own_app)
        except BodyError as error:
            return _make_response(400, str(error))
        refusal = await self._take_in_body(content, signers)
        if refusal:
            return _make_response(refusal)
        _REQUESTS[200].inc()
        return empty_ok(request)

    async def _take_in_body(self, content: WebhookContent, signers: Collection[bytes]) -> int:
        """Commit everything; return the status to refuse with, or 0 if nothing failed."""
        for name, number in content.ignored.items():
            _EVENTS[name].inc(number)
        # One body may hold Pages of several apps.  Only the items of Pages whose own app signed the body are taken.
        tasks = [
            self._commit_person(person)
            for person in content.people
            if self._accepts_page(person, signers) and self._is_wanted(person)
        ]
        if content.echoes or content.policies:
            # An echo of ours without metadata was sent by another tool with our app's id: there is nothing to settle.
            tasks += [
                self._settle_echo(echo)
                for echo in content.echoes
                if echo.metadata and self._accepts_page(echo, signers)
            ]
            tasks += [self._apply_policy(policy) for policy in content.policies if self._accepts_page(policy, signers)]
        failures = await _run_all(tasks)
        if not failures:
            return 0
        # 500 and 503 have the platform send the whole body again; what was committed counts once, by its event ids.
        unexpected = [error for error in failures if not isinstance(error, StoreAwayError)]
        if unexpected:
            _log.error("webhook_failed", error=type(unexpected[0]).__name__, failures=len(unexpected))
            return 500
        return _STORE_AWAY

    def _accepts_page(self, item: PersonEvents | Echo | PolicyNotice, signers: Collection[bytes]) -> bool:
        served = not self.pages or item.page in self.pages
        if served and self.secrets.may_speak_for(item.page, signers):
            self.note_arrival(item.page)
            return True
        reason = "another_app" if served else "unknown_page"
        _EVENTS[reason].inc(len(item.events) if isinstance(item, PersonEvents) else 1)
        now = asyncio.get_running_loop().time()
        # Logged once in a while for all Pages together: the platform may send thousands of such items.
        if item.page != TEST_PAGE and (self._warned_at is None or now - self._warned_at >= WARN_EVERY_S):
            self._warned_at = now
            _log.error(reason, what=item.page, remedy=_REMEDIES[reason])
        return False

    def _is_wanted(self, person: PersonEvents) -> bool:
        event = person.events[0]  # a comment has a record of its own, so it is the only event of that "person"
        wanted = not isinstance(event, Commented) or self.is_answered(event)
        if not wanted:
            _EVENTS["unanswered_comment"].inc()
        return wanted

    async def _commit_person(self, person: PersonEvents) -> None:
        subscriber = self.keys.subscriber_id(person.page, person.psid)
        identity = Identity(page=person.page, psid=person.psid)
        # All events of the person in one call, and so in one decision and one commit.
        await self.transact(subscriber, person.events, identity)
        for event in person.events:
            _EVENTS[event_tag(event)].inc()

    async def _apply_policy(self, policy: PolicyNotice) -> None:
        _EVENTS["Policy"].inc()
        POLICY.labels(policy.action if policy.action in _POLICIES else "other").inc()
        remedy = _POLICIES.get(policy.action, "see the Page's support inbox")
        _log.error("policy_enforcement", what=policy.page, state=policy.action[:40], remedy=remedy)
        if policy.action == "block":
            await rate_limit.block_page(self.store, policy.page)
        elif policy.action == "unblock":
            await rate_limit.unblock_page(self.store, policy.page)

    async def _settle_echo(self, echo: Echo) -> None:
        # The echo of a private reply tells whom it reached.  Every other echo settles a send whose answer was lost.
        if not await self._private_replies.note_delivery(echo.page, echo.psid, echo.metadata):
            subscriber = self.keys.subscriber_id(echo.page, echo.psid)
            await self.store.confirm_delivery(chat_lane(echo.page), subscriber, echo.metadata)
        _EVENTS["Echo"].inc()


async def _run_all(tasks: Sequence[Coroutine[None, None, None]]) -> list[BaseException]:
    """Run all to their end, even if some fail; return the failures."""
    if len(tasks) == 1:  # nearly always; an asyncio task of its own would cost as much as parsing
        try:
            await tasks[0]
        except Exception as error:  # noqa: BLE001  every failure is answered by the caller
            return [error]
        return []
    results = await asyncio.gather(*tasks, return_exceptions=True)
    return [error for error in results if error is not None]


async def _read_body(request: web.BaseRequest) -> bytes | None:
    """Return the raw body; None as soon as it is too large.  Raises ``TimeoutError`` if it takes too long to come."""
    if (request.content_length or 0) > MOST_BYTES:
        return None
    content = request.content
    if content.is_eof():  # nearly always: the body came in one packet with the head
        body = content.read_nowait()
        return body if len(body) <= MOST_BYTES else None
    async with asyncio.timeout(BODY_S):
        return await _read_chunks(content)


async def _read_chunks(content: StreamReader) -> bytes | None:
    body = bytearray()
    while chunk := await content.readany():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _make_response(status: int, text: str = "") -> web.Response:
    _REQUESTS[status].inc()
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status == _STORE_AWAY else None
    return web.Response(status=status, text=text or None, headers=headers)


_STORE_AWAY = 503
_TOO_SLOW = 408
_REMEDIES = {
    "unknown_page": "give its token, or take the app off this Page",
    "another_app": "give the secret of this Page's app in DOORSTEP_MESSENGER_PAGE_SECRETS",
}
_POLICIES = {
    "warning": "see the Page's support inbox: the platform may block it",
    "block": "see the Page's support inbox and appeal there; nothing is sent until the platform unblocks the Page",
    "unblock": "nothing to do: sending goes on",
}
_EVENTS = {name: EVENTS.labels(name) for name in IGNORED.union(kind.becomes for kind in KINDS if kind.becomes)}
_REQUESTS = {status: REQUESTS.labels(str(status)) for status in (200, 400, 403, _TOO_SLOW, 413, 415, 500, _STORE_AWAY)}
