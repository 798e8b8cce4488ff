"""The app edges of the Graph API stand-in, and the passing of threads.

The app asks with its own token (``app id|app secret``) by POST with ``method=get``: the details of a token, the person
behind an app-scoped id, and where webhooks go.  Sources: “Debug token”, “ID matching”, “App subscriptions”, “Handover
protocol” (facts: docs/messenger.md).
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from service.stand_ins.graph_edges import APP_ID, Body, Edges, RefusedError, fields_of, refuse_if
from service.stand_ins.graph_failures import FAILURES, bad_parameter

SCOPES = ("pages_messaging", "pages_manage_metadata", "pages_read_engagement", "pages_show_list")
INBOX = "263902037430900"
_CALL = {"access_token", "appsecret_proof"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenDetails:
    """What the platform reports about a Page's token."""

    scopes: tuple[str, ...] = SCOPES
    expires_at: datetime | None = None
    """None if it never expires."""
    data_expires_at: datetime | None = None
    valid: bool = True


class AppEdges(Edges):
    """The calls that an app makes in its own name, and thread control."""

    callback: tuple[str, bool] | None = None
    """Where the app's webhooks go, and whether they are switched on; None if nowhere."""
    worth: Mapping[str, TokenDetails] = {}
    """By Page; the token of any other Page is valid for ever."""
    scoped: Mapping[str, Mapping[str, str]] = {}
    """By app-scoped id: the person's page-scoped id, by Page."""

    def app_routes(self) -> list[web.RouteDef]:
        """Return the routes to add to an application."""
        version = r"/v{version:\d+\.\d+}"
        return [
            web.post(version + "/debug_token", self.guard_handler(self._debug_token)),
            web.post(version + "/{node}/ids_for_pages", self.guard_handler(self._ids_for_pages)),
            web.post(version + "/{node}/subscriptions", self.guard_handler(self._app_subscriptions)),
            web.post(version + "/{page}/pass_thread_control", self.guard_handler(self._pass_thread)),
            web.post(version + "/{page}/take_thread_control", self.guard_handler(self._take_thread)),
        ]

    async def _app_call(self, request: web.Request, edge: str, *known: str) -> Body:
        """Return the parameters of a call in the app's own name; raises :class:`RefusedError`."""
        body = await fields_of(request)
        token = f"{APP_ID}|{self.app_secret}"
        proof = hmac.digest(self.app_secret.encode(), token.encode(), "sha256").hex()
        # The app's token contains its secret: it may stand in a body, never in an address that servers log.
        if body.get("access_token") != token or "access_token" in request.query:
            raise RefusedError(FAILURES["token"])
        if body.get("appsecret_proof") != proof:
            raise RefusedError(bad_parameter("Invalid appsecret_proof provided in the API argument"))
        if body.get("method") != "get" or set(body) - _CALL - {"method", *known}:
            raise RefusedError(bad_parameter("Unsupported post request"))
        refuse_if(self.next_failure(edge))
        return body

    async def _debug_token(self, request: web.Request) -> web.StreamResponse:
        body = await self._app_call(request, "debug_token", "input_token")
        page = next((page for page, token in self.tokens.items() if token == body.get("input_token")), "")
        details = self.worth.get(page, TokenDetails(valid=bool(page)))
        # The platform answers 200 for an invalid token, with the reason in the data (“Debug token”).
        if not page or not details.valid:
            error = {"code": 190, "message": "Error validating access token: The session is no more."}
            return self.answer_call({"data": {"app_id": APP_ID, "is_valid": False, "error": error, "scopes": []}})
        described = {
            "app_id": APP_ID, "type": "PAGE", "is_valid": True, "profile_id": page, "scopes": list(details.scopes),
            "expires_at": _epoch_seconds(details.expires_at),
            "data_access_expires_at": _epoch_seconds(details.data_expires_at),
        }  # fmt: skip
        return self.answer_call({"data": described})

    async def _ids_for_pages(self, request: web.Request) -> web.StreamResponse:
        await self._app_call(request, "ids_for_pages")
        psids = self.scoped.get(request.match_info["node"])
        if psids is None:
            raise RefusedError(FAILURES["not_addressable"])
        return self.answer_call({"data": [{"id": psid, "page": {"id": page}} for page, psid in psids.items()]})

    async def _app_subscriptions(self, request: web.Request) -> web.StreamResponse:
        await self._app_call(request, "subscriptions")
        if request.match_info["node"] != APP_ID:
            raise RefusedError(FAILURES["not_addressable"])
        subscriptions = []
        if self.callback is not None:
            url, active = self.callback
            subscriptions = [{"object": "page", "callback_url": url, "active": active, "fields": []}]
        return self.answer_call({"data": subscriptions})

    async def _pass_thread(self, request: web.Request) -> web.StreamResponse:
        body = await fields_of(request)
        page, psid = self._thread_call(request, body, "pass_thread_control", "target_app_id")
        if not str(body.get("target_app_id", "")).isdecimal():
            raise RefusedError(bad_parameter("Param target_app_id must be an app id"))
        self.pages[page].passed[psid] = str(body["target_app_id"])
        return self.answer_call({"success": True})

    async def _take_thread(self, request: web.Request) -> web.StreamResponse:
        body = await fields_of(request)
        page, psid = self._thread_call(request, body, "take_thread_control")
        self.pages[page].passed.pop(psid, None)
        return self.answer_call({"success": True})

    def _thread_call(self, request: web.Request, body: Body, edge: str, *known: str) -> tuple[str, str]:
        page = self.judge_call(request, body, edge)
        recipient = body.get("recipient")
        psid = str(recipient.get("id", "")) if isinstance(recipient, dict) else ""
        if not psid or set(body) - _CALL - {"recipient", "metadata", *known}:
            raise RefusedError(bad_parameter("Param recipient must be an object with an id"))
        return page, psid


def _epoch_seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0  # 0: never (“Debug token”)
