"""What ``doorstep store doctor`` says of servers, and when memory is full."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from domain.ports import ServerHealth
from service.runtime.store_watch.memory_notes import DAYS_KEPT, load_memory_notes, measure_growth, note_memory
from service.runtime.store_watch.store_doctor import examine_store, spell_bytes
from tests.support.memory_store.store import MemoryStore

GB = 1_000_000_000
GOOD = ServerHealth(
    place="a:1", version="valkey 9.1.2", primary=True, evicts="noeviction", appends=True, append_failed=False,
    fsync="always", replicas=1, used_bytes=2 * GB, limit_bytes=8 * GB, limited=True, keys=3,
)  # fmt: skip
TODAY = date(2026, 6, 15)
NOTES = {TODAY - timedelta(days=ago): 2 * GB - ago * 150_000_000 for ago in range(10)}


def test_a_good_server_has_nothing_to_mend() -> None:
    """Everything that was looked at is told, and nothing needs a remedy."""
    rows = examine_store([GOOD], 1, {})
    assert {row.verdict for row in rows} == {"good"}
    assert {row.remedy for row in rows} == {""}
    assert [row.what for row in rows] == [
        "server", "when full", "append-only file", "its last write", "file to disk", "replicas", "memory", "growth",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("server", "wanted", "what", "verdict"),
    [
        (replace(GOOD, evicts="allkeys-lru"), 1, "when full", "wrong"),
        (replace(GOOD, appends=False), 1, "append-only file", "wrong"),
        (replace(GOOD, append_failed=True), 1, "its last write", "wrong"),
        (replace(GOOD, fsync="everysec"), 1, "file to disk", "doubtful"),
        (replace(GOOD, fsync="no"), 1, "file to disk", "wrong"),
        (replace(GOOD, fsync=""), 1, "file to disk", "doubtful"),
        (replace(GOOD, replicas=0), 1, "replicas", "wrong"),
        (replace(GOOD, replicas=0), 0, "replicas", "doubtful"),
        (GOOD, 0, "replicas", "doubtful"),
        (replace(GOOD, used_bytes=7 * GB), 1, "memory", "wrong"),
    ],
)
def test_each_fault_has_its_remedy(server: ServerHealth, wanted: int, what: str, verdict: str) -> None:
    """One row differs from the good server's, and says what to do."""
    rows = [row for row in examine_store([server], wanted, {}) if row.verdict != "good"]
    assert [(row.what, row.verdict) for row in rows] == [(what, verdict)]
    assert rows[0].remedy


def test_the_embedded_server_needs_no_replica() -> None:
    """It can have none."""
    assert "replicas" not in {row.what for row in examine_store([replace(GOOD, replicas=0)], None, {})}


def test_when_it_is_full() -> None:
    """By a line through what was noted: 6 GB are left, 150 MB come a day."""
    (row,) = [row for row in examine_store([GOOD], 1, NOTES) if row.what == "growth"]
    assert (row.found, row.verdict) == ("150 MB a day; full in about 40 days", "doubtful")
    assert measure_growth({}) is None
    assert measure_growth({TODAY: 5, TODAY + timedelta(days=2): 6}) is None
    assert measure_growth({TODAY: 5, TODAY + timedelta(days=10): 105}) == 10


async def test_what_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """One note a day, the newest ones; nothing where there is no server."""
    store = MemoryStore(4, server_ms=lambda: 0)
    await note_memory(store, TODAY)
    assert await load_memory_notes(store) == {}

    async def examine() -> list[ServerHealth]:
        return [GOOD, GOOD]

    monkeypatch.setattr(store, "examine_servers", examine)
    for day in range(DAYS_KEPT + 3):
        await note_memory(store, TODAY + timedelta(days=day))
    notes = await load_memory_notes(store)
    assert (len(notes), min(notes), set(notes.values())) == (DAYS_KEPT, TODAY + timedelta(days=3), {4 * GB})


@pytest.mark.parametrize(("number", "text"), [(5, "5 B"), (1_500, "1.5 kB"), (170_000_000, "170 MB"), (8 * GB, "8 GB")])
def test_bytes_for_people(number: int, text: str) -> None:
    """In powers of 1000."""
    assert spell_bytes(number) == text
