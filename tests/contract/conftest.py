"""Every contract test runs on each store: in memory, on an embedded Valkey, on a cluster of three nodes.

``DOORSTEP_TEST_SERVERS=all`` adds a primary behind sentinels and, where the system brings a Valkey or Redis server of
its own, that server alone, with TLS, and as a cluster and behind sentinels with TLS; ``make servers`` sets it.
``DOORSTEP_TEST_STORE_URL`` names an outside Valkey or Redis whose database may be emptied.
"""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio

from domain.ports import Store, StoreAwayError
from store.embedded.server import embedded_server
from store.valkey.base import make_client
from store.valkey.store import ValkeyStore, open_store
from tests.support.memory_store.store import MemoryStore
from tests.support.patience import PATIENCE_SECONDS
from tests.support.servers.certificate import make_certificate
from tests.support.servers.cluster import run_cluster
from tests.support.servers.process import ServerProgram, run_alone, system_program
from tests.support.servers.sentinel import run_sentinels

PARTITIONS = 4
START_MS = 1_795_000_000_000
ALL = os.environ.get("DOORSTEP_TEST_SERVERS") == "all"
KINDS = [
    "memory",
    "valkey",
    "cluster",
    *(["sentinel"] if ALL else []),
    *(["system", "system-tls", "system-cluster-tls", "system-sentinel-tls"] if ALL and system_program() else []),
    *(["outside"] if os.environ.get("DOORSTEP_TEST_STORE_URL") else []),
]

Later = Callable[[int], Awaitable[None]]
"""Lets so many ms of server time pass."""


class HandClock:
    """A server clock that a test moves."""

    def __init__(self) -> None:
        """Start somewhere."""
        self.ms = START_MS

    def __call__(self) -> int:
        """Return the time that was set."""
        return self.ms

    async def later(self, ms: int) -> None:
        """Move on."""
        self.ms += ms


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def embedded_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Run one embedded server for the whole test session."""
    folder: Path = tmp_path_factory.mktemp("store")
    async with embedded_server(folder) as url:
        yield url


@pytest.fixture
def clock() -> HandClock:
    """Return the memory store's server clock."""
    return HandClock()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Name the store under test."""
    return str(request.param)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def cluster_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Run a cluster of three nodes for the whole test session."""
    async with run_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster.url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sentinel_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Run a primary, a replica and three sentinels for the whole test session."""
    async with run_sentinels(tmp_path_factory.mktemp("sentinels")) as watched:
        yield f"{watched.url}?replicas=1"


@pytest.fixture(scope="session")
def system_tls(tmp_path_factory: pytest.TempPathFactory) -> ServerProgram:
    """Return the system's own server, with a certificate."""
    path = system_program()
    assert path is not None
    return ServerProgram(path=path, certificate=make_certificate(tmp_path_factory.mktemp("certificate")))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def system_url(tmp_path_factory: pytest.TempPathFactory, system_tls: ServerProgram) -> AsyncIterator[str]:
    """Run the system's own server for the whole test session."""
    program = ServerProgram(path=system_tls.path)
    async with run_alone(tmp_path_factory.mktemp("system"), program) as url:
        yield url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def system_tls_url(tmp_path_factory: pytest.TempPathFactory, system_tls: ServerProgram) -> AsyncIterator[str]:
    """Run the same with TLS."""
    async with run_alone(tmp_path_factory.mktemp("tls"), system_tls) as url:
        yield url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def system_cluster_url(tmp_path_factory: pytest.TempPathFactory, system_tls: ServerProgram) -> AsyncIterator[str]:
    """Run three of them as a cluster with TLS."""
    async with run_cluster(tmp_path_factory.mktemp("tls-cluster"), program=system_tls) as cluster:
        yield cluster.url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def system_sentinel_url(
    tmp_path_factory: pytest.TempPathFactory, system_tls: ServerProgram
) -> AsyncIterator[str]:
    """Run two of them behind three sentinels, all with TLS."""
    async with run_sentinels(tmp_path_factory.mktemp("tls-sentinels"), system_tls) as watched:
        yield watched.url


FIXTURES = {
    "cluster": "cluster_url",
    "sentinel": "sentinel_url",
    "system": "system_url",
    "system-tls": "system_tls_url",
    "system-cluster-tls": "system_cluster_url",
    "system-sentinel-tls": "system_sentinel_url",
}
"""The fixture that starts a kind of store; all others are the embedded server."""


@pytest.fixture
def store_url(request: pytest.FixtureRequest, kind: str) -> str:
    """Return the address of a server whose database may be emptied; it is started for the first test that asks."""
    if kind == "outside":
        return os.environ["DOORSTEP_TEST_STORE_URL"]
    return str(request.getfixturevalue(FIXTURES.get(kind, "embedded_url")))


@pytest_asyncio.fixture
async def store(kind: str, clock: HandClock, store_url: str) -> AsyncIterator[Store]:
    """Return an empty store of each kind."""
    opened_store: Store
    if kind == "memory":
        opened_store = MemoryStore(PARTITIONS, server_ms=clock)
    else:
        await empty(store_url)
        opened_store = await open_store(store_url, partitions=PARTITIONS, check_value="check")
    yield opened_store
    await opened_store.close()


async def opened(url: str) -> ValkeyStore:
    """Open a store on a server that is just starting."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        for pause in itertools.repeat(0.01):
            with suppress(StoreAwayError):
                return await open_store(url, partitions=PARTITIONS, check_value="check")
            await asyncio.sleep(pause)
    message = "not reached"
    raise AssertionError(message)


async def empty(url: str) -> None:
    """Forget everything in a server's database."""
    connection = make_client(url)
    await connection.open_first()
    await asyncio.gather(*(server.run_command(b"FLUSHDB") for server in connection.servers))
    await connection.close()


@pytest.fixture
def later(kind: str, clock: HandClock) -> Later:
    """Return how server time passes: by hand in memory, by itself (a few ms) on a server."""

    async def wait(ms: int) -> None:
        await asyncio.sleep((ms + 1) / 1000)

    return clock.later if kind == "memory" else wait
