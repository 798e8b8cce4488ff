"""Timers: how many due people are woken and decided a second, and what people who are not due cost."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.seed import PeopleSeed, time_from_ms, write_people
from bench.service import MeasuredService, StoreProbe, open_store_for_seeding, run_doorstep, scratch_data_folder
from bench.table import Figures
from service.engine.clock import system_ms
from service.workspace.edition import load_edition

DUE = 10_000
WARM = 1_000
"""Wakes before the measured ones."""
LOOK_SECONDS = 0.05
WAITING = 1_000_000
IDLE_SECONDS = 3.0
TURNS = 3
"""Looks at the idle processes; their median counts."""
SETTLE_SECONDS = 1.5
TICK = os.sysconf("SC_CLK_TCK")


async def measure(figures: Figures) -> None:
    """Measure wakes a second, and the CPU of worker and store while no timer, and while a million timers, wait."""
    edition, _ = load_edition(None)
    seed = PeopleSeed(edition=edition, now=time_from_ms(system_ms()))
    async with scratch_data_folder() as data:
        async with open_store_for_seeding(data) as store:
            await write_people(store, (seed.waiting_person(number) for number in range(DUE)))
        async with run_doorstep("worker", data) as service, StoreProbe(service.store_url) as look:
            figures["due"] = await _measure_wakes(look)
            await _measure_idle(figures, service, look)


async def _measure_wakes(look: StoreProbe) -> float:
    """Return people woken, decided and committed a second; their wait ends their sequence and sends nothing."""
    await look.wait_until_small("due:mail", DUE - WARM, every=LOOK_SECONDS)
    start, left = perf_counter(), await look.set_size("due:mail")
    await look.wait_until_small("due:mail", 0, every=LOOK_SECONDS)
    return left / (perf_counter() - start)


async def _measure_idle(figures: Figures, service: MeasuredService, look: StoreProbe) -> None:
    costs = []
    pids = (service.pid, await look.server_info("process_id"))
    for waiting in (0, WAITING):
        await look.add_waiting_people("due:mail", waiting, at_ms=system_ms() + 86_400_000)
        await look.wait_for_rest(SETTLE_SECONDS)
        costs.append(median([await _cpu_percent(pids) for _ in range(TURNS)]))
        figures[f"idle with {waiting:,} waiting, % of a core"] = costs[-1]
    figures["waiting costs, % of a core"] = costs[1] - costs[0]


async def _cpu_percent(pids: Sequence[int]) -> float:
    """Return what processes use, in percent of a core."""
    before = sum(map(cpu_seconds, pids))
    await asyncio.sleep(IDLE_SECONDS)
    return (sum(map(cpu_seconds, pids)) - before) / IDLE_SECONDS * 100


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    # utime and stime (proc(5), fields 14 and 15); the name in brackets was cut off, as it may hold spaces.
    return (int(fields[11]) + int(fields[12])) / TICK
