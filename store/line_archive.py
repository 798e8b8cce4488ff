"""The archive of history lines: what a person's record no longer needs, kept for a back-test, a file of SQLite a month.

Lines lie there as they are, some 200 bytes each: a file that grows is no memory, and a tool of SQLite can read it.
A line is named by its person, its time and its content, and a line that is there already is ignored: whoever crashes
between writing here and trimming the store simply writes the same lines again.
"""

import hashlib
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

_PATIENCE_S = 30.0
"""How long one process waits for another that writes."""
_TABLE = """
CREATE TABLE IF NOT EXISTS lines (
    subscriber TEXT NOT NULL, at_ms INTEGER NOT NULL, digest BLOB NOT NULL, line BLOB NOT NULL,
    PRIMARY KEY (subscriber, at_ms, digest)
) WITHOUT ROWID
"""


class LineArchive:
    """The archive under a data folder.  All methods block; raise ``sqlite3.Error`` and ``OSError``."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is made with the first line."""
        self._folder = folder

    def add_lines(self, subscriber: str, lines: Sequence[tuple[datetime, bytes]]) -> None:
        """Keep lines of a person, durably; those that are there already stay as they are."""
        months: dict[str, list[tuple[str, int, bytes, bytes]]] = {}
        for at, line in lines:
            digest = hashlib.sha256(line).digest()[:16]
            row = (subscriber, int(at.timestamp() * 1000), digest, line)
            months.setdefault(f"{at.astimezone(UTC):%Y-%m}", []).append(row)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for month, rows in months.items():
            with self._open(self._folder / f"{month}.sqlite") as file:
                file.execute(_TABLE)
                file.executemany("INSERT OR IGNORE INTO lines VALUES (?, ?, ?, ?)", rows)

    def lines_of(self, subscriber: str) -> list[bytes]:
        """Return the lines of a person, oldest first."""
        found: list[bytes] = []
        for path in self._files():
            with self._open(path) as file:
                rows = file.execute("SELECT line FROM lines WHERE subscriber = ? ORDER BY at_ms", (subscriber,))
                found += [line for (line,) in rows]
        return found

    @contextmanager
    def open_reader(self) -> Iterator[Callable[[str], list[bytes]]]:
        """Yield what :meth:`lines_of` is, with all months held open: for reading many people one after the other."""
        with ExitStack() as stack:
            files = [stack.enter_context(self._open(path)) for path in self._files()]

            def read_lines(subscriber: str) -> list[bytes]:
                query = "SELECT line FROM lines WHERE subscriber = ? ORDER BY at_ms"
                return [line for file in files for (line,) in file.execute(query, (subscriber,))]

            yield read_lines

    def list_people(self) -> set[str]:
        """Return everybody of whom there are lines."""
        people: set[str] = set()
        for path in self._files():
            with self._open(path) as file:
                people |= {name for (name,) in file.execute("SELECT DISTINCT subscriber FROM lines")}
        return people

    def erase_person(self, subscriber: str) -> int:
        """Delete the lines of a person, also from the free pages of the files; return how many there were."""
        deleted = 0
        for path in self._files():
            with self._open(path) as file:
                file.execute("PRAGMA secure_delete = ON")
                deleted += file.execute("DELETE FROM lines WHERE subscriber = ?", (subscriber,)).rowcount
        return deleted

    def drop_old_months(self, now: datetime, days: int) -> int:
        """Delete the months whose last day is longer ago than ``days``; return how many there were."""
        dropped = 0
        for path in self._files():
            first = datetime.strptime(path.stem, "%Y-%m").replace(tzinfo=UTC)
            after = (first + timedelta(days=32)).replace(day=1)
            if after + timedelta(days=days) <= now:
                path.unlink()
                dropped += 1
        return dropped

    def copy_months(self) -> Iterator[tuple[str, Path]]:
        """Yield the name of each month's file and a copy of it, as it is at one moment; the copy is gone at the next.

        Others may write meanwhile.
        """
        for path in self._files():
            with tempfile.TemporaryDirectory(dir=self._folder, prefix="copy-") as folder:
                copy = Path(folder) / path.name
                with self._open(path) as file, closing(sqlite3.connect(copy)) as there:
                    file.backup(there)
                yield path.name, copy

    def take_month(self, copy: Path) -> None:
        """Take over the lines of a month's file; those that are there already stay as they are."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._open(self._folder / copy.name) as file:
            file.execute(_TABLE)
            file.commit()
            file.execute("ATTACH DATABASE ? AS copy", (str(copy),))
            file.execute("INSERT OR IGNORE INTO lines SELECT * FROM copy.lines")

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("????-??.sqlite"))

    @contextmanager
    def _open(self, path: Path) -> Iterator[sqlite3.Connection]:
        # The default journal with full synchronisation: what was committed survives a power cut.
        with closing(sqlite3.connect(path, timeout=_PATIENCE_S)) as file, file:
            yield file
