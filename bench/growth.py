"""How the service grows: 1, 2 and 4 web processes on one store, then on a cluster of three nodes.

Run: ``make growth``.  All of it runs on this machine, which has fewer cores than there are processes; so each figure is
processor time a webhook, and what a part could do is counted from it: a store node and a web process each have a core
for themselves where this is done in earnest.  The table stands in docs/performance.md.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import uvloop
from rich.console import Console
from rich.table import Table

from bench import graph, load, traffic
from bench.processor_time import seconds_of
from bench.service import run_doorstep
from domain.ports import Commit, Posting, chat_lane
from service.engine.clock import system_ms
from store.valkey.store import ValkeyStore, open_store
from tests.support.servers.cluster import run_cluster
from tests.support.servers.process import ServerProcess

CALLERS = 64
"""Callers a node that commit one after the other: enough that a node always finds several commands waiting."""
COMMITS = 20_000
ROUNDS = 7
"""Rounds of so many commits, on one node and on three in turn."""
RECORD, LINE, REPLY = b"r" * 600, b"l" * 100, b"t" * 260
"""As large as those of a chat."""
CONNECTIONS = 128
SECONDS = 6.0
WARM_UP = 3.0
MESSAGES = 60_000
DURABLE = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthStep:
    """What was measured with some web processes and some nodes."""

    webs: int
    nodes: int
    rate: float
    """Webhooks answered a second, all parts on this machine's cores."""
    web_us: float
    """Processor time of a webhook in the web process that had it."""
    busiest_node_us: float
    """Processor time of the busiest node, over all webhooks."""

    @property
    def possible_rate(self) -> float:
        """Webhooks a second with a core for each process: what the first part to be full allows."""
        return min(self.webs * 1e6 / self.web_us, 1e6 / self.busiest_node_us)


@asynccontextmanager
async def run_one_node(folder: Path) -> AsyncIterator[tuple[str, list[int]]]:
    """Run one durable server; yield its URL and process id."""
    server = ServerProcess(folder / "one", DURABLE)
    try:
        server.start()
        await server.ask(b"PING")
        yield server.url, [server.pid]
    finally:
        server.kill()


@asynccontextmanager
async def run_three_nodes(folder: Path) -> AsyncIterator[tuple[str, list[int]]]:
    """Run a durable cluster of three; yield its URL and process ids."""
    async with run_cluster(folder) as cluster:
        for node in cluster.nodes:
            for name, value in DURABLE.items():
                await node.tell(b"CONFIG", b"SET", name, value)
        yield cluster.url, [node.pid for node in cluster.nodes]


async def measure_step(url: str, nodes: Sequence[int], webs: int) -> GrowthStep:
    """Send webhooks over all web processes at once."""
    async with AsyncExitStack() as stack:
        replies = await stack.enter_async_context(graph.run_graph_stand_in())
        services = []
        for _ in range(webs):
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="doorstep-bench-")))
            services.append(
                await stack.enter_async_context(run_doorstep("web", scratch / "data", graph=replies, STORE_URL=url))
            )
        each = CONNECTIONS // webs
        crowds = [
            traffic.ChattingCrowd(connections=each, messages=MESSAGES // webs, first=place * MESSAGES)
            for place in range(webs)
        ]
        lanes = [traffic.build_lanes(crowd, traffic.messenger_requests(at_ms=system_ms())) for crowd in crowds]
        before_web = [seconds_of(service.pid) for service in services]
        before_node = [seconds_of(pid) for pid in nodes]
        results = await asyncio.gather(
            *(
                load.send_at_full_rate(service.port, some, seconds=SECONDS, warm_up=WARM_UP)
                for service, some in zip(services, lanes, strict=True)
            )
        )
        answered = sum(result.answered for result in results)
        web = sum(seconds_of(service.pid) for service in services) - sum(before_web)
        node = max(seconds_of(pid) - begun for pid, begun in zip(nodes, before_node, strict=True))
    return GrowthStep(
        webs=webs,
        nodes=len(nodes),
        rate=sum(result.rate for result in results),
        web_us=web / answered * 1e6,
        busiest_node_us=node / answered * 1e6,
    )


async def measure_growth() -> list[GrowthStep]:
    """Measure each step on a store of its own."""
    steps = []
    for run_nodes, webs in ((run_one_node, 1), (run_one_node, 2), (run_one_node, 4), (run_three_nodes, 4)):
        with tempfile.TemporaryDirectory(prefix="doorstep-bench-") as folder:
            async with run_nodes(Path(folder)) as (url, nodes):
                steps.append(await measure_step(url, nodes, webs))
    return steps


async def measure_commits(store: ValkeyStore, nodes: Sequence[int], mark: str) -> float:
    """Return the processor time of the busiest node, in µs over all commits, while every node has enough to do."""
    before = [seconds_of(pid) for pid in nodes]
    await _commit_all(store, mark, len(nodes))
    return max(seconds_of(pid) - begun for pid, begun in zip(nodes, before, strict=True)) / COMMITS * 1e6


async def _commit_all(store: ValkeyStore, mark: str, nodes: int) -> None:
    callers = CALLERS * nodes

    async def commit_own(caller: int) -> None:
        for number in range(caller, COMMITS, callers):
            await store.commit(_make_commit(f"{mark}{number:015}"))

    await asyncio.gather(*(commit_own(caller) for caller in range(callers)))


def _make_commit(name: str) -> Commit:
    """Return what a message of a chat commits: record, line of the history, counter, timer and reply."""
    return Commit(
        subscriber=name,
        version=0,
        record=RECORD,
        event_ids=(name,),
        due_chat=system_ms(),
        history=(LINE,),
        counters={"flow:newsletter:hello::direct": 1},
        day="2026-11-28",
        outbox=(Posting(lane=chat_lane(traffic.PAGE), item=REPLY),),
    )


async def measure_nodes() -> dict[int, list[float]]:
    """Return the processor times of a commit at the busiest node, round by round, by number of nodes."""
    times: dict[int, list[float]] = {}
    async with AsyncExitStack() as stack:
        stores = []
        for run_nodes in (run_one_node, run_three_nodes):
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="doorstep-bench-"))
            url, nodes = await stack.enter_async_context(run_nodes(Path(folder)))
            store = await open_store(url, check_value="bench")
            stack.push_async_callback(store.close)
            await _commit_all(store, "w", len(nodes))
            stores.append((store, nodes))
        for turn in range(ROUNDS):
            for store, nodes in stores:
                times.setdefault(len(nodes), []).append(await measure_commits(store, nodes, f"{turn:02}"))
    return times


def print_growth(steps: Sequence[GrowthStep], commits: Mapping[int, Sequence[float]], console: Console) -> None:
    """Print a line a step, and what three nodes allow over one."""
    table = Table(
        "web processes", "store nodes", "here a second", "web, µs", "busiest node, µs", "with own cores a second"
    )
    for step in steps:
        table.add_row(
            str(step.webs), str(step.nodes), f"{step.rate:,.0f}", f"{step.web_us:.0f}",
            f"{step.busiest_node_us:.0f}", f"{step.possible_rate:,.0f}",
        )  # fmt: skip
    console.print(table)
    one, three = median(commits[1]), median(commits[3])
    console.print(
        f"a commit at the busiest node, all nodes busy, median of {ROUNDS} rounds in turn: {one:.1f} µs of one node, "
        f"{three:.1f} of three, so three do {one / three:.2f} times as many (target: at least 2.5; by the least of the "
        f"rounds, {min(commits[1]):.1f} and {min(commits[3]):.1f}: {min(commits[1]) / min(commits[3]):.2f})"
    )


async def main() -> None:
    """Measure, then print."""
    commits = await measure_nodes()
    print_growth(await measure_growth(), commits, Console(width=120))


if __name__ == "__main__":
    uvloop.run(main())
