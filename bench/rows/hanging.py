"""Doorstep's webhook while every call of the Send API hangs: taking in and sending in one process."""

from bench import graph, load, traffic
from bench.rows.bare import note
from bench.service import doorstep, folder
from bench.table import Figures
from service.engine.clock import system_ms

SECONDS = 8.0
WARM_UP = 3.0
ENOUGH = 8_000
PACE = 500.0
CONNECTIONS = 32


async def measure(figures: Figures) -> None:
    """Latencies at a pace; the platform takes what it is sent and never answers."""
    async with (
        graph.graph("never") as replies,
        folder() as data,
        doorstep("all", data, graph=replies) as service,
    ):
        crowd = traffic.Crowd(connections=CONNECTIONS, messages=ENOUGH)
        lanes = traffic.lanes(crowd, traffic.messenger(at_ms=system_ms()))
        result = await load.paced(service.port, lanes, rate=PACE, seconds=SECONDS, warm_up=WARM_UP)
        note(figures, "while the platform hangs", result)
        figures["messages it was sent meanwhile"] = (await graph.report(replies)).messages
