"""The Graph API of one Page: pymessenger's vocabulary over one aiohttp session.

``send_raw`` is the one place through which pymessenger's builders send (``send_text_message``,
``send_button_message``, ``send_action`` …); here it is a coroutine, so they all return awaitables.  It takes the
short way to aiohttp's connections (``bot.graph_api.http``), as profiles do; the seldom calls go through the session.

**The token never stands in a URL**, where proxies and logs would keep it.  A POST carries it, with the
appsecret_proof, as a form field, as the Send API reference shows (v25.0, “Send a message”); a GET carries it
as ``Authorization: Bearer`` (RFC 6750, section 2.1).
"""

import re
from collections.abc import Awaitable, Mapping, Sequence
from typing import Literal
from urllib.parse import quote

import aiohttp
import msgspec
from pymessenger.bot import Bot
from yarl import URL

from bot.graph_api.errors import GraphAnswer, SendOutcome, classify_answer
from bot.graph_api.http import FormChannel, NoAnswerError, NotWrittenError, RawAnswer
from bot.thread_control import INBOX_APP_ID
from domain.record import Profile

GRAPH_URL = "https://graph.facebook.com"
GRAPH_VERSION = "25.0"
"""Usable until 29 July 2028.  A text: as a number, 2.10 would become v2.1."""

TOTAL_S = 10.0
"""For the answer to a call.  A message whose answer takes longer counts as unknown, and its echo is awaited."""
CONNECT_S = 3.0
KEEPALIVE_S = 15.0
"""A connection unused for longer is closed by us, before the other side does it under a message of ours."""
_FORM_HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}

_NOT_IN_HEADER = re.compile(r"[^ -~]")
"""What cannot stand in a header; no token holds it."""

_CODE_NO_SUCH_OBJECT = 100
"""Code of “there is nothing to tell”; other refusals are of the token and its permissions, which somebody may mend."""

_LARGEST_OFFSET = 14
_ZONES_OF_PART_HOURS = {
    -9.5: "Pacific/Marquesas",
    -3.5: "America/St_Johns",
    -2.5: "America/St_Johns",
    3.5: "Asia/Tehran",
    4.5: "Asia/Kabul",
    5.5: "Asia/Kolkata",
    5.75: "Asia/Kathmandu",
    6.5: "Asia/Yangon",
    8.75: "Australia/Eucla",
    9.5: "Australia/Darwin",
    10.5: "Australia/Adelaide",
    12.75: "Pacific/Chatham",
    13.75: "Pacific/Chatham",
}
"""IANA zones of the offsets that are no whole hours; the platform tells an offset, never a zone."""


class GraphError(Exception):
    """The Graph API refused a set-up call.

    Look up code and subcode in docs/messenger.md; the message names them and holds no token.
    """

    def __init__(self, message: str, *, answered: bool = True) -> None:
        """Keep whether there was an answer at all; without one, look at the network."""
        super().__init__(message)
        self.answered = answered


def open_session(*, total_s: float = TOTAL_S, connect_s: float = CONNECT_S) -> aiohttp.ClientSession:
    """Return the session that the clients of all Pages share; its connections are kept.  Close it at the end.

    It has no limit of its own, since waiting for a connection would look like an unanswered message; the
    sender limits what is under way.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_S),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=total_s, sock_connect=connect_s),
    )


class MessengerClient(Bot):
    """One Page on the Graph API."""

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
        """Make a client; nothing is sent yet.  The session is shared and stays the caller's."""
        super().__init__(token, app_secret=app_secret, api_version=api_version)  # type: ignore[no-untyped-call]  # it has no annotations
        self.graph_url = f"{graph_url.rstrip('/')}/v{api_version}"
        self.page = page
        self._session = session
        self._send_channel = FormChannel(session, URL(f"{self.graph_url}/{page}/messages"))
        self._path = URL(self.graph_url).raw_path
        self._prepare_credentials()

    def _prepare_credentials(self) -> None:
        """Work out once what token and proof look like in a request."""
        self._auth = _encode_form(self.auth_args)
        self._proof = dict(self.auth_args)
        self._bearer = _NOT_IN_HEADER.sub("", self._proof.pop("access_token"))

    def renew_token(self, token: str, app_secret: str) -> bool:
        """Speak with this token from the next call on; tells whether it is another one.

        pymessenger keeps what it computed of the old one; that goes first.
        """
        is_new = (token, app_secret) != (self.access_token, self.app_secret)
        self.access_token, self.app_secret = token, app_secret
        if hasattr(self, "_auth_args"):
            del self._auth_args
        self._prepare_credentials()
        return is_new

    async def send_raw(self, payload: Mapping[str, object], *, within: float | None = None) -> GraphAnswer:
        """Send a body to the Send API; ``messaging_type`` is added if a message has none.

        The answer is to come ``within`` so many seconds; None: :data:`TOTAL_S`.  Never raises for what the network or
        the platform does: the answer's outcome tells.
        """
        if "message" in payload and "messaging_type" not in payload:
            payload = {**payload, "messaging_type": "RESPONSE"}
        form = f"{_encode_form({name: _encode_field(value) for name, value in payload.items()})}&{self._auth}"
        return await self._classify_call(self._send_channel.post_form(form.encode(), within=within))

    async def _classify_call(self, call: Awaitable[RawAnswer]) -> GraphAnswer:
        try:
            return classify_answer(*await call)
        except NotWrittenError:
            return GraphAnswer(outcome=SendOutcome.UNREACHABLE)
        except NoAnswerError:
            return GraphAnswer(outcome=SendOutcome.UNKNOWN)

    async def fetch_person(self, psid: str) -> Profile | None:
        """Return what the platform tells of a person; empty if it tells nothing (2018218: a phone account).

        None: not to be known now, ask later.
        """
        fields = _encode_form({"fields": "first_name,locale,timezone"} | self._proof)
        answer = await self._classify_call(
            self._send_channel.get_path(f"{self._path}/{quote(psid, safe='')}?{fields}", self._bearer)
        )
        if answer.code == _CODE_NO_SUCH_OBJECT and answer.outcome in (SendOutcome.PERMANENT, SendOutcome.UNAVAILABLE):
            return Profile()
        return _read_person(answer.data) if answer.data is not None else None

    async def move_thread(self, psid: str, action: Literal["pass", "take"]) -> GraphAnswer:
        """Give a conversation to the Page inbox, or take it back; doing it again changes nothing.  Never raises."""
        body: dict[str, object] = {"recipient": {"id": psid}}
        if action == "pass":
            body["target_app_id"] = INBOX_APP_ID
        return await self._call_edge("POST", f"{self.graph_url}/{self.page}/{action}_thread_control", body)

    async def set_profile(self, profile: Mapping[str, object]) -> None:
        """Set get-started, greeting, menu and ice breakers in one call: the API takes ten in ten minutes.

        Raises :class:`GraphError`.
        """
        await self._call_setup_edge("POST", "messenger_profile", profile)

    async def load_profile(self, names: Sequence[str]) -> Mapping[str, object]:
        """Return what of these is set.  Raises :class:`GraphError`."""
        data = (await self._call_setup_edge("GET", "messenger_profile", {"fields": ",".join(names)})).get("data")
        first = data[0] if isinstance(data, list) and data else {}
        return first if isinstance(first, dict) else {}

    async def make_persona(self, persona: Mapping[str, object]) -> str:
        """Make a persona that can speak for the Page; return its id, or nothing if it is refused."""
        answer = await self._call_edge("POST", f"{self.graph_url}/{self.page}/personas", persona)
        return str(answer.data.get("id", "")) if answer.data is not None else ""

    async def subscribe_fields(self, fields: Sequence[str]) -> None:
        """Subscribe the app to these webhook fields of the Page.  Raises :class:`GraphError`."""
        await self._call_setup_edge("POST", "subscribed_apps", {"subscribed_fields": ",".join(fields)})

    async def subscribed_fields(self) -> Mapping[str, tuple[str, ...]]:
        """Return the subscribed fields by app id.  Raises :class:`GraphError`."""
        data = (await self._call_setup_edge("GET", "subscribed_apps", {})).get("data")
        apps = [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []
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
            return await self._request(method, url, _FORM_HEADERS, body=f"{_encode_form(fields)}&{self._auth}".encode())
        return await self._request(method, url, {"Authorization": f"Bearer {self._bearer}"}, query=fields | self._proof)

    async def _request(
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
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return GraphAnswer(outcome=SendOutcome.UNREACHABLE)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return GraphAnswer(outcome=SendOutcome.UNKNOWN)


def _encode_field(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _encode_form(fields: Mapping[str, str]) -> str:
    """Return a form body (WHATWG URL, application/x-www-form-urlencoded); yarl quotes it in C, urllib byte by byte."""
    return URL.build(query=fields).raw_query_string


def _read_person(data: Mapping[str, object]) -> Profile:
    name, locale = data.get("first_name"), data.get("locale")
    return Profile(
        first_name=name[:100] if isinstance(name, str) else "",
        locale=locale[:20] if isinstance(locale, str) else "",
        timezone=_zone_of_offset(data.get("timezone")),
    )


def _zone_of_offset(offset: object) -> str:
    """Return an IANA zone that has this offset (hours) now; the sign in ``Etc/GMT`` names is reversed."""
    if not isinstance(offset, int | float) or isinstance(offset, bool):
        return ""
    if offset != int(offset) or abs(offset) > _LARGEST_OFFSET:
        return _ZONES_OF_PART_HOURS.get(offset, "")
    return f"Etc/GMT{-int(offset):+d}" if offset else "UTC"
