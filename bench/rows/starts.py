"""Looking at everybody after a new start by a condition: people a second, and how webhooks are answered meanwhile."""

import asyncio
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import perf_counter

from bench import graph, load, traffic
from bench.processor_time import ProcessorTime
from bench.rows.bare import note_result
from bench.seed import TOPIC, PeopleSeed, time_from_ms, write_people
from bench.service import (
    DOORSTEP,
    SECRET,
    MeasuredService,
    StoreProbe,
    open_store_for_seeding,
    run_doorstep,
    scratch_data_folder,
)
from bench.table import Figures, NotMeasuredError
from domain.decision import Decision
from service.demo.compose import copy_shipped_workspace
from service.engine.clock import system_ms
from service.runtime.time_starts.walk_starts import META
from service.workspace.edition import load_edition

PEOPLE = 24_000
PACE = 100.0
"""Webhooks a second: a moderate load, a fifth of what the row “doorstep 500/s” sends."""
CONNECTIONS = 8
TURN = 1.0
"""Seconds of webhooks between two looks whether the walk is over."""
CALM_TURNS = 5
LOOK_SECONDS = 0.02
SEQUENCE = f"""sequence: quiet_book
topic: {TOPIC}
start: when no cup.noted for 90 days
steps: {{a: {{send: come_back}}}}
"""
"""It begins by a condition that time alone makes true, so whoever was looked at has a day on which to look again."""
STRANGERS = 1_000_000
"""Number of the first who writes: behind those who are walked."""


async def measure(figures: Figures) -> None:
    """Apply a start by a condition to a running service, and write to it while it looks at everybody."""
    edition, _ = load_edition(None)
    seed = PeopleSeed(edition=edition, now=time_from_ms(system_ms()))
    people: Iterable[Decision] = (seed.silent_person(number) for number in range(PEOPLE))
    async with graph.run_graph_stand_in() as replies, scratch_data_folder() as data:
        async with open_store_for_seeding(data) as store:
            await write_people(store, people)
        own = data.parent / "own"
        copy_shipped_workspace(own)
        # The shipped start by a condition would have a walk of its own.
        (own / "sequences" / "empty_chair.yaml").unlink()
        async with (
            run_doorstep("all", data, graph=replies, WORKSPACE=str(own)) as service,
            StoreProbe(service.store_url) as look,
        ):
            (own / "sequences" / "quiet_book.yaml").write_text(SEQUENCE, "utf-8")
            await _apply_workspace(own, data)
            await _measure_walk(figures, service, look)


async def _apply_workspace(folder: Path, data: Path) -> None:
    settings = {"DOORSTEP_DATA": str(data), "DOORSTEP_SECRET": SECRET, "PATH": os.environ["PATH"]}
    process = await asyncio.create_subprocess_exec(
        DOORSTEP, "apply", folder, cwd=folder.parent, env=settings,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate()
    if process.returncode:
        message = f"applying failed: {out.decode()[-300:]}"
        raise NotMeasuredError(message)


async def _measure_walk(figures: Figures, service: MeasuredService, look: StoreProbe) -> None:
    # Whoever was looked at waits for the day on which the start could come to hold.
    await look.wait_until_many("due:mail", 1, every=LOOK_SECONDS)
    crowd = traffic.ChattingCrowd(connections=CONNECTIONS, messages=60_000, first=STRANGERS)
    lanes = [iter(lane) for lane in traffic.build_lanes(crowd, traffic.messenger_requests(at_ms=system_ms()))]
    spent, began, answered = ProcessorTime(service=service.pid).begin(), perf_counter(), 0
    walk = asyncio.create_task(look.wait_for_value(META))
    results: list[load.LoadResult] = []
    while not walk.done():
        results.append(await load.send_at_pace(service.port, lanes, rate=PACE, seconds=TURN, warm_up=0.0))
        answered += results[-1].answered
    took, cost = await walk - began, spent.read_spent()
    note_result(figures, "webhooks beside the walk", _join_results(results))
    figures["people walked a second"] = PEOPLE / took
    calm = ProcessorTime(service=service.pid).begin()
    results = [
        await load.send_at_pace(service.port, lanes, rate=PACE, seconds=TURN, warm_up=0.0) for _ in range(CALM_TURNS)
    ]
    # What the webhooks cost by themselves is taken off, so that the figure is that of one person.
    webhooks = sum(result.answered for result in results)
    for process, seconds in calm.read_spent().items():
        own = cost[process] - seconds / max(1, webhooks) * answered
        figures[f"one person walked: {process}, µs"] = own / PEOPLE * 1e6


def _join_results(results: Sequence[load.LoadResult]) -> load.LoadResult:
    return load.LoadResult(
        seconds=sum(result.seconds for result in results),
        latencies=sorted(latency for result in results for latency in result.latencies),
        failed=sum(result.failed for result in results),
        answered=sum(result.answered for result in results),
    )
