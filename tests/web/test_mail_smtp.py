"""Kept SMTP connections: TLS, passwords, pipelining, and what happens when a server goes."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator

import pytest

from email_out.transports.base import MailSettingsError, ServerAwayError
from email_out.transports.smtp import SmtpServer, SmtpTransport, parse_smtp_url
from email_out.transports.smtp_replies import RejectedError, SmtpReply, SmtpStage, refusal_meaning
from service.stand_ins.smtp_server import Inbox
from tests.support.people import NOON
from tests.support.servers.certificate import CERTIFICATE, PRIVATE_KEY, make_certificate

MESSAGE = b"Subject: Tea\r\n\r\n.one dot\r\n..two\r\n.\r\n"


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return TLS contexts of a server named localhost and of a client that trusts it."""
    folder = make_certificate(tmp_path_factory.mktemp("tls"))
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(folder / CERTIFICATE, folder / PRIVATE_KEY)
    return server, ssl.create_default_context(cafile=folder / CERTIFICATE)


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    """Run a mail server."""
    box = Inbox(lambda: NOON)
    await box.start_listening()
    yield box
    await box.stop_listening()


def transport_to(inbox: Inbox, *, connections: int = 4, mails_per_connection: int = 100) -> SmtpTransport:
    """Return a transport to it."""
    return SmtpTransport(
        parse_smtp_url(f"smtp://127.0.0.1:{inbox.port}"),
        timeout=5,
        connections=connections,
        mails_per_connection=mails_per_connection,
    )


async def send(transport: SmtpTransport) -> None:
    """Send the message once."""
    async with transport.borrow_session() as session:
        await session.open_envelope("pip@example.com", "mia@example.com")
        await session.send_data(MESSAGE)


async def test_the_message_arrives_as_it_was(inbox: Inbox) -> None:
    """Leading dots survive, and nothing is added."""
    transport = transport_to(inbox)
    await send(transport)
    assert inbox.received[0].raw == MESSAGE
    await transport.close()


@pytest.mark.parametrize("pipelining", [True, False])
async def test_a_dropped_envelope_does_not_leak_into_the_next(*, pipelining: bool) -> None:
    """After a gate said no, the next mail begins with RSET, on the same connection."""
    box = Inbox(lambda: NOON, pipelining=pipelining)
    await box.start_listening()
    transport = transport_to(box, connections=1)
    async with transport.borrow_session() as session:
        await session.open_envelope("pip@example.com", "first@example.com")
    await send(transport)
    assert [one.recipients for one in box.received] == [("mia@example.com",)]
    assert box.commands == ["MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA"]
    assert box.connections == 1
    await transport.close()
    await box.stop_listening()


class Stubborn:
    """A mail server that refuses RSET, once, and so keeps the envelope that was dropped."""

    def __init__(self, extension: str, refusal: str) -> None:
        """Offer this extension; refuse so."""
        self.extension, self.refusals = extension, [refusal]
        self.delivered: list[tuple[str, str]] = []
        """(recipient, body) of each mail."""
        self.talks: list[asyncio.Task[None]] = []

    def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk to one client."""
        self.talks.append(asyncio.create_task(self._talk(reader, writer)))

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await self._answer(reader, writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipient = ""
        writer.write(b"220 stubborn\r\n")
        while line := (await reader.readline()).decode().strip():
            match line.split()[0]:
                case "EHLO":
                    answer = f"250-stubborn\r\n250 {self.extension}"
                case "RSET" if self.refusals:
                    answer = self.refusals.pop()
                case "RCPT":
                    recipient, answer = recipient or line, "250 ok"
                case "RSET":
                    recipient, answer = "", "250 ok"
                case "DATA":
                    writer.write(b"354 go on\r\n")
                    body = await reader.readuntil(b"\r\n.\r\n")
                    self.delivered.append((recipient, body.decode()))
                    recipient, answer = "", "250 ok"
                case _:
                    answer = "250 ok"
            writer.write(f"{answer}\r\n".encode())


@pytest.mark.parametrize("extension", ["PIPELINING", "8BITMIME"])
@pytest.mark.parametrize("refusal", ["451 4.3.0 try later", "503 no", "421 4.3.2 bye"])
async def test_a_refused_reset_ends_the_connection(extension: str, refusal: str) -> None:
    """Where the dropped envelope cannot be cleared nothing is handed over: the next mail takes another connection."""
    box = Stubborn(extension, refusal)
    server = await asyncio.start_server(box, "127.0.0.1", 0)
    transport = SmtpTransport(
        SmtpServer(host="127.0.0.1", port=server.sockets[0].getsockname()[1]), connections=1, timeout=5
    )
    async with transport.borrow_session() as session:
        await session.open_envelope("pip@example.com", "anna@example.com")
    with pytest.raises(ServerAwayError):
        await send(transport)
    assert box.delivered == []
    await send(transport)
    assert [recipient for recipient, _ in box.delivered] == ["RCPT TO:<mia@example.com>"]
    await transport.close()
    await asyncio.gather(*box.talks)
    server.close()


async def test_starttls_and_password(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    """The connection is encrypted before the password goes, and then carries mail."""
    box = Inbox(lambda: NOON, tls=contexts[0], users={"pip": "p@ss/word"})
    port = await box.start_listening()
    server = SmtpServer(host="localhost", port=port, user="pip", password="p@ss/word", tls_mode="required")
    transport = SmtpTransport(server, tls_context=contexts[1], timeout=5)
    await send(transport)
    assert len(box.received) == 1
    await transport.close()
    await box.stop_listening()


@pytest.mark.parametrize("wrong", ["password", "certificate", "no tls"])
async def test_a_door_that_does_not_open(contexts: tuple[ssl.SSLContext, ssl.SSLContext], wrong: str) -> None:
    """A wrong password, an unknown certificate, or no STARTTLS where it is required: no mail, and no secret told."""
    box = Inbox(lambda: NOON, tls=None if wrong == "no tls" else contexts[0], users={"pip": "right"})
    port = await box.start_listening()
    password = "wrong" if wrong == "password" else "right"
    server = SmtpServer(host="localhost", port=port, user="pip", password=password, tls_mode="required")
    transport = SmtpTransport(server, tls_context=None if wrong == "certificate" else contexts[1], timeout=5)
    with pytest.raises(ServerAwayError) as caught:
        await send(transport)
    assert password not in str(caught.value)
    assert list(box.received) == []
    await transport.close()
    await box.stop_listening()


async def test_connections_are_kept_and_renewed(inbox: Inbox) -> None:
    """Three mails a connection: seven mails take three."""
    transport = transport_to(inbox, connections=1, mails_per_connection=3)
    for _ in range(7):
        await send(transport)
    assert (len(inbox.received), inbox.connections) == (7, 3)
    await transport.close()


async def test_no_more_connections_than_the_size(inbox: Inbox) -> None:
    """Twenty mails at once share two connections."""
    transport = transport_to(inbox, connections=2)
    await asyncio.gather(*(send(transport) for _ in range(20)))
    assert (len(inbox.received), inbox.connections) == (20, 2)
    await transport.close()


async def test_a_server_that_restarted_gets_a_fresh_connection(inbox: Inbox) -> None:
    """A kept connection that the server closed meanwhile is noticed and replaced."""
    transport = transport_to(inbox, connections=1)
    await send(transport)
    port = inbox.port
    await inbox.stop_listening()
    await inbox.start_listening(port)
    await send(transport)
    assert (len(inbox.received), inbox.connections) == (2, 2)
    await transport.close()


async def test_a_server_that_does_not_answer(inbox: Inbox) -> None:
    """A silent server after the dot is an unknown outcome, and its connection is given up."""
    inbox.hang_after_data()
    transport = SmtpTransport(parse_smtp_url(f"smtp://127.0.0.1:{inbox.port}"), connections=1, timeout=0.05)
    with pytest.raises(Exception, match="after the message was sent"):
        await send(transport)
    inbox.release_mails()
    await send(transport)
    assert inbox.connections == 2
    await transport.close()


async def test_a_busy_server_closing_is_a_refusal_for_now(inbox: Inbox) -> None:
    """421 in answer to the recipient means later, and the connection is not used again."""
    inbox.reject_next(421, "4.3.2 shutting down")
    transport = transport_to(inbox, connections=1)
    with pytest.raises(RejectedError) as caught:
        await send(transport)
    assert (caught.value.meaning, str(caught.value)) == ("later", "RCPT was answered 421 4.3.2")
    await send(transport)
    assert inbox.connections == 2
    await transport.close()


async def test_a_server_that_closes_after_each_hundred_mails(inbox: Inbox) -> None:
    """It says 421: who was refused comes again later on a fresh connection, and everybody has one mail."""
    transport = transport_to(inbox, connections=1, mails_per_connection=1000)
    waiting, refused_at = [f"reader{number}@example.com" for number in range(250)], list[int]()
    for recipient in waiting:  # grows by those who were refused
        count = len(inbox.received)
        if count % 100 == 0 and count not in (0, *refused_at):
            refused_at.append(count)
            inbox.reject_next(421, "4.7.0 too many mails")
        try:
            async with transport.borrow_session() as session:
                await session.open_envelope("pip@example.com", recipient)
                await session.send_data(MESSAGE)
        except RejectedError as error:
            # Whatever is not for later must not come again: it would be missed below.
            waiting += [recipient] if error.meaning == "later" else []
    recipients = [mail.recipients[0] for mail in inbox.received]
    assert (len(recipients), len(set(recipients)), refused_at, inbox.connections) == (250, 250, [100, 200], 3)
    await transport.close()


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.com", SmtpServer(host="mail.example.com", port=587, tls_mode="offered")),
        (
            "smtp://u:p%2Fw@a.example:25",
            SmtpServer(host="a.example", port=25, user="u", password="p/w", tls_mode="required"),
        ),
        (
            "smtps://u:secret@a.example",
            SmtpServer(host="a.example", port=465, user="u", password="secret", tls_mode="implicit"),
        ),
        (
            "smtp://u:secret@127.0.0.1:2525",
            SmtpServer(host="127.0.0.1", port=2525, user="u", password="secret", tls_mode="offered"),
        ),
    ],
)
def test_mail_urls(url: str, server: SmtpServer) -> None:
    """A URL says where, who and how; a password leaves this machine only under TLS."""
    assert parse_smtp_url(url) == server
    assert not server.password or server.password not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.com",
        "http://mail.example.com",
        "smtp://",
        "smtp://u:secret@mail.example.com:port",
        "smtp://u@mail.example.com",
        "smtp://u:secret@mail.example.com/path",
        "smtp://u:sec/ret@mail.example.com",
        "smtp://u:secret@mail.example.com:0",
    ],
)
def test_mail_urls_that_cannot_work(url: str) -> None:
    """The message says what is wrong and never repeats the password."""
    with pytest.raises(MailSettingsError) as caught:
        parse_smtp_url(url)
    assert "sec" not in str(caught.value)


@pytest.mark.parametrize("sign", ["/", "?", "#", "/x", "#12", "%", "%a", "%abc%", "%zz", "%ff", "?#/"])
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_sign_that_must_be_escaped_is_named(scheme: str, sign: str) -> None:
    """The remedy names the signs and their escapes, and not the port, which is right."""
    for password in (f"sec{sign}ret", f"sec{sign}"):
        with pytest.raises(MailSettingsError) as caught:
            parse_smtp_url(f"{scheme}://u:{password}@mail.example.com")
        said = str(caught.value)
        assert ("% as %25" in said, "# as %23" in said, "sec" in said, "not a number" in said) == (
            True, True, False, False,
        )  # fmt: skip


def test_escapes_are_read() -> None:
    """A password with every sign in it is that password."""
    assert parse_smtp_url("smtp://u%40x:a%25abc%2F%3F%23%3A@mail.example.com").password == "a%abc/?#:"


@pytest.mark.parametrize(
    ("url", "scheme"), [("smtps://h.example:587", "smtp://"), ("smtp://h.example:465", "smtps://")]
)
def test_a_port_of_the_other_scheme_is_told(url: str, scheme: str) -> None:
    """Nobody waits a minute for a server that speaks otherwise."""
    with pytest.raises(MailSettingsError, match=f"belongs to {scheme}"):
        parse_smtp_url(url)


@pytest.mark.parametrize(
    ("stage", "code", "text", "expected"),
    [
        ("RCPT", 450, "4.2.1 busy", "later"),
        ("RCPT", 550, "5.1.1 no", "hard_bounce"),
        ("RCPT", 550, "5.1.10 no", "hard_bounce"),
        ("RCPT", 550, "5.1.100 no", "refused"),
        ("message", 550, "5.2.1 no", "hard_bounce"),
        ("MAIL", 550, "5.1.1 no", "sender"),
        ("RCPT", 550, "5.7.26 no", "sender"),
        ("RCPT", 552, "5.2.2 full", "full"),
        ("message", 452, "4.2.2 full", "full"),
        ("RCPT", 552, "mailbox full", "full"),
        ("MAIL", 552, "5.2.2 full", "sender"),
        ("RCPT", 550, "no", "refused"),
        ("RCPT", 550, "User unknown", "hard_bounce"),
        ("RCPT", 550, "5.0.0 no such user here", "hard_bounce"),
        ("RCPT", 550, "sender address rejected: user unknown", "refused"),
        ("RCPT", 554, "User unknown", "refused"),
        ("RCPT", 450, "User unknown", "later"),
        ("MAIL", 550, "User unknown", "sender"),
        ("DATA", 550, "User unknown", "refused"),
        ("MAIL", 451, "4.7.1 wait", "later"),
    ],
)
def test_meanings(stage: SmtpStage, code: int, text: str, expected: str) -> None:
    """The table of refusals, row by row."""
    assert refusal_meaning(stage, SmtpReply(code=code, text=text)) == expected
