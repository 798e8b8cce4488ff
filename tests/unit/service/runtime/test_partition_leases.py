"""A worker's right to its claims: what began before a stand-still is never sent after it."""

from types import SimpleNamespace

import pytest

from service.runtime.work_sharing import partition_leases
from service.runtime.work_sharing.partition_leases import PartitionLeases
from tests.support.memory_store.store import MemoryStore


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the monotonic clock, which the test moves."""
    now = [100.0]
    monkeypatch.setattr(partition_leases, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


async def test_what_began_before_a_stand_still_is_not_sent_after_it(seconds: list[float]) -> None:
    """A renewal right after a stand-still gives a right to what begins then, and not to what others may have sent."""
    leases = PartitionLeases(name="one", store=MemoryStore(server_ms=lambda: int(seconds[0] * 1000)))
    await leases.renew()
    before = leases.watch_claims()
    assert before()

    seconds[0] += 7
    assert not before()
    await leases.renew()

    assert leases.watch_claims()()
    assert not before()


async def test_renewals_in_time_keep_the_right(seconds: list[float]) -> None:
    """Who renews each second may write what began minutes ago."""
    leases = PartitionLeases(name="one", store=MemoryStore(server_ms=lambda: int(seconds[0] * 1000)))
    await leases.renew()
    begun = leases.watch_claims()

    for _ in range(120):
        seconds[0] += 1
        await leases.renew()

    assert begun()
