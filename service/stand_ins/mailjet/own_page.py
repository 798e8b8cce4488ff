"""The Mailjet stand-in's own page: what it has, and buttons that let Mailjet tell of a mail.  For one machine."""

import html
from collections.abc import Iterable, Mapping

from aiohttp import web

from service.stand_ins.mailjet.api import MailjetStandIn
from service.stand_ins.mailjet.events import EventKind
from service.stand_ins.mailjet.send_rules import Json
from service.stand_ins.mailjet.state import AcceptedMessage, Contact

MOST_SHOWN = 50
"""Messages and contacts on the page, the newest of each."""
FULL: Json = {"error": "quota exceeded", "comment": "552 5.2.2 mailbox full", "hard_bounce": False}
BUTTONS: Mapping[str, tuple[str, EventKind, Json]] = {
    "gone": ("no such mailbox", "bounce", {}),
    "full": ("mailbox full", "bounce", FULL),
    "spam": ("marked as spam", "spam", {}),
    "unsub": ("unsubscribed", "unsub", {}),
}
"""By name of the button: its words, and the event with what differs from the usual one."""

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mailjet, played on this machine</title>
<style>
:root {{ color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }}
body {{ max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.5rem; margin: 0; }} h2 {{ font-size: 1.1rem; margin: 2rem 0 .3rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0; border-top: 1px solid #8885; }}
th {{ font-weight: 600; border: 0; }} small {{ opacity: .75; }}
form {{ display: inline; }}
button {{ font: inherit; font-size: .85em; padding: .1rem .5rem; margin: 0 .3rem .3rem 0; }}
div {{ overflow-x: auto; }}
</style>
<main>
<h1>Mailjet, played on this machine</h1>
<p>It has the mails that Doorstep handed over by the Send API, and brings them to the mailboxes. Nothing leaves this
machine. What a button says of a mail is told to Doorstep as Mailjet tells it: by a call to
<code>/feedback/mailjet</code>.</p>
<p>{events}</p>
<h2>Messages</h2>{messages}
<h2>Contacts</h2>{contacts}
</main>
</html>
"""


def list_page_routes(stand_in: MailjetStandIn) -> list[web.RouteDef]:
    """Return the routes of the page and of its buttons."""

    async def show_page(request: web.Request) -> web.Response:
        _refuse_foreign_host(request)
        return web.Response(text=_write_page(stand_in), content_type="text/html")

    async def report_event(request: web.Request) -> web.Response:
        _refuse_foreign_host(request)
        number, button = request.match_info["message"], BUTTONS.get(request.match_info["button"])
        message = next((one for one in stand_in.account.messages if str(one.id) == number), None)
        if message is None or button is None:
            raise web.HTTPNotFound
        _, kind, more = button
        stand_in.report(kind, message, None, **more)
        raise web.HTTPSeeOther(location="/")

    return [web.get("/", show_page), web.post("/tell/{message}/{button}", report_event)]


def _refuse_foreign_host(request: web.Request) -> None:
    # A page elsewhere may make a name of its own lead here (DNS rebinding), and forms elsewhere may post here.
    own = f"http://{request.host}"
    if request.host.partition(":")[0] not in ("127.0.0.1", "localhost") or request.headers.get("Origin", own) != own:
        raise web.HTTPMisdirectedRequest


def _write_page(stand_in: MailjetStandIn) -> str:
    account = stand_in.account
    newest = account.messages[: -MOST_SHOWN - 1 : -1]
    contacts = sorted(account.contacts.values(), key=lambda one: -one.id)[:MOST_SHOWN]
    return _PAGE.format(
        events=_count_events(stand_in),
        messages=_write_table("When To Subject Tell", [_write_message(one) for one in newest]),
        contacts=_write_table("Id Address Lists", [_write_contact(one) for one in contacts]),
    )


def _count_events(stand_in: MailjetStandIn) -> str:
    answers, waiting = stand_in.postman.answers, stand_in.postman.count_waiting()
    taken = sum(answer == 200 for answer in answers)  # noqa: PLR2004  what Mailjet counts as taken
    return (
        f"Calls with events: {len(answers)}, of which Doorstep took {taken}. Events that wait: {waiting}."
        if answers or waiting
        else "No event was told yet."
    )


def _write_table(heads: str, rows: Iterable[list[str]]) -> str:
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    head = "".join(f'<th scope="col">{name}</th>' for name in heads.split())
    return f"<div><table><tr>{head}</tr>{lines}</table></div>" if lines else "<p>None yet.</p>"


def _write_message(message: AcceptedMessage) -> list[str]:
    buttons = "".join(
        f'<form method="post" action="/tell/{message.id}/{name}"><button>{words}</button></form>'
        for name, (words, _, _) in BUTTONS.items()
    )
    campaign = f"<br><small>campaign {html.escape(message.campaign)}</small>" if message.campaign else ""
    subject = html.escape(str(message.body.get("Subject", ""))) + campaign
    blocked = "" if message.delivered else "<br><small>blocked: had a mail of this campaign</small>"
    return [f"{message.at:%Y-%m-%d %H:%M}", html.escape(message.email) + blocked, subject, buttons]


def _write_contact(contact: Contact) -> list[str]:
    lists = ", ".join(f"{number}{' (unsubscribed)' if left else ''}" for number, left in contact.unsubscribed.items())
    return [str(contact.id), "(anonymised)" if contact.anonymised else html.escape(contact.email), lists or "none"]
