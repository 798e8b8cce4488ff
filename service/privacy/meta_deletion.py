"""Meta's data deletion callback, and the page that says what became of a request.

A person who takes the app away in their Facebook settings asks for their data to be deleted.  The request names them by
an app-scoped id, so the platform is asked which of our Pages' ids are theirs; each is erased.  Who it was is kept only
as long as it is not done.  The confirmation code is a keyed hash of the id: the same person gets the same code, and it
tells nothing.
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
from bot.inbound.signed_request import LONGEST, SignedRequestError, read_signed_request
from domain.keyring import Keyring
from domain.ports import Clock, Store, StoreAwayError
from domain.workspace_config import WorkspaceConfig
from email_out.pages.layout import page, say
from email_out.pages.texts import choose_language
from service.privacy.erasure import Erasure

log = structlog.get_logger("doorstep.deletions")

PATH = "/messenger/data-deletion"
OPEN = "deletions"
"""Names the aggregate of the requests that are not done."""


class Deletion(Struct, frozen=True, kw_only=True, array_like=True):
    """One request, as far as it has come."""

    at: datetime
    status: Literal["open", "done", "nothing"]
    """``nothing``: there was nobody to erase."""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletions:
    """Takes requests in, carries them out, and tells what became of them."""

    store: Store
    keys: Keyring
    clock: Clock
    erase: Erasure
    app: AppClient | None
    """None without DOORSTEP_MESSENGER_APP_ID: then requests stay open, and the log says so."""
    app_secrets: Callable[[], Sequence[str]]
    public_url: str
    config: Callable[[], WorkspaceConfig]

    def routes(self) -> list[web.RouteDef]:
        """Return the routes; GET changes nothing."""
        return [web.post(PATH, self.receive), web.get(PATH + "/{code}", self.show)]

    async def receive(self, request: web.Request) -> web.Response:
        """Take a request in, and answer where its state can be seen."""
        try:
            form = await request.clone(client_max_size=2 * LONGEST).post()
            user = read_signed_request(str(form.get("signed_request", "")), self.app_secrets())
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413)
        except (SignedRequestError, ValueError) as error:
            text = str(error) if isinstance(error, SignedRequestError) else "the form cannot be read"
            return web.Response(status=400, text=text)
        code = self.keys.user_hash(f"deletion:{user}")
        try:
            if await self._find(code) is None:
                await self._keep(code, Deletion(at=self.clock(), status="open"))
            await self._change_open(code, user)
            await self._carry_out(code, user)
        except StoreAwayError:
            return web.Response(status=503, headers={"Retry-After": "60"})
        return web.json_response({"url": f"{self.public_url}{PATH}/{code}", "confirmation_code": code})

    async def show(self, request: web.Request) -> web.Response:
        """Say what became of a request."""
        config = self.config()
        language = choose_language("", request.headers.get("Accept-Language", ""), config.languages)
        code = request.match_info["code"]
        try:
            found = await self._find(code) if len(code) <= LONGEST and code.isascii() else None
        except StoreAwayError:
            return web.Response(status=503, headers={"Retry-After": "60"})
        name = f"deletion.{found.status}" if found else "unknown"
        title = say(language, f"{name}.title", brand=config.brand_for(language), bot=config.bot)
        text = say(language, f"{name}.text", brand=config.brand_for(language), bot=config.bot, contact=config.contact)
        return page(config, language, title, status=200 if found else 404, text=text)

    async def again(self) -> None:
        """Carry out what is still open; a chore, so it never raises for what the store does."""
        try:
            for code, user in (await self._all_open()).items():
                await self._carry_out(code, user)
        except StoreAwayError:
            log.warning("store_away", job="deletions")

    async def _carry_out(self, code: str, user: str) -> None:
        if self.app is None:
            log.error("deletion_waits", remedy="set DOORSTEP_MESSENGER_APP_ID, so that the person can be found")
            return
        try:
            psids = await self.app.psids(user)
        except GraphError as error:
            log.warning("deletion_waits", remedy=str(error))
            return
        erased = [await self.erase(self.keys.subscriber_id(page, psid)) for page, psid in psids.items()]
        known = await self._find(code) or Deletion(at=self.clock(), status="open")
        status: Literal["done", "nothing"] = "done" if any(erased) or known.status == "done" else "nothing"
        await self._keep(code, replace(known, status=status, ended_at=self.clock()))
        await self._change_open(code, None)
        log.info("deletion_done", count=sum(erased))

    async def _find(self, code: str) -> Deletion | None:
        raw = await self.store.meta(f"deletion:{code}")
        return msgspec.msgpack.decode(raw, type=Deletion) if raw else None

    async def _keep(self, code: str, deletion: Deletion) -> None:
        await self.store.set_meta(f"deletion:{code}", msgspec.msgpack.encode(deletion))

    async def _all_open(self) -> dict[str, str]:
        raw, _ = await self.store.address(OPEN)
        return msgspec.msgpack.decode(raw, type=dict[str, str]) if raw else {}

    async def _change_open(self, code: str, user: str | None) -> None:
        while True:
            raw, version = await self.store.address(OPEN)
            known = msgspec.msgpack.decode(raw, type=dict[str, str]) if raw else {}
            changed = {name: one for name, one in known.items() if name != code}
            if user is not None:
                changed[code] = user
            if changed == known:
                return
            if await self.store.save_address(OPEN, version=version, state=msgspec.msgpack.encode(changed)):
                return
