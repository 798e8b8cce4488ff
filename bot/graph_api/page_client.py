"""The Graph API of one Page: pymessenger's methods over one aiohttp session.

pymessenger's builders (``send_text_message``, ``send_button_message``, ``send_action`` …) all send through
``send_raw``.  Here it is a coroutine, so they all return awaitables.  Messages and profiles use aiohttp's connections
directly (:mod:`bot.graph_api.http`); rare calls go through the session.

**The token never stands in a URL**, where proxies and logs would keep it.  A POST carries it as a form field, together
with the appsecret_proof, as the Send API reference shows (v25.0, “Send a message”).  A GET carries it as
``Authorization: Bearer`` (RFC 6750, section 2.1).
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal
from urllib.parse import quote

import aiohttp
import msgspec
from yarl import URL

from bot.graph_api.errors import GraphAnswer, SendOutcome, classify_answer
from bot.graph_api.http import FormChannel, NoAnswerError, NotWrittenError, RawAnswer
from bot.graph_api.pymessenger_bot import Bot
from bot.thread_control import INBOX_APP_ID
from domain.record import Profile
from language.zones import zone_of_offset

GRAPH_URL = "https://graph.facebook.com"
GRAPH_VERSION = "25.0"
"""Usable until 29 July 2028.  A text, since the number 2.10 would become v2.1."""

TOTAL_S = 10.0
"""Seconds for the answer to a call.  After that a message counts as unknown, and its echo is awaited."""
CONNECT_S = 3.0
KEEPALIVE_S = 15.0
"""Seconds after which an idle connection is closed, before the platform closes it while a message is being written."""
_FORM_HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}

_NOT_IN_HEADER = re.compile(r"[^ -~]")
"""Characters that are not allowed in a header; no genuine token contains any."""

_CODE_NO_SUCH_OBJECT = 100
"""Graph error code for a person without a profile.  Other refusals concern the token, and can be mended."""


class GraphError(Exception):
    """The Graph API refused a set-up call.

    Look up code and subcode in docs/messenger.md; the message names them and holds no token.
    """

    def __init__(self, message: str, *, answered: bool = True) -> None:
        """Keep whether there was an answer at all; without one, the network is the cause."""
        super().__init__(message)
        self.answered = answered


def open_session(*, total_s: float = TOTAL_S, connect_s: float = CONNECT_S) -> aiohttp.ClientSession:
    """Return the session that the clients of all Pages share; close it at the end.

    It does not limit its connections, since waiting for one would look like an unanswered message.  The rate limiter
    bounds concurrent sends.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_S),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=total_s, sock_connect=connect_s),
    )


class MessengerClient(Bot):
    """Calls the Graph API for one Page."""

    def __init__(
        self,
        *,
        page: str,
        token: str,
        app_secret: str,
        session: aiohttp.ClientSession,
        graph_url: str = GRAPH_URL,
        api_version: str = GRAPH_VERSION,
    ) -> None:
        """Make a client; nothing is sent yet.  The session is shared, and closed by the caller."""
        super().__init__(token, app_secret=app_secret, api_version=api_version)  # type: ignore[no-untyped-call]  # it has no annotations
        self.graph_url = f"{graph_url.rstrip('/')}/v{api_version}"
        self.page = page
        self._session = session
        self._send_channel = FormChannel(session, URL(f"{self.graph_url}/{page}/messages"))
        self._path = URL(self.graph_url).raw_path
        self._prepare_credentials()

    def _prepare_credentials(self) -> None:
        """Encode token and proof once, as requests carry them."""
        self._auth = _encode_form(self.auth_args)
        self._proof = dict(self.auth_args)
        self._bearer = _NOT_IN_HEADER.sub("", self._proof.pop("access_token"))

    def renew_token(self, token: str, app_secret: str) -> bool:
        """Use this token and secret from the next call on; return True if they differ from the current ones."""
        is_new = (token, app_secret) != (self.access_token, self.app_secret)
        self.access_token, self.app_secret = token, app_secret
        if hasattr(self, "_auth_args"):  # pymessenger caches the proof of the old token here
            del self._auth_args
        self._prepare_credentials()
        return is_new

    async def send_raw(
        self,
        payload: Mapping[str, object],
        *,
        within: float | None = None,
        may_write: Callable[[], bool] | None = None,
    ) -> GraphAnswer:
        """Send a body to the Send API; ``messaging_type`` is added to a message without one.

        ``within`` bounds the wait for the answer, in seconds; None stands for :data:`TOTAL_S`.  Failures of the network
        or the platform are not raised: they are outcomes of the answer.  If ``may_write``, asked at the last moment,
        says no, raises :class:`bot.graph_api.http.WithheldError`.
        """
        if "message" in payload and "messaging_type" not in payload:
            payload = {**payload, "messaging_type": "RESPONSE"}
        # recipient={"id":"7001"}&message={"text":"Hi"}&messaging_type=RESPONSE&access_token=…&appsecret_proof=…
        form = f"{_encode_form({name: _encode_field(value) for name, value in payload.items()})}&{self._auth}"
        answer = await self._classify_call(
            self._send_channel.post_form(form.encode(), within=within, may_write=may_write)
        )
        # What the platform took has an id.  An answer without one, such as {}, came from something in between.
        if "message" in payload and answer.outcome is SendOutcome.SENT and not answer.message_id:
            return GraphAnswer(outcome=SendOutcome.UNKNOWN, status=answer.status)
        return answer

    async def _classify_call(self, call: Awaitable[RawAnswer]) -> GraphAnswer:
        try:
            return classify_answer(*await call)
        except NotWrittenError:
            return GraphAnswer(outcome=SendOutcome.UNREACHABLE)
        except NoAnswerError:
            return GraphAnswer(outcome=SendOutcome.UNKNOWN)

    async def fetch_person(self, psid: str) -> Profile | None:
        """Return the profile of a person; empty if the platform has none (2018218: a phone account).

        Returns None if the platform could not say: ask again later.
        """
        fields = _encode_form({"fields": "first_name,locale,timezone"} | self._proof)
        answer = await self._classify_call(
            self._send_channel.get_path(f"{self._path}/{quote(psid, safe='')}?{fields}", self._bearer)
        )
        # An empty profile is final: the person is greeted without a name, and the platform is not asked again.
        if answer.code == _CODE_NO_SUCH_OBJECT and answer.outcome in (SendOutcome.PERMANENT, SendOutcome.UNAVAILABLE):
            return Profile()
        return _read_person(answer.data) if answer.data is not None else None

    async def move_thread(self, psid: str, action: Literal["pass", "take"]) -> GraphAnswer:
        """Pass a conversation to the Page inbox, or take it back; repeating it changes nothing.  Never raises."""
        body: dict[str, object] = {"recipient": {"id": psid}}
        if action == "pass":
            body["target_app_id"] = INBOX_APP_ID
        return await self._call_edge("POST", f"{self.graph_url}/{self.page}/{action}_thread_control", body)

    async def set_profile(self, profile: Mapping[str, object]) -> None:
        """Set get-started, greeting, menu and ice breakers in one call: the API allows ten calls in ten minutes.

        Raises :class:`GraphError`.
        """
        await self._call_setup_edge("POST", "messenger_profile", profile)

    async def load_profile(self, names: Sequence[str]) -> Mapping[str, object]:
        """Return those of the named fields that are set.  Raises :class:`GraphError`."""
        data = (await self._call_setup_edge("GET", "messenger_profile", {"fields": ",".join(names)})).get("data")
        # {"data": [{"get_started": {…}, "persistent_menu": […]}]}, or {"data": []} if nothing is set.
        first = data[0] if isinstance(data, list) and data else {}
        return first if isinstance(first, dict) else {}

    async def make_persona(self, persona: Mapping[str, object]) -> str:
        """Create a persona that can speak for the Page; return its id, empty if the platform refuses."""
        answer = await self._call_edge("POST", f"{self.graph_url}/{self.page}/personas", persona)
        return str(answer.data.get("id", "")) if answer.data is not None else ""

    async def subscribe_fields(self, fields: Sequence[str]) -> None:
        """Subscribe the app to these webhook fields of the Page.  Raises :class:`GraphError`."""
        await self._call_setup_edge("POST", "subscribed_apps", {"subscribed_fields": ",".join(fields)})

    async def subscribed_fields(self) -> Mapping[str, tuple[str, ...]]:
        """Return the subscribed fields by app id.  Raises :class:`GraphError`."""
        data = (await self._call_setup_edge("GET", "subscribed_apps", {})).get("data")
        # {"data": [{"id": "55", "name": "Doorstep", "subscribed_fields": ["messages", "feed", …]}, …]}
        apps = [app for app in data if isinstance(app, dict)] if isinstance(data, list) else []
        return {str(app.get("id", "")): tuple(map(str, app.get("subscribed_fields", ()))) for app in apps}

    async def _call_setup_edge(self, method: str, edge: str, payload: Mapping[str, object]) -> Mapping[str, object]:
        answer = await self._call_edge(method, f"{self.graph_url}/{self.page}/{edge}", payload)
        if answer.data is None:
            message = (
                f"{method} {edge} of Page {self.page} was refused: status {answer.status}, code {answer.code}/"
                f"{answer.subcode} ({answer.outcome.value}), trace {answer.trace or 'none'}"
            )
            raise GraphError(message, answered=answer.status != 0)
        return answer.data

    async def _call_edge(self, method: str, url: str, payload: Mapping[str, object]) -> GraphAnswer:
        fields = {name: _encode_field(value) for name, value in payload.items()}
        if method == "POST":
            return await self._request_answer(
                method, url, _FORM_HEADERS, body=f"{_encode_form(fields)}&{self._auth}".encode()
            )
        return await self._request_answer(
            method, url, {"Authorization": f"Bearer {self._bearer}"}, query=fields | self._proof
        )

    async def _request_answer(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> GraphAnswer:
        try:
            async with self._session.request(
                method, url, params=query, data=body, headers=headers, allow_redirects=False
            ) as response:
                return classify_answer(response.status, await response.read(), response.headers)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):  # nothing was written
            return GraphAnswer(outcome=SendOutcome.UNREACHABLE)
        except (aiohttp.ClientError, TimeoutError, OSError):  # written, or at least begun
            return GraphAnswer(outcome=SendOutcome.UNKNOWN)


def _encode_field(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _encode_form(fields: Mapping[str, str]) -> str:
    """Return a form body (WHATWG URL, application/x-www-form-urlencoded)."""
    # yarl quotes in C; urllib.parse.urlencode works byte by byte in Python, and every message comes through here.
    return URL.build(query=fields).raw_query_string


def _read_person(data: Mapping[str, object]) -> Profile:
    name, locale = data.get("first_name"), data.get("locale")
    return Profile(
        first_name=name[:100] if isinstance(name, str) else "",
        locale=locale[:20] if isinstance(locale, str) else "",
        timezone=zone_of_offset(data.get("timezone")),
    )
