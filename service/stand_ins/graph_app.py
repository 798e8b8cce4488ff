"""The Graph API stand-in as the app itself sees it, and who has which thread.

The app asks with its own token (``app id|app secret``) by POST with ``method=get``: what a token is worth, whose an
app-scoped id is, and where webhooks go.  Sources: “Debug token”, “ID matching”, “App subscriptions”, “Handover
protocol” (facts: docs/messenger.md).
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from service.stand_ins.graph_edges import APP_ID, Body, Edges, RefusedError, fields_of, refuse_if
from service.stand_ins.graph_failures import FAILURES, bad

SCOPES = ("pages_messaging", "pages_manage_metadata", "pages_read_engagement", "pages_show_list")
INBOX = "263902037430900"
_CALL = {"access_token", "appsecret_proof"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What the platform says of a Page's token."""

    scopes: tuple[str, ...] = SCOPES
    expires_at: datetime | None = None
    """None: never."""
    data_expires_at: datetime | None = None
    valid: bool = True


class AppEdges(Edges):
    """What the app asks in its own name, and the passing of threads."""

    callback: tuple[str, bool] | None = None
    """Where the app's webhooks go, and whether that is switched on; None: nowhere."""
    worth: Mapping[str, Worth] = {}
    """By Page; one that is not here has a token that is good for ever."""
    scoped: Mapping[str, Mapping[str, str]] = {}
    """By app-scoped id: the person's page-scoped id, by Page."""

    def app_routes(self) -> list[web.RouteDef]:
        """Return the routes to add to an application."""
        version = r"/v{version:\d+\.\d+}"
        return [
            web.post(version + "/debug_token", self.guarded(self._debug)),
            web.post(version + "/{node}/ids_for_pages", self.guarded(self._ids)),
            web.post(version + "/{node}/subscriptions", self.guarded(self._app_subscriptions)),
            web.post(version + "/{page}/pass_thread_control", self.guarded(self._pass)),
            web.post(version + "/{page}/take_thread_control", self.guarded(self._take)),
        ]

    async def _asked(self, request: web.Request, edge: str, *known: str) -> Body:
        """Return the parameters of a call in the app's own name; raises :class:`RefusedError`."""
        body = await fields_of(request)
        token = f"{APP_ID}|{self.app_secret}"
        proof = hmac.digest(self.app_secret.encode(), token.encode(), "sha256").hex()
        if body.get("access_token") != token or "access_token" in request.query:
            raise RefusedError(FAILURES["token"])
        if body.get("appsecret_proof") != proof:
            raise RefusedError(bad("Invalid appsecret_proof provided in the API argument"))
        if body.get("method") != "get" or set(body) - _CALL - {"method", *known}:
            raise RefusedError(bad("Unsupported post request"))
        refuse_if(self.next_failure(edge))
        return body

    async def _debug(self, request: web.Request) -> web.StreamResponse:
        body = await self._asked(request, "debug_token", "input_token")
        page = next((page for page, token in self.tokens.items() if token == body.get("input_token")), "")
        known = self.worth.get(page, Worth(valid=bool(page)))
        if not page or not known.valid:
            error = {"code": 190, "message": "Error validating access token: The session is no more."}
            return self.answer({"data": {"app_id": APP_ID, "is_valid": False, "error": error, "scopes": []}})
        told = {
            "app_id": APP_ID, "type": "PAGE", "is_valid": True, "profile_id": page, "scopes": list(known.scopes),
            "expires_at": _seconds(known.expires_at), "data_access_expires_at": _seconds(known.data_expires_at),
        }  # fmt: skip
        return self.answer({"data": told})

    async def _ids(self, request: web.Request) -> web.StreamResponse:
        await self._asked(request, "ids_for_pages")
        psids = self.scoped.get(request.match_info["node"])
        if psids is None:
            raise RefusedError(FAILURES["not_addressable"])
        return self.answer({"data": [{"id": psid, "page": {"id": page}} for page, psid in psids.items()]})

    async def _app_subscriptions(self, request: web.Request) -> web.StreamResponse:
        await self._asked(request, "subscriptions")
        if request.match_info["node"] != APP_ID:
            raise RefusedError(FAILURES["not_addressable"])
        found = []
        if self.callback is not None:
            url, active = self.callback
            found = [{"object": "page", "callback_url": url, "active": active, "fields": []}]
        return self.answer({"data": found})

    # -- who has the thread --------------------------------------------------------------------------------
    async def _pass(self, request: web.Request) -> web.StreamResponse:
        body = await fields_of(request)
        page, psid = self._threaded(request, body, "pass_thread_control", "target_app_id")
        if not str(body.get("target_app_id", "")).isdecimal():
            raise RefusedError(bad("Param target_app_id must be an app id"))
        self.pages[page].passed[psid] = str(body["target_app_id"])
        return self.answer({"success": True})

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await fields_of(request)
        page, psid = self._threaded(request, body, "take_thread_control")
        self.pages[page].passed.pop(psid, None)
        return self.answer({"success": True})

    def _threaded(self, request: web.Request, body: Body, edge: str, *known: str) -> tuple[str, str]:
        page = self.judge(request, body, edge)
        recipient = body.get("recipient")
        psid = str(recipient.get("id", "")) if isinstance(recipient, dict) else ""
        if not psid or set(body) - _CALL - {"recipient", "metadata", *known}:
            raise RefusedError(bad("Param recipient must be an object with an id"))
        return page, psid


def _seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0
