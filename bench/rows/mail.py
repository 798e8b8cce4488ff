"""Mails sent, beside what the standard library pushes of one message that is built already.

Ours are queued in the store; each is rendered, built, admitted by its address, gated by the consent, begun,
accepted by the sink and settled.  Same sink, same size.
"""

import asyncio
import smtplib
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from bench.seed import Seed, moment, prove, write
from bench.service import KEYS, Look, doorstep, folder, seeding
from bench.sink import smtp_sink
from bench.table import Figures, NotMeasuredError
from domain.decision import Decision
from domain.effects import SendMail
from email_out.message.compose import address_letter
from email_out.message.mime import build
from email_out.templates.render import render
from service.engine.clock import system_ms
from service.workspace.edition import Edition, load
from store.valkey.store import open_store

SECONDS = 3.0
MAILS = 5_000
WARM = 500
"""Mails sent before the clock runs."""
LANE = "ready:mail-marketing"
LOOK_SECONDS = 0.05


async def measure(figures: Figures) -> None:
    """Messages a second over kept connections: the standard library's, and ours."""
    edition, _ = load(None)
    seed = Seed(edition=edition, now=moment(system_ms()))
    people = [seed.welcomed(number) for number in range(MAILS)]
    built = _built(people[0], edition)
    figures["mail bytes"] = len(built)
    async with smtp_sink() as port:
        before = await asyncio.to_thread(push, port, built)
        async with folder() as data:
            await _queue(data, people)
            figures["doorstep mail"] = await _send(data, port, people)
        # One connection is all waiting, so its rate hangs on the moment: it is taken before and after ours.
        figures["smtplib"] = (before + await asyncio.to_thread(push, port, built)) / 2


def push(port: int, built: bytes) -> float:
    """Send one built message again and again; return messages a second."""
    sent = 0
    with smtplib.SMTP("127.0.0.1", port) as client:
        start = perf_counter()
        while perf_counter() < start + SECONDS:
            client.sendmail("pip@amsel.example", ["mia@example.com"], built)
            sent += 1
        return sent / (perf_counter() - start)


def _built(one: Decision, edition: Edition) -> bytes:
    mail = next(effect for effect in one.effects if isinstance(effect, SendMail))
    content = render(edition.mails, mail, one.record, edition.config, KEYS, "http://127.0.0.1")
    return build(address_letter(mail, content, edition.config))


async def _queue(data: Path, people: Sequence[Decision]) -> None:
    async with seeding(data) as store:
        await prove(store, people)
        await write(store, people)


async def _send(data: Path, port: int, people: Sequence[Decision]) -> float:
    """Let a worker send them; the clock runs from the first hundreds to the last that is settled."""
    async with doorstep("worker", data, smtp=port) as service, Look(service.store_url) as look:
        await look.shrinks(LANE, MAILS - WARM, every=LOOK_SECONDS)
        start, left = perf_counter(), await look.total(LANE)
        await look.shrinks(LANE, 0, every=LOOK_SECONDS)
        seconds = perf_counter() - start
        await _all_sent(service.store_url, people)
        return left / seconds


async def _all_sent(url: str, people: Sequence[Decision]) -> None:
    store = await open_store(url, check_value=KEYS.check_value)
    ends = [line.status for one in people for line in await store.sends(one.record.id)]
    await store.close()
    if ends.count("sent") != MAILS:
        message = f"{ends.count('sent')} of {MAILS} mails were sent"
        raise NotMeasuredError(message)
