"""``POST /feedback/mailjet``: takes in the events that Mailjet posts, and answers 200 after they are committed.

Mailjet signs nothing: the route asks for user and password (Basic), compared in constant time.  Whatever is not
answered 200 comes again for 24 hours, so a store that is away loses nothing, and an event that comes twice counts once.
"""

import asyncio
import base64
import binascii
import hmac
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog
from aiohttp import hdrs, web

from domain.ports import StoreAwayError
from email_out.feedback.mailjet_events import MailjetBody, MailjetEvent, read_body
from service.engine.address_registry import LoadedAddress
from service.feedback.desk import FeedbackDesk
from service.feedback.heard_log import HeardLog

PATH = "/feedback/mailjet"
MOST_BYTES = 4 * 1024 * 1024
"""Bytes of a body: all events of a second."""
_AT_ONCE = 32
"""Events of a body that are taken in concurrently."""

log = structlog.get_logger("feedback")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailjetDoor:
    """The route; with an empty login every call is refused."""

    desk: FeedbackDesk
    login: str
    """``user:password``, as they stand in the address that Mailjet is given."""
    find_topic: Callable[[int], str] = lambda _list_id: ""
    """The topic of a list that is kept in step; empty for any other, and then all topics are meant."""
    log: HeardLog = field(default_factory=HeardLog)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to add to an application; HEAD comes with GET."""
        return [web.get(PATH, self.show_door), web.post(PATH, self.take_events)]

    async def end_log(self, _app: web.Application) -> None:
        """Write what the log still lacks; for a clean stop."""
        self.log.write_rest()

    async def show_door(self, request: web.Request) -> web.Response:
        """Answer who looks whether the address is there, as Mailjet may when it is given it."""
        return web.Response(text="Mailjet posts its events here.") if self._is_known(request) else _refuse_login()

    async def take_events(self, request: web.Request) -> web.Response:
        """Take in the events of a body."""
        # Before the body is read: a stranger must not make us take in megabytes.
        if not self._is_known(request):
            return _refuse_login()
        raw = await _read_body(request)
        if isinstance(raw, web.Response):
            return raw
        body = read_body(raw, self.desk.clock())
        if body is None:
            return web.Response(status=400, text="The body is neither an event nor an array of events.")
        try:
            heard = await self._take_all(body)
        except StoreAwayError:
            return web.Response(status=503, text="Nothing is lost; send the same body again.")
        self.log.note_body(heard)
        # As with reports by LMTP: it is about us, so somebody must look.
        if heard.keys() & {"block", "policy"}:
            log.error("mail_sender_problem", outcome=", ".join(sorted(heard.keys() & {"block", "policy"})))
        return web.Response(text="taken")

    async def _take_all(self, body: MailjetBody) -> Counter[str]:
        # An event that stands twice in one body is taken once; in later ones the store knows it.
        fresh = {event.name or str(place): event for place, event in enumerate(body.others)}
        room = asyncio.Semaphore(_AT_ONCE)

        async def take(event: MailjetEvent) -> str:
            async with room:
                return await self._take_event(event, states)

        # All addresses of a body are read together; only what something follows from is looked at one by one.
        states = await self.desk.note_all_delivered(
            body.delivered, [event.email for event in fresh.values() if _needs_address(event)]
        )
        heard = Counter(await asyncio.gather(*(take(event) for event in fresh.values())))
        heard.update({"delivered": len(body.delivered), "ignored": body.ignored})
        return +heard  # without what did not occur

    async def _take_event(self, event: MailjetEvent, states: Mapping[str, LoadedAddress]) -> str:
        match event.meaning:
            case "report":
                assert event.report is not None  # noqa: S101  so it was read
                # Nothing follows from a delay, so nobody needs to know whose mail it was.
                if event.report.kind == "delayed":
                    return "delayed"
                return await self.desk.take_report(event.report, states=states)
            case "unsubscribed":
                topic = self.find_topic(event.list_id) if event.list_id else ""
                return await self.desk.stop_since(event.email, event.at, event.name, topic, states)
        return event.meaning

    def _is_known(self, request: web.Request) -> bool:
        scheme, _, given = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        try:
            login = base64.b64decode(given.strip(), validate=True) if scheme.casefold() == "basic" else b""
        except (binascii.Error, ValueError):
            login = b""
        # The same time for every wrong login; == would tell how many characters were right.
        return hmac.compare_digest(login, self.login.encode()) and self.login != ""


def _needs_address(event: MailjetEvent) -> bool:
    # Nothing follows from a delay, so nobody needs to know whose mail it was.
    return bool(event.email) and not (event.report and event.report.kind == "delayed")


async def _read_body(request: web.Request) -> bytes | web.Response:
    """Return the body, or the answer to one that cannot be taken."""
    raw = bytearray()
    try:
        async for chunk in request.content.iter_chunked(65_536):
            raw += chunk
            if len(raw) > MOST_BYTES:
                return web.Response(status=413, text=f"A body has at most {MOST_BYTES:,} bytes.")
    except web.RequestPayloadError:
        return web.Response(status=400, text="The body did not come whole.")
    return bytes(raw)


def _refuse_login() -> web.Response:
    answer = web.Response(status=401, text="Use the login of DOORSTEP_MAILJET_EVENTS.")
    answer.headers[hdrs.WWW_AUTHENTICATE] = 'Basic realm="doorstep"'
    return answer
