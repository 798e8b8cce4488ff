"""``/r/{token}`` leads to a link of a mail, ``/o/{token}`` is the picture that tells of an opening.

A request counts nothing by itself: link scanners open every link.  It becomes an event with what speaks against a
person, and is graded later, together with its neighbours (:mod:`domain.link_evidence.grade_hits`).

A reader gets where they want to, whatever else happens: also when nobody is counted, the person was erased, or the
store is away.
"""

import base64
from datetime import datetime, timedelta

from aiohttp import web

from domain.event_types.links import LinkFollowed
from domain.link_evidence.hits import PIXEL
from domain.links.measured import CLICKS, OPENS, list_measures, split_note
from domain.ports import StoreAwayError
from email_out.links.doubt_request import LinkRequest, doubt_request
from email_out.links.tokens import CountedLink, read_token
from email_out.pages.layout import HEADERS
from email_out.pages.request_context import PageContext, PageVisit, press_event_id

PICTURE = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""A transparent GIF of one pixel."""
ONCE = timedelta(minutes=1)
"""However often a link is asked for in this time, it is one event; a flood costs no more."""
_UNSEEN = {name: HEADERS[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")}
"""Not kept by caches, which would hide the next reader's; and the place it leads to learns no token."""


async def follow_link(context: PageContext, visit: PageVisit) -> web.Response:
    """Answer GET and HEAD: lead to the target; 404 for a token that is not ours."""
    link = read_token(visit.token, context.keys)
    if link is None or link.link == PIXEL:
        return context.render_unknown_link(visit)
    await _note_hit(context, visit.request, link)
    # 302 and not 301: a browser that remembers the way would not come by again.
    return web.Response(status=302, headers={**_UNSEEN, "Location": link.url})


async def show_picture(context: PageContext, visit: PageVisit) -> web.Response:
    """Answer GET and HEAD: a picture of one transparent pixel; the same for any token, so that nobody can try them."""
    link = read_token(visit.token, context.keys)
    # A token of a link is genuine, too, and would count an opening that was none.
    if link is not None and link.link == PIXEL:
        await _note_hit(context, visit.request, link)
    return web.Response(body=PICTURE, content_type="image/gif", headers=_UNSEEN)


async def _note_hit(context: PageContext, request: web.Request, link: CountedLink) -> None:
    """Tell the record that a link was followed, if it is counted for this person."""
    try:
        record = await context.load_record(link.subscriber)
        wanted = OPENS if link.link == PIXEL else CLICKS
        if record is None or wanted not in list_measures(record, link.topic, context.config()):
            return
        now = context.clock()
        event = _make_event(link, _doubt(request, link, await _find_acceptance(context, link), now), now)
        await context.transact(link.subscriber, (event,))
    except StoreAwayError:
        # A click that is lost costs a number; a reader who waits for the store costs a reader.
        return


async def _find_acceptance(context: PageContext, link: CountedLink) -> datetime | None:
    """Return when the mail was accepted, in business time; None if that is not known."""
    line = next((line for line in await context.list_sends(link.subscriber) if line.id == link.send), None)
    counting = split_note(line.note)[1] if line and line.status == "sent" else None
    return counting.since if counting else None


def _doubt(request: web.Request, link: CountedLink, accepted_at: datetime | None, now: datetime) -> str:
    return doubt_request(
        LinkRequest(
            method=request.method,
            headers=request.headers,
            peer=request.remote or "",
            link=link.link,
            since_acceptance=now - accepted_at if accepted_at else None,
        )
    )


def _make_event(link: CountedLink, doubt: str, now: datetime) -> LinkFollowed:
    # The id holds the minute, so a second request in it is a repetition that the store throws away.
    moment = str(int(now.timestamp() // ONCE.total_seconds()))
    return LinkFollowed(
        id=press_event_id("link", link.send, str(link.link), doubt, moment), at=now, send=link.send, mail=link.mail,
        topic=link.topic, link=link.link, links=link.links, doubt=doubt,
    )  # fmt: skip
