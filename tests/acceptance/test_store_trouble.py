"""Stores that come back empty, forget, or lost their end, and clocks that jump: nothing is made up, and it is said."""

import asyncio
import json
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from service.engine.clock import machine_ms
from service.runtime.demo_secrets import PAGE
from service.runtime.store_watch import clock_check
from service.runtime.store_watch.known_store import FILE
from service.stand_ins.graph_api import message_payload
from store.embedded.server import find_binary
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_service import RunningService
from tests.support.service_processes import Installation, prepare_installation, wait_for_end

KEEPING = ("--appendonly", "yes")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder whose path is short enough for a socket."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@asynccontextmanager
async def run_server(folder: Path, *words: str) -> AsyncIterator[str]:
    """Run a server of one's own on a unix socket; yield its URL."""
    await asyncio.to_thread(folder.mkdir, exist_ok=True)
    socket = folder / "s"
    process = await asyncio.create_subprocess_exec(
        find_binary(),
        *("--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--save", "", *words),
        stdout=subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not socket.exists():  # noqa: ASYNC110  another process has no event for us
                await asyncio.sleep(0.01)
        yield f"unix://{socket}"
    finally:
        process.kill()
        await process.wait()
        socket.unlink(missing_ok=True)


async def end_of(installation: Installation, *words: str) -> tuple[int | None, str, str]:
    """Run a command to its end; return its exit code and what it said."""
    return await wait_for_end(await installation.start_process(*words, ready=False))


async def test_an_emptied_store_stops_the_service_and_nothing_is_made_up(folder: Path) -> None:
    """The webhook is told to come again, the process ends with the reason, and does not start on the empty store."""
    async with (
        run_server(folder / "v", *KEEPING) as url,
        prepare_installation(folder, STORE_URL=url) as installation,
        Redis.from_url(url) as redis,
    ):
        process = await installation.start_process("run")
        assert await installation.post_text("7", "m1", "newsletter") == 200
        await redis.flushall()
        assert await installation.post_text("7", "m2", "yes") == 503
        code, _, said = await wait_for_end(process)
        assert (code, "an empty store answers at the address" in said) == (1, True), said
        for words in (("run",), ("sends",)):
            code, _, said = await end_of(installation, *words)
            assert (code, f"remove {folder}/store/{FILE}" in said) == (1, True), said
        assert [key for key in await redis.keys("*") if b":s:" in key or b"layout" in key] == []
        (folder / "store" / FILE).unlink()
        await installation.start_process("run")
        assert await installation.post_text("7", "m3", "newsletter") == 200


async def test_another_store_at_the_address_is_not_taken(folder: Path) -> None:
    """A server restarted without its data is recognised at the reconnect, before a command goes there."""
    async with prepare_installation(folder, STORE_URL=f"unix://{folder}/v/s") as installation:
        async with run_server(folder / "v", *KEEPING):
            process = await installation.start_process("run")
            assert await installation.post_text("7", "m1", "newsletter") == 200
        for file in (folder / "v" / "appendonlydir").iterdir():
            file.unlink()
        async with run_server(folder / "v", *KEEPING) as url, Redis.from_url(url) as redis:
            code, _, said = await wait_for_end(process)
            assert (code, "an empty store answers at the address" in said) == (1, True), said
            assert await redis.keys("*") == []


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ((*KEEPING, "--maxmemory-policy", "allkeys-lru"), "set maxmemory-policy noeviction"),
        (("--appendonly", "no"), "set appendonly yes"),
    ],
)
async def test_a_server_that_forgets_is_refused(folder: Path, words: tuple[str, ...], remedy: str) -> None:
    """It says which setting of the server to mend; a laptop may take the risk."""
    async with (
        run_server(folder / "v", *words) as url,
        prepare_installation(folder, STORE_URL=url) as installation,
    ):
        code, _, said = await end_of(installation, "run")
        assert (code, remedy in said, "--accept-loss" in said) == (1, True, True), said
        await installation.start_process("run", "--accept-loss")
        assert await installation.post_text("7", "m1", "newsletter") == 200


async def test_a_store_that_lost_its_end_holds_marketing_until_somebody_looked(folder: Path) -> None:
    """An append-only file cut short is noticed by the mark beside it; confirmations go on, marketing waits."""
    async with prepare_installation(folder) as installation:
        process = await installation.start_process("run")
        assert await installation.post_text("7", "m1", "newsletter") == 200
        process.terminate()
        await wait_for_end(process)
        log = next((folder / "store" / "appendonlydir").glob("*.incr.aof"))
        log.write_bytes(log.read_bytes()[:-300])
        await installation.start_process("run")
        paused = json.loads((await end_of(installation, "mail", "status", "--json"))[1])
        assert paused["transactional"] is None
        assert "came back without its last" in paused["marketing"]["reason"]
        assert "goes out again" in (await end_of(installation, "mail", "resume", "marketing"))[1]


async def test_a_clock_that_jumps_decides_nothing(running: RunningService, monkeypatch: pytest.MonkeyPatch) -> None:
    """While machine and store are more than 5 minutes apart everything waits, and goes on when they agree again."""
    now = running.demo.doorstep.clock.now()
    text = message_payload(page=PAGE, psid="7", mid="m1", at=now, text="newsletter")
    for days in (-400, 400):
        monkeypatch.setattr(clock_check, "machine_ms", lambda days=days: machine_ms() + days * 86_400_000)
        async with running.http.get(f"{running.demo.url}/readyz") as answer:
            told = await answer.json()
        assert answer.status == 503
        assert f"576,000 minutes {'ahead of' if days > 0 else 'behind'} the store's" in told["reason"]
        assert await running.post_webhook(text) == 503
    monkeypatch.undo()
    assert await running.post_webhook(text) == 200
