"""The yardstick: an aiohttp handler that only verifies and parses."""

import sys
from itertools import cycle

from bench import load, processes, traffic
from bench.processor_time import ProcessorTime
from bench.table import Figures, NotMeasuredError

SECONDS = 5.0
ENOUGH = 5_000
"""Requests built beforehand; nothing is kept, so they can be sent again and again."""


async def measure(figures: Figures) -> None:
    """Measure rate and latencies of the bare handler with 32 and 128 connections."""
    for connections in (32, 128):
        port = processes.free_port()
        command = [sys.executable, "-m", "bench.bare", str(port)]
        async with processes.run_server(command, port) as pid:
            lanes = traffic.build_lanes(
                traffic.ChattingCrowd(connections=connections, messages=ENOUGH), traffic.messenger_requests()
            )
            spent = ProcessorTime(service=pid).begin()
            result = await load.send_at_full_rate(port, list(map(cycle, lanes)), seconds=SECONDS)
            spent.note(figures, f"bare, {connections} connections", result.answered)
            note_result(figures, f"bare {connections}", result)


def note_result(figures: Figures, name: str, result: load.LoadResult) -> None:
    """Note the figures of a run: its rate under ``name``, its latencies beside it.

    Raises :class:`NotMeasuredError` when a request was not answered 200: such a rate means nothing.
    """
    if result.failed:
        message = f"{name}: {result.failed} requests were not answered 200"
        raise NotMeasuredError(message)
    figures[name] = result.rate
    for label, percent in (("p50", 50), ("p99", 99), ("max", 100)):
        figures[f"{name} {label}"] = result.latency_percentile(percent) * 1000
