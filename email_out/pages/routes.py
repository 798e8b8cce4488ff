"""The routes of the web pages that mails link to: confirm, answer, task, unsubscribe, preferences, privacy, links.

GET, HEAD and OPTIONS change nothing; every change is a POST by a button.  What a GET of a counted link leaves behind is
only evidence (:mod:`email_out.pages.follow`).  An unknown link is answered 404 with a page
that explains it, and while the store is away every answer is 503.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from domain.keyring import Keyring
from domain.ports import Clock, RecordStore, StoreAwayError, Transact
from domain.workspace_config import WorkspaceConfig
from email_out.links.tokens import LONGEST_TOKEN as LONGEST_COUNTED
from email_out.pages import answer, confirm, follow, issue_view, preferences, task
from email_out.pages import unsubscribe as unsubscribe_page
from email_out.pages.request_context import (
    FindOwner,
    ListSends,
    PageContext,
    PageVisit,
    ShowIssue,
    Unsubscribe,
    find_no_owner,
    list_no_sends,
    show_no_issue,
)

PageHandler = Callable[[PageContext, PageVisit], Awaitable[web.Response]]

LONGEST_TOKEN = 200
"""Characters of a token; longer ones are refused before anything is computed from them."""


class MailPages:
    """The web pages, as routes of an application."""

    def __init__(  # noqa: PLR0913  each is named where the pages are put together
        self,
        *,
        store: RecordStore,
        transact: Transact,
        unsubscribe: Unsubscribe,
        keys: Keyring,
        clock: Clock,
        config: Callable[[], WorkspaceConfig],
        find_owner: FindOwner = find_no_owner,
        list_sends: ListSends = list_no_sends,
        show_issue: ShowIssue = show_no_issue,
    ) -> None:
        """Take what the pages need; ``unsubscribe`` returns after the address and its holders are written."""
        self._context = PageContext(
            store=store,
            transact=transact,
            unsubscribe=unsubscribe,
            keys=keys,
            clock=clock,
            config=config,
            find_owner=find_owner,
            list_sends=list_sends,
            show_issue=show_issue,
        )

    def routes(self) -> list[web.RouteDef]:
        """Return the routes; HEAD follows GET, any other method is answered 405."""
        both: dict[str, tuple[PageHandler, PageHandler]] = {
            "/confirm/{token}": (confirm.show_confirm, confirm.post_confirm),
            "/unsubscribe/{token}": (unsubscribe_page.show_unsubscribe, unsubscribe_page.post_unsubscribe),
            "/a/{token}": (answer.show_answer, answer.post_answer),
            "/t/{token}": (task.show_task, task.post_task),
            "/preferences/{token}": (preferences.show_preferences, preferences.post_preferences),
        }
        routes = [
            web.get("/privacy", self._make_handler(show_privacy)),
            web.get("/issue/{name}", self._make_handler(issue_view.show_issue)),
            web.get("/subscribe", self._make_handler(issue_view.show_subscribe)),
            web.get("/r/{token}", self._make_handler(follow.follow_link, LONGEST_COUNTED)),
            web.get("/o/{token}", self._make_handler(follow.show_picture, LONGEST_COUNTED)),
        ]
        for path, (show, act) in both.items():
            routes += [web.get(path, self._make_handler(show)), web.post(path, self._make_handler(act))]
        return routes

    def _make_handler(
        self, handle_visit: PageHandler, longest: int = LONGEST_TOKEN
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handler(request: web.Request) -> web.StreamResponse:
            token = request.match_info.get("token", "")
            visit = PageVisit(request=request, token=token, language=self._context.visitor_language(request, None))
            # Our tokens are short and ASCII; anything else is refused before a signature is computed.
            if len(token) > longest or not token.isascii():
                return self._context.render_unknown_link(visit)
            try:
                response = await handle_visit(self._context, visit)
            except StoreAwayError:
                response = self._context.render_text_page(visit, "away", status=503, links=False)
                response.headers["Retry-After"] = "60"  # seconds
            if request.content.exception() is not None:
                # A body that did not come whole: nobody knows where it ends, so the connection ends with it.
                request.content.feed_eof()
                response.force_close()
            return response

        return handler


async def show_privacy(context: PageContext, visit: PageVisit) -> web.Response:
    """Answer GET /privacy: the short notice, composed from doorstep.yaml."""
    config = context.config()
    events = ", ".join(config.pick_text(event.label, visit.language) for event in config.events.values())
    kept = [context.format_text(visit, "notice.chat"), context.format_text(visit, "notice.mail")]
    if events:
        kept.append(context.format_text(visit, "notice.use", events=events))
    if config.is_measuring:
        kept.append(context.format_text(visit, "notice.clicks"))
    topics = [
        {"label": context.topic_label(visit, name), "wording": config.consent_wording(name, visit.language)[1]}
        for name in config.consent_topics
    ]
    return context.render_page(
        visit,
        context.format_text(visit, "notice.title"),
        template="privacy.html",
        kept=kept,
        topics=topics,
        questions=context.format_text(visit, "notice.questions", contact=config.contact),
        provider=context.format_text(visit, "notice.provider", provider=config.provider) if config.provider else "",
        rights=context.format_text(visit, "notice.rights_text", contact=config.contact),
    )
