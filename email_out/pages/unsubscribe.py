"""``/unsubscribe/{token}`` and ``/preferences/{token}``: withdrawing and renewing consent outside the chat.

RFC 8058: a POST to the unsubscribe URL ends the mails at once, whatever its body, without cookies, redirect or
question.  The link never expires and may be used any number of times.  A GET shows a page with a button and changes
nothing.
"""

from typing import Any

from aiohttp import web
from multidict import MultiDict, MultiMapping

from domain.events import Resubscribed
from domain.record import Subscriber
from email_out.pages.request_context import PageContext, PageVisit, press_event_id

MOST_BODY = 16 * 1024
"""Bytes of a POST that are read; a one-click body has about thirty."""

UNSUBSCRIBE_PARTS = 3
"""Subscriber, address, topic."""
PREFERENCES_PARTS = 2
"""Subscriber, address."""


async def show_unsubscribe(context: PageContext, visit: PageVisit) -> web.Response:
    """Answer GET: show the button that unsubscribes."""
    visit, parts = await _load_visit(context, visit, "unsubscribe", UNSUBSCRIBE_PARTS)
    if not parts:
        return context.render_unknown_link(visit)
    topic = context.topic_label(visit, parts[2])
    return context.render_page(
        visit,
        context.format_text(visit, "stop.title", topic=topic),
        context.format_text(visit, "stop.text"),
        button=context.format_text(visit, "stop.button"),
        links=_preferences_links(context, visit, parts),
    )


async def post_unsubscribe(context: PageContext, visit: PageVisit) -> web.Response:
    """Answer POST: withdraw consent, then say so.  200 also if there was none to withdraw."""
    parts = context.keys.read_link("unsubscribe", visit.token) or ()
    if len(parts) != UNSUBSCRIBE_PARTS:
        return context.render_unknown_link(context.localise_visit(visit, None))
    # Only a press on our own page carries “from=page”; everything else is a mail program's one-click request.
    body = await visit.request.content.read(MOST_BODY)
    subscriber, address, topic_name = parts
    await context.unsubscribe(subscriber, address, topic_name, "page" if b"from=page" in body else "one-click")
    visit = context.localise_visit(visit, await context.load_record(subscriber))
    topic = context.topic_label(visit, topic_name)
    return context.render_page(
        visit,
        context.format_text(visit, "stopped.title"),
        _capitalise_first(context.format_text(visit, "stopped.text", topic=topic)),
        links=(*_preferences_links(context, visit, parts), *context.chat_link(visit)),
    )


async def show_preferences(context: PageContext, visit: PageVisit) -> web.Response:
    """Answer GET: show which topics are mailed to this address."""
    visit, parts = await _load_visit(context, visit, "preferences", PREFERENCES_PARTS)
    if not parts or not visit.record or parts[1] not in visit.record.addresses:
        return context.render_unknown_link(visit)
    return _render_preferences(context, visit, visit.record, parts[1], "")


async def post_preferences(context: PageContext, visit: PageVisit) -> web.Response:
    """Answer POST: stop one topic or all of them, or renew one; show the outcome."""
    visit, parts = await _load_visit(context, visit, "preferences", PREFERENCES_PARTS)
    if not parts or not visit.record or parts[1] not in visit.record.addresses:
        return context.render_unknown_link(visit)
    address = parts[1]
    form = await _read_form(visit.request)
    notice = await _apply_form(context, visit, visit.record, address, form)
    after = await context.load_record(parts[0])
    return _render_preferences(context, visit, after, address, notice) if after else context.render_unknown_link(visit)


async def _read_form(request: web.Request) -> MultiMapping[Any]:
    """Return the posted form; an unreadable body counts as an empty form."""
    try:
        return await request.post()
    except (ValueError, LookupError, AssertionError, RuntimeError):  # what aiohttp raises on broken multipart bodies
        return MultiDict()


async def _apply_form(
    context: PageContext, visit: PageVisit, record: Subscriber, address: str, form: MultiMapping[Any]
) -> str:
    """Carry out what was posted; return the text that tells the outcome, empty if nothing was asked for."""
    topics = context.config().topics
    if "stop" in form:
        topic = str(form["stop"])  # empty: all topics
        if topic and topic not in topics:
            return ""
        await context.unsubscribe(record.id, address, topic, "preferences")
        return _format_saved(context, visit, topic, "preferences.off")
    topic = str(form.get("start", ""))
    return await _resubscribe(context, visit, record, address, topic, form) if topic in topics else ""


async def _resubscribe(  # noqa: PLR0917  the visit, and what its form said
    context: PageContext, visit: PageVisit, record: Subscriber, address: str, topic: str, form: MultiMapping[Any]
) -> str:
    """Renew consent to one topic; return the text that tells the outcome."""
    # The form carries the hash of the wording it showed.  If a new workspace version changed the wording meanwhile,
    # this press would not prove consent to it: the page is shown again.
    wording, _ = context.config().consent_wording(topic, visit.language)
    if form.get(f"wording.{topic}") != wording:
        return context.format_text(visit, "preferences.changed")
    event = Resubscribed(
        id=_restart_id(record, topic, address),
        at=context.clock(),
        topic=topic,
        address=address,
        wording=wording,
        language=visit.language,
    )
    after = (await context.transact(record.id, (event,))).record
    if after is None or not _is_subscribed(after, topic, address):
        return context.format_text(visit, "preferences.unproven")
    return _format_saved(context, visit, topic, "preferences.on")


def _format_saved(context: PageContext, visit: PageVisit, topic: str, state: str) -> str:
    return context.format_text(
        visit, "preferences.saved", topic=context.topic_label(visit, topic), state=context.format_text(visit, state)
    )


def _restart_id(record: Subscriber, topic: str, address: str) -> str:
    """Return the id of the event: a double press is one event, a renewal after another withdrawal is a new one."""
    consent = record.consents.get(topic)
    return press_event_id("resubscribe", record.id, topic, address, str(consent.withdrawn_at if consent else None))


def _is_subscribed(record: Subscriber, topic: str, address: str) -> bool:
    consent = record.consents.get(topic)
    return consent is not None and consent.status == "confirmed" and consent.address == address


def _render_preferences(
    context: PageContext, visit: PageVisit, record: Subscriber, address: str, notice: str
) -> web.Response:
    config, known_address = context.config(), record.addresses[address]
    topics = []
    for name in config.topics:
        wording, text = config.consent_wording(name, visit.language)
        is_subscribed = _is_subscribed(record, name, address)
        topics.append(
            {
                "name": name,
                "label": context.topic_label(visit, name),
                "wording": text,
                "hash": wording,
                "on": is_subscribed,
            }
        )
    return context.render_page(
        visit,
        context.format_text(visit, "preferences.title"),
        context.format_text(visit, "preferences.text", email=known_address.email),
        template="preferences.html",
        topics=topics,
        notice=_capitalise_first(notice),
        # Only a proven address may be subscribed again here: the link shows that its owner reads this mailbox.
        proven=known_address.status == "proven",
        any_on=any(topic["on"] for topic in topics) and len(topics) > 1,
    )


async def _load_visit(
    context: PageContext, visit: PageVisit, purpose: str, length: int
) -> tuple[PageVisit, tuple[str, ...]]:
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


def _capitalise_first(text: str) -> str:
    return text[:1].upper() + text[1:]
