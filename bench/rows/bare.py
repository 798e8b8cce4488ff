"""The yardstick: what aiohttp does when a handler only verifies and parses."""

from itertools import cycle

from bench import load, processes, traffic
from bench.table import Figures, NotMeasuredError

SECONDS = 5.0
ENOUGH = 5_000
"""Requests built beforehand; nothing is kept, so they can be sent again and again."""


async def measure(figures: Figures) -> None:
    """Rate and latencies of the bare handler with 32 and 128 connections."""
    for connections in (32, 128):
        async with processes.python("bench.bare") as port:
            lanes = traffic.lanes(traffic.Crowd(connections=connections, messages=ENOUGH), traffic.messenger())
            note(figures, f"bare {connections}", await load.full(port, list(map(cycle, lanes)), seconds=SECONDS))


def note(figures: Figures, name: str, result: load.Result) -> None:
    """Write a run down: its rate under ``name``, its latencies beside it.

    Raises :class:`NotMeasuredError` when a request was not answered 200: such a rate means nothing.
    """
    if result.failed:
        message = f"{name}: {result.failed} requests were not answered 200"
        raise NotMeasuredError(message)
    figures[name] = result.rate
    for label, percent in (("p50", 50), ("p99", 99), ("max", 100)):
        figures[f"{name} {label}"] = result.percentile(percent) * 1000
