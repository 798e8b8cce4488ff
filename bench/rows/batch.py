"""The largest body that the platform sends: 1,000 events, each of somebody else, all strangers."""

from statistics import median

from bench import graph, load, traffic
from bench.service import doorstep, folder
from bench.table import Figures, NotMeasuredError
from service.engine.clock import system_ms

PEOPLE = 1_000
BODIES = 5
WARM = 2
"""Bodies before the clock runs."""


async def measure(figures: Figures) -> None:
    """Seconds until such a body is answered 200: everything in it is then on disk."""
    async with (
        graph.graph() as replies,
        folder() as data,
        doorstep("all", data, graph=replies, pages=16) as service,
    ):
        at_ms, seconds = system_ms(), []
        for number in range(WARM + BODIES):
            people = range(PEOPLE * number, PEOPLE * (number + 1))
            body = traffic.batch([(one, 0, "newsletter") for one in people], at_ms=at_ms, pages=16)
            result = await load.full(service.port, [[body]], seconds=30, warm_up=0)
            if result.failed or not result.latencies:
                message = "a body of 1,000 events was not answered 200"
                raise NotMeasuredError(message)
            await graph.settled(replies)
            seconds.append(result.latencies[0])
        figures["batch of 1,000, s"] = median(seconds[WARM:])
        figures["batch of 1,000, slowest, s"] = max(seconds[WARM:])
