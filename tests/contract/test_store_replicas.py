"""Replicas: a write is answered when they have it, and a caller that only reads never waits for them."""

import asyncio
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from domain.ports import Commit, CommitStatus, Loaded, StoreAwayError
from service.demo.compose import find_free_port
from store.embedded.server import find_binary
from store.keys import StoreKeys
from store.valkey import replicas
from store.valkey.connection import ValkeyConnection
from store.valkey.store import ValkeyStore, open_store
from tests.contract.conftest import PARTITIONS, empty, opened
from tests.support.patience import PATIENCE_SECONDS


def first(name: str = "mia") -> Commit:
    """Return somebody's first commit."""
    return Commit(subscriber=name, version=0, record=b"one")


async def lonely(url: str) -> ValkeyStore:
    """Open an empty store that wants a replica where there is none."""
    await empty(url)
    return await open_store(f"{url}?replicas=1", partitions=PARTITIONS, check_value="check")


async def waits(url: str) -> int:
    """Return how often a server was asked for its replicas."""
    connection = ValkeyConnection(url)
    await connection.open_first()
    lines = (await connection.run_command(b"INFO", b"commandstats")).decode().splitlines()
    await connection.close()
    counted = next((line for line in lines if line.startswith("cmdstat_wait:")), "calls=0,")
    return int(counted.partition("calls=")[2].partition(",")[0])


async def test_a_missing_replica(embedded_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With ``replicas=1`` a commit that no replica has is not answered as done."""
    monkeypatch.setattr(replicas, "WAIT_MS", 5)
    store = await lonely(embedded_url)
    with pytest.raises(StoreAwayError, match="replicas"):
        await store.commit(first())
    with pytest.raises(StoreAwayError, match="replicas"):  # so that /readyz says what webhooks meet
        await store.try_write()
    await store.close()


async def test_nobody_else_waits_for_a_missing_replica(embedded_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a commit waits for its replica, the same store reads on."""
    monkeypatch.setattr(replicas, "WAIT_MS", 300)
    store = await lonely(embedded_url)
    committing = asyncio.create_task(store.commit(first()))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await store.load("mia") != Loaded(record=b"one", version=1):
            pass
    for _ in range(20):
        await store.ping()
    assert not committing.done()
    with pytest.raises(StoreAwayError, match="replicas"):
        await committing
    await store.close()


async def test_many_writes_share_a_round(embedded_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred commits at once ask for the replicas a few times, not a hundred."""
    monkeypatch.setattr(replicas, "WAIT_MS", 5)
    store = await lonely(embedded_url)
    before = await waits(embedded_url)
    commits = [store.commit(first(f"s{number}")) for number in range(100)]
    answers = await asyncio.gather(*commits, return_exceptions=True)
    assert {type(answer) for answer in answers} == {StoreAwayError}
    assert 1 <= await waits(embedded_url) - before <= 5
    await store.close()


async def test_a_closed_store_waits_for_nobody(embedded_url: str) -> None:
    """Closing ends the wait for replicas too; what waited is told, and closing again does nothing."""
    store = await lonely(embedded_url)
    committing = asyncio.create_task(store.commit(first()))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await store.load("mia")).record is None:
            pass
        await store.close()
        with pytest.raises(StoreAwayError):
            await committing
    await store.close()


@pytest.fixture
def port() -> int:
    """Return a free port."""
    return find_free_port("127.0.0.1", 0)


@pytest.fixture
def replica(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server at the port, and a replica of it on a unix socket; return the replica."""
    main = ["--port", str(port), "--bind", "127.0.0.1", "--repl-diskless-sync-delay", "0"]
    second = ["--port", "0", "--unixsocket", str(tmp_path / "r"), "--replicaof", "127.0.0.1", str(port)]
    running = []
    for name, arguments in (("main", main), ("second", second)):
        (tmp_path / name).mkdir()
        command = [str(find_binary()), *arguments, "--dir", str(tmp_path / name), "--save", ""]
        running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
    yield running[1]
    for process in running:
        process.kill()
        process.wait()


async def joined(store: ValkeyStore) -> None:
    """Return when the replica follows."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with suppress(StoreAwayError):
                await store.release_leases("nobody")
                return


async def test_what_was_answered_is_on_the_replica(
    replica: subprocess.Popen[bytes], tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every answered commit is on the replica at that moment; while the replica hangs no commit is answered."""
    monkeypatch.setattr(replicas, "WAIT_MS", 10_000)
    await (await opened(f"redis://127.0.0.1:{port}")).close()
    store = await open_store(f"redis://127.0.0.1:{port}?replicas=1", partitions=PARTITIONS, check_value="check")
    second = ValkeyConnection(f"unix://{tmp_path}/r")
    await joined(store)
    await second.open_first()
    for number in range(20):
        assert (await store.commit(first(f"s{number}"))).status is CommitStatus.COMMITTED
        assert (
            await second.run_command(b"GET", StoreKeys(PARTITIONS).keys_of(f"s{number}").record_key(b"s%d" % number))
        )[8:] == b"one"
    replica.send_signal(signal.SIGSTOP)
    monkeypatch.setattr(replicas, "WAIT_MS", 100)
    with pytest.raises(StoreAwayError, match="replicas"):
        await store.commit(first("mia"))
    replica.send_signal(signal.SIGCONT)
    await second.close()
    await store.close()
