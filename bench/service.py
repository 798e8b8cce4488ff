"""Runs the service under test as shipped: ``doorstep run`` with the embedded store, which answers after its fsync."""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Literal, Self

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bench import processes, traffic
from bench.table import NotMeasuredError
from domain.keyring import Keyring
from service.demo.compose import copy_shipped_workspace
from service.workspace.edition import CONFIG_FILE
from store.embedded.data_folder import DataFolder
from store.embedded.server import embedded_server
from store.keys import meta_value_key
from store.layout import PARTITIONS
from store.valkey.store import ValkeyStore, open_store

SECRET = "a bench secret of more than thirty-two bytes"
KEYS = Keyring(SECRET)
NOWHERE = 9
"""Port of the discard service: nothing listens there, and nothing is sent there."""
LONGEST_SECONDS = 120.0
"""How long anything may take; then the measurement has failed."""
LOOK_SECONDS = 0.05
CHUNK = 5_000
DOORSTEP = Path(sys.executable).with_name("doorstep")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredService:
    """A running service."""

    port: int
    """Port of its HTTP server; a worker has none."""
    pid: int
    store_url: str
    """URL of its embedded store: a socket that only this user can open."""


@asynccontextmanager
async def scratch_data_folder() -> AsyncIterator[Path]:
    """Yield a data folder that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="doorstep-bench-") as scratch:
        yield Path(scratch) / "store"


@asynccontextmanager
async def run_doorstep(
    role: Literal["all", "web", "worker"],
    data: Path,
    *,
    graph: int = NOWHERE,
    smtp: int = NOWHERE,
    pages: int = 1,
    more_config: str = "",
    **others: str,
) -> AsyncIterator[MeasuredService]:
    """Run the service; replies go to port ``graph``, mails to port ``smtp``; ``others`` are more settings.

    ``more_config`` is added to ``doorstep.yaml`` of the shipped workspace.
    """
    port = processes.free_port()
    copy_shipped_workspace(data.parent / "workspace")
    config = data.parent / "workspace" / CONFIG_FILE
    config.write_text(config.read_text("utf-8") + more_config, "utf-8")
    settings = {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PUBLIC_URL": "http://127.0.0.1",
        "DATA": str(data),
        "WORKSPACE": str(data.parent / "workspace"),
        "STORE_URL": "",
        "SECRET": SECRET,
        "MESSENGER_APP_SECRET": traffic.APP_SECRET,
        "MESSENGER_VERIFY_TOKEN": "bench-verify-token",
        "MESSENGER_PAGE_TOKENS": json.dumps({traffic.page_id(number): "bench-page-token" for number in range(pages)}),
        "GRAPH_URL": f"http://127.0.0.1:{graph}",
        "MAIL_URL": f"smtp://127.0.0.1:{smtp}",
        "API_TOKEN": "bench-api-token-long-enough",
        **others,
    }
    environment = {f"DOORSTEP_{name}": value for name, value in settings.items()}
    # A worker listens to no port: StoreProbe waits for its store instead.
    waited_for = None if role == "worker" else port
    command: list[str | Path] = [DOORSTEP, "run", "--role", role]
    # Not from the folder of the project: its .env holds the settings of whoever works here.
    async with processes.run_server(command, waited_for, folder=data.parent, settings=environment) as pid:
        yield MeasuredService(port=port, pid=pid, store_url=DataFolder(data).url)


@asynccontextmanager
async def open_store_for_seeding(data: Path) -> AsyncIterator[ValkeyStore]:
    """Open the embedded store of a folder before the service does."""
    async with embedded_server(data) as url:
        store = await open_store(url, check_value=KEYS.check_value)
        try:
            yield store
        finally:
            await store.close()


async def _wait_until(true: Callable[[], Awaitable[bool]], what: str, *, every: float, within: float) -> None:
    deadline = asyncio.get_running_loop().time() + within
    while not await true():
        if asyncio.get_running_loop().time() > deadline:
            message = f"{what} did not happen within {within:.0f} s"
            raise NotMeasuredError(message)
        await asyncio.sleep(every)


class StoreProbe:
    """Reads figures from the store while the service runs; costs the store little and the service nothing."""

    def __init__(self, url: str) -> None:
        """Read from the store at this URL."""
        self._redis = Redis.from_url(url)

    async def __aenter__(self) -> Self:
        """Wait until the store is up: a worker has no port to knock at."""
        await _wait_until(self._is_up, "an answer of the store", every=LOOK_SECONDS, within=processes.START_SECONDS)
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the connection."""
        await self._redis.aclose()

    async def _is_up(self) -> bool:
        try:
            return bool(await self._redis.ping())
        except RedisError:
            return False

    async def set_size(self, name: str) -> int:
        """Return the size of a sorted set, such as ``due:mail``, over all partitions."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for number in range(PARTITIONS):
                pipe.execute_command("ZCARD", f"{{{number}}}:{name}")
            return sum(await pipe.execute())

    async def wait_until_small(self, name: str, to: int, *, every: float) -> None:
        """Wait until a sorted set has at most ``to`` members over all partitions, looking every ``every`` seconds."""

        async def is_small() -> bool:
            return await self.set_size(name) <= to

        await _wait_until(is_small, f"{name} down to {to:,}", every=every, within=LONGEST_SECONDS)

    async def wait_until_many(self, name: str, to: int, *, every: float) -> None:
        """Wait until a sorted set has at least ``to`` members over all partitions, looking every ``every`` seconds."""

        async def are_many() -> bool:
            return await self.set_size(name) >= to

        await _wait_until(are_many, f"{name} up to {to:,}", every=every, within=LONGEST_SECONDS)

    async def add_waiting_people(self, name: str, number: int, *, at_ms: int) -> None:
        """Add ``number`` timers due at a moment, of people without records: only the size of the index matters."""
        for first in range(0, number, CHUNK):
            people: dict[str, float] = {f"{person:016}": at_ms for person in range(first, min(first + CHUNK, number))}
            await self._redis.zadd(f"{{{first // CHUNK % PARTITIONS}}}:{name}", people)

    async def wait_for_value(self, name: str) -> float:
        """Wait until a value of the whole store is saved; return when that was, by ``perf_counter``."""

        async def is_saved() -> bool:
            return bool(await self._redis.exists(meta_value_key(name)))

        await _wait_until(is_saved, name, every=LOOK_SECONDS, within=LONGEST_SECONDS)
        return perf_counter()

    async def wait_for_rest(self, seconds: float) -> None:
        """Wait until the store has finished rewriting its file, and ``seconds`` more."""

        async def is_written() -> bool:
            return not await self.server_info("aof_rewrite_in_progress")

        await _wait_until(is_written, "the end of a rewrite", every=LOOK_SECONDS, within=LONGEST_SECONDS)
        await asyncio.sleep(seconds)

    async def delete_keys(self, kind: str) -> None:
        """Delete all keys of a kind, such as ``log``."""
        async for key in self._redis.scan_iter(match=f"{{*}}:{kind}:*", count=1000):
            await self._redis.delete(key)

    async def server_info(self, name: str) -> int:
        """Return a number of the server's INFO."""
        return int((await self._redis.info())[name])
