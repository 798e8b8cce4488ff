"""``make million``: loads 1,000,000 subscribers, then walks, reports and backs them up beside their running service.

Each step has a bound; the exit code is 1 if one is missed.  ``PEOPLE=20000`` tries the script itself.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.table import Table

from bench.rows.crowd import peak_memory_mb
from bench.seed import PeopleSeed, prove_addresses, time_from_ms, write_people
from bench.service import (
    DOORSTEP,
    KEYS,
    SECRET,
    StoreProbe,
    open_store_for_seeding,
    run_doorstep,
    scratch_data_folder,
)
from service.engine.clock import system_ms
from service.workspace.edition import load_edition
from store.embedded.server import embedded_server
from store.valkey.store import ValkeyStore, open_store

PEOPLE = int(os.environ.get("PEOPLE", "1000000"))
AT_ONCE = 20_000
"""People who are made at a time, so that the script's own memory stays small."""
BOUNDS: dict[str, tuple[float, str]] = {
    "load": (1.2, "ms a person"),
    "memory of the store": (1.6, "kB a person"),
    "service starts": (60.0, "s"),
    "walk over all records": (0.08, "ms a person"),
    "report sequence": (0.6, "ms a person"),
    "report onboarding": (0.4, "ms a person"),
    "backup": (0.08, "ms a person"),
    "size of the backup": (0.5, "kB a person"),
    "restore --check": (0.35, "ms a person"),
    "memory of the service": (130.0, "MB"),
}
"""Of each step: the most that it may take.  Steps over all people are told for one, so that any number can be tried."""


@dataclass(slots=True)
class Steps:
    """What was measured."""

    found: dict[str, float] = field(default_factory=dict)

    def note(self, step: str, value: float) -> None:
        """Note a figure, and say it at once: the whole takes long."""
        self.found[step] = value
        most, unit = BOUNDS[step]
        sys.stderr.write(f"{step}: {value:,.3f} {unit}, at most {most:g}\n")

    async def time(self, step: str, work: Callable[[], Awaitable[object]]) -> None:
        """Note how long a step takes for one person, in ms."""
        began = perf_counter()
        await work()
        self.note(step, 1000 * (perf_counter() - began) / PEOPLE)

    def print_table(self) -> bool:
        """Print everything beside its bound; return whether all are kept."""
        table = Table("step", "found", "at most", "", box=None, pad_edge=False)
        for step, value in self.found.items():
            most, unit = BOUNDS[step]
            table.add_row(step, f"{value:,.3f} {unit}", f"{most:g}", "kept" if value <= most else "MISSED")
        Console().print(f"{PEOPLE:,} subscribers")
        Console().print(table)
        return all(value <= BOUNDS[step][0] for step, value in self.found.items())


async def measure_million() -> bool:
    """Load, walk, report, back up; return whether every bound was kept."""
    steps = Steps()
    async with scratch_data_folder() as data:
        async with open_store_for_seeding(data) as store:
            await steps.time("load", lambda: _load_people(store))
        await _measure_store(steps, data)
        began = perf_counter()
        async with run_doorstep("all", data) as service:
            steps.note("service starts", perf_counter() - began)
            # The service goes on meanwhile, as it does for whoever asks for a report.
            beside = await open_store(service.store_url, check_value=KEYS.check_value)
            await steps.time("walk over all records", lambda: _walk_records(beside))
            await beside.close()
            backup = data.parent / "million.backup"
            for step, words in (
                ("report sequence", ("report", "sequence", "tasting_book", "--json")),
                ("report onboarding", ("report", "onboarding", "--json")),
                ("backup", ("backup", str(backup))),
                ("restore --check", ("restore", "--check", str(backup))),
            ):
                await steps.time(step, partial(_run_command, data, *words))
            size = (await asyncio.to_thread(backup.stat)).st_size
            steps.note("size of the backup", size / PEOPLE / 1000)
            steps.note("memory of the service", peak_memory_mb(service.pid))
    return steps.print_table()


async def _load_people(store: ValkeyStore) -> None:
    edition, _ = load_edition(None)
    seed = PeopleSeed(edition=edition, now=time_from_ms(system_ms()))
    for first in range(0, PEOPLE, AT_ONCE):
        people = [seed.waiting_person(number) for number in range(first, min(first + AT_ONCE, PEOPLE))]
        await write_people(store, people)
        await prove_addresses(store, people)


async def _measure_store(steps: Steps, data: Path) -> None:
    async with embedded_server(data) as url, StoreProbe(url) as look:
        steps.note("memory of the store", await look.server_info("used_memory") / PEOPLE / 1000)


async def _walk_records(store: ValkeyStore) -> None:
    met = 0
    async for _ in store.all_subscribers():
        met += 1
    if met != PEOPLE:
        message = f"the walk met {met:,} of {PEOPLE:,}"
        raise AssertionError(message)


async def _run_command(data: Path, *words: str) -> None:
    environment = os.environ | {"DOORSTEP_DATA": str(data), "DOORSTEP_SECRET": SECRET}
    process = await asyncio.create_subprocess_exec(
        str(DOORSTEP), *words, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    if process.returncode:
        raise AssertionError(said.decode())


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(measure_million()) else 1)
