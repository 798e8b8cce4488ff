"""An issue is released while its worker, its store and its mail server are killed; then every reader is counted.

The long form is ``make issue READERS=1000000 KILLS=60``.
"""

import asyncio
import os
import random  # noqa: TID251  moments of the kills; the seed is printed
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from domain.keyring import Keyring
from domain.ports import SendLine, Store, StoreAwayError
from service.engine.clock import system_now
from service.issues import change_issue
from service.issues.index_readers import META as INDEXED
from service.issues.read_readers import ReaderScan
from service.issues.states import IssueState, load_states
from service.workspace.edition import Edition, load_edition
from store.embedded.server import joined_server
from store.valkey.store import open_store
from tests.support.issue_readers import make_readers, write_readers
from tests.support.issue_tally import FAULTS, IssueTally, MemoryGrowth
from tests.support.killed_service import SECRET, KilledService, run_killed_service
from tests.support.mail_sink import MailSink

pytestmark = pytest.mark.chaos

IS_LONG = "DOORSTEP_TEST_READERS" in os.environ
READERS = int(os.environ.get("DOORSTEP_TEST_READERS", "5000"))
FEW_KILLS = 6
"""Of the short form."""
NAME, TOPIC = "winter_teas", "friday_leaf"
KEYS = Keyring(SECRET)
PAUSES = 10
LOOK_SECONDS = 0.25
MAILS_A_SECOND = 400
"""About what goes out on two cores that also run the store, the mail server and this test."""
LONGEST_BETWEEN_KILLS, SHORTEST_BETWEEN_KILLS = 60.0, 1.5
SECONDS_A_READER = 0.2
"""Patience for each reader, on a machine that does much besides."""


@dataclass
class IssueRun:
    """One release under kills, and what arrived of it."""

    running: KilledService
    sink: MailSink
    tally: IssueTally
    store: Store
    edition: Edition
    memory: MemoryGrowth = field(default_factory=MemoryGrowth)
    done: Counter[str] = field(default_factory=Counter)
    """Kills and pauses."""

    async def write_people(self) -> None:
        """Write the readers."""
        readers = make_readers(range(READERS), self.edition.config, KEYS, TOPIC, system_now())
        await write_readers(self.store, readers, TOPIC)
        await self.store.save_meta(INDEXED, b"1")

    async def release(self) -> None:
        """Release the issue at once."""
        await change_issue.note_plan(self.store, NAME, READERS, self.edition.hash, system_now())
        await change_issue.release_issue(self.store, NAME, self.edition.hash, "now", system_now())

    async def state(self) -> IssueState:
        """Return the state of the issue, as soon as the store answers."""
        while True:
            try:
                return (await load_states(self.store))[NAME]
            except StoreAwayError:
                await asyncio.sleep(LOOK_SECONDS)

    async def kill_at_random(self, kills: int, seed: int) -> None:
        """Kill the worker, the store and the mail server, until all kills are done."""
        dice = random.Random(seed)  # noqa: S311  no secret
        for number in range(kills):
            # Over the whole of a large release, and not only its beginning.
            usual = 2 * READERS / MAILS_A_SECOND / kills
            await asyncio.sleep(dice.uniform(0.1, min(max(SHORTEST_BETWEEN_KILLS, usual), LONGEST_BETWEEN_KILLS)))
            match number % 3:
                case 0:
                    await self.running.kill_service()
                case 1:
                    await self.running.kill_store()
                case 2:
                    self.sink.kill()
                    await asyncio.sleep(dice.uniform(0.1, 0.5))
                    await self.sink.start_listening()
            self.done[("worker", "store", "sink")[number % 3]] += 1

    async def pause_now_and_then(self) -> None:
        """Pause and resume while it goes; a pause that meets a store that is away is tried again."""
        for _ in range(PAUSES):
            await asyncio.sleep(0.5)
            try:
                await change_issue.pause_issue(self.store, NAME, "a look", system_now())
                await asyncio.sleep(LOOK_SECONDS)
                await change_issue.resume_issue(self.store, NAME, "", system_now())
            except StoreAwayError:
                continue
            except change_issue.IssueRefusedError:
                return  # it is done
            self.done["pauses"] += 1

    async def end_pause(self) -> None:
        """Resume, if the last answer to a pause was lost."""
        if (await self.state()).state == "paused":
            await change_issue.resume_issue(self.store, NAME, "", system_now())

    async def wait_until_done(self) -> None:
        """Wait until nobody waits any more."""
        async with asyncio.timeout(120 + SECONDS_A_READER * READERS):
            while (await self.state()).state != "done":
                await self.end_pause()
                await asyncio.sleep(LOOK_SECONDS)

    async def go_through(self, kills: int, seed: int) -> None:
        """Kill and pause until all of that is done, then wait for the end; look at the memory all the while."""

        async def follow_memory() -> None:
            while True:
                self.memory.look_at(self.running.pid)
                await asyncio.sleep(LOOK_SECONDS)

        looking = asyncio.create_task(follow_memory())
        try:
            await asyncio.gather(self.kill_at_random(kills, seed), self.pause_now_and_then())
            await self.wait_until_done()
        finally:
            looking.cancel()

    async def measure_store(self) -> int:
        """Return how many bytes the store takes."""
        return sum(server.used_bytes for server in await self.store.examine_servers())

    async def list_lines(self) -> AsyncIterator[tuple[str, SendLine | None]]:
        """Yield the address of every reader, with their line."""
        state = await self.state()
        assert state.released_at
        scan = ReaderScan(
            store=self.store, keys=KEYS, issue=self.edition.issues.issues[NAME], released_at=state.released_at
        )
        for number in range(self.store.partitions):
            async for reader in scan.read_partition(number, system_now()):
                (address,) = reader.record.addresses.values()
                yield address.email, reader.line


@asynccontextmanager
async def start_run(folder: Path) -> AsyncIterator[IssueRun]:
    """Start the service, and open its store beside it."""
    tally = IssueTally(READERS)
    sink = MailSink(tally.note_arrived)
    await sink.start_listening()
    async with run_killed_service(folder, mail_port=sink.port) as running, joined_server(running.data) as url:
        store = await open_store(url, check_value=KEYS.check_value)
        edition = load_edition(folder / "workspace")[0]
        try:
            yield IssueRun(running=running, sink=sink, tally=tally, store=store, edition=edition)
        finally:
            await store.close()
            sink.kill()


async def test_each_address_gets_an_issue_once_whatever_dies(tmp_path: Path, kills: int) -> None:
    """Mailed twice: nobody.  Left out without a reason: nobody.  Unknown: listed, and nobody else is missing."""
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"\nseed {seed}, {READERS:,} readers")  # noqa: T201  to repeat it
    async with start_run(tmp_path) as run:
        await run.write_people()
        before, began = await run.measure_store(), time.monotonic()
        await run.release()
        await run.go_through(kills if IS_LONG else FEW_KILLS, seed)
        seconds = time.monotonic() - began
        grown = await run.measure_store() - before
        found = await run.tally.count_faults(run.list_lines())
        listed = (await run.state()).result.get("unknown", 0)
        told = {
            **run.done, **found, "unknown listed": listed, "seconds": round(seconds),
            "a second": round(READERS / seconds), "memory grown, MB": round(run.memory.most_mb),
            "store grown a reader, bytes": round(grown / READERS),
        }  # fmt: skip
        print(*(f"{name} {number:,}" for name, number in told.items()), sep="\n")  # noqa: T201  the figures are the result
        assert {name: found[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0)
        assert (found["readers"], found["unknown"]) == (READERS, listed)
