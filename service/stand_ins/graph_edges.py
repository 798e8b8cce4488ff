"""The Page edges of the Graph API stand-in, except messages, and the check of every call's token."""

import json
from abc import ABC, abstractmethod
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from service.stand_ins.graph_failures import FAILURES, NO_PROFILE, Failure, bad_parameter
from service.stand_ins.graph_page import PageState, bad_fields, bad_persona, bad_profile, bad_upload
from service.stand_ins.graph_rules import bad_token

Body = dict[str, object]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

APP_ID = "1000000000000001"
_VERSION = r"/v{version:\d+\.\d+}"
"""Any version is accepted, since bots that Doorstep is measured against speak older ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformUser:
    """The profile that the platform returns for a person."""

    first_name: str
    locale: str
    timezone: float
    """Offset from UTC in hours."""


class RefusedError(Exception):
    """A call is refused with this failure."""

    def __init__(self, failure: Failure) -> None:
        """Keep the failure."""
        super().__init__(failure.message)
        self.failure = failure


class Edges(ABC):
    """Profile, webhook fields, personas, attachments and people of some Pages."""

    def __init__(
        self,
        *,
        tokens: Mapping[str, str],
        app_secret: str,
        clock: Callable[[], datetime],
        people: Mapping[str, PlatformUser],
    ) -> None:
        """Serve these Pages (id → token), and these people (PSID → person)."""
        self.tokens = dict(tokens)
        """By Page; a test changes it to revoke a token."""
        self.app_secret = app_secret
        self.secrets: dict[str, str] = {}
        """App secrets by Page, for Pages that belong to another app."""
        self.clock = clock
        self.people = people
        self.pages: defaultdict[str, PageState] = defaultdict(PageState)
        """What each Page keeps here."""
        self.profiles: dict[str, Body] = {}
        """What was set by ``messenger_profile``, by Page."""
        self.subscribed: dict[str, list[str]] = {}
        """Webhook fields subscribed, by Page."""
        self.usage: Mapping[str, str] = {}
        """Usage headers that go with every answer."""
        self._failures: defaultdict[str, deque[Failure]] = defaultdict(deque)
        self._number = 0

    def fail_next(self, kind: str, times: int = 1, *, edge: str = "messages") -> None:
        """Refuse the next calls of an edge with a failure of ``graph_failures.FAILURES``."""
        self._failures[edge].extend([FAILURES[kind]] * times)

    def next_failure(self, edge: str) -> Failure | None:
        """Return the next failure asked for by :meth:`fail_next`; None if there is none."""
        return self._failures[edge].popleft() if self._failures[edge] else None

    def secret_of(self, page: str) -> str:
        """Return the secret of the app that a Page belongs to."""
        return self.secrets.get(page, self.app_secret)

    def new_id(self) -> str:
        """Return an id that was not given before."""
        self._number += 1
        return f"{self._number:015d}"

    def page_routes(self) -> list[web.RouteDef]:
        """Return the routes to add to an application."""
        page = _VERSION + "/{page}/"
        return [
            web.post(page + "messages", self.guard_handler(self.take_message)),
            web.post(page + "messenger_profile", self.guard_handler(self._set_profile)),
            web.get(page + "messenger_profile", self.guard_handler(self._get_profile)),
            web.delete(page + "messenger_profile", self.guard_handler(self._delete_profile)),
            web.post(page + "subscribed_apps", self.guard_handler(self._subscribe_app)),
            web.get(page + "subscribed_apps", self.guard_handler(self._list_subscriptions)),
            web.post(page + "message_attachments", self.guard_handler(self._upload_attachment)),
            web.post(page + "personas", self.guard_handler(self._make_persona)),
            web.get(page + "personas", self.guard_handler(self._list_personas)),
            web.get(_VERSION + "/{node}", self.guard_handler(self._get_node)),
            web.delete(_VERSION + "/{node}", self.guard_handler(self._delete_node)),
        ]

    @abstractmethod
    async def take_message(self, request: web.Request) -> web.StreamResponse:
        """Take a message or a sender action."""

    def guard_handler(self, handler: Handler) -> Handler:
        """Return a handler that turns :class:`RefusedError` into the platform's error answer."""

        async def answer_or_refuse(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except RefusedError as error:
                body = error.failure.to_json(f"A{self.new_id()}")
                headers = {**self.usage, **error.failure.headers}
                return web.json_response(body, status=error.failure.status, headers=headers)

        return answer_or_refuse

    def answer_call(self, body: object) -> web.Response:
        """Return an answer with the usage headers."""
        return web.json_response(body, headers=self.usage)

    def judge_call(self, request: web.Request, body: Body, edge: str = "") -> str:
        """Return the Page that a call is for; raises :class:`RefusedError`."""
        # The Page is in the path, or “me”: then the token says which one.  A token of another Page is refused; the path
        # of a node names no Page, so there any token is taken.
        named = request.match_info.get("page", "me")
        tokens = [self.tokens[named]] if named in self.tokens else list(self.tokens.values())
        token = _access_token(request, body)
        # appsecret_proof is made with the secret of the app that the Page belongs to (“Securing Graph API requests”).
        secret = next((self.secret_of(page) for page, known in self.tokens.items() if known == token), "")
        refuse_if(bad_token(token, str(body.get("appsecret_proof", "")), tokens, secret))
        if named != "me" and named not in self.tokens:
            raise RefusedError(FAILURES["not_addressable"])
        if edge:
            refuse_if(self.next_failure(edge))
        return next(page for page, known in self.tokens.items() if known == token)

    async def _set_profile(self, request: web.Request) -> web.StreamResponse:
        page, body = await self._profile_call(request)
        known = self.profiles.get(page, {})
        # A call changes only the properties that it names; the menu rule looks at both.
        refuse_if(bad_profile(body, known))
        own = {name: value for name, value in body.items() if name not in ("access_token", "appsecret_proof")}
        self.profiles[page] = known | own
        return self.answer_call({"result": "success"})

    async def _get_profile(self, request: web.Request) -> web.StreamResponse:
        page, body = await self._profile_call(request)
        asked = str(body.get("fields", "")).split(",")
        known = self.profiles.get(page, {})
        return self.answer_call({"data": [{name: known[name] for name in asked if name in known}] if known else []})

    async def _delete_profile(self, request: web.Request) -> web.StreamResponse:
        page, body = await self._profile_call(request)
        # A list in a JSON body, “a,b” in a query.
        fields = body.get("fields")
        names = fields if isinstance(fields, list) else str(fields).split(",")
        if "get_started" in names and "persistent_menu" in self.profiles.get(page, {}).keys() - set(names):
            raise RefusedError(
                bad_parameter("The get started button cannot be deleted while there is a persistent menu")
            )
        for name in names:
            self.profiles.get(page, {}).pop(str(name), None)
        return self.answer_call({"result": "success"})

    async def _profile_call(self, request: web.Request) -> tuple[str, Body]:
        body = await fields_of(request)
        page = self.judge_call(request, body, "messenger_profile")
        refuse_if(FAILURES["call_rate"] if self.pages[page].is_profile_call_refused(self.clock()) else None)
        return page, body

    async def _subscribe_app(self, request: web.Request) -> web.StreamResponse:
        body = await fields_of(request)
        page = self.judge_call(request, body, "subscribed_apps")
        refuse_if(bad_fields(body))
        self.subscribed[page] = str(body["subscribed_fields"]).split(",")
        return self.answer_call({"success": True})

    async def _list_subscriptions(self, request: web.Request) -> web.StreamResponse:
        body = await fields_of(request)
        fields = self.subscribed.get(self.judge_call(request, body, "subscribed_apps"))
        apps = [{"id": APP_ID, "name": "Doorstep", "subscribed_fields": fields}] if fields else []
        return self.answer_call({"data": apps})

    async def _upload_attachment(self, request: web.Request) -> web.StreamResponse:
        body = await fields_of(request)
        page = self.judge_call(request, body, "message_attachments")
        refuse_if(bad_upload(body))
        message = body["message"]
        assert isinstance(message, dict)  # noqa: S101  judged above
        return self.answer_call({"attachment_id": self.pages[page].keep_attachment(message, self.new_id())})

    async def _make_persona(self, request: web.Request) -> web.StreamResponse:
        body = await fields_of(request)
        page = self.judge_call(request, body, "personas")
        refuse_if(bad_persona(body))
        given = self.new_id()
        self.pages[page].personas[given] = {name: body[name] for name in ("name", "profile_picture_url")}
        return self.answer_call({"id": given})

    async def _list_personas(self, request: web.Request) -> web.StreamResponse:
        page = self.judge_call(request, await fields_of(request), "personas")
        return self.answer_call(
            {"data": [{"id": name, **persona} for name, persona in self.pages[page].personas.items()]}
        )

    async def _get_node(self, request: web.Request) -> web.StreamResponse:
        """Return the persona or the person with this id."""
        body = await fields_of(request)
        page, node = self.judge_call(request, body, "node"), request.match_info["node"]
        if node in self.pages[page].personas:
            return self.answer_call({"id": node, **self.pages[page].personas[node]})
        # People without a profile (phone accounts) are 100/2018218, not “object does not exist”.
        person = self.people.get(node)
        if person is None:
            raise RefusedError(NO_PROFILE)
        known = {"first_name": person.first_name, "locale": person.locale, "timezone": person.timezone}
        asked = str(body.get("fields", "first_name")).split(",")
        return self.answer_call({name: known[name] for name in asked if name in known} | {"id": node})

    async def _delete_node(self, request: web.Request) -> web.StreamResponse:
        page = self.judge_call(request, await fields_of(request), "node")
        if self.pages[page].personas.pop(request.match_info["node"], None) is None:
            raise RefusedError(FAILURES["not_addressable"])
        return self.answer_call({"success": True})


def refuse_if(failure: Failure | None) -> None:
    """Raise :class:`RefusedError` if there is a failure."""
    if failure is not None:
        raise RefusedError(failure)


async def fields_of(request: web.Request) -> Body:
    """Return the parameters of a call: of the query, and of a JSON body or a form."""
    # In a form or a query the Graph API takes objects as JSON texts: recipient={"id":"1"}.
    given: Body = dict(request.query)
    if request.content_type == "application/json" and request.can_read_body:
        given |= await request.json()
    elif request.method == "POST":
        given |= dict((await request.post()).items())
    return {name: _parse_object(value) for name, value in given.items()}


def _access_token(request: web.Request, body: Body) -> str:
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return str(body.get("access_token") or bearer)


def _parse_object(value: object) -> object:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
