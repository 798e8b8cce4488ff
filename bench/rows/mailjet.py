"""Mails handed to Mailjet, compared with a bare client that posts ready batches of 50 to the same stand-in."""

import asyncio
import sys
from time import perf_counter

import aiohttp
import msgspec

from bench import processes
from bench.table import Figures, NotMeasuredError
from domain.ports import Clock
from email_out.message.mime import BulkHeaders, Mailbox, OutgoingMail, build_mime
from email_out.transports.base import Delivered, open_gate
from email_out.transports.mailjet import SEND, MailjetTransport
from email_out.transports.mailjet_api import MailjetApi, parse_mailjet_url
from email_out.transports.mailjet_batches import MOST_MAILS
from email_out.transports.mailjet_message import write_message
from service.engine.clock import system_now

MAILS = 3_000
AT_ONCE = 200
"""Mails under way at once, as in a worker with room for several batches."""
CONNECTIONS = 4


async def measure(figures: Figures) -> None:
    """Messages a second: the bare client's, and those of our transport."""
    mails = [_write_mail(number, system_now) for number in range(MAILS)]
    port = processes.free_port()
    command = [sys.executable, "-m", "tools.mailjet_stand_in", str(port)]
    async with processes.run_server(command, port):
        before = await _post_ready_batches(port, mails)
        figures["doorstep by Mailjet"] = await _send_mails(port, mails)
        # Before and after: the stand-in takes most of the time, and its rate hangs on the moment.
        figures["bare client to Mailjet"] = (before + await _post_ready_batches(port, mails)) / 2


def _write_mail(number: int, clock: Clock) -> OutgoingMail:
    return OutgoingMail(
        id=f"bench-{number}",
        sender=Mailbox(email="lena@leaf.amseltea.example", name="Lena"),
        to=Mailbox(email=f"reader{number}@example.com"),
        subject="The Friday Leaf",
        date=clock(),
        text="Tea. " * 400,
        html="<p>Tea.</p>" * 800,
        bulk_headers=BulkHeaders(
            list_id="leaf.amseltea.example", unsubscribe_url="https://t.example/u/abc", feedback_id="a:b:c:leafam"
        ),
        campaign="issue/bench",
    )


async def _post_ready_batches(port: int, mails: list[OutgoingMail]) -> float:
    """Post batches that are built already, over as many connections; return messages a second."""
    messages = [msgspec.json.encode(write_message(mail)) for mail in mails]
    # A campaign would stop the second run of the same mails at the provider, but the calls are the same.
    bodies = [
        b'{"Messages":[' + b",".join(messages[at : at + MOST_MAILS]) + b"]}" for at in range(0, len(mails), MOST_MAILS)
    ]
    headers = {"Authorization": aiohttp.encode_basic_auth("key", "secret"), "Content-Type": "application/json"}
    waiting = iter(bodies)
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(headers=headers, connector=connector) as session:

        async def post() -> None:
            for body in waiting:
                async with session.post(f"http://127.0.0.1:{port}{SEND}", data=body) as answer:
                    await answer.read()
                    if answer.status != 200:
                        message = f"the stand-in answered {answer.status}"
                        raise NotMeasuredError(message)

        start = perf_counter()
        await asyncio.gather(*(post() for _ in range(CONNECTIONS)))
        return len(mails) / (perf_counter() - start)


async def _send_mails(port: int, mails: list[OutgoingMail]) -> float:
    """Hand mails over one by one, as a sender does; return messages a second."""
    api = MailjetApi(parse_mailjet_url(f"mailjet://key:secret@127.0.0.1:{port}"), connections=CONNECTIONS)
    transport = MailjetTransport(api, connections=CONNECTIONS)
    waiting = iter(mails)

    async def send() -> None:
        for mail in waiting:
            result = await transport.send(mail, build_mime(mail), open_gate)
            if not isinstance(result, Delivered):
                message = f"a mail was not taken: {type(result).__name__}"
                raise NotMeasuredError(message)

    start = perf_counter()
    await asyncio.gather(*(send() for _ in range(AT_ONCE)))
    seconds = perf_counter() - start
    await transport.close()
    return len(mails) / seconds
