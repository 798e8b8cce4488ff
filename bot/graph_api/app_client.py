"""The Graph API in the app's own name: inspecting tokens, finding people by app-scoped id, and the webhook callback.

The app's own token is ``app id|app secret`` (Meta, “Access tokens”).  Every call is a POST with a form, with
``method=get`` where the API expects a GET.  So no token stands in a URL, where proxies and logs would keep it.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp

from bot.graph_api.errors import classify_answer
from bot.graph_api.page_client import GRAPH_URL, GRAPH_VERSION, GraphError


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenState:
    """The state of a token, as the platform reports it."""

    valid: bool
    page: str
    """The Page it belongs to; empty for other tokens."""
    scopes: frozenset[str]
    """Its permissions."""
    expires_at: datetime | None
    """None if it never expires."""
    data_expires_at: datetime | None
    """When the app loses access to the data until somebody logs in again; None if that never happens."""


class AppClient:
    """Calls the Graph API in the app's own name."""

    def __init__(
        self,
        *,
        app_id: str,
        app_secret: Callable[[], str],
        session: aiohttp.ClientSession,
        graph_url: str = GRAPH_URL,
        api_version: str = GRAPH_VERSION,
    ) -> None:
        """Make a client; nothing is sent yet.  The caller closes the session; each call asks for the secret anew."""
        self._base = f"{graph_url.rstrip('/')}/v{api_version}"
        self._app_id = app_id
        self._app_secret = app_secret
        self._session = session

    async def inspect_token(self, token: str) -> TokenState:
        """Return the state of a token.  Raises :class:`bot.graph_api.page_client.GraphError`."""
        data = (await self._get_edge("debug_token", {"input_token": token})).get("data")
        # {"is_valid": true, "profile_id": "1234", "scopes": ["pages_messaging", …], "expires_at": 0, …}
        state = data if isinstance(data, dict) else {}
        scopes = state.get("scopes")
        return TokenState(
            valid=state.get("is_valid") is True,
            page=str(state.get("profile_id", "")),
            scopes=frozenset(map(str, scopes if isinstance(scopes, list) else ())),
            expires_at=_time_or_never(state.get("expires_at")),
            data_expires_at=_time_or_never(state.get("data_access_expires_at")),
        )

    async def find_psids(self, user_id: str) -> Mapping[str, str]:
        """Return the page-scoped ids of the person with this app-scoped id, by Page.  Raises GraphError."""
        data = (await self._get_edge(f"{user_id}/ids_for_pages", {})).get("data")
        # [{"id": "7001", "page": {"id": "1234", "name": "Teapot"}}, …], one for each Page that the person wrote to
        by_page: dict[str, str] = {}
        for match in data if isinstance(data, list) else ():
            page = match.get("page") if isinstance(match, dict) else None
            if isinstance(page, dict) and "id" in page and "id" in match:
                by_page[str(page["id"])] = str(match["id"])
        return by_page

    async def find_callback(self) -> tuple[str, bool]:
        """Return where the app's Page webhooks go, and whether that subscription is active.  Raises GraphError."""
        data = (await self._get_edge(f"{self._app_id}/subscriptions", {})).get("data")
        for subscription in data if isinstance(data, list) else ():
            if isinstance(subscription, dict) and subscription.get("object") == "page":
                return str(subscription.get("callback_url", "")), subscription.get("active") is True
        return "", False

    def _auth_fields(self) -> Mapping[str, str]:
        secret = self._app_secret()
        token = f"{self._app_id}|{secret}"
        proof = hmac.digest(secret.encode(), token.encode(), "sha256").hex()
        return {"access_token": token, "appsecret_proof": proof, "method": "get"}

    async def _get_edge(self, path: str, fields: Mapping[str, str]) -> Mapping[str, object]:
        form = {**fields, **self._auth_fields()}
        edge = path.rpartition("/")[2]  # "7001/ids_for_pages" → "ids_for_pages"; no id of a person in a message
        try:
            async with self._session.post(f"{self._base}/{path}", data=form, allow_redirects=False) as response:
                answer = classify_answer(response.status, await response.read(), response.headers)
        except (aiohttp.ClientError, TimeoutError, OSError):
            message = f"{edge}: the Graph API could not be reached"
            raise GraphError(message, answered=False) from None
        if answer.data is None:
            message = (
                f"{edge} was refused: status {answer.status}, code {answer.code}/{answer.subcode} "
                f"({answer.outcome.value}), trace {answer.trace or 'none'}"
            )
            raise GraphError(message)
        return answer.data


def _time_or_never(value: object) -> datetime | None:
    """Return a time given in seconds since the epoch; None for 0, which stands for never."""
    # 2**33 s is the year 2242; larger numbers would be milliseconds or nonsense.
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int) and 0 < value < 2**33 else None
