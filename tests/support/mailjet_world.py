"""A Mailjet stand-in on a port of its own, and the mails that tests hand it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from email_out.message.mime import BulkHeaders, Mailbox, OutgoingMail
from email_out.transports.mailjet import MailjetTransport
from email_out.transports.mailjet_api import MailjetApi, MailjetKey
from service.stand_ins.mailjet.api import MailjetStandIn
from tests.support.people import NOON

KEY, SECRET = "public-key", "private-key"
SENDERS = ("*@leaf.amseltea.example", "*@post.amseltea.example")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningMailjet:
    """A stand-in that listens."""

    stand_in: MailjetStandIn
    port: int

    @property
    def url(self) -> str:
        """The mail URL that leads to it."""
        return f"mailjet://{KEY}:{SECRET}@127.0.0.1:{self.port}"

    def open_api(self, *, timeout: float = 5.0, secret: str = SECRET) -> MailjetApi:
        """Return calls to it that give up after ``timeout`` seconds."""
        return MailjetApi(MailjetKey(base=f"http://127.0.0.1:{self.port}", key=KEY, secret=secret), timeout=timeout)

    def open_transport(self, *, timeout: float = 5.0, secret: str = SECRET) -> MailjetTransport:
        """Return a transport to it that does not rest after failed calls."""
        return MailjetTransport(self.open_api(timeout=timeout, secret=secret), first_pause=0.0)


@asynccontextmanager
async def run_mailjet(clock: Callable[[], datetime] = lambda: NOON) -> AsyncIterator[RunningMailjet]:
    """Run a stand-in on 127.0.0.1."""
    stand_in = MailjetStandIn(accounts={KEY: SECRET}, clock=clock, senders=SENDERS)
    runner = web.AppRunner(stand_in.build_application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield RunningMailjet(stand_in=stand_in, port=runner.addresses[0][1])
    finally:
        await runner.cleanup()


def outgoing_mail(number: int = 1, *, to: str = "", campaign: str = "", subject: str = "") -> OutgoingMail:
    """Return a marketing mail to one of many readers."""
    return OutgoingMail(
        id=f"send-{number:04d}",
        sender=Mailbox(email="lena@leaf.amseltea.example", name="Lena von Amsel Tee, Köchin"),
        reply_to=Mailbox(email="lena@amseltea.example"),
        to=Mailbox(email=to or f"reader{number}@example.com"),
        subject=subject or f"Grüße {number}",
        date=datetime(2026, 11, 28, 9, tzinfo=UTC),
        text="Hallo\n",
        html="<p>Hallo</p>\n",
        bulk_headers=BulkHeaders(
            list_id="friday-leaf.amseltea.example",
            unsubscribe_url="https://t.example/u/abc",
            unsubscribe_mailbox="unsub+abc@bounce.amseltea.example",
            feedback_id="a:b:c:leafam",
        ),
        campaign=campaign,
    )
