"""Servers of the store fall out or move under signed load: what was answered is there, once, if replicas had it.

``make servers`` runs this; each row is a store, two web processes, and people who write all the time.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from domain.keyring import Keyring
from store.keys import StoreKeys
from store.layout import PARTITIONS
from store.valkey.cluster_map import slot_of
from store.valkey.store import open_store
from tests.support.patience import PATIENCE_SECONDS
from tests.support.servers.cluster import Cluster, run_cluster
from tests.support.servers.process import ServerProcess
from tests.support.servers.sentinel import Watched, run_sentinels
from tests.support.signed_load import SignedLoad
from tests.support.webhook_storm import run_web_processes

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif(os.environ.get("DOORSTEP_TEST_SERVERS") != "all", reason="a minute long; make servers runs it"),
]

SECRET = "a secret that has more than thirty-two bytes"
KEYS = Keyring(SECRET)
PEOPLE = 24
BEFORE_SECONDS = 2.0
"""Load before something happens, and after it is over."""

Servers = Cluster | Watched
Trouble = Callable[[Servers], Awaitable[None]]


def _first_pair(servers: Servers) -> tuple[ServerProcess, ServerProcess]:
    if isinstance(servers, Cluster):
        return servers.primaries[0], servers.replicas[0]
    return servers.primary, servers.replica


async def kill_primary(servers: Servers) -> None:
    """Kill a primary, half a second after its replica, which comes back and is elected; the dead one follows."""
    primary, replica = _first_pair(servers)
    # What the primary answers meanwhile is on one machine only.
    replica.kill()
    await asyncio.sleep(0.5)
    primary.kill()
    replica.start()
    await replica.wait_for(b"role:master", b"INFO", b"replication")
    # Without a replica the new primary would answer nothing: its writes would be on one machine only.
    primary.start()


async def kill_and_restart(servers: Servers) -> None:
    """Kill a primary, and start it again at once with its data, before anybody is elected."""
    primary, _ = _first_pair(servers)
    primary.kill()
    primary.start()
    await primary.wait_for(b"role:", b"INFO", b"replication")


async def fail_over_by_plan(servers: Servers) -> None:
    """Let replica and primary change their places, as before an upgrade."""
    assert isinstance(servers, Cluster)
    for replica in servers.replicas:
        await replica.tell(b"CLUSTER", b"FAILOVER")
        await replica.wait_for(b"role:master", b"INFO", b"replication")


async def move_every_slot(servers: Servers) -> None:
    """Move each slot of the store to another node and back, key by key, and then all of a node's slots at once."""
    assert isinstance(servers, Cluster)
    for part in StoreKeys(PARTITIONS).partitions:
        origin = servers.owner_of(part.tag[:-1])
        target = next(node for node in servers.primaries if node is not origin)
        await servers.move_slot(slot_of(part.tag[:-1]), origin, target)
        await servers.move_slot(slot_of(part.tag[:-1]), target, origin)
    first, second = servers.primaries[:2]
    await servers.move_slots_whole(*first.slots, first, second)
    await servers.move_slots_whole(*first.slots, second, first)


@asynccontextmanager
async def _run_servers(kind: str, folder: Path) -> AsyncIterator[Servers]:
    if kind == "cluster":
        async with run_cluster(folder, replicas=1) as cluster:
            yield cluster
    else:
        async with run_sentinels(folder) as watched:
            yield watched


@pytest.mark.parametrize(
    ("kind", "trouble", "replicas"),
    [
        ("cluster", kill_primary, 1),
        ("cluster", kill_and_restart, 1),
        ("cluster", fail_over_by_plan, 1),
        ("cluster", move_every_slot, 1),
        ("sentinel", kill_primary, 1),
        ("sentinel", kill_and_restart, 1),
        ("cluster", kill_primary, 0),
        ("sentinel", kill_primary, 0),
    ],
)
async def test_what_was_answered_is_there(tmp_path: Path, kind: str, trouble: Trouble, replicas: int) -> None:
    """With ``replicas=1`` nothing answered is lost; without, what the replica did not have yet is, and is counted."""
    async with _run_servers(kind, tmp_path / "servers") as servers:
        url = f"{servers.url}?replicas={replicas}"
        async with run_web_processes(tmp_path, url, SECRET, "http://127.0.0.1:9") as both:
            load = SignedLoad(processes=both, people=PEOPLE)
            writing = asyncio.create_task(load.run())
            await asyncio.sleep(BEFORE_SECONDS)
            await trouble(servers)
            await asyncio.sleep(BEFORE_SECONDS)
            load.end()
            async with asyncio.timeout(PATIENCE_SECONDS):
                await writing
            repeated = sum(process.repeated for process in both)
        store = await open_store(servers.url, check_value=KEYS.check_value)
        counts = await load.count(store, KEYS)
        await store.close()
    name = trouble.__name__.replace("_", " ")
    figures = ", ".join(f"{what} {number:,}" for what, number in counts.items())
    print(f"\n{kind}, replicas={replicas}, {name}: {figures}; sent again {repeated:,}, silent {load.longest_gap:.1f} s")  # noqa: T201  the figures are the result
    assert counts["doubled"] == 0
    assert counts["lost"] == 0 or not replicas
