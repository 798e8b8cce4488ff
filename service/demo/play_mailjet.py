"""Plays Mailjet for the demo and for a process of its own: its API, its page, its deliveries, its calls to us."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.ports import Clock
from service.runtime.web_app import listen_at
from service.stand_ins.mailjet import contacts
from service.stand_ins.mailjet.api import MailjetStandIn
from service.stand_ins.mailjet.courier import Courier
from service.stand_ins.mailjet.own_page import list_page_routes
from service.stand_ins.mailjet.send_rules import ANY_SENDER

KEY, SECRET = "key", "secret"
"""What the stand-in takes; it holds nothing that is worth a better one."""
EVENT_KINDS = ("sent", "bounce", "blocked", "spam", "unsub")
"""Those that docs/mails.md tells to switch on."""
FEEDBACK = "/feedback/mailjet"
ROUND_SECONDS = 0.5
"""Between deliveries, each of which also brings the events; Mailjet groups those of a second."""


@asynccontextmanager
async def play_mailjet(
    clock: Clock, *, port: int = 0, events_url: str = "", smtp_port: int = 0
) -> AsyncIterator[tuple[MailjetStandIn, str]]:
    """Run the stand-in; yield it and its address.

    Events go to ``events_url`` with its login; mails go to ``smtp_port``, and are only kept if it is 0.
    """
    stand_in = MailjetStandIn(accounts={KEY: SECRET}, clock=clock, senders=(ANY_SENDER,))
    for kind in EVENT_KINDS if events_url else ():
        stand_in.postman.set_address(kind, events_url)
    if smtp_port:
        stand_in.courier = Courier(port=smtp_port, report=stand_in.report)
    application = stand_in.build_application(list_page_routes(stand_in))
    async with listen_at(application, "127.0.0.1", port) as url:
        task = asyncio.create_task(_go_rounds(stand_in))
        try:
            yield stand_in, url
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _go_rounds(stand_in: MailjetStandIn) -> None:
    while True:
        await asyncio.sleep(ROUND_SECONDS)
        if stand_in.courier:
            await stand_in.courier.deliver_waiting()
        # Jobs go on by looks, which a test counts; here also those get done that nobody looks at.
        for account in stand_in.accounts.values():
            for job in account.jobs.values():
                if job.stages or not job.count:
                    contacts.look_at_job(account, str(job.id))
        await stand_in.send_events()


def write_mail_url(url: str) -> str:
    """Return the mail URL that leads to a stand-in at this address."""
    return url.replace("http://", f"mailjet://{KEY}:{SECRET}@")
