"""The application and the store are killed at random moments under load; then the guarantees are counted."""

import asyncio
import random  # noqa: TID251  moments of the kills; the seed is printed
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from domain import record as records
from domain.consent import ledger
from domain.keyring import Keyring
from domain.ports import Store
from service.stand_ins.graph_api import GraphStandIn
from service.stand_ins.smtp_server import Inbox
from store.embedded.server import embedded_server
from store.valkey.store import open_store
from tests.support.killed_service import PAGE, SECRET, KilledService, run_killed_service
from tests.support.simulated_users import CUPS, SimulatedUser

pytestmark = pytest.mark.chaos

KEYS = Keyring(SECRET)
AT_ONCE = 8
"""Number of people who chat at the same time."""
DRAIN_SECONDS = 120
QUIET_SECONDS = 12.0
LOOK_SECONDS = 0.25
ECHO_AWAITED = timedelta(seconds=8)
"""A message that arrives twice within less was repeated without waiting for its echo.  The service waits ten seconds
from the beginning of the first attempt."""


async def _walk_people(running: KilledService, people: list[SimulatedUser], stop: asyncio.Event) -> None:
    """Keep :data:`AT_ONCE` people walking until ``stop`` is set; those on their way finish."""

    async def one_after_the_other(first: int) -> None:
        number = first
        while not stop.is_set():
            person = SimulatedUser(psid=str(10_000 + number), service=running)
            people.append(person)
            await person.walk_through()
            number += AT_ONCE

    await asyncio.gather(*(one_after_the_other(first) for first in range(AT_ONCE)))


async def _kill_at_random(running: KilledService, times: int, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  no secret
    for number in range(times):
        await asyncio.sleep(dice.uniform(0.02, 0.6))
        # Every fifth kill hits the store: the service must wait for it and lose nothing in between.
        if number % 5 == 4:
            await running.kill_store()
        else:
            await running.kill_service()


async def _wait_until_quiet(running: KilledService) -> None:
    """Wait until nothing was sent for longer than the wait for an echo and the lease of a dead worker."""
    quiet, before = 0.0, -1
    async with asyncio.timeout(DRAIN_SECONDS):
        while quiet < QUIET_SECONDS:
            left = len(running.inbox.received) + len(running.graph.sent)
            quiet = quiet + LOOK_SECONDS if left == before else 0.0
            before = left
            await asyncio.sleep(LOOK_SECONDS)


def _is_bulk(raw: bytes) -> bool:
    return b"\r\nList-Unsubscribe:" in raw or b"\nList-Unsubscribe:" in raw


async def test_nothing_answered_is_lost_or_doubled(tmp_path: Path, kills: int) -> None:
    """Whatever is killed whenever: answered events count exactly once, mails and chat keep their promises."""
    people: list[SimulatedUser] = []
    async with run_killed_service(tmp_path) as running:
        stop = asyncio.Event()
        walking = asyncio.create_task(_walk_people(running, people, stop))
        await _kill_at_random(running, kills, seed=kills)
        stop.set()
        async with asyncio.timeout(120):
            await walking
        await _wait_until_quiet(running)
        assert await running.stop_service() == 0
        async with embedded_server(running.data) as url:
            store = await open_store(url, check_value=KEYS.check_value)
            counts = await _count_events(store, people)
            unknown = await store.sends_with_status("unknown")
            await store.close()
        counts |= _count_mails(running.inbox, people) | _count_chat(running.graph, people)
    print(f"\n{kills} kills, {len(people)} people, {sum(len(person.answered) for person in people)} events answered")  # noqa: T201  the figures are the result
    print(", ".join(f"{name}: {number}" for name, number in counts.items()), f"unknown: {len(unknown)}")  # noqa: T201  same
    promised = (
        "events lost", "records changed twice", "marketing mails twice", "chat order broken", "chat doubled soon",
        "chat lost",
    )  # fmt: skip
    assert {name: counts[name] for name in promised} == dict.fromkeys(promised, 0)
    assert counts["welcome missing"] <= len(unknown)


async def _count_events(store: Store, people: list[SimulatedUser]) -> dict[str, int]:
    """Compare what is stored with what was answered."""
    lost = twice = 0
    for person in people:
        name = KEYS.subscriber_id(PAGE, person.psid)
        loaded = await store.load(name)
        assert loaded.record is not None
        record = records.decode(loaded.record)
        cups = record.behaviour["cup.noted"].count if "cup.noted" in record.behaviour else 0
        lost += max(0, CUPS - cups) + (record.consents["friday_leaf"].status != "confirmed")
        twice += max(0, cups - CUPS)
        entries = ledger.verify_chain(await store.consent_ledger(name), record.ledger_size, record.ledger_head)
        acts = Counter(entry.act for entry in entries)
        twice += sum(number - 1 for number in acts.values() if number > 1)
        lost += len({"agreed", "requested", "confirmed"} - acts.keys())
    return {"events lost": lost, "records changed twice": twice}


def _count_mails(inbox: Inbox, people: list[SimulatedUser]) -> dict[str, int]:
    by_id = Counter(str(mail.parsed_message["Message-ID"]) for mail in inbox.received if _is_bulk(mail.raw))
    confirmations = Counter(str(mail.parsed_message["Message-ID"]) for mail in inbox.received if not _is_bulk(mail.raw))
    welcomed = {to for mail in inbox.received if _is_bulk(mail.raw) for to in mail.recipients}
    return {
        "marketing mails": sum(by_id.values()),
        "marketing mails twice": sum(number - 1 for number in by_id.values()),
        "confirmations repeated": sum(number - 1 for number in confirmations.values()),
        "welcome missing": len({person.email for person in people} - welcomed),
    }


def _count_chat(graph: GraphStandIn, people: list[SimulatedUser]) -> dict[str, int]:
    """Compare the order in which messages arrived with the order in which they were decided."""
    broken = doubled = lost = soon = 0
    for person in people:
        name = KEYS.subscriber_id(PAGE, person.psid)
        serials = {f"{name}.{number}": number for number in range(200)}
        sent = [
            (serials[str(delivered.message["metadata"])], delivered.at)
            for delivered in graph.messages_to(person.psid)
            if delivered.message
        ]
        arrived = [serial for serial, _ in sent]
        soon += sum(one == same and again - first < ECHO_AWAITED for (one, first), (same, again) in pairwise(sent))
        broken += sum(later < earlier for earlier, later in pairwise(arrived))
        doubled += len(arrived) - len(set(arrived))
        lost += max(arrived, default=0) - min(arrived, default=0) + 1 - len(set(arrived))
    return {"chat order broken": broken, "chat doubled": doubled, "chat doubled soon": soon, "chat lost": lost}
