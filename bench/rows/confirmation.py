"""A confirmation mail while an issue of the newsletter goes out: from the webhook with the address to the mail server.

One process does all of it, as shipped: it takes the webhooks, asks the readers of the issue, and sends both.  People
have typed all but their address beforehand.  A third of the addresses comes before the issue, to compare with.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bench import graph, load, traffic
from bench.processor_time import ProcessorTime
from bench.rows.crowd import memory_mb, peak_memory_mb
from bench.service import KEYS, MeasuredService, open_store_for_seeding, run_doorstep, scratch_data_folder
from bench.table import Figures, NotMeasuredError
from bench.timed_sink import MailArrivals, fetch_arrivals, run_timed_sink
from domain.ports import Store
from service.engine.clock import system_ms, system_now
from service.issues import change_issue
from service.issues.index_readers import META as INDEXED
from service.issues.states import load_states
from service.workspace.edition import load_edition
from store.valkey.store import open_store
from tests.support.issue_readers import make_readers, write_readers

ISSUE, TOPIC = "winter_teas", "friday_leaf"
READERS = 20_000
QUIET, BESIDE = 100, 300
"""People who give their address before the issue, and while it goes out."""
PACE = 15.0
"""Addresses a second."""
LIMITS = f"\nlimits: {{unproven_mails_an_hour: {2 * (QUIET + BESIDE)}}}\n"
"""All of them are new accounts, which the service would slow down."""
LANES, PAGES = 16, 16
CHAT = traffic.CHAT[:2]
ADDRESS = "mia.{}@example.com"
MIA = "mia."
LATEST_SECONDS = 60.0
LOOK_SECONDS = 0.1


@dataclass(slots=True, kw_only=True)
class AddressCrowd:
    """Gives addresses at a pace, and waits for their mails."""

    service: MeasuredService
    sink: int
    """Port of the mail server."""

    async def prepare(self, people: range) -> None:
        """Let people type all but their address."""
        crowd = traffic.ChattingCrowd(
            connections=LANES, messages=len(people) * len(CHAT), first=people.start, chat=CHAT
        )  # fmt: skip
        lanes = traffic.build_lanes(crowd, traffic.messenger_requests(at_ms=system_ms(), pages=PAGES))
        await load.send_at_full_rate(self.service.port, lanes, seconds=LATEST_SECONDS, warm_up=0)

    async def give_addresses(self, people: range) -> list[float]:
        """Let people give their addresses; return the times until their mails were complete, in ms, ascending."""
        sent: dict[str, float] = {}
        build = traffic.messenger_requests(at_ms=system_ms(), pages=PAGES)

        def type_addresses(some: range) -> Iterator[bytes]:
            for number in some:
                request = build(number, len(CHAT), ADDRESS.format(number))
                # The load takes a request at the very moment at which it is sent.
                sent[ADDRESS.format(number)] = perf_counter()
                yield request

        lanes = [type_addresses(people[lane::LANES]) for lane in range(LANES)]
        await load.send_at_pace(self.service.port, lanes, rate=PACE, seconds=LATEST_SECONDS, warm_up=0)
        arrived = await self._wait_for_mails(sent)
        return sorted(1000 * (arrived.moments[name] - began) for name, began in sent.items())

    async def _wait_for_mails(self, sent: dict[str, float]) -> MailArrivals:
        deadline, missing = perf_counter() + LATEST_SECONDS, len(sent)
        while perf_counter() < deadline:
            arrived = await fetch_arrivals(self.sink, MIA)
            if not (missing := len(sent.keys() - arrived.moments.keys())):
                return arrived
            await asyncio.sleep(LOOK_SECONDS)
        message = f"{missing} of {len(sent)} confirmation mails did not come"
        raise NotMeasuredError(message)


async def measure(figures: Figures) -> None:
    """Measure confirmations without and with an issue, the memory that the issue takes, and what a mail costs."""
    async with _run_with_readers() as (crowd, store, edition):
        await crowd.prepare(range(QUIET + BESIDE))
        _note_times(figures, "confirmation, quiet", await crowd.give_addresses(range(QUIET)))
        memory = memory_mb(crowd.service.pid)
        await _release_issue(store, edition)
        before = await _wait_for_first(crowd.sink)
        spent, began = ProcessorTime(service=crowd.service.pid).begin(), perf_counter()
        times = await crowd.give_addresses(range(QUIET, QUIET + BESIDE))
        mails = (await fetch_arrivals(crowd.sink, MIA)).mails - before - BESIDE
        await _require_sending(store)
        _note_times(figures, "confirmation beside an issue", times)
        seconds = perf_counter() - began
        figures["mails of the issue meanwhile"] = mails / seconds
        for process, taken in spent.read_spent().items():
            figures[f"an issue with confirmations: {process}, % of a core"] = 100 * taken / seconds
        figures["memory that an issue adds, MB"] = peak_memory_mb(crowd.service.pid) - memory


def _note_times(figures: Figures, name: str, times: list[float]) -> None:
    for percent in (50, 99, 100):
        figures[f"{name} {'max' if percent == 100 else f'p{percent}'}"] = times[
            min(len(times) - 1, len(times) * percent // 100)
        ]


@asynccontextmanager
async def _run_with_readers() -> AsyncIterator[tuple[AddressCrowd, Store, str]]:
    """Yield who gives addresses, the store, and the name of the live edition."""
    async with graph.run_graph_stand_in() as replies, run_timed_sink() as sink, scratch_data_folder() as data:
        await _write_readers(data)
        async with run_doorstep(
            "all", data, more_config=LIMITS, graph=replies, smtp=sink, pages=PAGES
        ) as service:  # fmt: skip
            store = await open_store(service.store_url, check_value=KEYS.check_value)
            try:
                edition, _ = load_edition(data.parent / "workspace")
                yield AddressCrowd(service=service, sink=sink), store, edition.hash
            finally:
                await store.close()


async def _write_readers(data: Path) -> None:
    edition, _ = load_edition(None)
    async with open_store_for_seeding(data) as store:
        await write_readers(store, make_readers(range(READERS), edition.config, KEYS, TOPIC, system_now()), TOPIC)
        await store.save_meta(INDEXED, b"1")


async def _release_issue(store: Store, edition: str) -> None:
    now = system_now()
    await change_issue.note_plan(store, ISSUE, READERS, edition, now)
    await change_issue.release_issue(store, ISSUE, edition, "now", now)


async def _wait_for_first(sink: int) -> int:
    """Wait until the issue is on its way; return how many mails have come."""
    deadline = perf_counter() + LATEST_SECONDS
    while perf_counter() < deadline:
        if (arrived := await fetch_arrivals(sink, MIA)).mails > 2 * QUIET:
            return arrived.mails
        await asyncio.sleep(LOOK_SECONDS)
    message = "the issue did not begin"
    raise NotMeasuredError(message)


async def _require_sending(store: Store) -> None:
    if (state := (await load_states(store))[ISSUE].state) != "sending":
        message = f"the issue was {state} before the last confirmation; it needs more readers"
        raise NotMeasuredError(message)
