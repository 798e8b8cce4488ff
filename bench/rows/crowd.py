"""100,000 people, all due for mail at once: how late a nudge in chat then is, and the application's memory."""

import asyncio
from pathlib import Path
from time import perf_counter

from bench import graph, load, traffic
from bench.seed import Seed, moment, write
from bench.service import Look, Service, doorstep, folder, seeding
from bench.table import Figures, NotMeasuredError
from service.engine.clock import system_ms
from service.workspace.edition import load as load_workspace

PEOPLE = 100_000
NUDGES = 10
APART_SECONDS = 0.5
FIRST_NUDGE_SECONDS = 3.0
MESSAGES = 4_000
STRANGERS = 1_000_000
"""Number of the first person who chats; all others are in the store before."""


async def measure(figures: Figures) -> None:
    """Lateness of nudges that come due one after another while the mails of all the others are due."""
    edition, _ = load_workspace(None)
    seed = Seed(edition=edition, now=moment(system_ms()))
    async with graph.graph() as replies, folder() as data:
        async with seeding(data) as store:
            await write(store, (seed.waited(number) for number in range(PEOPLE)))
            first_ms = system_ms() + int(FIRST_NUDGE_SECONDS * 1000)
            first = perf_counter() + FIRST_NUDGE_SECONDS
            dues = [moment(first_ms + int(1000 * APART_SECONDS * later)) for later in range(NUDGES)]
            await write(store, (seed.nudged(STRANGERS - 1 - place, at) for place, at in enumerate(dues)))
        async with doorstep("all", data, graph=replies) as service, Look(service.store_url) as look:
            await _late(figures, replies, look, [first + APART_SECONDS * later for later in range(NUDGES)])
            await _chat(service)
            figures["application memory, MB"] = resident(service.pid)


async def _late(figures: Figures, replies: int, look: Look, dues: list[float]) -> None:
    """Nudges are apart, so the first to arrive is the first that was due, unless it is late anyway."""
    await asyncio.sleep(max(0.0, dues[-1] - perf_counter()))
    figures["mails still due at the last nudge"] = await look.total("due:mail")
    told = await graph.report(replies)
    deadline = perf_counter() + 30
    while told.messages < NUDGES and perf_counter() < deadline:
        await asyncio.sleep(0.05)
        told = await graph.report(replies)
    if told.messages != NUDGES:
        message = f"{told.messages} of {NUDGES} nudges came"
        raise NotMeasuredError(message)
    figures["nudge late, s"] = max(came - due for came, due in zip(sorted(told.times), dues, strict=True))


async def _chat(service: Service) -> None:
    """Let people chat, so that connections, caches and queues have been filled."""
    crowd = traffic.Crowd(connections=32, messages=MESSAGES, first=STRANGERS, chat=traffic.TALK)
    await load.full(service.port, traffic.lanes(crowd, traffic.messenger(at_ms=system_ms())), seconds=20, warm_up=0)


def resident(pid: int) -> float:
    """Return the most memory a process ever held, in megabytes (VmHWM)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
