"""The pages that mails lead to (DESIGN.md §7): confirm, unsubscribe, preferences, privacy.

GET, HEAD and OPTIONS write nothing; every change is a POST by a button.  A link that is not ours gets a kind 404, and
a store that is away gets 503, never a wrong answer.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from domain.keyring import Keyring
from domain.ports import Clock, Store, StoreAwayError, Transact
from domain.workspace_config import WorkspaceConfig
from email_out.pages import confirm
from email_out.pages import unsubscribe as consent_pages
from email_out.pages.request_context import Door, Unsubscribe, Visit

Page = Callable[[Door, Visit], Awaitable[web.Response]]

LONGEST_TOKEN = 200


class Pages:
    """The routes, working on what they are handed."""

    def __init__(
        self,
        *,
        store: Store,
        transact: Transact,
        unsubscribe: Unsubscribe,
        keys: Keyring,
        clock: Clock,
        config: Callable[[], WorkspaceConfig],
    ) -> None:
        """Take what the pages need; ``unsubscribe`` returns after address and holders are written."""
        self._door = Door(
            store=store, transact=transact, unsubscribe=unsubscribe, keys=keys, clock=clock, config=config
        )

    def routes(self) -> list[web.RouteDef]:
        """Return the routes; HEAD follows GET, everything else is answered 405."""
        both: dict[str, tuple[Page, Page]] = {
            "/confirm/{token}": (confirm.show, confirm.press),
            "/unsubscribe/{token}": (consent_pages.show_unsubscribe, consent_pages.unsubscribe),
            "/preferences/{token}": (consent_pages.show_preferences, consent_pages.set_preferences),
        }
        routes = [web.get("/privacy", self._answer(privacy))]
        for path, (show, act) in both.items():
            routes += [web.get(path, self._answer(show)), web.post(path, self._answer(act))]
        return routes

    def _answer(self, page: Page) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handler(request: web.Request) -> web.StreamResponse:
            token = request.match_info.get("token", "")
            visit = Visit(request=request, token=token, language=self._door.language(request, None))
            if len(token) > LONGEST_TOKEN or not token.isascii():
                return self._door.unknown(visit)
            try:
                return await page(self._door, visit)
            except StoreAwayError:
                response = self._door.plain(visit, "away", status=503, links=False)
                response.headers["Retry-After"] = "60"
                return response

        return handler


async def privacy(door: Door, visit: Visit) -> web.Response:
    """Answer GET /privacy: the short notice, made from the workspace's declarations."""
    config = door.config()
    events = ", ".join(config.text(one.label, visit.language) for one in config.events.values())
    kept = [door.say(visit, "notice.chat"), door.say(visit, "notice.mail")]
    if events:
        kept.append(door.say(visit, "notice.use", events=events))
    topics = [
        {"label": door.topic(visit, name), "wording": config.wording(name, visit.language)[1]} for name in config.topics
    ]
    return door.page(
        visit,
        door.say(visit, "notice.title"),
        template="privacy.html",
        kept=kept,
        topics=topics,
        questions=door.say(visit, "notice.questions", contact=config.contact),
        provider=door.say(visit, "notice.provider", provider=config.provider) if config.provider else "",
        rights=door.say(visit, "notice.rights_text", contact=config.contact),
    )
