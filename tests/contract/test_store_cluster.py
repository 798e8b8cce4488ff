"""The store on a cluster: slots that move, editions of a killed applier, nodes without data, wrong addresses.

The contract suite runs on this cluster too (``cluster`` among the kinds of ``conftest.py``).
"""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from domain.ports import (
    Begun,
    Commit,
    CommitStatus,
    Posting,
    Store,
    StoreAwayError,
    StoreReplacedError,
    StoreSettingsError,
)
from store.keys import LIVE_EDITION_KEY, StoreKeys, tag_of
from store.valkey.cluster_map import slot_of
from store.valkey.store import ValkeyStore, open_store
from tests.contract.conftest import PARTITIONS
from tests.support.patience import PATIENCE_SECONDS
from tests.support.servers.cluster import Cluster, run_cluster
from tests.support.servers.process import ServerProcess

PEOPLE = [f"s{number}" for number in range(40)]


@pytest_asyncio.fixture
async def nodes(tmp_path: Path) -> AsyncIterator[Cluster]:
    """Run a cluster of three nodes, whose slots may move: after that the nodes may disagree for a long time."""
    async with run_cluster(tmp_path / "nodes") as cluster:
        yield cluster


@pytest_asyncio.fixture
async def clustered(nodes: Cluster) -> AsyncIterator[ValkeyStore]:
    """Return an empty store on the cluster."""
    store = await open_store(nodes.url, partitions=PARTITIONS, check_value="check")
    yield store
    await store.close()


async def test_a_first_meeting_has_longer_than_a_command_waits(nodes: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """With TLS on a busy machine, connecting to all nodes can take longer than the second of a command."""
    monkeypatch.setattr("store.valkey.connection.PATIENCE_SECONDS", 0.0)

    store = await open_store(nodes.url, partitions=PARTITIONS, check_value="check")
    await store.close()


class Load:
    """Commits of many people that go on until they are told to end, and what was answered."""

    def __init__(self, store: Store) -> None:
        """Nobody has written yet."""
        self._store = store
        self._ended = False
        self.answered = dict.fromkeys(PEOPLE, 0)
        self.refused = 0

    async def run(self) -> None:
        """Let everybody write, each one commit after the other."""
        await asyncio.gather(*map(self._write, PEOPLE))

    def end(self) -> None:
        """Let everybody finish what is under way."""
        self._ended = True

    async def _write(self, name: str) -> None:
        version = 0
        while not self._ended:
            event = f"{name}.{version}"
            outbox = (Posting(lane="internal", item=event.encode()),)
            commit = Commit(subscriber=name, version=version, record=b"r", event_ids=(event,), outbox=outbox)
            try:
                status = (await self._store.commit(commit)).status
            except StoreAwayError:
                self.refused += 1
                await asyncio.sleep(0.02)
                continue
            if status is CommitStatus.CONFLICT:  # its slot was found elsewhere, so it was to be decided anew
                continue
            # Seen: the answer to the commit before was lost on its way, the commit was not.
            assert status in (CommitStatus.COMMITTED, CommitStatus.SEEN)
            version += 1
            self.answered[name] = version


async def check_nothing_lost(store: Store, load: Load) -> None:
    """Every answered commit is there, once, with what it posted, and a walk meets everybody."""
    for name, version in load.answered.items():
        assert (await store.load(name)).version == version
        assert await store.count_waiting("internal", name) == version
    assert sorted([name async for name, _ in store.all_subscribers()]) == sorted(PEOPLE)


async def test_slots_move_key_by_key_while_people_write(nodes: Cluster, clustered: ValkeyStore) -> None:
    """Every slot of the store moves to another node, as resharding does it: nothing is lost, and the load goes on."""
    load = Load(clustered)
    writing = asyncio.create_task(load.run())
    for part in StoreKeys(PARTITIONS).partitions:
        slot = slot_of(part.tag[:-1])
        origin = nodes.owner_of(part.tag[:-1])
        target = next(node for node in nodes.primaries if node is not origin)
        await nodes.move_slot(slot, origin, target)
        await nodes.move_slot(slot, target, origin)
    before = sum(load.answered.values())
    await asyncio.sleep(0.1)
    load.end()
    await writing
    assert sum(load.answered.values()) > before
    await check_nothing_lost(clustered, load)


async def test_what_was_decided_on_a_version_does_not_follow_its_slot(nodes: Cluster, clustered: ValkeyStore) -> None:
    """Another primary may lack the newest writes and count their versions again, so who decided reads there first."""
    commit = Commit(subscriber="mia", version=0, record=b"r", outbox=(Posting(lane="internal", item=b"i"),))
    assert (await clustered.commit(commit)).status is CommitStatus.COMMITTED
    claim = await clustered.claim("internal", "mia", lease_ms=60_000)
    assert claim
    assert await clustered.save_address("mia", version=0, state=b"a")

    tag = tag_of(clustered._keys.keys_of("mia").record_key(b"mia"))
    places = [nodes.owner_of(tag), next(node for node in nodes.primaries if node is not nodes.owner_of(tag))]

    async def move_slot() -> int:
        if looking := clustered._connection._refreshing:  # type: ignore[attr-defined]  # a cluster's client
            await looking
        await nodes.move_slot(slot_of(tag), *places)
        places.reverse()
        return clustered.meetings

    met = await move_slot()
    assert await clustered.begin(claim, version=1) is Begun.CHANGED
    assert clustered.meetings > met
    assert await clustered.begin(claim, version=1) is Begun.YES
    await move_slot()
    again = Commit(subscriber="mia", version=1, record=b"r")
    assert (await clustered.commit(again)).status is CommitStatus.CONFLICT
    assert (await clustered.commit(again)).status is CommitStatus.COMMITTED
    await move_slot()
    assert not await clustered.save_address("mia", version=1, state=b"b")
    assert await clustered.load_address("mia") == (b"a", 1)
    assert await clustered.save_address("mia", version=1, state=b"b")
    await move_slot()


async def test_slots_move_whole_while_people_write(nodes: Cluster, clustered: ValkeyStore) -> None:
    """The same, as Valkey 9 moves slots by itself."""
    load = Load(clustered)
    writing = asyncio.create_task(load.run())
    for part in StoreKeys(PARTITIONS).partitions:
        slot = slot_of(part.tag[:-1])
        origin = nodes.owner_of(part.tag[:-1])
        target = next(node for node in nodes.primaries if node is not origin)
        await nodes.move_slots_whole(slot, slot, origin, target)
        await nodes.move_slots_whole(slot, slot, target, origin)
    load.end()
    await writing
    await check_nothing_lost(clustered, load)


async def test_a_partition_that_the_applier_never_reached_catches_up(clustered: ValkeyStore) -> None:
    """The applier was killed between deciding and telling: who commits with the new edition is refused once."""
    assert await clustered.set_live_edition(1, expected=0)
    await clustered._connection.run_command(b"SET", LIVE_EDITION_KEY, 2)
    late = Commit(subscriber="mia", version=0, record=b"r", edition_number=1)
    assert (await clustered.commit(late)).status is CommitStatus.COMMITTED
    commit = Commit(subscriber="mia", version=1, record=b"r", edition_number=2)
    assert (await clustered.commit(commit)).status is CommitStatus.STALE
    assert (await clustered.commit(commit)).status is CommitStatus.COMMITTED
    assert await clustered.live_edition_number() == 2
    old = Commit(subscriber="mia", version=2, record=b"r", edition_number=1)
    assert (await clustered.commit(old)).status is CommitStatus.STALE


async def test_a_node_that_lost_its_data_is_noticed(nodes: Cluster, clustered: ValkeyStore) -> None:
    """One node is emptied: whoever looks, and whoever opens the store, is told that it is not what it was."""
    founded = (await clustered.look(leave_mark=True)).founded
    assert founded
    await nodes.owner_of(b"{0}").ask(b"FLUSHALL")
    assert (await clustered.look()).founded == ""
    with pytest.raises(StoreReplacedError):
        await open_store(nodes.url, partitions=PARTITIONS, check_value="check", known=founded)


async def commit_until_refused(store: Store, name: str) -> None:
    """Try to commit while the store is away."""
    while True:
        try:
            await store.commit(Commit(subscriber=name, version=0, record=b"r"))
        except StoreReplacedError:
            raise
        except StoreAwayError:
            await asyncio.sleep(0.05)


@pytest.mark.skipif(os.environ.get("DOORSTEP_TEST_SERVERS") != "all", reason="5 s long; make servers runs it")
async def test_a_node_that_comes_back_empty_gets_no_commands(tmp_path: Path) -> None:
    """A node that restarts without its data keeps its slots; its commits fail, those of the others go on."""
    async with run_cluster(tmp_path, primaries=2) as cluster:
        store = await open_store(cluster.url, partitions=PARTITIONS, check_value="check")
        victim = cluster.owner_of(b"{0}")
        names = {
            node.port: next(name for name in PEOPLE if cluster.owner_of(store._keys.keys_of(name).tag[:-1]) is node)
            for node in cluster.primaries
        }
        victim.kill()
        for file in (victim.folder / "appendonlydir").iterdir():
            file.unlink()
        victim.start()
        await victim.wait_for(b"cluster_state:ok", b"CLUSTER", b"INFO")
        async with asyncio.timeout(PATIENCE_SECONDS):
            with pytest.raises(StoreReplacedError):
                await commit_until_refused(store, names[victim.port])
        assert await victim.ask(b"DBSIZE") == 0
        other = next(name for port, name in names.items() if port != victim.port)
        assert (await store.commit(Commit(subscriber=other, version=0, record=b"r"))).status is CommitStatus.COMMITTED
        await store.close()


async def test_addresses_that_lead_to_the_wrong_kind_of_server(nodes: Cluster, tmp_path: Path) -> None:
    """A node named alone, a server named as a cluster: each ends with a sentence that says what to write."""
    with pytest.raises(StoreSettingsError, match=r"redis\+cluster://host:port"):
        await open_store(nodes.primaries[0].url, partitions=PARTITIONS, check_value="check")
    alone = ServerProcess(tmp_path, {})
    alone.start()
    await alone.wait_for(b"PONG", b"PING")
    try:
        with pytest.raises(StoreSettingsError, match="no node of a cluster"):
            await open_store(f"redis+cluster://127.0.0.1:{alone.port}", partitions=PARTITIONS, check_value="check")
    finally:
        alone.kill()
    with pytest.raises(StoreAwayError):
        await open_store("redis+cluster://127.0.0.1:1", partitions=PARTITIONS, check_value="check")
