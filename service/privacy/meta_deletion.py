"""Meta's data deletion callback, and the web page that shows the state of a request.

A person who removes the app in their Facebook settings asks for their data to be deleted.  The request names them by an
app-scoped id.  The platform is asked which page-scoped ids belong to it, and each of those is erased.  The app-scoped
id is kept only until the request is done.  Requests are named by a keyed hash of that id: the same person gets the same
name, which reveals nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec
import structlog
from aiohttp import web
from msgspec import Struct
from msgspec.structs import replace

from bot.graph_api.app_client import AppClient
from bot.graph_api.page_client import GraphError
from bot.inbound.signed_request import LONGEST_REQUEST, SignedRequestError, read_signed_request
from domain.keyring import Keyring
from domain.ports import Clock, Store, StoreAwayError
from domain.workspace_config import WorkspaceConfig
from email_out.pages.layout import format_text, render_page
from email_out.pages.texts import choose_language
from service.privacy.erasure import Erasure

log = structlog.get_logger("doorstep.deletions")

PATH = "/messenger/data-deletion"
OPEN_REQUESTS = "open_deletions"
"""Meta value of the requests that are not done: app-scoped user id by request."""
_OLD_OPEN_REQUESTS = "deletions"
"""Where they lay until 0.1.0: among the address states.  What is found there is moved with the next change."""


class DeletionRequest(Struct, frozen=True, kw_only=True, array_like=True):
    """The state of one request."""

    at: datetime
    status: Literal["open", "done", "nothing"]
    """``nothing`` if there was no record to erase."""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaDeletions:
    """Receives requests, carries them out, and shows their state."""

    store: Store
    keys: Keyring
    clock: Clock
    erase: Erasure
    app: AppClient | None
    """None without DOORSTEP_MESSENGER_APP_ID; requests then stay open, and the log says so."""
    app_secrets: Callable[[], Sequence[str]]
    public_url: str
    config: Callable[[], WorkspaceConfig]

    def routes(self) -> list[web.RouteDef]:
        """Return the routes; GET changes nothing."""
        return [web.post(PATH, self.receive_request), web.get(PATH + "/{code}", self.show_state)]

    async def receive_request(self, request: web.Request) -> web.Response:
        """Keep a request, try to carry it out, and answer with the address of its state."""
        try:
            form = await request.clone(client_max_size=2 * LONGEST_REQUEST).post()
            user = read_signed_request(str(form.get("signed_request", "")), self.app_secrets())
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413)
        except (SignedRequestError, ValueError) as error:
            text = str(error) if isinstance(error, SignedRequestError) else "the form cannot be read"
            return web.Response(status=400, text=text)
        request_id = self.keys.user_hash(f"deletion:{user}")
        try:
            # Kept before it is carried out: if the platform or the store fails, the job below tries again.
            if await self._load_request(request_id) is None:
                await self._save_request(request_id, DeletionRequest(at=self.clock(), status="open"))
            await self._change_open(request_id, user)
            await self._carry_out(request_id, user)
        except StoreAwayError:
            return web.Response(status=503, headers={"Retry-After": "60"})
        return web.json_response({"url": f"{self.public_url}{PATH}/{request_id}", "confirmation_code": request_id})

    async def show_state(self, request: web.Request) -> web.Response:
        """Show the state of a request."""
        config = self.config()
        language = choose_language("", request.headers.get("Accept-Language", ""), config.languages)
        request_id = request.match_info["code"]
        try:
            request_state = (
                await self._load_request(request_id)
                if len(request_id) <= LONGEST_REQUEST and request_id.isascii()
                else None
            )
        except StoreAwayError:
            return web.Response(status=503, headers={"Retry-After": "60"})
        name = f"deletion.{request_state.status}" if request_state else "unknown"
        title = format_text(language, f"{name}.title", brand=config.brand_for(language), bot=config.bot)
        text = format_text(
            language, f"{name}.text", brand=config.brand_for(language), bot=config.bot, contact=config.contact
        )
        return render_page(config, language, title, status=200 if request_state else 404, text=text)

    async def retry_open(self) -> None:
        """Carry out open requests; a scheduled job, so a store that is away is only logged."""
        try:
            for request_id, user in (await self._load_open()).items():
                await self._carry_out(request_id, user)
        except StoreAwayError:
            log.warning("store_away", job="deletions")

    async def _carry_out(self, request_id: str, user: str) -> None:
        if self.app is None:
            log.error("deletion_waits", remedy="set DOORSTEP_MESSENGER_APP_ID, so that the person can be found")
            return
        try:
            psids = await self.app.find_psids(user)
        except GraphError as error:
            log.warning("deletion_waits", remedy=str(error))
            return
        erased = [await self.erase(self.keys.subscriber_id(page, psid)) for page, psid in psids.items()]
        # Repeated after a crash, the second run finds nothing to erase; "done" must not turn into "nothing" by that.
        request_state = await self._load_request(request_id) or DeletionRequest(at=self.clock(), status="open")
        status: Literal["done", "nothing"] = "done" if any(erased) or request_state.status == "done" else "nothing"
        await self._save_request(request_id, replace(request_state, status=status, ended_at=self.clock()))
        await self._change_open(request_id, None)
        log.info("deletion_done", count=sum(erased))

    async def _load_request(self, request_id: str) -> DeletionRequest | None:
        raw = await self.store.load_meta(f"deletion:{request_id}")
        return msgspec.msgpack.decode(raw, type=DeletionRequest) if raw else None

    async def _save_request(self, request_id: str, request_state: DeletionRequest) -> None:
        await self.store.save_meta(f"deletion:{request_id}", msgspec.msgpack.encode(request_state))

    async def _load_open(self) -> dict[str, str]:
        old, _ = await self.store.load_address(_OLD_OPEN_REQUESTS)
        return _decode_open(old) | _decode_open(await self.store.load_meta(OPEN_REQUESTS))

    async def _change_open(self, request_id: str, user: str | None) -> None:
        """Add or remove an open request, and move what an older version left in its own place."""
        while True:
            old, version = await self.store.load_address(_OLD_OPEN_REQUESTS)
            raw = await self.store.load_meta(OPEN_REQUESTS)
            moved, current = _decode_open(old), _decode_open(raw)
            changed = {name: holder for name, holder in (moved | current).items() if name != request_id}
            if user is not None:
                changed[request_id] = user
            if changed == current and not moved:
                return
            # Another process may move or change them at the same moment; carrying out a request twice harms nobody.
            if await self.store.compare_and_set(OPEN_REQUESTS, raw, msgspec.msgpack.encode(changed)):
                if moved:
                    await self.store.save_address(_OLD_OPEN_REQUESTS, version=version, state=msgspec.msgpack.encode({}))
                return


def _decode_open(raw: bytes | None) -> dict[str, str]:
    return msgspec.msgpack.decode(raw, type=dict[str, str]) if raw else {}
