"""The yardstick for mail: what the standard library pushes of one message that is built already."""

import asyncio
import smtplib
from email.message import EmailMessage

from bench.sink import smtp_sink
from bench.table import Figures

SECONDS = 4.0
SIZE = 10_000
"""Bytes of the message, about; a rendered mail has as many."""


async def measure(figures: Figures) -> None:
    """Messages a second by smtplib over one kept connection."""
    async with smtp_sink() as port:
        figures["smtplib"] = await asyncio.to_thread(push, port, asyncio.get_running_loop())


def push(port: int, loop: asyncio.AbstractEventLoop) -> float:
    """Send one built message again and again; return messages a second."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "pip@amsel.example", "mia@example.com", "The Friday Leaf"
    message.set_content("One tea and one trick to brew it better.\n" * (SIZE // 41))
    built = message.as_bytes()
    sent = 0
    with smtplib.SMTP("127.0.0.1", port) as client:
        start = loop.time()
        while loop.time() < start + SECONDS:
            client.sendmail("pip@amsel.example", ["mia@example.com"], built)
            sent += 1
        return sent / (loop.time() - start)
