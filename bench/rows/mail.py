"""Mails sent, compared with the standard library sending one message that is built already, and with a plain loop.

Ours are queued in the store; each is rendered, built, admitted by its address, gated by the consent, begun,
accepted by the sink and settled; then the same with two DKIM signatures each.  Same sink, same size.  The plain loop is
:mod:`bench.peers.mail_loop`: what a newsletter program does that keeps no account of single mails.
"""

import asyncio
import smtplib
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from bench.peers.mail_loop import push_by_loop
from bench.processor_time import ProcessorTime
from bench.seed import PeopleSeed, prove_addresses, time_from_ms, write_people
from bench.service import KEYS, StoreProbe, open_store_for_seeding, run_doorstep, scratch_data_folder
from bench.sink import smtp_sink
from bench.table import Figures, NotMeasuredError
from domain.decision import Decision
from domain.effects import SendMail
from email_out.dkim.signing_keys import make_keys
from email_out.message.compose import compose_mail
from email_out.message.mime import build_mime
from email_out.templates.render import render
from service.engine.clock import system_ms
from service.workspace.edition import Edition, load_edition
from store.valkey.store import open_store

SECONDS = 3.0
MAILS = 5_000
WARM = 500
"""Mails sent before the measured ones."""
LANE = "ready:mail-marketing"
LOOK_SECONDS = 0.05


async def measure(figures: Figures) -> None:
    """Messages a second over kept connections: the standard library's, and ours."""
    edition, _ = load_edition(None)
    seed = PeopleSeed(edition=edition, now=time_from_ms(system_ms()))
    people = [seed.welcomed_person(number) for number in range(MAILS)]
    built = _build_mail(people[0], edition)
    figures["mail bytes"] = len(built)
    async with smtp_sink() as port:
        before = await asyncio.to_thread(push_messages, port, built)
        for name, domains in (("doorstep mail", ()), ("doorstep mail signed", _domains(edition))):
            async with scratch_data_folder() as data:
                await _queue_mails(data, people)
                keys = _make_keys(data.parent / "dkim", domains)
                await _measure_sending(figures, name, data, port, people, keys)
        figures["plain loop"] = await asyncio.to_thread(push_by_loop, port, built)
        # One connection is all waiting, so its rate hangs on the moment: it is taken before and after ours.
        figures["smtplib"] = (before + await asyncio.to_thread(push_messages, port, built)) / 2


def push_messages(port: int, built: bytes) -> float:
    """Send one built message again and again; return messages a second."""
    sent = 0
    with smtplib.SMTP("127.0.0.1", port) as client:
        start = perf_counter()
        while perf_counter() < start + SECONDS:
            client.sendmail("pip@amsel.example", ["mia@example.com"], built)
            sent += 1
        return sent / (perf_counter() - start)


def _domains(edition: Edition) -> tuple[str, ...]:
    senders = edition.config.senders
    return tuple({sender.email.rpartition("@")[2] for sender in (senders.transactional, senders.marketing)})


def _make_keys(folder: Path, domains: Sequence[str]) -> str:
    """Make an RSA and an Ed25519 key of each domain; return the folder, empty where there is no domain."""
    for domain in domains:
        make_keys(folder, domain)
    return str(folder) if domains else ""


def _build_mail(decision: Decision, edition: Edition) -> bytes:
    mail = next(effect for effect in decision.effects if isinstance(effect, SendMail))
    content = render(edition.mails, mail, decision.record, edition.config, KEYS, "http://127.0.0.1")
    return build_mime(compose_mail(mail, content, edition.config))


async def _queue_mails(data: Path, people: Sequence[Decision]) -> None:
    async with open_store_for_seeding(data) as store:
        await prove_addresses(store, people)
        await write_people(store, people)


async def _measure_sending(  # noqa: PLR0917  what is measured, and under which name
    figures: Figures, name: str, data: Path, port: int, people: Sequence[Decision], keys: str
) -> None:
    """Run a worker that sends them; measured from the first hundreds to the last that is settled."""
    async with (
        run_doorstep("worker", data, smtp=port, DKIM_KEYS=keys) as service,
        StoreProbe(service.store_url) as look,
    ):
        await look.wait_until_small(LANE, MAILS - WARM, every=LOOK_SECONDS)
        # By processor time as well: a rate hangs on what else the machine does.
        spent = ProcessorTime(service=service.pid).begin()
        start, left = perf_counter(), await look.set_size(LANE)
        await look.wait_until_small(LANE, 0, every=LOOK_SECONDS)
        figures[name] = left / (perf_counter() - start)
        spent.note(figures, name, left)
        await _all_sent(service.store_url, people)


async def _all_sent(url: str, people: Sequence[Decision]) -> None:
    store = await open_store(url, check_value=KEYS.check_value)
    ends = [line.status for person in people for line in await store.sends_of(person.record.id)]
    await store.close()
    if ends.count("sent") != MAILS:
        message = f"{ends.count('sent')} of {MAILS} mails were sent"
        raise NotMeasuredError(message)
