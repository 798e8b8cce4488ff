"""``/confirm/{token}``: the second opt-in by button, and “this was not me”.

A GET writes nothing, so a link scanner that follows every link confirms nothing.  The token is either the
confirmation's own secret (``subscriber.secret``) or a signed “not me” token.  Both come to one route, and each is
valid for one action only.
"""

from typing import Literal

from aiohttp import web

from domain.consent.confirmation_ends import NotMeState, newest_send, not_me_state
from domain.consent.double_opt_in import link_state
from domain.events import ConfirmPressed, NotMe
from domain.record import Subscriber
from email_out.pages.masked_address import mask_email
from email_out.pages.request_context import PageContext, PageVisit, press_event_id

NOT_ME_PARTS = 3
"""Subscriber, address, mail."""
OLD_LINK = "old link"
"""Stands for the mail of a link that does not name it."""

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
    send = newest_send(visit.record, address, context.keys)
    token = context.keys.sign_link("not-me", visit.record.id, address, send)
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
        return await _post_not_me(context, visit, not_me_parts)
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
        visit,
        name,
        status=status,
        email=mask_email(_email_of(visit, address)),
        hours=context.config().limits.code_hours,
    )


def _email_of(visit: PageVisit, address: str) -> str:
    known_address = visit.record.addresses.get(address) if visit.record else None
    return known_address.email if known_address else ""


def _topic_wording(context: PageContext, record: Subscriber, topic: str) -> str:
    # In the language in which consent was asked: the proof must show the wording that the person saw.
    consent = record.consents.get(topic)
    return context.config().consent_wording(topic, consent.language if consent else record.language)[1]


async def _show_not_me(context: PageContext, visit: PageVisit, parts: tuple[str, ...]) -> web.Response:
    visit, address, send = await _load_not_me(context, visit, parts)
    state = await _not_me_state(context, visit, address, send)
    if state not in ("open", "asks"):
        return _render_not_me(context, visit, address, state)
    name = "not_me" if state == "open" else "not_me_proven"
    text = context.format_text(visit, f"{name}.text", email=_email_for(visit, address, state))
    title, button = context.format_text(visit, "not_me.title"), context.format_text(visit, f"{name}.button")
    return context.render_page(visit, title, text, button=button)


async def _post_not_me(context: PageContext, visit: PageVisit, parts: tuple[str, ...]) -> web.Response:
    visit, address, send = await _load_not_me(context, visit, parts)
    state = await _not_me_state(context, visit, address, send)
    if state not in ("open", "asks") or visit.record is None:
        return _render_not_me(context, visit, address, state)
    # A link from before links named their mail stands for the confirmation that is open now, but never answers the
    # question whether a proven mailbox is theirs.
    send = send or (newest_send(visit.record, address, context.keys) if state == "open" else OLD_LINK)
    event = NotMe(
        id=press_event_id("not-me", visit.record.id, address, send), at=context.clock(), address=address, send=send
    )
    after = (await context.transact(visit.record.id, (event,))).record
    visit = context.localise_visit(visit, after or visit.record)
    return _render_not_me(context, visit, address, "done" if state == "open" else "asked")


async def _load_not_me(context: PageContext, visit: PageVisit, parts: tuple[str, ...]) -> tuple[PageVisit, str, str]:
    """Return the visit with its record, the keyed hash of the address, and the id of the mail that held the link."""
    # Links from before they named their mail have two parts.
    subscriber, address, send = (*parts, "")[:NOT_ME_PARTS] if len(parts) >= NOT_ME_PARTS - 1 else ("", "", "")
    record = await context.load_record(subscriber) if subscriber else None
    return context.localise_visit(visit, record), address, send


async def _not_me_state(context: PageContext, visit: PageVisit, address: str, send: str) -> NotMeState:
    if visit.record is None:
        return "unknown"
    state = not_me_state(visit.record, address, send, context.clock(), context.keys)
    # Proven by another person: their mails are not ended by a link that speaks of this person's request.
    if state == "open" and await context.find_owner(address) not in ("", visit.record.id):
        return "asks"
    return state


def _render_not_me(
    context: PageContext, visit: PageVisit, address: str, state: NotMeState | Literal["asked"]
) -> web.Response:
    if state == "unknown":
        return context.render_unknown_link(visit)
    status = 410 if state == "cold" else 200
    email = _email_for(visit, address, state)
    return context.render_text_page(visit, f"not_me_{state}", status=status, links=False, email=email)


def _email_for(visit: PageVisit, address: str, state: str) -> str:
    """Return the address as this link may show it: whole while it is fresh, else masked."""
    email = _email_of(visit, address)
    return email if state == "open" else mask_email(email)
