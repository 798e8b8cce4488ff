"""The webhook: the platform's handshake, and events in.

What is answered, and why:

====== =================================================================================================
200    everything in the body is committed, or deliberately ignored (another object than ``page``, a Page without
       a token, or one of another app than the one that signed: an error would only be sent again, until the platform
       switches the Page off)
400    cannot be unpacked, or signed but no JSON object in UTF-8
403    no signature or a wrong one (no 401: there is nothing to log in with), or a wrong verify token
408    the body takes longer to come than the platform would wait for the answer
413    larger than 8 MiB; aiohttp's own limit of 1 MiB would lose large batches
500    deciding raised; sent again by the platform, and what was committed counts once
503    the store is away; sent again by the platform, and what was committed counts once
====== =================================================================================================
"""

import asyncio
import hmac
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass, field

import structlog
from aiohttp import StreamReader, web

from bot.inbound.event_kinds import IGNORED, KINDS
from bot.inbound.fast_path import empty_ok
from bot.inbound.own_app import OwnApp
from bot.inbound.parse import BodyError, PersonEvents, WebhookContent, parse_body
from bot.inbound.signature import HEADER, AppSecrets
from bot.metrics import EVENTS, POLICY, REQUESTS
from bot.outbound import rate_limit
from bot.private_replies import PrivateReplies
from bot.thread_control import Echo, PolicyNotice
from domain.events import Commented, event_tag
from domain.keyring import Keyring
from domain.ports import Clock, Store, StoreAwayError, Transact, chat_lane
from domain.record import Identity

PATH = "/messenger/webhook"
MOST_BYTES = 8 * 1024 * 1024
BODY_S = 20.0
"""The platform itself gives up after so long."""
RETRY_AFTER_S = 5
WARN_EVERY_S = 300.0
"""A Page without a token is told of once in so many seconds."""
TEST_PAGE = "0"
"""What the console's test button names as its Page."""

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
    """Our app's; if empty, it is learned from echoes."""
    is_answered: Callable[[Commented], bool] = _answers_none
    """Returns True if a flow answers the comment; nothing is kept of the others."""
    note_arrival: Callable[[str], object] = len
    """Called with each Page that something genuine came for; by default nothing is noted."""
    _own_app: OwnApp = field(init=False)
    _private_replies: PrivateReplies = field(init=False)
    _warned_at: float | None = None

    def __post_init__(self) -> None:
        """Make the parts."""
        self._own_app = OwnApp(self.keys, self.app_id, self.secrets.has_own_app)
        self._private_replies = PrivateReplies(
            store=self.store, transact=self.transact, keys=self.keys, clock=self.clock
        )

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to add to an application."""
        return [web.get(PATH, self.answer_challenge, allow_head=False), web.post(PATH, self.receive_events)]

    async def answer_challenge(self, request: web.Request) -> web.Response:
        """Echo the challenge, as it is, to who knows the verify token."""
        query = request.query
        token = query.get("hub.verify_token", "").encode("utf-8", "replace")
        if query.get("hub.mode") != "subscribe" or not hmac.compare_digest(token, self.verify_token.encode()):
            return _respond(403)
        return web.Response(text=query.get("hub.challenge", ""), content_type="text/plain")

    async def receive_events(self, request: web.BaseRequest) -> web.StreamResponse:
        """Take a body in; answers when all of it is committed."""
        header = request.headers.get(HEADER, "")
        if not header:
            return _respond(403)
        try:
            raw = await _read_body(request)
        except TimeoutError:
            return _respond(_TOO_SLOW)
        except web.RequestPayloadError:
            return _respond(400, "the body cannot be unpacked")
        if raw is None:
            return _respond(413)
        signers = self.secrets.find_signers(raw, header)
        if not signers:
            return _respond(403)
        try:
            parsed = parse_body(raw, self.clock(), self._own_app)
        except BodyError as error:
            return _respond(400, str(error))
        refusal = await self._take_in_body(parsed, signers)
        if refusal:
            return _respond(refusal)
        _REQUESTS[200].inc()
        return empty_ok(request)

    async def _take_in_body(self, parsed: WebhookContent, signers: Collection[bytes]) -> int:
        """Commit everything; returns the status to refuse with, 0 if nothing failed."""
        for name, number in parsed.ignored.items():
            _EVENTS[name].inc(number)
        tasks = [
            self._commit_person(one) for one in parsed.people if self._accepts(one, signers) and self._is_wanted(one)
        ]
        if parsed.echoes or parsed.policies:
            tasks += [self._settle_echo(one) for one in parsed.echoes if one.metadata and self._accepts(one, signers)]
            tasks += [self._apply_policy(one) for one in parsed.policies if self._accepts(one, signers)]
        failures = await _run_all(tasks)
        if not failures:
            return 0
        unexpected = [one for one in failures if not isinstance(one, StoreAwayError)]
        if unexpected:
            _log.error("webhook_failed", error=type(unexpected[0]).__name__, failures=len(unexpected))
            return 500
        return _STORE_AWAY

    def _accepts(self, item: PersonEvents | Echo | PolicyNotice, signers: Collection[bytes]) -> bool:
        served = not self.pages or item.page in self.pages
        if served and self.secrets.may_speak_for(item.page, signers):
            self.note_arrival(item.page)
            return True
        reason = "another_app" if served else "unknown_page"
        _EVENTS[reason].inc(len(item.events) if isinstance(item, PersonEvents) else 1)
        now = asyncio.get_running_loop().time()
        if item.page != TEST_PAGE and (self._warned_at is None or now - self._warned_at >= WARN_EVERY_S):
            self._warned_at = now
            _log.error(reason, what=item.page, remedy=_REMEDIES[reason])
        return False

    def _is_wanted(self, inbound: PersonEvents) -> bool:
        event = inbound.events[0]
        wanted = not isinstance(event, Commented) or self.is_answered(event)
        if not wanted:
            _EVENTS["unanswered_comment"].inc()
        return wanted

    async def _commit_person(self, inbound: PersonEvents) -> None:
        subscriber = self.keys.subscriber_id(inbound.page, inbound.psid)
        identity = Identity(page=inbound.page, psid=inbound.psid)
        await self.transact(subscriber, inbound.events, identity)
        for event in inbound.events:
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
        if not await self._private_replies.note_delivery(echo.page, echo.psid, echo.metadata):
            subscriber = self.keys.subscriber_id(echo.page, echo.psid)
            await self.store.confirm_delivery(chat_lane(echo.page), subscriber, echo.metadata)
        _EVENTS["Echo"].inc()


async def _run_all(tasks: Sequence[Coroutine[None, None, None]]) -> list[BaseException]:
    """Run all to their end, also when some fail; return the failures."""
    if len(tasks) == 1:  # nearly always; a task of its own would cost as much as parsing
        try:
            await tasks[0]
        except Exception as error:  # noqa: BLE001  every failure is answered by the caller
            return [error]
        return []
    results = await asyncio.gather(*tasks, return_exceptions=True)
    return [one for one in results if one is not None]


async def _read_body(request: web.BaseRequest) -> bytes | None:
    """Return the raw body, None as soon as it is too large; raises ``TimeoutError`` if it takes too long to come."""
    if (request.content_length or 0) > MOST_BYTES:
        return None
    content = request.content
    if content.is_eof():  # nearly always: it came with its head
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


def _respond(status: int, text: str = "") -> web.Response:
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
_REQUESTS = {status: REQUESTS.labels(str(status)) for status in (200, 400, 403, _TOO_SLOW, 413, 500, _STORE_AWAY)}
