"""The Graph stand-in as the measurements see it: how many replies arrived, and when."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bench import processes
from bench.stand_in import LATE

SETTLED_SECONDS = 0.5
"""So long no reply came: none is on its way."""
LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What arrived so far."""

    messages: int
    actions: int
    """Typing indicators."""
    times: Sequence[float]
    """When the newest messages came, by ``perf_counter``, which all processes of a machine share."""


@asynccontextmanager
async def graph(answers_after: str = "0") -> AsyncIterator[int]:
    """Run the stand-in; yield its port.  It answers after so many seconds, or ``never``."""
    async with processes.python("bench.stand_in", settings={LATE: answers_after}) as port:
        yield port


async def report(port: int) -> Report:
    """Ask what arrived."""
    told = json.loads(await processes.get(port, "/report"))
    return Report(messages=told["messages"], actions=told["actions"], times=told["times"])


async def settled(port: int) -> Report:
    """Wait until no more replies come, and tell what arrived."""
    before = await report(port)
    quiet = 0.0
    while quiet < SETTLED_SECONDS:
        await asyncio.sleep(LOOK_SECONDS)
        now = await report(port)
        quiet = quiet + LOOK_SECONDS if now == before else 0.0
        before = now
    return before
