"""``/preferences/{token}``: choosing topics outside the chat, one by one.  A GET shows the page and changes nothing.

Whoever holds the link need not be the person, since mails get forwarded.  So the page names the address masked, and
what it starts again is confirmed by a fresh mail to the mailbox; what it stops is stopped at once.
"""

from typing import Any, get_args

from aiohttp import hdrs, web
from multidict import MultiDict, MultiMapping

from domain.consent.confirmation_ends import newest_send
from domain.events import Resubscribed, StopReasonGiven
from domain.keyring import Keyring
from domain.record import Subscriber
from domain.values import StopReason
from email_out.pages.counting import is_counting, stop_counting
from email_out.pages.mail_break import apply_break, describe_break
from email_out.pages.mail_frequency import apply_frequency, describe_frequency
from email_out.pages.masked_address import mask_email
from email_out.pages.request_context import PageContext, PageVisit, press_event_id
from email_out.pages.unsubscribe import capitalise_first, load_visit

PREFERENCES_PARTS = 2
"""Subscriber, address."""


async def show_preferences(context: PageContext, visit: PageVisit) -> web.Response:
    """Answer GET: show which topics are mailed to this address."""
    visit, parts = await load_visit(context, visit, "preferences", PREFERENCES_PARTS)
    if not parts or not visit.record or parts[1] not in visit.record.addresses:
        return context.render_unknown_link(visit)
    return _render_preferences(context, visit, visit.record, parts[1], "")


async def post_preferences(context: PageContext, visit: PageVisit) -> web.Response:
    """Answer POST: stop topics, ask for one again, choose how often, pause, or say why; show the outcome."""
    visit, parts = await load_visit(context, visit, "preferences", PREFERENCES_PARTS)
    if not parts or not visit.record or parts[1] not in visit.record.addresses:
        return context.render_unknown_link(visit)
    address = parts[1]
    form = await read_form(visit.request)
    notice = await _apply_form(context, visit, visit.record, address, form)
    after = await context.load_record(parts[0])
    if after is None:
        return context.render_unknown_link(visit)
    return _render_preferences(context, visit, after, address, notice, ask_why=bool(notice) and "stop" in form)


async def read_form(request: web.Request) -> MultiMapping[Any]:
    """Return the posted form; an unreadable or compressed body counts as an empty form."""
    if hdrs.CONTENT_ENCODING in request.headers:  # no browser compresses a form, and nobody unpacks one here
        return MultiDict()
    try:
        return await request.post()
    # What aiohttp raises on broken multipart bodies, and on a broken compression.
    except (ValueError, LookupError, AssertionError, RuntimeError, web.RequestPayloadError):
        return MultiDict()


async def _apply_form(
    context: PageContext, visit: PageVisit, record: Subscriber, address: str, form: MultiMapping[Any]
) -> str:
    """Carry out what was posted; return the text that tells the outcome, empty if nothing was asked for."""
    topics = context.config().consent_topics
    if "stop" in form:
        topic = str(form["stop"])  # empty: all topics
        if topic and topic not in topics:
            return ""
        await context.unsubscribe(record.id, address, topic, "preferences")
        return _format_saved(context, visit, topic, "preferences.off")
    if "why" in form:
        return await _count_reason(context, visit, record, address, str(form["why"]))
    if "often" in form:
        return await apply_frequency(context, visit, record, address, form)
    if "pause" in form:
        return await apply_break(context, visit, record, address, form)
    if "uncount" in form:
        topic = str(form["uncount"])
        return await stop_counting(context, visit, record, topic) if topic in topics else ""
    topic = str(form.get("start", ""))
    return await _resubscribe(context, visit, record, address, topic, form) if topic in topics else ""


async def _count_reason(context: PageContext, visit: PageVisit, record: Subscriber, address: str, reason: str) -> str:
    """Count why somebody stopped, once for each time they did; return the thanks."""
    known: tuple[StopReason, ...] = get_args(StopReason)
    given = next((one for one in known if one == reason), None)
    if given is None:
        return ""
    stopped_at = sorted(str(consent.withdrawn_at) for consent in record.consents.values())
    event_id = press_event_id("why", record.id, address, *stopped_at)
    await context.transact(record.id, (StopReasonGiven(id=event_id, at=context.clock(), reason=given),))
    return context.format_text(visit, "why.thanks")


async def _resubscribe(  # noqa: PLR0917  the visit, and what its form said
    context: PageContext, visit: PageVisit, record: Subscriber, address: str, topic: str, form: MultiMapping[Any]
) -> str:
    """Ask the mailbox to confirm one topic again; return the text that tells the outcome."""
    # The form carries the hash of the wording it showed.  If a new workspace version changed the wording meanwhile,
    # this press would not prove consent to it: the page is shown again.
    wording, _ = context.config().consent_wording(topic, visit.language)
    if form.get(f"wording.{topic}") != wording:
        return context.format_text(visit, "preferences.changed")
    event = Resubscribed(
        id=_restart_id(record, topic, address, context.keys),
        at=context.clock(),
        topic=topic,
        address=address,
        wording=wording,
        language=visit.language,
    )
    after = (await context.transact(record.id, (event,))).record
    if after is not None and _is_subscribed(after, topic, address):
        return _format_saved(context, visit, topic, "preferences.on")
    if after is None or not _is_asked(context, after, topic, address):
        return context.format_text(visit, "preferences.unproven")
    email, label = mask_email(after.addresses[address].email), context.topic_label(visit, topic)
    return context.format_text(visit, "preferences.asked", email=email, topic=label)


def _format_saved(context: PageContext, visit: PageVisit, topic: str, state: str) -> str:
    return context.format_text(
        visit, "preferences.saved", topic=context.topic_label(visit, topic), state=context.format_text(visit, state)
    )


def _restart_id(record: Subscriber, topic: str, address: str, keys: Keyring) -> str:
    """Return the id of the event: a double press is one event, a later one asks for another mail."""
    consent = record.consents.get(topic)
    before = (consent.withdrawn_at if consent else None, newest_send(record, address, keys))
    return press_event_id("resubscribe", record.id, topic, address, *map(str, before))


def _is_asked(context: PageContext, record: Subscriber, topic: str, address: str) -> bool:
    """Return True if a mail is on its way, or lies in the mailbox, that confirms this topic."""
    pending = record.pending.get(address)
    return (
        pending is not None and topic in pending.topics and bool(pending.nonce) and context.clock() < pending.expires_at
    )


def _is_subscribed(record: Subscriber, topic: str, address: str) -> bool:
    consent = record.consents.get(topic)
    return consent is not None and consent.status == "confirmed" and consent.address == address


def _render_preferences(
    context: PageContext, visit: PageVisit, record: Subscriber, address: str, notice: str, *, ask_why: bool = False
) -> web.Response:
    config, known_address = context.config(), record.addresses[address]
    topics = []
    for name in config.consent_topics:
        wording, text = config.consent_wording(name, visit.language)
        is_subscribed = _is_subscribed(record, name, address)
        topics.append(
            {
                "name": name,
                "label": context.topic_label(visit, name),
                "wording": text,
                "hash": wording,
                "on": is_subscribed,
                "counts": is_subscribed and is_counting(context, record, name),
                "state": "on" if is_subscribed else "waits" if _is_asked(context, record, name, address) else "off",
            }
        )
    return context.render_page(
        visit,
        context.format_text(visit, "preferences.title"),
        context.format_text(visit, "preferences.text", email=mask_email(known_address.email)),
        template="preferences.html",
        topics=topics,
        notice=capitalise_first(notice),
        # Only to a proven mailbox may a link of ours cause a mail.
        proven=known_address.status == "proven",
        any_on=any(topic["on"] for topic in topics) and len(topics) > 1,
        ask_why=ask_why,
        often=describe_frequency(context, visit, record) if any(topic["on"] for topic in topics) else None,
        pause=describe_break(context, visit, record) if any(topic["on"] for topic in topics) else None,
        preferences_url=visit.request.path,
        reasons=get_args(StopReason),
    )
