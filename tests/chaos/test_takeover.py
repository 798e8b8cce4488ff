"""What a dead process had in hand is taken over within five seconds; one that stood still sends nothing twice.

The long form, with the times of the product, is ``make servers``.
"""

import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter

import pytest

import bot.outbound.claims
from domain.effects import encode_posted
from domain.ports import Commit, Posting
from service.runtime.web_app import listen_at
from service.runtime.work_sharing import partition_leases
from store.embedded.server import embedded_server
from store.valkey.store import open_store
from tests.support.messenger_world import KEYS, LANE, MovableTime, chat_message, make_graph_stand_in, subscriber_name
from tests.support.paths import ROOT
from tests.support.patience import PATIENCE_SECONDS
from tests.support.sender_process import KillSwitch
from tests.support.silent_process import ECHO_WAIT_MS, shorten_leases, work_until_empty

pytestmark = pytest.mark.chaos

SCALE = 1.0 if os.environ.get("DOORSTEP_TEST_SERVERS") == "all" else 0.2
MOST_SECONDS = 5.0
"""Within which somebody else has what a dead or silent process had claimed."""
CASES = [
    ("claimed", signal.SIGKILL),
    ("claimed", signal.SIGSTOP),
    ("begun", signal.SIGSTOP),
    ("before it is written", signal.SIGSTOP),
]


@pytest.fixture(autouse=True)
def short_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten all leases, here and in the other process."""
    for name in ("PARTITION_LEASE_MS", "RENEW_SECONDS", "CERTAIN_SECONDS"):
        monkeypatch.setattr(partition_leases, name, getattr(partition_leases, name))
    monkeypatch.setattr(bot.outbound.claims, "ECHO_WAIT_MS", ECHO_WAIT_MS)
    shorten_leases(SCALE)


async def test_what_a_silent_process_had_claimed_is_sent_once(tmp_path: Path) -> None:
    """Killed or stopped at each moment of a send: another sends it in time, and who wakes up sends nothing."""
    took = await asyncio.gather(*(_fall_silent(tmp_path / str(number), *case) for number, case in enumerate(CASES)))
    lines = [
        f"{moment:22} {number.name}: sent {seconds:.1f} s later"
        for (moment, number), seconds in zip(CASES, took, strict=True)
    ]
    print("", *lines, sep="\n")  # noqa: T201  the figures are the result
    # An attempt that had begun may have arrived: its echo is awaited first.
    assert max(took) < MOST_SECONDS * SCALE + ECHO_WAIT_MS / 1000 + 1.0


async def _fall_silent(folder: Path, moment: str, number: signal.Signals) -> float:
    """Let a process fall silent in the middle of a send; return after how many seconds another one had sent it."""
    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(embedded_server(folder / "store"))
        store = await open_store(place, check_value=KEYS.check_value)
        stack.push_async_callback(store.close)
        graph = make_graph_stand_in(MovableTime(), echo_to="")
        url = await stack.enter_async_context(listen_at(graph.build_application(), "127.0.0.1", 0)) + "/"
        items = [Posting(lane=LANE, item=encode_posted(chat_message(one, typing=True))) for one in range(2)]
        await store.commit(Commit(subscriber=subscriber_name(), version=0, record=b"record", outbox=tuple(items)))
        silent = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.support.silent_process", moment, str(int(number)), str(SCALE), place, url,
            cwd=ROOT,
        )  # fmt: skip
        await _await_silence(silent)
        began = perf_counter()
        await work_until_empty(store, "heir", KillSwitch(""), url)
        took = perf_counter() - began
        if number is signal.SIGSTOP:
            silent.send_signal(signal.SIGCONT)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await silent.wait() == (0 if number is signal.SIGSTOP else -signal.SIGKILL)
        sent = [str(delivered.message["metadata"]) for delivered in graph.sent if delivered.message]
        assert len(sent) == len(set(sent)) == len(items)
        return took


async def _await_silence(process: asyncio.subprocess.Process) -> None:
    """Return when the process has stopped or ended."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while process.returncode is None:
            if _state_of(process.pid) in "TZ":
                return
            await asyncio.sleep(0.005)


def _state_of(pid: int) -> str:
    """Return a process's state as the kernel tells it: T is stopped, Z has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "Z"
