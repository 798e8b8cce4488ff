"""Old history lines move into the archive: none is lost and none is there twice, wherever a crash comes."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from domain.ports import Commit, Store
from service.engine.archive_lines import archive_old_lines
from service.engine.build_commit import HistoryLine
from store.layout import HISTORY_KEPT, HISTORY_MOST
from store.line_archive import LineArchive

START = datetime(2026, 11, 29, 12, tzinfo=UTC)
LINES = tuple(
    msgspec.msgpack.encode(HistoryLine(at=START + timedelta(hours=number), events=(f"e{number}",), reasons=()))
    for number in range(HISTORY_KEPT + 60)
)
"""The oldest 60 lie in two months."""


class CrashError(Exception):
    """The process died here."""


@pytest.fixture
def archive(tmp_path: Path) -> LineArchive:
    """Return an archive that is empty yet."""
    return LineArchive(tmp_path / "archive")


async def keep_lines(store: Store, name: str = "mia") -> None:
    """Write a person with a long history."""
    await store.commit(Commit(subscriber=name, version=0, record=b"one", history=LINES))


async def everything_of(store: Store, archive: LineArchive, name: str = "mia") -> tuple[bytes, ...]:
    """Return all lines of a person, wherever they lie."""
    return (*archive.lines_of(name), *await store.history(name, last=HISTORY_MOST))


async def test_old_lines_move_once(store: Store, archive: LineArchive) -> None:
    """The newest stay in the store; the others lie in the file of their month, oldest first."""
    await keep_lines(store)

    moved = [await archive_old_lines(store, archive, range(store.partitions)) for _ in range(2)]

    assert moved == [60, 0]
    assert await everything_of(store, archive) == LINES
    assert len(await store.history("mia", last=HISTORY_MOST)) == HISTORY_KEPT
    assert archive.list_people() == {"mia"}


async def test_a_crash_between_archive_and_trim_doubles_nothing(
    store: Store, archive: LineArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines are in both places then; the next run finds them there, and trims."""
    await keep_lines(store)

    async def crash(_: str, __: Sequence[bytes]) -> bool:
        raise CrashError

    with monkeypatch.context() as dying:
        dying.setattr(store, "trim_history", crash)
        with pytest.raises(CrashError):
            await archive_old_lines(store, archive, range(store.partitions))
    assert len(await store.history("mia", last=HISTORY_MOST)) == len(LINES)

    await archive_old_lines(store, archive, range(store.partitions))

    assert await everything_of(store, archive) == LINES


async def test_lines_that_another_process_moved_are_not_trimmed_again(store: Store, archive: LineArchive) -> None:
    """Of two processes that read the same lines, one trims."""
    await keep_lines(store)
    read = await store.oldest_lines("mia", kept=HISTORY_KEPT)

    trimmed = [await store.trim_history("mia", read) for _ in range(2)]

    assert trimmed == [True, False]
    assert len(await store.history("mia", last=HISTORY_MOST)) == HISTORY_KEPT
    assert archive.list_people() == set()


async def test_an_erased_person_leaves_the_archive(store: Store, archive: LineArchive) -> None:
    """At once where they were erased, and with the next run of every other machine."""
    await keep_lines(store)
    await keep_lines(store, "ben")
    await archive_old_lines(store, archive, range(store.partitions))

    assert archive.erase_person("ben") == 60
    await store.erase("mia")
    await archive_old_lines(store, archive, range(store.partitions))

    assert archive.lines_of("mia") == archive.lines_of("ben") == []


def test_a_month_is_dropped_when_all_of_it_is_old(archive: LineArchive) -> None:
    """November goes once its last day is older than what is kept; December stays."""
    archive.add_lines("mia", [(START, b"a"), (START + timedelta(days=3), b"b")])

    end = datetime(2026, 12, 1, tzinfo=UTC) + timedelta(days=400)
    dropped = [archive.drop_old_months(now, 400) for now in (end - timedelta(seconds=1), end)]

    assert (dropped, archive.lines_of("mia")) == ([0, 1], [b"b"])


KILLED = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from store.line_archive import LineArchive
archive, number = LineArchive(Path(sys.argv[1])), 0
while True:
    lines = [(datetime(2026, 11 + part, 1, tzinfo=UTC), b"%d" % (number * 10 + part)) for part in (0, 1)] * 5
    archive.add_lines("mia", lines)
    print(number, flush=True)
    number += 1
"""


async def test_a_killed_writer_loses_nothing_that_it_told(tmp_path: Path) -> None:
    """Killed at any moment, the files open, and hold each line once that was written before the kill."""
    for delay in (0.0, 0.003, 0.011):
        folder = tmp_path / str(delay)
        writer = await asyncio.create_subprocess_exec(
            sys.executable, "-c", KILLED, str(folder), stdout=asyncio.subprocess.PIPE
        )
        assert writer.stdout
        told = int(await writer.stdout.readline())
        await asyncio.sleep(delay)
        os.kill(writer.pid, signal.SIGKILL)
        told = max([told, *map(int, (await writer.stdout.read()).split())])
        await writer.wait()

        kept = LineArchive(folder).lines_of("mia")
        assert len(kept) == len(set(kept))
        assert set(kept) >= {b"%d" % (number * 10 + part) for number in range(told + 1) for part in (0, 1)}
