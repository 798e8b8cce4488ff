"""Remembers beside the store what people stopped: withdrawals, suppressions of addresses, erasures.

A store that is restored from a backup knows nothing of what came after it.  Who withdrew since must not be mailed, so
that is also written here, in a folder that may lie on another disk than the store: a file a month, a line of JSON for
each stop, on disk before the store has it.  People and addresses stand here by the keyed hashes that the store uses.

All methods block; raise ``OSError``.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

KEPT = timedelta(days=400)
"""Older months are dropped: no backup should live so long."""
_ALIVE = "known_until"


class Stop(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line."""

    at: datetime
    what: Literal["begun", "withdrawn", "suppressed", "lifted", "erased"]
    """``begun`` is the first line of all: from then on every stop is here."""
    who: str = ""
    """Subscriber, or of ``suppressed`` and ``lifted`` the keyed hash of the address."""
    held_since: datetime | None = None
    """Of ``suppressed``, since when; one that is imported may be years older than its line."""
    topic: str = ""
    """Of ``suppressed``, what it is about; empty means all.  Of ``withdrawn``, the topic."""
    reason: str = ""
    """Of ``suppressed``, why; of ``lifted``, what is lifted, separated by spaces."""
    by: str = ""
    """Of ``suppressed``, the subscriber whose request it was about."""


_decoder = msgspec.json.Decoder(Stop)


class StopsKnown(Struct, frozen=True, kw_only=True):
    """The time over which a folder knows every stop."""

    since: datetime
    until: datetime
    """When the service wrote last that it was there, to some seconds."""


class StopFile:
    """The stops of one installation, under one folder."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is made with the first line."""
        self.folder = folder

    def begin(self, now: datetime) -> None:
        """Write the first line of all if there is none, and drop what is too old."""
        if not self._files():
            self.add_stops([Stop(at=now, what="begun")])
        for path in self._files()[:-1]:
            first = datetime.strptime(path.stem, "%Y-%m").replace(tzinfo=UTC)
            if (first + timedelta(days=32)).replace(day=1) + KEPT <= now:
                path.unlink()
        self.leave_mark(now)

    def add_stops(self, stops: Sequence[Stop]) -> None:
        """Write lines, durably; several processes may do so at once."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A batch lies in the month of its newest stop: order within a file is that of writing.
        path = self.folder / f"{max(stop.at for stop in stops).astimezone(UTC):%Y-%m}.jsonl"
        # A line that was torn by a power cut must not swallow this one: an empty line costs a byte.
        text = b"\n" + b"".join(msgspec.json.encode(stop) + b"\n" for stop in stops)
        # One write of all lines: with O_APPEND those of two processes never mix.
        is_new = not path.exists()
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, text)
            os.fsync(file)
        finally:
            os.close(file)
        if is_new:
            _sync_folder(self.folder)

    def leave_mark(self, now: datetime) -> None:
        """Note that every stop until now is here."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A name of its own for each process, or two would replace each other's half.
        new = self.folder / f"{_ALIVE}.{os.getpid()}.new"
        new.write_text(now.isoformat(), encoding="ascii")
        new.replace(self.folder / _ALIVE)

    def read_known(self) -> StopsKnown | None:
        """Return over which time every stop is here; None if nothing is."""
        begun = next((stop.at for stop in self.read_stops() if stop.what == "begun"), None)
        until = self._read_mark() or max((stop.at for stop in self.read_stops()), default=None)
        oldest = self._files()[:1]
        if begun is None and oldest:  # its first month was dropped
            begun = datetime.strptime(oldest[0].stem, "%Y-%m").replace(tzinfo=UTC)
        return StopsKnown(since=begun, until=until) if begun and until else None

    def read_stops(self, since: datetime | None = None) -> Iterator[Stop]:
        """Yield the stops from a moment on, oldest first; lines that were torn are passed over."""
        for path in self._files():
            for line in path.read_bytes().splitlines():
                try:
                    stop = _decoder.decode(line)
                except msgspec.DecodeError:
                    continue
                if since is None or stop.at >= since:
                    yield stop

    def _read_mark(self) -> datetime | None:
        try:
            return datetime.fromisoformat((self.folder / _ALIVE).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("????-??.jsonl"))


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
