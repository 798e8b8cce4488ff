"""Debian's postfix in front, as installations have it: what the next hop says ends where the table of classes says.

The mail server accepts every mail and reports later; its report comes back through its LMTP client to our door.
"""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import cast

import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP, Envelope, Session
from msgspec.structs import replace as replace_struct

from domain.workspace_config import WorkspaceConfig
from email_out.transports.smtp import SmtpTransport, parse_smtp_url
from service.feedback.desk import FeedbackDesk, Heard
from service.feedback.lmtp_door import listen_lmtp
from tests.support.mail_world import ADDRESS, MailWorld, welcome_mail
from tests.support.people import KEYS, SHIPPED_CONFIG
from tests.support.servers.postfix import MISSING, run_postfix
from tests.unit.service.feedback.test_desk import House

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=MISSING or "postfix is here"),
    pytest.mark.asyncio(loop_scope="module"),
]
BOUNCES = "bounce.example"


@dataclass
class NextHop:
    """The receiving server: says to each recipient what the test wants."""

    answers: list[str] = field(default_factory=list)
    """One for each RCPT, in order; the last one stays."""
    asked: int = 0
    received: list[bytes] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_RCPT(  # noqa: N802  aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer as told."""
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802  aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a mail."""
        assert isinstance(envelope.content, bytes)
        self.received.append(envelope.content)
        self.arrived.set()
        return "250 2.0.0 ok"


class Listener(FeedbackDesk):
    """The desk, which also tells the test what it heard."""

    async def take(self, raw: bytes, to: str = "") -> Heard:
        """Take a message in and tell."""
        heard = await super().take(raw, to)
        HEARD.put_nowait(heard)
        return heard


HEARD: asyncio.Queue[Heard] = asyncio.Queue()


@dataclass
class Street:
    """Postfix between our sender and the next hop, and the way back."""

    house: House
    hop: NextHop
    port: int

    async def send_welcome(self, number: int = 0) -> str:
        """Send a mail through postfix; return what the send ledger says of it."""
        mail = self.house.mail  # waits already
        if number:
            mail = replace_struct(welcome_mail(), id=KEYS.send_id("run", f"mail {number}"))
            await self.house.post_mails(mail)
        claim = await self.house.world.claim_head(self.house.person, mail)
        transport = SmtpTransport(parse_smtp_url(f"smtp://127.0.0.1:{self.port}"), timeout=20)
        sender = self.house.world.make_sender(transport)
        await type(sender)(
            **{name: getattr(sender, name) for name in sender.__slots__} | {"admit": self.house.addresses.admit}
        ).deliver(claim)
        await transport.close()
        lines = await self.house.world.store.sends_of(self.house.person.id)
        return next(f"{line.status} {line.note}".strip() for line in lines if line.id == mail.id)


@pytest_asyncio.fixture(name="postfix", scope="module", loop_scope="module")
async def _postfix() -> AsyncIterator[tuple[int, NextHop, list[FeedbackDesk]]]:
    """Start postfix, a next hop, and a door whose desk each test puts in place."""
    hop, desks = NextHop(), list[FeedbackDesk]()

    class Door:
        """Hands on to the desk of the running test."""

        def __getattr__(self, name: str) -> object:
            return getattr(desks[-1], name)

    async with AsyncExitStack() as stack:
        server = await asyncio.get_running_loop().create_server(lambda: SMTP(hop, timeout=30), "127.0.0.1", 0)
        stack.callback(server.close)
        hop_port = server.sockets[0].getsockname()[1]
        door = await stack.enter_async_context(listen_lmtp("127.0.0.1:0", cast("FeedbackDesk", Door())))
        routes = {"example.com": f"smtp:[127.0.0.1]:{hop_port}", BOUNCES: f"lmtp:inet:127.0.0.1:{door}"}
        yield await stack.enter_async_context(run_postfix(routes)), hop, desks


@pytest_asyncio.fixture(name="street", loop_scope="module")
async def _street(postfix: tuple[int, NextHop, list[FeedbackDesk]]) -> Street:
    port, hop, desks = postfix
    hop.asked, hop.received = 0, []
    hop.arrived.clear()
    house = House(world=MailWorld(config=_with_bounces()))
    await house.open_house()
    desks.append(Listener(**{name: getattr(house.desk, name) for name in FeedbackDesk.__slots__}))
    return Street(house, hop, port)


def _with_bounces() -> WorkspaceConfig:
    marketing = SHIPPED_CONFIG.senders.marketing.model_copy(update={"bounces": BOUNCES})
    senders = SHIPPED_CONFIG.senders.model_copy(update={"marketing": marketing})
    return SHIPPED_CONFIG.model_copy(update={"senders": senders})


async def hear() -> Heard:
    """Return what the door hears next."""
    return await asyncio.wait_for(HEARD.get(), 30)


@pytest.mark.parametrize("answer", ["550 5.1.1 The account does not exist", "550 User unknown"])
async def test_a_dead_address_is_heard_of_and_not_mailed_again(street: Street, answer: str) -> None:
    """With an enhanced code and by its words; the next mail stops at our own gate."""
    street.hop.answers = [answer]
    assert (await street.send_welcome()) == "sent"
    assert await hear() == "hard"
    assert await street.house.suppressions() == ["hard_bounce"]
    assert (await street.send_welcome(1)).startswith("refused")
    assert (street.hop.asked, street.hop.received) == (1, [])


async def test_a_full_mailbox_is_counted(street: Street) -> None:
    """It is not dead: the address may be mailed again."""
    street.hop.answers = ["552 5.2.2 mailbox full"]
    await street.send_welcome()
    assert await hear() == "soft"
    assert await street.house.suppressions() == []
    assert len((await street.house.addresses.load_state(ADDRESS)).full) == 1


async def test_a_greylisted_mail_arrives_and_a_late_one_is_told_as_late(street: Street) -> None:
    """Nothing follows from either; the mail comes once."""
    street.hop.answers = ["450 4.2.0 greylisted", "450 4.2.0 greylisted", "250 ok"]
    await street.send_welcome()
    heard = await hear()
    assert heard == "delayed"
    await asyncio.wait_for(street.hop.arrived.wait(), 30)
    assert len(street.hop.received) == 1
    assert await street.house.suppressions() == []


async def test_a_complaint_ends_it(street: Street) -> None:
    """A feedback loop writes to the envelope sender, by way of the same postfix."""
    street.hop.answers = ["250 ok"]
    await street.send_welcome()
    to = street.house.return_path()
    raw = (
        f"From: fbl@provider.example\r\nTo: {to}\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nA complaint.\r\n"
        "--B\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n\r\n--B--\r\n"
    )

    def complain() -> None:
        with smtplib.SMTP("127.0.0.1", street.port) as client:
            client.sendmail("fbl@provider.example", [to], raw)

    await asyncio.to_thread(complain)
    assert await hear() == "complaint"
    assert await street.house.suppressions() == ["complaint"]
