"""The largest body that the platform sends: 1,000 events of 1,000 people who are all new."""

from statistics import median

from bench import graph, load, traffic
from bench.service import run_doorstep, scratch_data_folder
from bench.table import Figures, NotMeasuredError
from service.engine.clock import system_ms

PEOPLE = 1_000
BODIES = 5
WARM = 2
"""Bodies that are sent before the measured ones."""


async def measure(figures: Figures) -> None:
    """Measure the seconds until such a body is answered 200; everything in it is then on disk."""
    async with (
        graph.run_graph_stand_in() as replies,
        scratch_data_folder() as data,
        run_doorstep("all", data, graph=replies, pages=16) as service,
    ):
        at_ms, seconds = system_ms(), []
        for number in range(WARM + BODIES):
            people = range(PEOPLE * number, PEOPLE * (number + 1))
            body = traffic.batch_request([(person, 0, "newsletter") for person in people], at_ms=at_ms, pages=16)
            result = await load.send_at_full_rate(service.port, [[body]], seconds=30, warm_up=0)
            if result.failed or not result.latencies:
                message = "a body of 1,000 events was not answered 200"
                raise NotMeasuredError(message)
            await graph.wait_until_quiet(replies)
            seconds.append(result.latencies[0])
        figures["batch of 1,000, s"] = median(seconds[WARM:])
        figures["batch of 1,000, slowest, s"] = max(seconds[WARM:])
