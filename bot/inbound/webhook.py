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

import structlog
from aiohttp import StreamReader, web

from bot.inbound.event_kinds import IGNORED, KINDS
from bot.inbound.fast_path import done
from bot.inbound.own_app import OwnApp
from bot.inbound.parse import BodyError, Inbound, Parsed, parse
from bot.inbound.signature import HEADER, AppSecrets
from bot.metrics import EVENTS, POLICY, REQUESTS
from bot.outbound import rate_limit
from bot.private_replies import Invitations
from bot.thread_control import Echo, Policy
from domain.events import Commented
from domain.keyring import Keyring
from domain.ports import Clock, Store, StoreAwayError, Transact, chat_lane
from domain.record import Identity

PATH = "/messenger/webhook"
MOST_BYTES = 8 * 1024 * 1024
BODY_S = 20.0
"""The platform itself gives up after so long."""
RETRY_AFTER_S = 5
REMIND_S = 300.0
"""A Page without a token is told of once in so many seconds."""
TEST_PAGE = "0"
"""What the console's test button names as its Page."""

_log = structlog.get_logger(__name__)


class Webhook:
    """The handlers of ``/messenger/webhook``."""

    def __init__(
        self,
        *,
        secrets: AppSecrets,
        verify_token: str,
        transact: Transact,
        store: Store,
        keys: Keyring,
        clock: Clock,
        pages: Collection[str] = (),
        app_id: str = "",
    ) -> None:
        """Take events that are signed with the secret of their Page's app.

        What comes for other Pages than ``pages`` (empty: any) is ignored: nobody would ever send the answers.
        ``app_id`` is our app's; empty: it is learned.
        """
        self._secrets = secrets
        self._verify_token = verify_token.encode()
        self._transact = transact
        self._store = store
        self._keys = keys
        self._clock = clock
        self._pages = frozenset(pages)
        self._ours = OwnApp(keys, app_id, secrets.has_own)
        self.answers: Callable[[Commented], bool] = _none
        """Tells which comments a flow answers; nothing is kept of the others."""
        self._invitations = Invitations(store=store, transact=transact, keys=keys, clock=clock)
        self.heard: Callable[[str], object] = len
        """Told each Page that something genuine came for; nobody listens at first."""
        self._reminded: float | None = None

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to add to an application."""
        return [web.get(PATH, self.handshake, allow_head=False), web.post(PATH, self.receive)]

    async def handshake(self, request: web.Request) -> web.Response:
        """Echo the challenge, as it is, to who knows the verify token."""
        query = request.query
        token = query.get("hub.verify_token", "").encode("utf-8", "replace")
        if query.get("hub.mode") != "subscribe" or not hmac.compare_digest(token, self._verify_token):
            return _answer(403)
        return web.Response(text=query.get("hub.challenge", ""), content_type="text/plain")

    async def receive(self, request: web.BaseRequest) -> web.StreamResponse:
        """Take a body in; answers when all of it is committed."""
        header = request.headers.get(HEADER, "")
        if not header:
            return _answer(403)
        try:
            raw = await _read(request)
        except TimeoutError:
            return _answer(_SLOW)
        except web.RequestPayloadError:
            return _answer(400, "the body cannot be unpacked")
        if raw is None:
            return _answer(413)
        signers = self._secrets.signers(raw, header)
        if not signers:
            return _answer(403)
        try:
            parsed = parse(raw, self._clock(), self._ours)
        except BodyError as error:
            return _answer(400, str(error))
        refusal = await self._take_in(parsed, signers)
        if refusal:
            return _answer(refusal)
        _REQUESTS[200].inc()
        return done(request)

    async def _take_in(self, parsed: Parsed, signers: Collection[bytes]) -> int:
        """Commit everything; returns the status to refuse with, 0 if nothing failed."""
        for name, number in parsed.ignored.items():
            _EVENTS[name].inc(number)
        tasks = [self._commit(one) for one in parsed.inbounds if self._knows(one, signers) and self._wants(one)]
        if parsed.echoes or parsed.policies:
            tasks += [self._settle(one) for one in parsed.echoes if one.metadata and self._knows(one, signers)]
            tasks += [self._obey(one) for one in parsed.policies if self._knows(one, signers)]
        failures = await _all(tasks)
        if not failures:
            return 0
        unexpected = [one for one in failures if not isinstance(one, StoreAwayError)]
        if unexpected:
            _log.error("webhook_failed", error=type(unexpected[0]).__name__, failures=len(unexpected))
            return 500
        return _AWAY

    def _knows(self, item: Inbound | Echo | Policy, signers: Collection[bytes]) -> bool:
        known = not self._pages or item.page in self._pages
        if known and self._secrets.may_speak_for(item.page, signers):
            self.heard(item.page)
            return True
        why = "another_app" if known else "unknown_page"
        _EVENTS[why].inc(len(item.events) if isinstance(item, Inbound) else 1)
        now = asyncio.get_running_loop().time()
        if item.page != TEST_PAGE and (self._reminded is None or now - self._reminded >= REMIND_S):
            self._reminded = now
            _log.error(why, what=item.page, remedy=_REMEDIES[why])
        return False

    def _wants(self, inbound: Inbound) -> bool:
        event = inbound.events[0]
        wanted = not isinstance(event, Commented) or self.answers(event)
        if not wanted:
            _EVENTS["unanswered_comment"].inc()
        return wanted

    async def _commit(self, inbound: Inbound) -> None:
        subscriber = self._keys.subscriber_id(inbound.page, inbound.psid)
        identity = Identity(page=inbound.page, psid=inbound.psid)
        await self._transact(subscriber, inbound.events, identity)
        for event in inbound.events:
            _EVENTS[type(event).__name__].inc()

    async def _obey(self, policy: Policy) -> None:
        _EVENTS["Policy"].inc()
        POLICY.labels(policy.action if policy.action in _POLICIES else "other").inc()
        remedy = _POLICIES.get(policy.action, "see the Page's support inbox")
        _log.error("policy_enforcement", what=policy.page, state=policy.action[:40], remedy=remedy)
        if policy.action == "block":
            await rate_limit.block(self._store, policy.page)
        elif policy.action == "unblock":
            await rate_limit.unblock(self._store, policy.page)

    async def _settle(self, echo: Echo) -> None:
        if not await self._invitations.reached(echo.page, echo.psid, echo.metadata):
            subscriber = self._keys.subscriber_id(echo.page, echo.psid)
            await self._store.echoed(chat_lane(echo.page), subscriber, echo.metadata)
        _EVENTS["Echo"].inc()


def _none(_: Commented) -> bool:
    return False


async def _all(tasks: Sequence[Coroutine[None, None, None]]) -> list[BaseException]:
    """Run all to their end, also when some fail; return the failures."""
    if len(tasks) == 1:  # nearly always; a task of its own would cost as much as parsing
        try:
            await tasks[0]
        except Exception as error:  # noqa: BLE001  every failure is answered by the caller
            return [error]
        return []
    results = await asyncio.gather(*tasks, return_exceptions=True)
    return [one for one in results if one is not None]


async def _read(request: web.BaseRequest) -> bytes | None:
    """Return the raw body, None as soon as it is too large; raises ``TimeoutError`` if it takes too long to come."""
    if (request.content_length or 0) > MOST_BYTES:
        return None
    content = request.content
    if content.is_eof():  # nearly always: it came with its head
        body = content.read_nowait()
        return body if len(body) <= MOST_BYTES else None
    async with asyncio.timeout(BODY_S):
        return await _gathered(content)


async def _gathered(content: StreamReader) -> bytes | None:
    body = bytearray()
    while chunk := await content.readany():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _answer(status: int, text: str = "") -> web.Response:
    _REQUESTS[status].inc()
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status == _AWAY else None
    return web.Response(status=status, text=text or None, headers=headers)


_AWAY = 503
_SLOW = 408
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
_REQUESTS = {status: REQUESTS.labels(str(status)) for status in (200, 400, 403, _SLOW, 413, 500, _AWAY)}
