"""100,000 people who are due for mail at once: the lateness of a nudge in chat, and the application's memory."""

import asyncio
from pathlib import Path
from time import perf_counter

from bench import graph, load, traffic
from bench.seed import PeopleSeed, time_from_ms, write_people
from bench.service import MeasuredService, StoreProbe, open_store_for_seeding, run_doorstep, scratch_data_folder
from bench.table import Figures, NotMeasuredError
from service.engine.clock import system_ms
from service.workspace.edition import load_edition as load_workspace

PEOPLE = 100_000
NUDGES = 10
APART_SECONDS = 0.5
FIRST_NUDGE_SECONDS = 3.0
MESSAGES = 4_000
STRANGERS = 1_000_000
"""Number of the first person who chats; all others are in the store before."""


async def measure(figures: Figures) -> None:
    """Measure how late nudges are that come due one after another while the mails of all others are due."""
    edition, _ = load_workspace(None)
    seed = PeopleSeed(edition=edition, now=time_from_ms(system_ms()))
    async with graph.run_graph_stand_in() as replies, scratch_data_folder() as data:
        async with open_store_for_seeding(data) as store:
            await write_people(store, (seed.waiting_person(number) for number in range(PEOPLE)))
            first_ms = system_ms() + int(FIRST_NUDGE_SECONDS * 1000)
            first = perf_counter() + FIRST_NUDGE_SECONDS
            dues = [time_from_ms(first_ms + int(1000 * APART_SECONDS * later)) for later in range(NUDGES)]
            await write_people(store, (seed.nudged_person(STRANGERS - 1 - place, at) for place, at in enumerate(dues)))
        async with run_doorstep("all", data, graph=replies) as service, StoreProbe(service.store_url) as look:
            await _measure_lateness(figures, replies, look, [first + APART_SECONDS * later for later in range(NUDGES)])
            await _chat_with_crowd(service)
            figures["application memory, MB"] = peak_memory_mb(service.pid)


async def _measure_lateness(figures: Figures, replies: int, look: StoreProbe, dues: list[float]) -> None:
    """Note how late the latest nudge arrived."""
    # Nudges are half a second apart, so they arrive in the order in which they are due, unless one is that late anyway.
    await asyncio.sleep(max(0.0, dues[-1] - perf_counter()))
    figures["mails still due at the last nudge"] = await look.set_size("due:mail")
    told = await graph.fetch_report(replies)
    # Times come from perf_counter of another process: on Linux all processes share its origin.
    deadline = perf_counter() + 30
    while told.messages < NUDGES and perf_counter() < deadline:
        await asyncio.sleep(0.05)
        told = await graph.fetch_report(replies)
    if told.messages != NUDGES:
        message = f"{told.messages} of {NUDGES} nudges came"
        raise NotMeasuredError(message)
    figures["nudge late, s"] = max(came - due for came, due in zip(sorted(told.times), dues, strict=True))


async def _chat_with_crowd(service: MeasuredService) -> None:
    """Send chats, so that connections, caches and queues are filled before memory is read."""
    crowd = traffic.ChattingCrowd(connections=32, messages=MESSAGES, first=STRANGERS, chat=traffic.TALK)
    await load.send_at_full_rate(
        service.port, traffic.build_lanes(crowd, traffic.messenger_requests(at_ms=system_ms())), seconds=20, warm_up=0
    )


def peak_memory_mb(pid: int) -> float:
    """Return the most memory a process ever held, in megabytes."""
    return _read_memory(pid, "VmHWM:")


def memory_mb(pid: int) -> float:
    """Return the memory that a process holds now, in megabytes."""
    return _read_memory(pid, "VmRSS:")


def _read_memory(pid: int, row: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition(row)[2].split()[0]) / 1024
