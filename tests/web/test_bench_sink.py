"""The mail server of the bench that notes moments."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from time import perf_counter

import pytest

from bench.timed_sink import TimedConnection, fetch_arrivals


@pytest.fixture
async def sink() -> AsyncIterator[int]:
    """Serve the sink; yield its port."""
    moments: dict[str, float] = {}
    server = await asyncio.get_running_loop().create_server(lambda: TimedConnection(moments), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def send_mails(port: int, recipients: list[str]) -> None:
    """Send a mail to each, over one connection, as the standard library does."""
    with smtplib.SMTP("127.0.0.1", port) as client:
        for recipient in recipients:
            client.sendmail("pip@amsel.example", [recipient], b"Subject: Tea\r\n\r\nA new leaf.\r\n.hidden dot\r\n")


async def test_each_recipient_has_the_moment_of_their_mail(sink: int) -> None:
    """Moments lie within the sending, in its order; only those who are asked for are told, and all are counted."""
    began = perf_counter()
    await asyncio.to_thread(send_mails, sink, ["reader1@example.com", "mia.1@example.com", "mia.2@example.com"])
    ended = perf_counter()

    arrived = await fetch_arrivals(sink, "mia.")

    assert arrived.mails == 3
    assert list(arrived.moments) == ["mia.1@example.com", "mia.2@example.com"]
    assert began < arrived.moments["mia.1@example.com"] < arrived.moments["mia.2@example.com"] < ended


async def test_commands_in_one_piece_are_each_answered(sink: int) -> None:
    """Envelope and mail may come together with the command behind them (RFC 2920)."""
    reader, writer = await asyncio.open_connection("127.0.0.1", sink)
    writer.write(
        b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<mia.3@example.com>\r\n"
        b"DATA\r\nSubject: Tea\r\n\r\nx\r\n.\r\nQUIT\r\n"
    )

    said = (await reader.readuntil(b"221 2.0.0 bye\r\n")).split(b"\r\n")

    assert [line[:4] for line in said if line] == [
        b"220 ", b"250-", b"250-", b"250-", b"250 ", b"250 ", b"250 ", b"354 ", b"250 ", b"221 ",
    ]  # fmt: skip
    assert list((await fetch_arrivals(sink, "")).moments) == ["mia.3@example.com"]
    writer.close()
