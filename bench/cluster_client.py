"""How much a round trip to a cluster costs in this process: redis-py's cluster client beside ours.

Run: ``python -m bench.cluster_client``.  Three nodes of the embedded store's program on this machine, thrown away
afterwards; each caller does one command after the other.  The figures stand in docs/decisions/0044-cluster.md.
"""

import tempfile
from collections.abc import Awaitable
from pathlib import Path

import uvloop
from redis.asyncio.cluster import RedisCluster

from bench.store_client import CALLERS, RECORD, Work, measure_calls
from domain.ports import Commit
from store.valkey.base import make_client
from store.valkey.script import SAVE
from store.valkey.store import ValkeyStore, open_store
from tests.support.servers.cluster import run_cluster

ROUNDS = 10_000
KEYS = [b"{%d}:bench" % number for number in range(64)]


def redis_py_command(client: RedisCluster, name: str, *before: bytes | int) -> Work:
    """Return one command through redis-py's client, each time for another partition."""

    def send_command(number: int) -> Awaitable[object]:
        answer: Awaitable[object] = client.execute_command(name, *before, KEYS[number % 64], b"", b"")
        return answer

    return send_command


async def load_and_commit(store: ValkeyStore, name: str) -> None:
    """Do what a webhook does."""
    loaded = await store.load(name, (f"e{name}",))
    await store.commit(Commit(subscriber=name, version=loaded.version, record=RECORD, event_ids=(f"e{name}",)))


async def compare_clients(url: str) -> None:
    """Measure a small script by both clients, then what a webhook does: one load and one commit."""
    host, _, port = url.removeprefix("redis+cluster://").split(",")[0].partition(":")
    theirs, ours = RedisCluster(host=host, port=int(port)), make_client(url)
    _ = await theirs.initialize()
    await ours.open_first()
    for key in KEYS:
        await ours.run_script(SAVE, (key,), b"no version", b"")
    for callers in CALLERS:
        script = redis_py_command(theirs, "EVALSHA", SAVE.sha, 1)
        await measure_calls("redis-py cluster, EVALSHA", callers, script, ROUNDS)
        await measure_calls(
            "ours, EVALSHA", callers, lambda number: ours.run_script(SAVE, (KEYS[number % 64],), b"x", b""), ROUNDS
        )
    await theirs.aclose()
    await ours.close()
    store = await open_store(url, check_value="bench")
    for callers in CALLERS:
        await measure_calls(
            "store, load + commit", callers, lambda number: load_and_commit(store, f"b{number}"), ROUNDS
        )
    await store.close()


async def main() -> None:
    """Start a cluster, and compare."""
    with tempfile.TemporaryDirectory() as folder:
        async with run_cluster(Path(folder)) as cluster:
            await compare_clients(cluster.url)


if __name__ == "__main__":
    uvloop.run(main())
