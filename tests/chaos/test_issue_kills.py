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
from tests.support.issue_readers import is_left_out, make_readers, name_reader, write_readers
from tests.support.killed_service import SECRET, KilledService, run_killed_service

pytestmark = pytest.mark.chaos

IS_LONG = "DOORSTEP_TEST_READERS" in os.environ
READERS = int(os.environ.get("DOORSTEP_TEST_READERS", "300"))
FEW_KILLS = 6
"""Of the short form."""
NAME, TOPIC = "winter_teas", "friday_leaf"
KEYS = Keyring(SECRET)
PAUSES = 10
LOOK_SECONDS = 0.25
MAILS_A_SECOND = 60
"""About what goes out on a machine of two cores that does much besides."""
SECONDS_A_READER = 0.2
"""Patience for each reader, on a machine that does much besides."""


@dataclass
class IssueRun:
    """One release under kills, and what arrived of it."""

    running: KilledService
    store: Store
    edition: Edition
    arrived: Counter[str] = field(default_factory=Counter)
    """Mails by address."""
    done: Counter[str] = field(default_factory=Counter)
    """Kills and pauses."""

    async def release(self) -> None:
        """Write the readers, and release the issue to them at once."""
        readers = make_readers(range(READERS), self.edition.config, KEYS, TOPIC, system_now())
        await write_readers(self.store, readers, TOPIC)
        await self.store.save_meta(INDEXED, b"1")
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
            await asyncio.sleep(dice.uniform(0.1, max(2.0, READERS / MAILS_A_SECOND / kills)))
            match number % 3:
                case 0:
                    await self.running.kill_service()
                case 1:
                    await self.running.kill_store()
                case 2:
                    await self._kill_sink(dice.uniform(0.1, 0.5))
            self.done[("worker", "store", "sink")[number % 3]] += 1

    async def _kill_sink(self, seconds: float) -> None:
        port = self.running.inbox.port
        await self.running.inbox.stop_listening()
        await asyncio.sleep(seconds)
        await self.running.inbox.start_listening(port)

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
        """Wait until nobody waits any more; count what arrives meanwhile."""
        async with asyncio.timeout(120 + SECONDS_A_READER * READERS):
            while (await self.state()).state != "done":
                self.count_arrived()
                await self.end_pause()
                await asyncio.sleep(LOOK_SECONDS)
        self.count_arrived()

    def count_arrived(self) -> None:
        """Count the mails of the sink, and forget them: a million do not fit into memory."""
        received = self.running.inbox.received
        while received:
            self.arrived.update(received.popleft().recipients)

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
    async with run_killed_service(folder) as running, joined_server(running.data) as url:
        store = await open_store(url, check_value=KEYS.check_value)
        try:
            yield IssueRun(running=running, store=store, edition=load_edition(folder / "workspace")[0])
        finally:
            await store.close()


async def test_each_address_gets_an_issue_once_whatever_dies(tmp_path: Path, kills: int) -> None:
    """Mailed twice: nobody.  Left out without a reason: nobody.  Unknown: listed, and nobody else is missing."""
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"\nseed {seed}, {READERS:,} readers")  # noqa: T201  to repeat it
    async with start_run(tmp_path) as run:
        began = time.monotonic()
        await run.release()
        written = time.monotonic() - began
        await asyncio.gather(run.kill_at_random(kills if IS_LONG else FEW_KILLS, seed), run.pause_now_and_then())
        await run.wait_until_done()
        lines = {email: line async for email, line in run.list_lines()}
        found = count_faults(run.arrived, lines)
        seconds = time.monotonic() - began - written
        told = {**run.done, **found, "seconds": round(seconds), "a second": round(READERS / seconds)}
        print(*(f"{name} {number:,}" for name, number in told.items()), sep="\n")  # noqa: T201  the figures are the result
        assert {name: found[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0)
        assert found["readers"] == READERS
        assert (await run.state()).result.get("unknown", 0) == found["unknown"]


FAULTS = ("mailed twice", "without a line", "left out without a reason", "sent and not arrived", "arrived unasked")


def count_faults(arrived: Counter[str], lines: dict[str, SendLine | None]) -> Counter[str]:
    """Count readers by what became of them, and whatever must not be."""
    found = Counter({"readers": len(lines), "mailed twice": sum(number > 1 for number in arrived.values())})
    for email, line in lines.items():
        number = int(email.partition("@")[0].removeprefix(name_reader(0)[:-1]))
        status = line.status if line else "none"
        found[status] += 1
        found["without a line"] += line is None
        found["left out without a reason"] += line is not None and status == "refused" and not line.note
        found["sent and not arrived"] += status == "sent" and not arrived[email]
        found["arrived unasked"] += bool(arrived[email]) and (status not in ("sent", "unknown") or is_left_out(number))
        found["unknown that arrived"] += status == "unknown" and bool(arrived[email])
    return found
