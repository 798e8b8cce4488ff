"""Doorstep's webhook: signature, record, the shipped flow, a commit that is on disk, then 200."""

from bench import graph, load, traffic
from bench.processor_time import ProcessorTime
from bench.rows.bare import note_result
from bench.service import run_doorstep, scratch_data_folder
from bench.table import Figures
from service.engine.clock import system_ms

SECONDS = 6.0
WARM_UP = 3.0
ENOUGH = 60_000
PACE = 500.0


async def measure(figures: Figures) -> None:
    """Webhooks committed a second back to back, and the latencies at a pace."""
    for connections in (32, 128):
        note_result(figures, f"doorstep {connections}", await _run_load(figures, connections, 0.0))
    note_result(figures, "doorstep 500/s", await _run_load(figures, 32, PACE))


async def _run_load(figures: Figures, connections: int, pace: float) -> load.LoadResult:
    async with (
        graph.run_graph_stand_in() as replies,
        scratch_data_folder() as data,
        run_doorstep("web", data, graph=replies) as service,
    ):
        crowd = traffic.ChattingCrowd(connections=connections, messages=ENOUGH)
        lanes = traffic.build_lanes(crowd, traffic.messenger_requests(at_ms=system_ms()))
        if pace:
            return await load.send_at_pace(service.port, lanes, rate=pace, seconds=SECONDS, warm_up=WARM_UP)
        spent = ProcessorTime(service=service.pid).begin()
        result = await load.send_at_full_rate(service.port, lanes, seconds=SECONDS, warm_up=WARM_UP)
        spent.note(figures, f"webhook, {connections} connections", result.answered)
        return result
