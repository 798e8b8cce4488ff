"""Doorstep's webhook: signature, record, the shipped flow, a commit that is on disk, then 200."""

from bench import graph, load, traffic
from bench.rows.bare import note
from bench.service import doorstep, folder
from bench.table import Figures
from service.engine.clock import system_ms

SECONDS = 6.0
WARM_UP = 3.0
ENOUGH = 60_000
PACE = 500.0


async def measure(figures: Figures) -> None:
    """Webhooks committed a second back to back, and the latencies at a pace."""
    for connections in (32, 128):
        note(figures, f"doorstep {connections}", await _run(connections, 0.0))
    note(figures, "doorstep 500/s", await _run(32, PACE))


async def _run(connections: int, pace: float) -> load.Result:
    async with graph.graph() as replies, folder() as data, doorstep("web", data, graph=replies) as service:
        crowd = traffic.Crowd(connections=connections, messages=ENOUGH)
        lanes = traffic.lanes(crowd, traffic.messenger(at_ms=system_ms()))
        if pace:
            return await load.paced(service.port, lanes, rate=pace, seconds=SECONDS, warm_up=WARM_UP)
        return await load.full(service.port, lanes, seconds=SECONDS, warm_up=WARM_UP)
