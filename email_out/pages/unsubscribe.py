"""``/unsubscribe/{token}``: withdrawing consent outside the chat.

RFC 8058: a POST to the unsubscribe URL ends the mails at once, whatever its body, without cookies, redirect or
question.  The link never expires and may be used any number of times.  A GET shows a page with one button and changes
nothing, since link scanners open every link.
"""

from typing import get_args

from aiohttp import hdrs, web

from domain.values import StopReason
from email_out.pages.masked_address import mask_email
from email_out.pages.request_context import PageContext, PageVisit

MOST_BODY = 16 * 1024
"""Bytes of a POST that are read; a one-click body has about thirty."""

UNSUBSCRIBE_PARTS = 3
"""Subscriber, address, topic."""


async def show_unsubscribe(context: PageContext, visit: PageVisit) -> web.Response:
    """Answer GET: show the button that unsubscribes."""
    visit, parts = await load_visit(context, visit, "unsubscribe", UNSUBSCRIBE_PARTS)
    if not parts:
        return context.render_unknown_link(visit)
    topic = context.topic_label(visit, parts[2])
    return context.render_page(
        visit,
        context.format_text(visit, "stop.title", topic=topic),
        details=context.format_text(visit, "stop.text"),
        button=context.format_text(visit, "stop.button"),
        links=_preferences_links(context, visit, parts),
    )


async def post_unsubscribe(context: PageContext, visit: PageVisit) -> web.Response:
    """Answer POST: withdraw consent, then say so.  200 also if there was none to withdraw."""
    parts = context.keys.read_link("unsubscribe", visit.token) or ()
    if len(parts) != UNSUBSCRIBE_PARTS:
        return context.render_unknown_link(context.localise_visit(visit, None))
    # Only a press on our own page carries “from=page”; everything else is a mail program's one-click request.
    body = await _read_body(visit.request)
    subscriber, address, topic_name = parts
    await context.unsubscribe(subscriber, address, topic_name, "page" if b"from=page" in body else "one-click")
    visit = context.localise_visit(visit, await context.load_record(subscriber))
    return _render_stopped(context, visit, parts)


async def _read_body(request: web.Request) -> bytes:
    """Return the beginning of the body; empty if it is compressed or does not come whole."""
    if hdrs.CONTENT_ENCODING in request.headers:
        return b""
    try:
        return await request.content.read(MOST_BODY)
    except web.RequestPayloadError:  # it counts whatever its body
        return b""


def _render_stopped(context: PageContext, visit: PageVisit, parts: tuple[str, ...]) -> web.Response:
    """Return the page that says it is over, with a way back and a question why, neither of which anybody must use."""
    _, address, topic = parts
    choosing = _preferences_links(context, visit, parts)
    held = visit.record.addresses.get(address) if visit.record else None
    can_undo = topic in context.config().topics and held is not None and held.status == "proven"
    email = mask_email(held.email) if held else ""
    return context.render_page(
        visit,
        context.format_text(visit, "stopped.title"),
        capitalise_first(context.format_text(visit, "stopped.text", topic=context.topic_label(visit, topic))),
        template="stopped.html",
        links=(*choosing, *context.chat_link(visit)),
        preferences_url=choosing[0]["url"] if choosing else "",
        topic=topic if can_undo else "",
        wording_hash=context.config().consent_wording(topic, visit.language)[0],
        undo_text=context.format_text(visit, "stopped.undo_text", email=email),
        reasons=get_args(StopReason),
    )


async def load_visit(
    context: PageContext, visit: PageVisit, purpose: str, length: int
) -> tuple[PageVisit, tuple[str, ...]]:
    """Return the visit with the person's record, and the parts of the link; no parts if the link is not genuine."""
    parts = context.keys.read_link(purpose, visit.token) or ()
    if len(parts) != length:
        return context.localise_visit(visit, None), ()
    return context.localise_visit(visit, await context.load_record(parts[0])), parts


def _preferences_links(context: PageContext, visit: PageVisit, parts: tuple[str, ...]) -> tuple[dict[str, str], ...]:
    # A record that was erased, or moved to another address, has no preferences at this one.
    if not visit.record or parts[1] not in visit.record.addresses:
        return ()
    token = context.keys.sign_link("preferences", parts[0], parts[1])
    return ({"url": f"/preferences/{token}", "label": context.format_text(visit, "choose")},)


def capitalise_first(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]
