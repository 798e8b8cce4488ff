"""The Graph API as the app itself: what tokens are worth, whose an app-scoped id is, where webhooks go.

The app's own token is ``app id|app secret`` (Meta, “Access tokens”).  Everything travels in a form, by POST with
``method=get`` where the API wants a GET: no token stands in a URL, where proxies and logs would keep it.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp

from bot.graph_api.errors import classify
from bot.graph_api.page_client import GRAPH_URL, GRAPH_VERSION, GraphError


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenState:
    """What the platform says of a token."""

    valid: bool
    page: str
    """Page it belongs to; empty for other tokens."""
    scopes: frozenset[str]
    """Permissions it carries."""
    expires_at: datetime | None
    """When it ends; None: never."""
    data_expires_at: datetime | None
    """When the app loses access to the data until somebody logs in again; None: never."""


class AppClient:
    """Calls in the app's own name."""

    def __init__(
        self,
        *,
        app_id: str,
        app_secret: Callable[[], str],
        session: aiohttp.ClientSession,
        graph_url: str = GRAPH_URL,
        api_version: str = GRAPH_VERSION,
    ) -> None:
        """Make a client; nothing is sent yet.  The session stays the caller's; the secret is asked for at each call."""
        self._base = f"{graph_url.rstrip('/')}/v{api_version}"
        self._app_id = app_id
        self._app_secret = app_secret
        self._session = session

    async def token(self, token: str) -> TokenState:
        """Return what a token is worth.  Raises :class:`bot.graph_api.page_client.GraphError`."""
        data = (await self._get("debug_token", {"input_token": token})).get("data")
        told = data if isinstance(data, dict) else {}
        scopes = told.get("scopes")
        return TokenState(
            valid=told.get("is_valid") is True,
            page=str(told.get("profile_id", "")),
            scopes=frozenset(map(str, scopes if isinstance(scopes, list) else ())),
            expires_at=_moment(told.get("expires_at")),
            data_expires_at=_moment(told.get("data_access_expires_at")),
        )

    async def psids(self, user: str) -> Mapping[str, str]:
        """Return the page-scoped ids, by Page, of the person with this app-scoped id.  Raises GraphError."""
        data = (await self._get(f"{user}/ids_for_pages", {})).get("data")
        found: dict[str, str] = {}
        for one in data if isinstance(data, list) else ():
            page = one.get("page") if isinstance(one, dict) else None
            if isinstance(page, dict) and "id" in page and "id" in one:
                found[str(page["id"])] = str(one["id"])
        return found

    async def callback(self) -> tuple[str, bool]:
        """Return where the app's Page webhooks go, and whether that subscription is active.  Raises GraphError."""
        data = (await self._get(f"{self._app_id}/subscriptions", {})).get("data")
        for one in data if isinstance(data, list) else ():
            if isinstance(one, dict) and one.get("object") == "page":
                return str(one.get("callback_url", "")), one.get("active") is True
        return "", False

    def _auth(self) -> Mapping[str, str]:
        secret = self._app_secret()
        token = f"{self._app_id}|{secret}"
        proof = hmac.digest(secret.encode(), token.encode(), "sha256").hex()
        return {"access_token": token, "appsecret_proof": proof, "method": "get"}

    async def _get(self, path: str, fields: Mapping[str, str]) -> Mapping[str, object]:
        form = {**fields, **self._auth()}
        what = path.rpartition("/")[2]
        try:
            async with self._session.post(f"{self._base}/{path}", data=form, allow_redirects=False) as response:
                answer = classify(response.status, await response.read(), response.headers)
        except (aiohttp.ClientError, TimeoutError, OSError):
            message = f"{what}: the Graph API could not be reached"
            raise GraphError(message, answered=False) from None
        if answer.data is None:
            message = (
                f"{what} was refused: status {answer.status}, code {answer.code}/{answer.subcode} "
                f"({answer.outcome.value}), trace {answer.trace or 'none'}"
            )
            raise GraphError(message)
        return answer.data


def _moment(value: object) -> datetime | None:
    """Return a time given in seconds since the epoch; 0 stands for never."""
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int) and 0 < value < 2**33 else None
