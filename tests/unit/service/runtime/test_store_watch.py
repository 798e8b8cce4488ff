"""The watch over the store notices that its end is lost, while the service runs and at its next start."""

import asyncio
import os
from pathlib import Path

import pytest

from domain.ports import MARKETING, StoreSight
from service.runtime.store_watch import watch as store_watch
from service.runtime.store_watch.clock_check import ClockCheck
from service.runtime.store_watch.known_store import FILE, KnownStores
from service.runtime.store_watch.lane_pauses import load_pauses
from service.runtime.store_watch.watch import StoreWatch
from store.stop_file import StopFile
from tests.support.memory_store.store import MemoryStore
from tests.support.people import NOON


class WatchedHouse:
    """A store, and processes that watch it."""

    def __init__(self, folder: Path) -> None:
        """Begin at a server time."""
        self.folder, self.now_ms = folder, 1_000_000
        self.store = MemoryStore(server_ms=lambda: self.now_ms)

    def make_watch(self, name: str = "a") -> StoreWatch:
        """Return the watch of a process, with a file of its own."""
        return StoreWatch(
            store=self.store,
            known=KnownStores(self.folder / name, "here"),
            stops=StopFile(self.folder / "stops"),
            clock_check=ClockCheck(right="machine"),
            now=lambda: NOON,
        )

    async def look_for(self, watch: StoreWatch, seconds: int) -> None:
        """Look once in each of some seconds."""
        for look in range(seconds):
            self.now_ms += 1000
            await watch._look(look + 1)

    async def read_reason(self) -> str:
        """Return why marketing is paused; empty if it is not."""
        pauses = await load_pauses(self.store)
        return pauses[MARKETING].reason if MARKETING in pauses else ""


@pytest.fixture
def house(tmp_path: Path) -> WatchedHouse:
    """Return a house with an empty store."""
    return WatchedHouse(tmp_path)


async def test_a_failover_that_loses_a_second_is_noticed_while_the_service_runs(house: WatchedHouse) -> None:
    """The store answers as ever, but a mark of ours is gone: marketing waits until somebody looked."""
    watch = house.make_watch()
    await watch.meet()
    await house.look_for(watch, 3)
    assert await house.read_reason() == ""
    house.store._mark -= 1000
    await house.look_for(watch, 1)

    assert await house.read_reason() == "the store came back without its last second or more"


async def test_who_looks_first_notices(house: WatchedHouse) -> None:
    """A mark of the second process does not hide what the first one misses, since it looks before it leaves it."""
    first, second = house.make_watch("a"), house.make_watch("b")
    for watch in (first, second):
        await watch.meet()
    await house.look_for(first, 2)
    await house.look_for(second, 2)
    house.store._mark -= 3000
    await house.look_for(second, 1)

    assert await house.read_reason() == "the store came back without its last 3 seconds or more"


async def test_a_kill_loses_a_second_at_most_unnoticed(house: WatchedHouse) -> None:
    """What was looked at last stands in the file, also of a process that was killed."""
    watch = house.make_watch()
    await watch.meet()
    await house.look_for(watch, 7)
    house.store._mark -= 1000
    await house.make_watch().meet()

    assert await house.read_reason() == "the store came back without its last second or more"


@pytest.mark.parametrize("back_ms", [0, 5_000])
async def test_a_server_clock_that_is_put_back_is_no_loss(house: WatchedHouse, back_ms: int) -> None:
    """Marks only grow."""
    first, second = house.make_watch("a"), house.make_watch("b")
    for watch in (first, second):
        await watch.meet()
    await house.look_for(first, 2)
    house.now_ms -= back_ms
    await house.look_for(second, 1)
    await house.look_for(first, 1)

    assert await house.read_reason() == ""


async def test_processes_that_share_a_folder_do_not_disturb_each_other(tmp_path: Path) -> None:
    """Each writes a whole file under a name of its own, and puts it in place."""
    sight = StoreSight(founded="1", server_ms=5, mark_ms=5)

    def write_often() -> bool:
        stores = KnownStores(tmp_path, "here")
        for _ in range(100):
            stores.write(sight)
        return stores._told

    assert await asyncio.gather(*(asyncio.to_thread(write_often) for _ in range(3))) == [False] * 3
    assert await asyncio.to_thread(os.listdir, tmp_path) == [FILE]


async def test_on_a_cluster_a_mark_is_left_every_five_seconds(
    house: WatchedHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There each partition has one."""
    watch, marks = house.make_watch(), []
    await watch.meet()
    watch._parts = 65
    monkeypatch.setattr(type(watch), "_keep_mark", lambda _self, sight: marks.append(sight.mark_ms))
    await house.look_for(watch, 2 * store_watch.LOOKS_A_MARK)

    assert len(marks) == 2
