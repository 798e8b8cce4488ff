"""Timers: how many due people are woken and decided a second, and what people who are not due cost."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.seed import Seed, moment, write
from bench.service import Look, Service, doorstep, folder, seeding
from bench.table import Figures
from service.engine.clock import system_ms
from service.workspace.edition import load

DUE = 10_000
WARM = 1_000
"""Wakes before the clock runs."""
LOOK_SECONDS = 0.05
WAITING = 1_000_000
IDLE_SECONDS = 3.0
TURNS = 3
"""Looks at the idle processes; their median counts."""
SETTLE_SECONDS = 1.5
TICK = os.sysconf("SC_CLK_TCK")


async def measure(figures: Figures) -> None:
    """Wakes a second; CPU of worker and store while nobody, and while a million, wait for another day."""
    edition, _ = load(None)
    seed = Seed(edition=edition, now=moment(system_ms()))
    async with folder() as data:
        async with seeding(data) as store:
            await write(store, (seed.waited(number) for number in range(DUE)))
        async with doorstep("worker", data) as service, Look(service.store_url) as look:
            figures["due"] = await _woken(look)
            await _idle(figures, service, look)


async def _woken(look: Look) -> float:
    """Return those woken, decided and committed a second; their wait ends their sequence and sends nothing."""
    await look.shrinks("due:mail", DUE - WARM, every=LOOK_SECONDS)
    start, left = perf_counter(), await look.total("due:mail")
    await look.shrinks("due:mail", 0, every=LOOK_SECONDS)
    return left / (perf_counter() - start)


async def _idle(figures: Figures, service: Service, look: Look) -> None:
    costs = []
    pids = (service.pid, await look.info("process_id"))
    for waiting in (0, WAITING):
        await look.wait_later("due:mail", waiting, at_ms=system_ms() + 86_400_000)
        await look.rests(SETTLE_SECONDS)
        costs.append(median([await _used(pids) for _ in range(TURNS)]))
        figures[f"idle with {waiting:,} waiting, % of a core"] = costs[-1]
    figures["waiting costs, % of a core"] = costs[1] - costs[0]


async def _used(pids: Sequence[int]) -> float:
    """Return what processes use in a while, in percent of a core."""
    before = sum(map(cpu, pids))
    await asyncio.sleep(IDLE_SECONDS)
    return (sum(map(cpu, pids)) - before) / IDLE_SECONDS * 100


def cpu(pid: int) -> float:
    """Return the CPU seconds a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK
