"""Runs the Graph stand-in of the measurements, and reads how many replies arrived and when."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bench import processes
from bench.stand_in import LATE

SETTLED_SECONDS = 0.5
"""After this many seconds without a reply none is on its way any more."""
LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalReport:
    """What arrived so far."""

    messages: int
    actions: int
    """Typing indicators."""
    times: Sequence[float]
    """When the newest messages came, by ``perf_counter``, which all processes of a machine share."""


@asynccontextmanager
async def run_graph_stand_in(answers_after: str = "0") -> AsyncIterator[int]:
    """Run the stand-in; yield its port.  It answers after ``answers_after`` seconds, or ``never``."""
    async with processes.run_module("bench.stand_in", settings={LATE: answers_after}) as port:
        yield port


async def fetch_report(port: int) -> ArrivalReport:
    """Return what arrived so far."""
    told = json.loads(await processes.fetch_body(port, "/report"))
    return ArrivalReport(messages=told["messages"], actions=told["actions"], times=told["times"])


async def wait_until_quiet(port: int) -> ArrivalReport:
    """Wait until no more replies come; return what arrived."""
    before = await fetch_report(port)
    quiet = 0.0
    while quiet < SETTLED_SECONDS:
        await asyncio.sleep(LOOK_SECONDS)
        now = await fetch_report(port)
        quiet = quiet + LOOK_SECONDS if now == before else 0.0
        before = now
    return before
