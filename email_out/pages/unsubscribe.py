"""``/unsubscribe/{token}`` and ``/preferences/{token}``: ending and taking up consent outside the chat.

RFC 8058: a POST to the unsubscribe address ends the mail at once, whatever its body, without cookies, redirect or
question, for ever and however often.  A GET shows a page with a button and changes nothing.
"""

from typing import Any

from aiohttp import web
from multidict import MultiDict, MultiMapping

from domain.events import Resubscribed
from domain.record import Subscriber
from email_out.pages.request_context import Door, Visit, event_id

MOST_BODY = 16 * 1024
"""Bytes of a POST that are read; one-click bodies have some thirty."""


UNSUBSCRIBE_PARTS = 3
"""Subscriber, address, topic."""
PREFERENCES_PARTS = 2
"""Subscriber, address."""


async def show_unsubscribe(door: Door, visit: Visit) -> web.Response:
    """Answer GET: ask for one press."""
    visit, parts = await _visit(door, visit, "unsubscribe", UNSUBSCRIBE_PARTS)
    if not parts:
        return door.unknown(visit)
    topic = door.topic(visit, parts[2])
    return door.page(
        visit,
        door.say(visit, "stop.title", topic=topic),
        door.say(visit, "stop.text"),
        button=door.say(visit, "stop.button"),
        links=_choose(door, visit, parts),
    )


async def unsubscribe(door: Door, visit: Visit) -> web.Response:
    """Answer POST: end it, then say so.  200 whether it was running or not."""
    parts = door.keys.unsign("unsubscribe", visit.token) or ()
    if len(parts) != UNSUBSCRIBE_PARTS:
        return door.unknown(_in_language(door, visit, None))
    body = await visit.request.content.read(MOST_BODY)
    subscriber, address, name = parts
    await door.unsubscribe(subscriber, address, name, "page" if b"from=page" in body else "one-click")
    visit = _in_language(door, visit, await door.record(subscriber))
    topic = door.topic(visit, name)
    return door.page(
        visit,
        door.say(visit, "stopped.title"),
        _capital(door.say(visit, "stopped.text", topic=topic)),
        links=(*_choose(door, visit, parts), *door.chat_link(visit)),
    )


async def show_preferences(door: Door, visit: Visit) -> web.Response:
    """Answer GET: what comes to this address and what does not."""
    visit, parts = await _visit(door, visit, "preferences", PREFERENCES_PARTS)
    if not parts or not visit.record or parts[1] not in visit.record.addresses:
        return door.unknown(visit)
    return _preferences(door, visit, visit.record, parts[1], "")


async def set_preferences(door: Door, visit: Visit) -> web.Response:
    """Answer POST: stop or take up one topic, or stop all; show the outcome."""
    visit, parts = await _visit(door, visit, "preferences", PREFERENCES_PARTS)
    if not parts or not visit.record or parts[1] not in visit.record.addresses:
        return door.unknown(visit)
    address = parts[1]
    form = await _form(visit.request)
    notice = await _act(door, visit, visit.record, address, form)
    after = await door.record(parts[0])
    return _preferences(door, visit, after, address, notice) if after else door.unknown(visit)


async def _form(request: web.Request) -> MultiMapping[Any]:
    """Return what was posted; a body that is no form says nothing."""
    try:
        return await request.post()
    except (ValueError, LookupError, AssertionError, RuntimeError):
        return MultiDict()


async def _act(door: Door, visit: Visit, record: Subscriber, address: str, form: MultiMapping[Any]) -> str:
    config = door.config()
    if "stop" in form:
        topic = str(form["stop"])
        if topic and topic not in config.topics:
            return ""
        await door.unsubscribe(record.id, address, topic, "preferences")
        return _saved(door, visit, topic, "preferences.off")
    topic = str(form.get("start", ""))
    if topic not in config.topics:
        return ""
    wording, _ = config.wording(topic, visit.language)
    if form.get(f"wording.{topic}") != wording:
        return door.say(visit, "preferences.changed")
    event = Resubscribed(
        id=_restart_id(record, topic, address),
        at=door.clock(),
        topic=topic,
        address=address,
        wording=wording,
        language=visit.language,
    )
    after = (await door.transact(record.id, (event,))).record
    running = after is not None and _runs(after, topic, address)
    return _saved(door, visit, topic, "preferences.on") if running else door.say(visit, "preferences.unproven")


def _saved(door: Door, visit: Visit, topic: str, state: str) -> str:
    return door.say(visit, "preferences.saved", topic=door.topic(visit, topic), state=door.say(visit, state))


def _restart_id(record: Subscriber, topic: str, address: str) -> str:
    """A double press is one event; taking it up again after another stop is a new one."""
    known = record.consents.get(topic)
    return event_id("resubscribe", record.id, topic, address, str(known.withdrawn_at if known else None))


def _runs(record: Subscriber, topic: str, address: str) -> bool:
    consent = record.consents.get(topic)
    return consent is not None and consent.status == "confirmed" and consent.address == address


def _preferences(door: Door, visit: Visit, record: Subscriber, address: str, notice: str) -> web.Response:
    config, held = door.config(), record.addresses[address]
    topics = []
    for name in config.topics:
        wording, text = config.wording(name, visit.language)
        running = _runs(record, name, address)
        topics.append({"name": name, "label": door.topic(visit, name), "wording": text, "hash": wording, "on": running})
    return door.page(
        visit,
        door.say(visit, "preferences.title"),
        door.say(visit, "preferences.text", email=held.email),
        template="preferences.html",
        topics=topics,
        notice=_capital(notice),
        proven=held.status == "proven",
        any_on=any(one["on"] for one in topics) and len(topics) > 1,
    )


async def _visit(door: Door, visit: Visit, purpose: str, length: int) -> tuple[Visit, tuple[str, ...]]:
    parts = door.keys.unsign(purpose, visit.token) or ()
    if len(parts) != length:
        return _in_language(door, visit, None), ()
    return _in_language(door, visit, await door.record(parts[0])), parts


def _in_language(door: Door, visit: Visit, record: Subscriber | None) -> Visit:
    language = door.language(visit.request, record)
    return Visit(request=visit.request, token=visit.token, language=language, record=record)


def _choose(door: Door, visit: Visit, parts: tuple[str, ...]) -> tuple[dict[str, str], ...]:
    if not visit.record or parts[1] not in visit.record.addresses:
        return ()
    token = door.keys.sign("preferences", parts[0], parts[1])
    return ({"url": f"/preferences/{token}", "label": door.say(visit, "choose")},)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
