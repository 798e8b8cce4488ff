"""``/confirm/{token}``: the second opt-in by button, and “this was not me”.

A GET writes nothing, so a link scanner that follows every link confirms nothing.  The token is either the
confirmation's own secret (``subscriber.secret``) or a signed “not me” token.  Both come to one route, and each is
valid for one action only.
"""

from aiohttp import web

from domain.consent.double_opt_in import link_state
from domain.events import ConfirmPressed, NotMe
from domain.record import Subscriber
from email_out.pages.request_context import PageContext, PageVisit, press_event_id

STATES = {"done": ("already", 200), "expired": ("expired", 410)}
"""State of a link that can no longer confirm → texts of the page and HTTP status."""


async def show_confirm(context: PageContext, visit: PageVisit) -> web.Response:
    """Answer GET: show what the button would do."""
    # unsign fails on a confirmation's secret, so the two kinds of token cannot be taken for each other.
    not_me_parts = context.keys.read_link("not-me", visit.token)
    if not_me_parts:
        return await _show_not_me(context, visit, not_me_parts)
    visit, secret = await _load_visit(context, visit)
    if visit.record is None:
        return context.render_unknown_link(visit)
    state, address = link_state(visit.record, secret, context.clock(), context.keys)
    if state != "open":
        return _render_link_state(context, visit, state, address)
    token = context.keys.sign_link("not-me", visit.record.id, address)
    not_me_link = {"url": f"/confirm/{token}", "label": context.format_text(visit, "confirm.other")}
    topics = visit.record.pending[address].topics
    labels = ", ".join(context.topic_label(visit, topic) for topic in topics)
    text = context.format_text(visit, "confirm.text", topics=labels, email=_email_of(visit, address))
    return context.render_page(
        visit,
        context.format_text(visit, "confirm.title"),
        text,
        button=context.format_text(visit, "confirm.button"),
        links=(not_me_link,),
        # A topic that the workspace dropped meanwhile has no wording to show.
        wordings=tuple(
            _topic_wording(context, visit.record, topic) for topic in topics if topic in context.config().topics
        ),
    )


async def post_confirm(context: PageContext, visit: PageVisit) -> web.Response:
    """Answer POST: confirm, or block the address; a second press shows that it is done already."""
    not_me_parts = context.keys.read_link("not-me", visit.token)
    if not_me_parts:
        return await _disown_address(context, visit, not_me_parts)
    visit, secret = await _load_visit(context, visit)
    if visit.record is None:
        return context.render_unknown_link(visit)
    state, address = link_state(visit.record, secret, context.clock(), context.keys)
    if state != "open":
        return _render_link_state(context, visit, state, address)
    # The same secret gives the same event id, so a double press is taken in once.
    event = ConfirmPressed(id=press_event_id("confirm", visit.record.id, secret), at=context.clock(), token=secret)
    after = (await context.transact(visit.record.id, (event,))).record
    state, address = link_state(after, secret, context.clock(), context.keys) if after else ("unknown", "")
    if state == "done":
        return context.render_text_page(visit, "confirmed", email=_email_of(visit, address))
    return _render_link_state(context, visit, state, address)


async def _load_visit(context: PageContext, visit: PageVisit) -> tuple[PageVisit, str]:
    """Return the visit with the record that its token names, and the token's secret."""
    subscriber, _, secret = visit.token.partition(".")
    record = await context.load_record(subscriber) if subscriber and secret else None
    return context.localise_visit(visit, record), secret


def _render_link_state(context: PageContext, visit: PageVisit, state: str, address: str) -> web.Response:
    if state not in STATES:
        return context.render_unknown_link(visit)
    name, status = STATES[state]
    return context.render_text_page(
        visit, name, status=status, email=_email_of(visit, address), hours=context.config().limits.code_hours
    )


def _email_of(visit: PageVisit, address: str) -> str:
    known_address = visit.record.addresses.get(address) if visit.record else None
    return known_address.email if known_address else ""


def _topic_wording(context: PageContext, record: Subscriber, topic: str) -> str:
    # In the language in which consent was asked: the proof must show the wording that the person saw.
    consent = record.consents.get(topic)
    return context.config().consent_wording(topic, consent.language if consent else record.language)[1]


async def _show_not_me(context: PageContext, visit: PageVisit, not_me_parts: tuple[str, ...]) -> web.Response:
    visit, address, record = await _load_owner(context, visit, not_me_parts)
    if record is None or address not in record.addresses:
        return context.render_unknown_link(visit)
    email = _email_of(visit, address)
    if record.addresses[address].status == "disowned":
        return context.render_text_page(visit, "not_me_done", links=False, email=email)
    title, text = context.format_text(visit, "not_me.title"), context.format_text(visit, "not_me.text", email=email)
    return context.render_page(visit, title, text, button=context.format_text(visit, "not_me.button"))


async def _disown_address(context: PageContext, visit: PageVisit, not_me_parts: tuple[str, ...]) -> web.Response:
    visit, address, record = await _load_owner(context, visit, not_me_parts)
    if record is None or address not in record.addresses:
        return context.render_unknown_link(visit)
    event = NotMe(id=press_event_id("not-me", record.id, address), at=context.clock(), address=address)
    await context.transact(record.id, (event,))
    return context.render_text_page(visit, "not_me_done", links=False, email=_email_of(visit, address))


async def _load_owner(
    context: PageContext, visit: PageVisit, not_me_parts: tuple[str, ...]
) -> tuple[PageVisit, str, Subscriber | None]:
    subscriber, address = not_me_parts
    record = await context.load_record(subscriber)
    return context.localise_visit(visit, record), address, record
