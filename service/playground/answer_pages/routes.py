"""Fetches the real page behind an answer or a task, and shows it in the frame in which the mail stands.

The page itself may be framed by nobody; here it is fetched as a browser would, and its button posts back through here.
"""

import re
from urllib.parse import quote

from aiohttp import web

from service.playground.api import COMMON
from service.playground.own_hosts import refuse_foreign_hosts
from service.playground.player import DemoServices
from service.playground.sandbox import settle_scheme

PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'; "
    "sandbox allow-forms allow-popups allow-popups-to-escape-sandbox"
)
"""Content policy of a shown page: its own button works, nothing runs, links open in a new tab."""
_LINK = re.compile(r"<a ", re.IGNORECASE)


def install_answer_pages(app: web.Application, demo: DemoServices) -> None:
    """Add the pages to an application that has the playground."""

    async def show_page(request: web.Request) -> web.Response:
        kind, token = request.match_info["kind"], quote(request.match_info["token"], safe="")
        # The reader's language is the record's; what the visitor's browser prefers is asked where there is none.
        headers = {"Accept-Language": request.headers.get("Accept-Language", "")}
        body = await request.post() if request.method == "POST" else None
        fields = {name: value for name, value in body.items() if isinstance(value, str)} if body is not None else None
        async with demo.http.request(
            request.method, f"{demo.url}/{kind}/{token}", data=fields, headers=headers, allow_redirects=False
        ) as page:
            # A link inside would replace the frame, and the sandbox lets it nowhere else.
            html = _LINK.sub('<a target="_blank" ', await page.text())
            shown = settle_scheme(html, request.query.get("scheme", "light"))
            # Its own policy forbids every frame; this one takes its place in this frame alone.
            policy = {"Content-Security-Policy": PAGE_POLICY}
            return web.Response(
                text=shown, status=page.status, content_type="text/html", charset="utf-8", headers=COMMON | policy
            )

    # Only answers and tasks: the other pages of a mail open in a tab of their own, as in a mail program.
    for method in ("GET", "POST"):
        app.router.add_route(method, "/playground/page/{kind:[at]}/{token}", refuse_foreign_hosts(show_page))
