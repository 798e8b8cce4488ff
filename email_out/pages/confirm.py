"""``/confirm/{token}``: the second opt-in by button, and “this was not me”.

A GET writes nothing, so whoever merely follows links confirms nothing.  The token is either the confirmation's own
secret (``subscriber.secret``) or a signed “not me” token; both lie under one route, each good for one thing.
"""

from aiohttp import web

from domain.consent.double_opt_in import link_state
from domain.events import ConfirmPressed, NotMe
from domain.record import Subscriber
from email_out.pages.request_context import Door, Visit, event_id

STATES = {"done": ("already", 200), "expired": ("expired", 410)}
"""Worth of a link that is not open: page and HTTP status."""


async def show(door: Door, visit: Visit) -> web.Response:
    """Answer GET: say what the button would do."""
    owned = door.keys.unsign("not-me", visit.token)
    if owned:
        return await _not_me(door, visit, owned)
    visit, secret = await _visit(door, visit)
    if visit.record is None:
        return door.unknown(visit)
    state, address = link_state(visit.record, secret, door.clock(), door.keys)
    if state != "open":
        return _told(door, visit, state, address)
    token = door.keys.sign("not-me", visit.record.id, address)
    other = {"url": f"/confirm/{token}", "label": door.say(visit, "confirm.other")}
    topics = visit.record.pending[address].topics
    text = door.say(
        visit, "confirm.text", topics=", ".join(door.topic(visit, one) for one in topics), email=_email(visit, address)
    )
    return door.page(
        visit,
        door.say(visit, "confirm.title"),
        text,
        button=door.say(visit, "confirm.button"),
        links=(other,),
        wordings=tuple(_wording(door, visit.record, one) for one in topics if one in door.config().topics),
    )


async def press(door: Door, visit: Visit) -> web.Response:
    """Answer POST: confirm, or block the address; a second press says that it is done."""
    owned = door.keys.unsign("not-me", visit.token)
    if owned:
        return await _disown(door, visit, owned)
    visit, secret = await _visit(door, visit)
    if visit.record is None:
        return door.unknown(visit)
    state, address = link_state(visit.record, secret, door.clock(), door.keys)
    if state != "open":
        return _told(door, visit, state, address)
    event = ConfirmPressed(id=event_id("confirm", visit.record.id, secret), at=door.clock(), token=secret)
    after = (await door.transact(visit.record.id, (event,))).record
    state, address = link_state(after, secret, door.clock(), door.keys) if after else ("unknown", "")
    if state == "done":
        return door.plain(visit, "confirmed", email=_email(visit, address))
    return _told(door, visit, state, address)


async def _visit(door: Door, visit: Visit) -> tuple[Visit, str]:
    subscriber, _, secret = visit.token.partition(".")
    record = await door.record(subscriber) if subscriber and secret else None
    return _seen(door, visit, record), secret


def _seen(door: Door, visit: Visit, record: Subscriber | None) -> Visit:
    language = door.language(visit.request, record)
    return Visit(request=visit.request, token=visit.token, language=language, record=record)


def _told(door: Door, visit: Visit, state: str, address: str) -> web.Response:
    if state not in STATES:
        return door.unknown(visit)
    name, status = STATES[state]
    return door.plain(visit, name, status=status, email=_email(visit, address), hours=door.config().limits.code_hours)


def _email(visit: Visit, address: str) -> str:
    held = visit.record.addresses.get(address) if visit.record else None
    return held.email if held else ""


def _wording(door: Door, record: Subscriber, topic: str) -> str:
    consent = record.consents.get(topic)
    return door.config().wording(topic, consent.language if consent else record.language)[1]


async def _not_me(door: Door, visit: Visit, owned: tuple[str, ...]) -> web.Response:
    visit, address, record = await _owner(door, visit, owned)
    if record is None or address not in record.addresses:
        return door.unknown(visit)
    email = _email(visit, address)
    if record.addresses[address].status == "disowned":
        return door.plain(visit, "not_me_done", links=False, email=email)
    title, text = door.say(visit, "not_me.title"), door.say(visit, "not_me.text", email=email)
    return door.page(visit, title, text, button=door.say(visit, "not_me.button"))


async def _disown(door: Door, visit: Visit, owned: tuple[str, ...]) -> web.Response:
    visit, address, record = await _owner(door, visit, owned)
    if record is None or address not in record.addresses:
        return door.unknown(visit)
    event = NotMe(id=event_id("not-me", record.id, address), at=door.clock(), address=address)
    await door.transact(record.id, (event,))
    return door.plain(visit, "not_me_done", links=False, email=_email(visit, address))


async def _owner(door: Door, visit: Visit, owned: tuple[str, ...]) -> tuple[Visit, str, Subscriber | None]:
    subscriber, address = owned
    record = await door.record(subscriber)
    return _seen(door, visit, record), address, record
