"""backtest: a sequence is tried on what people did, from the store and its archive; nothing is written."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from domain.ports import CommitStatus, Store
from service.cli.backtest import backtest_stored
from service.runtime.app import open_doorstep
from service.runtime.settings import Settings
from service.workspace.publishing.publish import publish_first
from store.line_archive import LineArchive
from tests.support.memory_store.store import MemoryStore
from tests.support.people import KEYS, NOON
from tests.support.recorded_lives import live_randomly
from tests.support.run_cli import Doorstep, settle_in
from tests.support.shipped_workspace import shipped_edition

SECRET = "a secret of more than thirty-two bytes"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where the shipped workspace runs on its own store."""
    settle_in(tmp_path, monkeypatch, SECRET)
    return tmp_path


async def live(store: Store, archive: LineArchive, number: int, came: timedelta) -> None:
    """Write down a life; the first half of it lies in the archive as well, as after a crash before the trim."""
    person = live_randomly(number, came=came)
    for commit in person.commits:
        assert (await store.commit(commit)).status is CommitStatus.COMMITTED
    lines = [(line.at, commit.history[0]) for line, commit in zip(person.lines, person.commits, strict=True)]
    archive.add_lines(person.record.id, lines[: len(lines) // 2])


async def test_store_and_archive_are_read_and_nothing_is_written(folder: Path) -> None:
    """A line that lies in both counts once; records keep their version; a life without its beginning is left out."""
    store, archive = MemoryStore(4, server_ms=lambda: 0), LineArchive(folder / "archive")
    await publish_first(store, shipped_edition(), NOON)
    for number in range(4):
        await live(store, archive, number, timedelta())
    first = live_randomly(9)
    for commit in first.commits:
        await store.commit(commit)
    whole = await store.history(first.record.id, last=100)
    assert await store.trim_history(first.record.id, whole[:-1])
    before = {name: raw async for name, raw in store.all_subscribers()}

    report = await backtest_stored(
        store, archive, KEYS, sequence="tasting_book", edition=shipped_edition(), days=(NOON - DAY, NOON + 90 * DAY)
    )

    assert (report.people, report.left_out, report.without_difference) == (4, 1, 4)
    assert report.made_again == report.sent > 3
    assert {name: raw async for name, raw in store.all_subscribers()} == before


def test_a_comparison_is_printed(doorstep: Doorstep, folder: Path) -> None:
    """Steps side by side; a sequence that is none is named with its nearest."""
    settings = Settings(secret=SECRET, data=folder / "store", mail_url="smtp://127.0.0.1:1")

    async def live_one() -> str:
        async with open_doorstep(settings, "web") as service:
            start = service.clock.now() - 60 * DAY
            await live(service.store, service.archive, 1, start - NOON)
            return f"{start - DAY:%Y-%m-%d}"

    since = asyncio.run(live_one())

    code, said = doorstep("backtest", "tasting_book", "--from", since)

    assert (code, said.splitlines()[0][:8]) == (0, "1 person")
    assert "mails as sent (100.0%)" in said
    assert "a person, most in 7 days" in said
    assert doorstep("backtest", "tasting_bok", "--from", since)[0] == 2
