"""``doorstep store move``: a store in use moves to a cluster, and a kill anywhere loses nothing."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from domain.ports import Commit, Posting, StoreError, StoreMismatchError
from store.valkey.base import StoreConnection, make_client
from store.valkey.move import StoreMove
from store.valkey.store import open_store
from tests.contract.conftest import PARTITIONS, empty
from tests.contract.test_store_cluster import PEOPLE, Load, check_nothing_lost
from tests.support.servers.process import ServerProcess

STEPS = ("prepared", "copied", "frozen", "finished")


@pytest_asyncio.fixture
async def origin(tmp_path: Path) -> AsyncIterator[str]:
    """Run the server to move from."""
    server = ServerProcess(tmp_path / "origin", {})
    server.start()
    await server.wait_for(b"PONG", b"PING")
    yield server.url
    server.kill()


async def open_both(origin: str, target: str) -> tuple[StoreConnection, StoreConnection]:
    """Connect to both sides."""
    both = make_client(origin), make_client(target)
    for connection in both:
        await connection.open_first()
    return both


async def move_until(origin: str, target: str, step: str) -> bool:
    """Move as one process does that is killed after a step; return False if all was there already."""
    source, destination = await open_both(origin, target)
    move = StoreMove(source, destination, "there")
    try:
        going_on = await move.prepare()
        for name, deed in (("copied", move.copy_alongside), ("frozen", move.freeze), ("finished", None)):
            if step == "prepared" or not going_on:
                break
            await (deed() if deed else move.finish(source))
            if name == step:
                break
    finally:
        await source.close()
        await destination.close()
    return going_on


async def test_a_store_moves_while_people_write(origin: str, cluster_url: str) -> None:
    """The mover is killed after each of its steps and begun again: every answered commit is in the new store."""
    await empty(cluster_url)
    store = await open_store(origin, partitions=PARTITIONS, check_value="check")
    await store.set_live_edition(1, expected=0, description=b"first")
    load = Load(store)
    writing = asyncio.create_task(load.run())
    for step in STEPS[:-1]:
        assert await move_until(origin, cluster_url, step)
        with pytest.raises(StoreMismatchError, match="not finished"):
            await open_store(cluster_url, partitions=PARTITIONS, check_value="check")
        await asyncio.sleep(0.05)
    refused = load.refused
    await asyncio.sleep(0.1)
    assert load.refused > refused, "a store that stands still takes writes"
    assert await move_until(origin, cluster_url, "finished")
    load.end()
    await writing
    founded = (await store.look()).founded
    assert founded == "moved"
    await store.close()
    moved = await open_store(cluster_url, partitions=PARTITIONS, check_value="check")
    await check_nothing_lost(moved, load)
    assert (await moved.live_edition_number(), await moved.load_meta("live:1")) == (1, b"first")
    late = Commit(subscriber=PEOPLE[0], version=load.answered[PEOPLE[0]], record=b"r", edition_number=1)
    assert (await moved.commit(late)).status.value == "committed"
    await moved.close()
    assert not await move_until(origin, cluster_url, "finished")
    with pytest.raises(StoreMismatchError, match="moved to there"):
        await open_store(origin, partitions=PARTITIONS, check_value="check")


async def test_a_move_can_be_taken_back(origin: str, cluster_url: str) -> None:
    """Before it is finished, the source is what it was; afterwards not, since the target may have newer data."""
    await empty(cluster_url)
    store = await open_store(origin, partitions=PARTITIONS, check_value="check")
    founded = (await store.look()).founded
    await move_until(origin, cluster_url, "frozen")
    with pytest.raises(StoreError):
        await store.commit(Commit(subscriber="mia", version=0, record=b"r"))
    source, target = await open_both(origin, cluster_url)
    await StoreMove(source, target, "there").thaw()
    assert (await store.look()).founded == founded
    outbox = (Posting(lane="internal", item=b"x"),)
    await store.commit(Commit(subscriber="mia", version=0, record=b"r", outbox=outbox))
    await move_until(origin, cluster_url, "finished")
    with pytest.raises(StoreMismatchError, match="was finished"):
        await StoreMove(source, target, "there").thaw()
    for one in (store, source, target):
        await one.close()


async def test_what_may_not_be_moved(origin: str, cluster_url: str) -> None:
    """Where nothing is, and into what is not empty."""
    await empty(cluster_url)
    with pytest.raises(StoreMismatchError, match="no store"):
        await move_until(origin, cluster_url, "prepared")
    await (await open_store(origin, partitions=PARTITIONS, check_value="check")).close()
    await (await open_store(cluster_url, partitions=PARTITIONS, check_value="check")).close()
    with pytest.raises(StoreMismatchError, match="not empty"):
        await move_until(origin, cluster_url, "prepared")
