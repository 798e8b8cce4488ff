"""The job that all three do: message in, state advanced and saved, typing indicator and replies delivered.

The same texts, the same number of messages and of typing indicators for each, counted where they arrive.
"""

from time import perf_counter

from bench import graph, load, traffic
from bench.processor_time import ProcessorTime
from bench.rows.bare import note_result
from bench.table import Figures, NotMeasuredError

CONNECTIONS = 32
SECONDS = 8.0
WARM_UP = 5.0
"""V8 needs a few thousand messages to compile the hot paths."""
ENOUGH = 60_000
REPLIES, ACTIONS = 6, 4
"""Messages and typing indicators that the newsletter conversation answers to :data:`bench.traffic.TALK`."""


async def measure_replies(
    figures: Figures, name: str, server: tuple[int, int], replies: int, build: traffic.Build
) -> None:
    """Measure messages a second whose replies all arrived: the time ends with the last reply, not the last 200.

    ``server`` is its port and its process id.
    """
    port, pid = server
    await _try_one_chat(name, port, replies, build)
    before = await graph.wait_until_quiet(replies)
    crowd = traffic.ChattingCrowd(connections=CONNECTIONS, messages=ENOUGH, first=1, chat=traffic.TALK)
    lanes = traffic.build_lanes(crowd, build)
    spent = ProcessorTime(service=pid).begin()
    begun = perf_counter() + WARM_UP
    result = await load.send_at_full_rate(port, lanes, seconds=SECONDS, warm_up=WARM_UP)
    note_result(figures, name, result)
    after = await graph.wait_until_quiet(replies)
    spent.note(figures, name, result.answered)
    figures[name] = len(result.latencies) / (after.times[-1] - begun)
    figures[f"{name} last, ms after the last 200"] = max(0.0, after.times[-1] - begun - result.seconds) * 1000
    if after.messages - before.messages < result.answered:
        message = f"{name}: fewer replies than messages"
        raise NotMeasuredError(message)


async def _try_one_chat(name: str, port: int, replies: int, build: traffic.Build) -> None:
    """Have one subscriber chat; raise if the state did not advance or a reply did not arrive."""
    crowd = traffic.ChattingCrowd(connections=1, messages=len(traffic.TALK), chat=traffic.TALK)
    result = await load.send_at_full_rate(port, traffic.build_lanes(crowd, build), seconds=30, warm_up=0)
    told = await graph.wait_until_quiet(replies)
    if result.failed or (told.messages, told.actions) != (REPLIES, ACTIONS):
        message = f"{name}: {result.failed} failed, {told.messages} messages and {told.actions} typing indicators"
        raise NotMeasuredError(message)
