"""``/issue/{name}``: a newsletter issue as a page for everybody; ``/subscribe``: how to get the next one.

The page is the same for whoever asks.  Nothing in it knows a reader, and nothing that it leads to does.
"""

from aiohttp import web

from email_out.pages.layout import HEADERS
from email_out.pages.request_context import PageContext, PageVisit

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src https:; form-action 'none'; base-uri 'none'"
"""The styles of a mail stand in it, so they are allowed; scripts, forms and frames are not."""
LONGEST_NAME = 64
"""Characters of an issue's name."""


async def show_issue(context: PageContext, visit: PageVisit) -> web.Response:
    """Answer GET: the issue; 404 for one that is unknown, not sent yet, or stopped."""
    name = visit.request.match_info.get("name", "")
    html = await context.show_issue(name, visit.language) if len(name) <= LONGEST_NAME else None
    if html is None:
        return context.render_text_page(visit, "no_issue", status=404)
    headers = {**HEADERS, "Content-Security-Policy": _POLICY, "Content-Language": visit.language}
    return web.Response(text=html, content_type="text/html", headers=headers)


async def show_subscribe(context: PageContext, visit: PageVisit) -> web.Response:
    """Answer GET: where one agrees to get mail, which is the chat."""
    return context.render_text_page(visit, "subscribe", contact=context.config().contact)
