"""Makes a backup: the store as it is at one moment, and the archive of history as it is right after it.

The archive comes second: a line leaves the store only once it is in the archive, so no line is missing in both.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from domain.ports import StoreMismatchError
from service.backup.sealed_file import BLOCK_BYTES, SealedWriter
from service.engine.clock import fresh_entropy, system_ms
from store.keys import LAYOUT_KEY
from store.line_archive import LineArchive
from store.valkey.base import StoreConnection
from store.valkey.copying.snapshot import take_snapshots

MANIFEST = "manifest"
"""Name of the first part, a :class:`Manifest`; then ``snapshot/NUMBER`` and ``archive/MONTH.sqlite``."""
SNAPSHOTS, ARCHIVE = "snapshot/", "archive/"
ENDING = ".backup"
_ABSENT = (b"moving", b"restoring", b"moved_to")


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup is of."""

    id: str
    """Names this backup."""
    cut_ms: int
    """Taken before the cut: everything that was answered until then is in it.  Ms by the store's or this machine's
    clock, whichever is behind, since stops have the time of the machine."""
    version: str
    """Of the Doorstep that made it."""
    layout: dict[str, str]
    """What the store was founded with."""
    snapshots: int
    """Servers of which there is one each."""


class Made(Struct, frozen=True, kw_only=True):
    """What was written."""

    path: str
    bytes: int
    keys: int
    months: int
    """Files of the archive."""


def choose_path(place: Path, now: datetime) -> Path:
    """Return the file to write; a folder gets one named by the time, in UTC."""
    return place / f"doorstep-{now:%Y-%m-%dT%H-%M-%SZ}{ENDING}" if place.is_dir() else place


async def make_backup(connection: StoreConnection, archive: LineArchive, path: Path, secret: str) -> Made:
    """Write a backup to a path where nothing is yet.

    Raises :class:`StoreMismatchError` where the store cannot be backed up now, and ``OSError``.
    """
    with _open_new(path) as file:
        writer = SealedWriter(file, secret)
        keys = await _write_store(connection, writer)
        months = _write_archive(archive, writer)
        writer.end()
        size = file.tell()
    return Made(path=str(path), bytes=size, keys=keys, months=months)


async def _write_store(connection: StoreConnection, writer: SealedWriter) -> int:
    layout = await _read_layout(connection)
    seconds, micros = await connection.run_command(b"TIME")
    cut_ms = min(int(seconds) * 1000 + int(micros) // 1000, system_ms())
    async with take_snapshots(connection) as snapshots:
        manifest = Manifest(
            id=fresh_entropy().hex(),
            cut_ms=cut_ms,
            version=version("doorstep"),
            layout=layout,
            snapshots=len(snapshots),
        )
        # First, so that a restore can refuse before it has read gigabytes.
        writer.add_block(MANIFEST, msgspec.json.encode(manifest))
        for number, snapshot in enumerate(snapshots):
            async for piece in snapshot.read_pieces():
                for at in range(0, len(piece), BLOCK_BYTES):
                    writer.add_block(f"{SNAPSHOTS}{number}", piece[at : at + BLOCK_BYTES])
    return sum([await server.run_command(b"DBSIZE") for server in connection.servers])


async def _read_layout(connection: StoreConnection) -> dict[str, str]:
    answer = await connection.run_command(b"HGETALL", LAYOUT_KEY)
    layout = dict(zip(answer[::2], answer[1::2], strict=True))
    if not layout.get(b"founded") or any(name in layout for name in _ABSENT):
        message = "there is no store, or it is being moved or restored: back it up when that is done"
        raise StoreMismatchError(message)
    return {name.decode(): value.decode() for name, value in layout.items()}


def _write_archive(archive: LineArchive, writer: SealedWriter) -> int:
    months = 0
    for name, copy in archive.copy_months():
        months += 1
        with copy.open("rb") as file:
            while piece := file.read(BLOCK_BYTES):
                writer.add_block(f"{ARCHIVE}{name}", piece)
    return months


@contextmanager
def _open_new(path: Path) -> Iterator[BinaryIO]:
    """Open a file that has its name only once it is whole and on disk."""
    # A rename would replace the only good backup without a word.
    if path.exists():
        raise FileExistsError(17, "there is a file of this name already", str(path))
    for left in path.parent.glob(f".*{ENDING}.part"):
        _remove_left_over(left)
    part = path.parent / f".{path.stem}-{os.getpid()}{ENDING}.part"
    # Readable by this user alone, as the store's own files are.
    with open(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:  # noqa: PTH123  Path.open takes no mode
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            part.rename(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    # The name is on disk only once the folder is.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _remove_left_over(part: Path) -> None:
    """Remove what a killed backup left; one that is being written is locked by its process."""
    with suppress(OSError), part.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        part.unlink()
