"""The webhook: the platform's handshake, and events in.

What is answered, and why:

====== =================================================================================================
200    everything in the body is committed, or deliberately ignored (another object than ``page``, a Page without
       a token: genuine, and an error would only be sent again, until the platform switches the Page off)
400    cannot be unpacked, or signed but no JSON object in UTF-8
403    no signature or a wrong one (no 401: there is nothing to log in with), or a wrong verify token
413    larger than 8 MiB; aiohttp's own limit of 1 MiB would lose large batches
500    deciding raised; sent again by the platform, and what was committed counts once
503    the store is away; sent again by the platform, and what was committed counts once
====== =================================================================================================
"""

import asyncio
import hmac
from collections.abc import Collection, Coroutine, Sequence

import structlog
from aiohttp import web

from bot.kinds import KINDS
from bot.metrics import EVENTS, REQUESTS
from bot.parse import BodyError, Echo, Inbound, Parsed, parse
from bot.signature import HEADER, is_genuine
from subscribers.keyring import Keyring
from subscribers.ports import Clock, Store, StoreAwayError, Transact, chat_lane
from subscribers.record import Identity

PATH = "/messenger/webhook"
MOST_BYTES = 8 * 1024 * 1024
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
        app_secrets: Sequence[str],
        verify_token: str,
        transact: Transact,
        store: Store,
        keys: Keyring,
        clock: Clock,
        pages: Collection[str] = (),
    ) -> None:
        """Take events signed with one of the app secrets; several let one be rotated.

        What comes for other Pages than ``pages`` (empty: any) is ignored: nobody would ever send the answers.
        """
        self._secrets = tuple(one.encode() for one in app_secrets)
        self._verify_token = verify_token.encode()
        self._transact = transact
        self._store = store
        self._keys = keys
        self._clock = clock
        self._pages = frozenset(pages)
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

    async def receive(self, request: web.Request) -> web.Response:
        """Take a body in; answers when all of it is committed."""
        header = request.headers.get(HEADER, "")
        if not header:
            return _answer(403)
        try:
            raw = await _read(request)
        except web.RequestPayloadError:
            return _answer(400, "the body cannot be unpacked")
        if raw is None:
            return _answer(413)
        if not is_genuine(raw, header, self._secrets):
            return _answer(403)
        try:
            parsed = parse(raw, self._clock())
        except BodyError as error:
            return _answer(400, str(error))
        return await self._take_in(parsed)

    async def _take_in(self, parsed: Parsed) -> web.Response:
        for name, number in parsed.ignored.items():
            _EVENTS[name].inc(number)
        if "policy_enforcement" in parsed.ignored:
            _log.error("policy_enforcement", remedy="the platform warned or blocked the Page: see its inbox")
        tasks = [self._commit(one) for one in parsed.inbounds if self._knows(one)]
        tasks += [self._settle(one) for one in parsed.echoes if one.metadata and self._knows(one)]
        failures = await _all(tasks)
        if not failures:
            return _answer(200)
        unexpected = [one for one in failures if not isinstance(one, StoreAwayError)]
        if unexpected:
            _log.error("webhook_failed", error=type(unexpected[0]).__name__, failures=len(unexpected))
            return _answer(500)
        return _answer(503)

    def _knows(self, item: Inbound | Echo) -> bool:
        if not self._pages or item.page in self._pages:
            return True
        _EVENTS["unknown_page"].inc(len(item.events) if isinstance(item, Inbound) else 1)
        now = asyncio.get_running_loop().time()
        if item.page != TEST_PAGE and (self._reminded is None or now - self._reminded >= REMIND_S):
            self._reminded = now
            _log.error("unknown_page", what=item.page, remedy="give its token, or take the app off this Page")
        return False

    async def _commit(self, inbound: Inbound) -> None:
        subscriber = self._keys.subscriber_id(inbound.page, inbound.psid)
        identity = Identity(page=inbound.page, psid=inbound.psid)
        await self._transact(subscriber, inbound.events, identity)
        for event in inbound.events:
            _EVENTS[type(event).__name__].inc()

    async def _settle(self, echo: Echo) -> None:
        subscriber = self._keys.subscriber_id(echo.page, echo.psid)
        await self._store.echoed(chat_lane(echo.page), subscriber, echo.metadata)
        _EVENTS["Echo"].inc()


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


async def _read(request: web.Request) -> bytes | None:
    """Return the raw body, or None as soon as it is too large."""
    if (request.content_length or 0) > MOST_BYTES:
        return None
    content = request.content
    first = await content.readany()
    if content.at_eof():
        return first if len(first) <= MOST_BYTES else None
    body = bytearray(first)
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
_EVENTS = {name: EVENTS.labels(name) for name in (kind.becomes or kind.name for kind in KINDS)}
_REQUESTS = {status: REQUESTS.labels(str(status)) for status in (200, 400, 403, 413, 500, _AWAY)}
