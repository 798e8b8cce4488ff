"""Doorstep's webhook while every call of the Send API hangs: taking in and sending in one process."""

from bench import graph, load, traffic
from bench.rows.bare import note_result
from bench.service import run_doorstep, scratch_data_folder
from bench.table import Figures
from service.engine.clock import system_ms

SECONDS = 8.0
WARM_UP = 3.0
ENOUGH = 8_000
PACE = 500.0
CONNECTIONS = 32


async def measure(figures: Figures) -> None:
    """Measure latencies at a pace while the platform takes every message and never answers."""
    async with (
        graph.run_graph_stand_in("never") as replies,
        scratch_data_folder() as data,
        run_doorstep("all", data, graph=replies) as service,
    ):
        crowd = traffic.ChattingCrowd(connections=CONNECTIONS, messages=ENOUGH)
        lanes = traffic.build_lanes(crowd, traffic.messenger_requests(at_ms=system_ms()))
        result = await load.send_at_pace(service.port, lanes, rate=PACE, seconds=SECONDS, warm_up=WARM_UP)
        note_result(figures, "while the platform hangs", result)
        figures["messages it was sent meanwhile"] = (await graph.fetch_report(replies)).messages
