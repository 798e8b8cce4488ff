"""The contract of mail transports: one suite, on SMTP and on Mailjet, each over its real protocol."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from email_out.message.mime import Mailbox, OutgoingMail, build_mime
from email_out.transports.base import (
    Delivered,
    DeliveryResult,
    Gate,
    OutcomeUnknown,
    RetryLater,
    SendRefused,
    Transport,
    open_gate,
)
from email_out.transports.open_transport import open_transport
from email_out.transports.smtp import SmtpTransport, parse_smtp_url
from service.stand_ins.mailjet.api import MailjetStandIn
from service.stand_ins.smtp_server import Inbox
from tests.support.mailjet_world import outgoing_mail, run_mailjet
from tests.support.people import NOON


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider with a transport to it, and what a test needs of both."""

    transport: Transport
    provider: Inbox | MailjetStandIn

    async def send(self, mail: OutgoingMail, gate: Gate = open_gate) -> DeliveryResult:
        """Hand a mail over."""
        return await self.transport.send(mail, build_mime(mail), gate)

    def list_arrived(self) -> list[str]:
        """Return the recipients of what arrived."""
        if isinstance(self.provider, Inbox):
            return [one.recipients[0] for one in self.provider.received]
        return [one.email for one in self.provider.account.messages if one.delivered]

    def list_headers(self) -> set[str]:
        """Return the names of the headers of the first mail that arrived, as far as the sender set them."""
        if isinstance(self.provider, Inbox):
            return {name for name, _ in self.provider.received[0].all_headers}
        headers = self.provider.account.messages[0].body["Headers"]
        assert isinstance(headers, dict)
        return set(headers)

    def lose_answer(self) -> None:
        """Let the next mail arrive and its answer be lost."""
        if isinstance(self.provider, Inbox):
            self.provider.drop_connection("after the dot")
        else:
            self.provider.account.levers.append("cut after")

    def refuse(self, email: str) -> None:
        """Refuse mail to an address."""
        if isinstance(self.provider, Inbox):
            self.provider.reject_next(550, "no idea")
        else:
            self.provider.account.refused[email] = "mj-0013"


@pytest.fixture(params=["smtp", "mailjet"])
async def provider(request: pytest.FixtureRequest) -> AsyncIterator[Provider]:
    """Run each provider."""
    if request.param == "mailjet":
        async with run_mailjet() as running:
            transport = running.open_transport()
            yield Provider(transport=transport, provider=running.stand_in)
            await transport.close()
        return
    inbox = Inbox(lambda: NOON)
    await inbox.start_listening()
    smtp = SmtpTransport(parse_smtp_url(f"smtp://127.0.0.1:{inbox.port}"), timeout=5)
    yield Provider(transport=smtp, provider=inbox)
    await smtp.close()
    await inbox.stop_listening()


async def test_a_mail_arrives_once(provider: Provider) -> None:
    """And the provider's name for it, if it has one, is text."""
    result = await provider.send(outgoing_mail())
    assert isinstance(result, Delivered)
    assert isinstance(result.provider_id, str)
    assert provider.list_arrived() == ["reader1@example.com"]


async def test_the_gate_is_asked_once_and_before_the_mail(provider: Provider) -> None:
    """Nothing has arrived while it is asked."""
    arrived: list[list[str]] = []

    async def gate() -> DeliveryResult | None:
        arrived.append(provider.list_arrived())
        return None

    await provider.send(outgoing_mail(), gate)
    assert arrived == [[]]


async def test_a_closed_gate_ends_the_send(provider: Provider) -> None:
    """Its result comes back, and nothing arrives."""
    ending = SendRefused(reason="unsubscribed")

    async def gate() -> DeliveryResult | None:
        return ending

    assert await provider.send(outgoing_mail(), gate) is ending
    assert provider.list_arrived() == []


async def test_many_at_once_arrive_once_each(provider: Provider) -> None:
    """Whatever a provider takes in one call."""
    results = await asyncio.gather(*(provider.send(outgoing_mail(number)) for number in range(120)))
    assert all(isinstance(result, Delivered) for result in results)
    assert sorted(provider.list_arrived()) == sorted(f"reader{number}@example.com" for number in range(120))


async def test_a_refused_mail_is_refused_alone(provider: Provider) -> None:
    """It will not go; others do."""
    provider.refuse("reader1@example.com")
    refused = await provider.send(outgoing_mail(1))
    assert isinstance(refused, SendRefused)
    assert (refused.status, "@" in refused.reason) == ("failed", False)
    assert isinstance(await provider.send(outgoing_mail(2)), Delivered)
    assert provider.list_arrived() == ["reader2@example.com"]


async def test_a_lost_answer_is_unknown(provider: Provider) -> None:
    """A transport that can settle then says that it went; any other says that it cannot tell."""
    provider.lose_answer()
    assert isinstance(await provider.send(outgoing_mail()), OutcomeUnknown)
    told = await provider.transport.settle("send-0001")
    assert told.answer == ("went" if provider.transport.can.settle else "cannot tell")
    assert (await provider.transport.settle("never-sent")).answer == (
        "did not" if provider.transport.can.settle else "cannot tell"
    )


@pytest.mark.parametrize(
    "mail",
    [
        outgoing_mail(to="friday@lists.mailjet.com"),
        outgoing_mail(to="friday@a.Lists.Mailjet.com"),
        outgoing_mail(subject="Tea\r\nBcc: everybody@example.com"),
        replace(outgoing_mail(), sender=Mailbox(email="lena@leaf.amseltea.example", name="Lena\r\nBcc: a@b.example")),
        outgoing_mail(to="mia@example.com\r\nRCPT TO:<a@b.example>"),
        outgoing_mail(to="mia@example.com, a@b.example"),
    ],
    ids=["list", "list below", "subject", "name", "line break", "two"],
)
async def test_what_would_reach_others_is_refused(provider: Provider, mail: OutgoingMail) -> None:
    """A whole contact list, and every value that would add a header or a recipient."""
    asked = False

    async def gate() -> DeliveryResult | None:
        nonlocal asked
        asked = True
        return None

    result = await provider.transport.send(mail, build_mime(outgoing_mail()), gate)
    # SMTP was handed the bytes of another mail: there the headers are refused when the bytes are made.
    in_envelope = "example.com" not in mail.to.email or mail.to.email != "reader1@example.com"
    if in_envelope or isinstance(provider.provider, MailjetStandIn):
        assert isinstance(result, SendRefused)
        assert not asked
        assert provider.list_arrived() == []
    with pytest.raises(ValueError, match=r"."):
        build_mime(mail)


async def test_headers_that_it_cannot_set_are_left_out(provider: Provider) -> None:
    """All others arrive, one-click among them."""
    await provider.send(outgoing_mail())
    cannot = set(provider.transport.can.cannot_set)
    ours = {"Message-ID", "Date", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "Precedence"}
    assert (ours | {"Auto-Submitted"}) - provider.list_headers() == cannot


@pytest.mark.parametrize("scheme", ["smtp", "mailjet"])
async def test_nobody_there_is_no_lost_mail(scheme: str, free_port: int) -> None:
    """Without a connection nothing went: the mail waits and may go by the way out."""
    login = "key:secret@" if scheme == "mailjet" else ""
    transport = open_transport(f"{scheme}://{login}127.0.0.1:{free_port}")
    mail = outgoing_mail()
    result = await transport.send(mail, build_mime(mail), open_gate)
    assert isinstance(result, RetryLater)
    assert result.unreachable
    await transport.close()


@pytest.fixture
def free_port() -> int:
    """Return a port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
