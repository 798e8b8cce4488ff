"""Stops are noted beside the store, those of one moment together."""

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from service.engine.stop_notes import StopNotes
from store.stop_file import Stop, StopFile
from tests.support.people import NOON


class CountedFile(StopFile):
    """Counts writes, and holds each up until it is let go."""

    writes = 0
    broken = False

    def __init__(self, folder: Path) -> None:
        """Begin with nothing held up."""
        super().__init__(folder)
        self.gate = threading.Event()
        self.gate.set()

    def add_stops(self, stops: Sequence[Stop]) -> None:
        """Write them once the gate is open, or fail."""
        self.writes += 1
        assert self.gate.wait(10)
        if self.broken:
            raise OSError
        super().add_stops(stops)


@pytest.fixture
def file(tmp_path: Path) -> CountedFile:
    """Return a file in a folder of its own."""
    return CountedFile(tmp_path)


def names_in(file: StopFile) -> list[str]:
    """Return who is noted."""
    return sorted(stop.who for stop in file.read_stops())


async def test_what_stops_at_once_is_written_at_once(file: CountedFile) -> None:
    """Whoever returns is on disk; a hundred cost a write, not a hundred."""
    notes = StopNotes(file=file, clock=lambda: NOON)
    names = [f"{number:03}" for number in range(100)]
    await asyncio.gather(*(notes.note_erasure(name) for name in names))
    assert names_in(file) == names
    assert file.writes == 1


async def test_who_comes_during_writes_is_written_with_the_next(file: CountedFile) -> None:
    """Nobody returns before their own line is there, and one who gives up takes no other line along."""
    notes = StopNotes(file=file, clock=lambda: NOON)
    file.gate.clear()
    tasks = []
    for name in ("a", "b", "c", "d", "e"):
        tasks.append(asyncio.create_task(notes.note_erasure(name)))
        for _ in range(5):  # turns of the loop in which a write begins, if there is room
            await asyncio.sleep(0)
    tasks[-1].cancel()
    await asyncio.sleep(0)
    assert not any(task.done() for task in tasks[:-1])
    file.gate.set()
    await asyncio.gather(*tasks[:-1])
    assert {"a", "b", "c", "d"} <= set(names_in(file))
    assert file.writes == 3


async def test_a_disk_that_refuses_stops_nobody(file: CountedFile) -> None:
    """Whoever withdraws is heard; the operator is told, and the next write is tried."""
    notes = StopNotes(file=file, clock=lambda: NOON)
    file.broken = True
    with capture_logs() as lines:
        await asyncio.gather(notes.note_erasure("a"), notes.note_erasure("b"))
    assert [line["event"] for line in lines] == ["stops_not_kept"]
    file.broken = False
    await notes.note_erasure("c")
    assert names_in(file) == ["c"]
