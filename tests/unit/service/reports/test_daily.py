"""The daily report: counters of several days, summed and named."""

from domain.counters import AGREED, CONFIRMED, LATE_WAKE
from domain.ports import Commit
from service.reports.daily import read_daily
from tests.support.memory_store.store import MemoryStore


async def count(store: MemoryStore, subscriber: str, day: str, **counts: int) -> None:
    """Commit counters of a day."""
    named = {name.replace("__", ":"): number for name, number in counts.items()}
    await store.commit(Commit(subscriber=subscriber, version=0, record=b"x", counters=named, day=day))


async def test_days_are_summed_by_counter_and_topic() -> None:
    """What nobody counted is left out, and so is what only alarms read."""
    store = MemoryStore(4, server_ms=lambda: 0)
    await count(store, "mia", "2026-06-14", agreed__leaf=2, late_wake=1)
    await count(store, "ben", "2026-06-15", agreed__leaf=1, agreed__offers=4, confirmed__leaf=1)

    rows = await read_daily(store, ["2026-06-14", "2026-06-15"])

    assert [(row.counter, row.about, row.total, row.days) for row in rows] == [
        (f"{AGREED}leaf", "leaf", 3, (2, 1)),
        (f"{AGREED}offers", "offers", 4, (0, 4)),
        (f"{CONFIRMED}leaf", "leaf", 1, (0, 1)),
    ]
    assert LATE_WAKE not in {row.counter for row in rows}
