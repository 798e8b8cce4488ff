"""A stand-in for the Graph API, spoken to over real HTTP: what the Messenger door sends arrives here.

It refuses what the platform refuses, and fails on demand in each of the platform's ways.  Messages are kept by
person; with ``echo_to`` it tells the webhook of each one, signed, as the platform does.
"""

import asyncio
import hashlib
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import aiohttp
from aiohttp import web

from service.demo.graph_rules import FAILURES, NO_PROFILE, Failure, bad_send, bad_token
from service.demo.graph_webhooks import batch, echo_item, message_payload, postback_payload, sign

__all__ = ["GraphStandIn", "Person", "Sent", "message_payload", "postback_payload", "sign"]

ECHO_RETRIES_S = (0.1, 0.4, 0.5, *((1.0,) * 12))
"""Pauses before an unanswered webhook is sent again."""
APP_ID = "1000000000000001"

_VERSION = r"/v{version:\d+\.\d+}"
"""Any version will do: whoever is compared with us may speak an older one."""

Body = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What the platform would tell of a person."""

    first_name: str
    locale: str
    timezone: float
    """Offset from UTC in hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Something that arrived at a person's phone."""

    page: str
    psid: str
    at: datetime
    mid: str
    """Message id given to it; empty for a sender action."""
    action: str
    """``typing_on`` and the like; empty for a message."""
    message: Body
    """The Send API's ``message``; empty for a sender action."""


class GraphStandIn:
    """The Graph API of some Pages."""

    def __init__(
        self,
        *,
        tokens: Mapping[str, str],
        app_secret: str,
        clock: Callable[[], datetime],
        people: Mapping[str, Person] | None = None,
        echo_to: str = "",
    ) -> None:
        """Serve these Pages (id → token) and know these people (PSID → person); others have no profile."""
        self.sent: list[Sent] = []
        """All that arrived, in order."""
        self.profiles: dict[str, Body] = {}
        """What was set by ``messenger_profile``, by Page."""
        self.subscribed: dict[str, list[str]] = {}
        """Webhook fields subscribed, by Page."""
        self._tokens = tokens
        self._app_secret = app_secret
        self._clock = clock
        self._people = people if people is not None else {}
        self._echo_to = echo_to
        self._failures: deque[Failure] = deque()
        self._hangs: deque[bool] = deque()
        self._slow_s = 0.0
        self._released = asyncio.Event()
        self._echoes: set[asyncio.Task[None]] = set()
        self._number = 0

    def application(self) -> web.Application:
        """Return the application to run on 127.0.0.1."""
        application = web.Application()
        application.add_routes(
            [
                web.post(_VERSION + "/{page}/messages", self._messages),
                web.post(_VERSION + "/{page}/messenger_profile", self._set_profile),
                web.post(_VERSION + "/{page}/subscribed_apps", self._subscribe),
                web.get(_VERSION + "/{page}/subscribed_apps", self._subscriptions),
                web.get(_VERSION + "/{psid}", self._user_profile),
            ]
        )
        application.cleanup_ctx.append(self._session)
        application.on_shutdown.append(self._release)
        return application

    def thread(self, psid: str) -> list[Sent]:
        """Return what one person received, oldest first."""
        return [one for one in self.sent if one.psid == psid]

    def fail_next(self, kind: str, times: int = 1) -> None:
        """Refuse the next messages with a failure of ``graph_rules.FAILURES``."""
        self._failures.extend([FAILURES[kind]] * times)

    def hang_next(self, *, delivered: bool, times: int = 1) -> None:
        """Never answer the next messages; ``delivered``: they arrive (and are echoed) all the same."""
        self._hangs.extend([delivered] * times)

    def slow(self, seconds: float) -> None:
        """Take this long for every answer from now on."""
        self._slow_s = seconds

    async def settled(self) -> None:
        """Return when every echo so far has been delivered."""
        await asyncio.gather(*self._echoes)

    async def _session(self, _: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as self._client:
            yield
            await self.settled()

    async def _release(self, _: web.Application) -> None:
        self._released.set()

    async def _messages(self, request: web.Request) -> web.Response:
        body = await _fields(request)
        await asyncio.sleep(self._slow_s)
        failure = self._judge(request, body) or bad_send(body)
        if failure:
            return self._refuse(failure)
        psid = str(body["recipient"]["id"])  # type: ignore[index]  # judged above
        page = self._page(request, body)
        if "sender_action" in body:
            self._arrive(page, psid, action=str(body["sender_action"]))
            return web.json_response({"recipient_id": psid})
        return await self._message(page, psid, body["message"])  # type: ignore[arg-type]  # judged above

    async def _message(self, page: str, psid: str, message: Body) -> web.Response:
        failure = self._failures.popleft() if self._failures else None
        hang = self._hangs.popleft() if self._hangs and not failure else None
        mid = ""
        if hang is not False and (failure is None or failure.delivered):
            mid = self._arrive(page, psid, message=message)
        if hang is not None:
            await self._released.wait()
        return self._refuse(failure) if failure else web.json_response({"recipient_id": psid, "message_id": mid})

    def _arrive(self, page: str, psid: str, *, action: str = "", message: Body | None = None) -> str:
        self._number += 1
        named = f"{page}.{psid}.{self._number}.{self._clock().isoformat()}"
        mid = "" if action else "m_" + hashlib.sha256(named.encode()).hexdigest()
        sent = Sent(page=page, psid=psid, at=self._clock(), mid=mid, action=action, message=message or {})
        self.sent.append(sent)
        if self._echo_to and message is not None:
            task = asyncio.create_task(self._echo(sent))
            self._echoes.add(task)
            task.add_done_callback(self._echoes.discard)
        return mid

    async def _echo(self, sent: Sent) -> None:
        item = echo_item(
            page=sent.page, psid=sent.psid, mid=sent.mid, at=sent.at, app_id=APP_ID, message=sent.message
        )
        body = batch(sent.page, [item], sent.at)
        headers = {"X-Hub-Signature-256": sign(body, self._app_secret), "Content-Type": "application/json"}
        for pause in ECHO_RETRIES_S:
            try:
                async with self._client.post(self._echo_to, data=body, headers=headers) as response:
                    if response.ok:
                        return
            except aiohttp.ClientError:
                pass  # the webhook is away: the platform tries again too, at first at once, then less often
            await asyncio.sleep(pause)

    async def _user_profile(self, request: web.Request) -> web.Response:
        body = await _fields(request)
        failure = self._judge(request, body)
        person = self._people.get(request.match_info["psid"])
        if failure or person is None:
            return self._refuse(failure or NO_PROFILE)
        known = {"first_name": person.first_name, "locale": person.locale, "timezone": person.timezone}
        asked = str(body.get("fields", "first_name")).split(",")
        told = {name: known[name] for name in asked if name in known}
        return web.json_response(told | {"id": request.match_info["psid"]})

    async def _set_profile(self, request: web.Request) -> web.Response:
        body = await _fields(request)
        failure = self._judge(request, body)
        if failure:
            return self._refuse(failure)
        own = {name: value for name, value in body.items() if name in ("get_started", "greeting", "persistent_menu")}
        self.profiles.setdefault(self._page(request, body), {}).update(own)
        return web.json_response({"result": "success"})

    async def _subscribe(self, request: web.Request) -> web.Response:
        body = await _fields(request)
        failure = self._judge(request, body)
        if failure:
            return self._refuse(failure)
        self.subscribed[self._page(request, body)] = str(body.get("subscribed_fields", "")).split(",")
        return web.json_response({"success": True})

    async def _subscriptions(self, request: web.Request) -> web.Response:
        body = await _fields(request)
        failure = self._judge(request, body)
        if failure:
            return self._refuse(failure)
        fields = self.subscribed.get(self._page(request, body))
        data = [{"id": APP_ID, "name": "Doorstep", "subscribed_fields": fields}] if fields else []
        return web.json_response({"data": data})

    def _judge(self, request: web.Request, body: Body) -> Failure | None:
        named = request.match_info.get("page", "me")
        tokens = [self._tokens[named]] if named in self._tokens else list(self._tokens.values())
        failure = bad_token(_token(request, body), str(body.get("appsecret_proof", "")), tokens, self._app_secret)
        unknown = named != "me" and named not in self._tokens
        return failure or (FAILURES["not_addressable"] if unknown else None)

    def _page(self, request: web.Request, body: Body) -> str:
        token = _token(request, body)
        return next(page for page, known in self._tokens.items() if known == token)

    def _refuse(self, failure: Failure) -> web.Response:
        self._number += 1
        trace = f"A{self._number:015d}"
        return web.json_response(failure.body(trace), status=failure.status, headers=failure.headers)


def _token(request: web.Request, body: Body) -> str:
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return str(body.get("access_token") or bearer)


async def _fields(request: web.Request) -> Body:
    """Return the parameters: of the query, and of a form (whose objects are JSON texts) or a JSON body."""
    given: Body = dict(request.query)
    if request.content_type == "application/json":
        given |= await request.json()
    elif request.method == "POST":
        given |= dict((await request.post()).items())
    return {name: _object(value) for name, value in given.items()}


def _object(value: object) -> object:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
