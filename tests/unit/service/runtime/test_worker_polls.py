"""Which partitions a worker asks for work, on a store in memory."""

import asyncio

import pytest

from domain.ports import Work
from service.runtime.work_sharing import poll_plan
from service.runtime.worker import Worker
from tests.support.transactors import TransactorBench
from tests.unit.service.runtime.test_worker import Slow, at_work, hired, in_partition, post, until


async def test_a_hint_lets_its_partition_be_polled_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """While an issue goes out, each mail gives a hint; asking all partitions each time kept the store busy."""
    # No tick in the meantime: what is polled is polled for the hint.
    monkeypatch.setattr(poll_plan, "TICK_SECONDS", 3_600.0)
    config = TransactorBench()
    chat = Slow(config)
    chat.open.set()
    worker: Worker = hired(config, config.make_transactor(), chat=chat)
    polled: list[int] = []
    poll = config.store.poll

    async def note_poll(partition: int, **options: object) -> Work:
        polled.append(partition)
        return await poll(partition, **options)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(config.store, "poll", note_poll)
    async with at_work(worker):
        await until(lambda: set(polled) == worker.held_partitions and bool(polled))
        await asyncio.sleep(0)
        polled.clear()
        (name,) = in_partition(config, 3, 1)
        await post(config, name)
        await config.store.publish_hint(3)
        await until(lambda: bool(chat.done))
    assert set(polled) == {3}
