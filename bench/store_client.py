"""How much a round trip to the store costs in this process: redis-py's pool beside our pipelined connection.

Run: ``python -m bench.store_client``.  Both speak to the same embedded server; each caller does one command after
the other, as a webhook handler does.  The figures stand in docs/decisions/0003-store-client.md.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop
from redis.asyncio import BlockingConnectionPool, Redis

from domain.ports import Commit
from store.embedded.server import embedded_server
from store.valkey.connection import ValkeyConnection
from store.valkey.store import open_store

ROUNDS = 20_000
CALLERS = (32, 128)
RECORD = b"r" * 700
KEY = b"{0}:bench"

Work = Callable[[int], Awaitable[object]]


async def measure_calls(name: str, callers: int, work: Work, rounds: int = ROUNDS) -> None:
    """Print rate and CPU time of a call with ``callers`` concurrent callers."""

    async def make_calls(caller: int) -> None:
        for number in range(caller, rounds, callers):
            await work(number)

    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(make_calls(caller) for caller in range(callers)))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{name:34} {callers:4} callers {rounds / wall:9,.0f} /s {cpu / rounds * 1e6:7.1f} µs CPU")


def pooled_command(pool: Redis, *command: bytes | str | int) -> Work:
    """Return one command through redis-py's pool."""

    def send_command(_: int) -> Awaitable[object]:
        answer: Awaitable[object] = pool.execute_command(*command)  # type: ignore[no-untyped-call]  # unannotated
        return answer

    return send_command


async def compare_clients(url: str) -> None:
    """Measure GET and EVALSHA by both clients, then what a webhook does: one load and one commit."""
    wire = ValkeyConnection(url)
    await wire.open_first()
    await wire.run_command(b"SET", KEY, RECORD)
    sha = await wire.run_command(b"SCRIPT", b"LOAD", b"return redis.call('GET', KEYS[1])")
    for callers in CALLERS:
        pool = Redis(connection_pool=BlockingConnectionPool.from_url(url, max_connections=callers, timeout=None))
        await measure_calls("redis-py pool, GET", callers, pooled_command(pool, "GET", KEY))
        await measure_calls("wire, GET", callers, lambda _: wire.run_command(b"GET", KEY))
        await measure_calls("redis-py pool, EVALSHA", callers, pooled_command(pool, "EVALSHA", sha, 1, KEY))
        await measure_calls("wire, EVALSHA", callers, lambda _: wire.run_command(b"EVALSHA", sha, 1, KEY))
        await pool.aclose()
    await wire.close()
    store = await open_store(url, check_value="bench")
    for number, callers in enumerate(CALLERS):

        async def handle_webhook(caller: int, round_: int = number) -> None:
            name = f"b{round_}-{caller}"
            event = (f"e{name}",)
            loaded = await store.load(name, event)
            await store.commit(Commit(subscriber=name, version=loaded.version, record=RECORD, event_ids=event))

        await measure_calls("store, load + commit", callers, handle_webhook)
    await store.close()


async def main() -> None:
    """Start a server in a folder that is thrown away, and compare."""
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_server(Path(folder)) as url:
            await compare_clients(url)


if __name__ == "__main__":
    uvloop.run(main())
