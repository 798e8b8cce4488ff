"""Reads a backup whole, and lays its parts out in a folder: what is damaged is noticed before anything is written."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from service.backup.errors import BackupFileError
from service.backup.make_backup import ARCHIVE, MANIFEST, SNAPSHOTS, Manifest
from service.backup.sealed_file import SealedReader
from store.embedded.snapshot_server import FILE


class OpenedBackup(Struct, frozen=True, kw_only=True):
    """A backup that was read whole."""

    manifest: Manifest
    snapshots: tuple[Path, ...]
    """Folders with a snapshot each."""
    months: tuple[Path, ...]
    """Files of the archive."""


def open_backup(path: Path, secrets: Sequence[str], folder: Path) -> OpenedBackup:
    """Decrypt a backup into an empty folder; raises :class:`BackupFileError` and ``OSError``."""
    with path.open("rb") as file, ExitStack() as stack:
        blocks = SealedReader(file, secrets).read_blocks()
        name, piece = next(blocks, ("", b""))
        if name != MANIFEST:
            message = "the backup does not begin with what it is of"
            raise BackupFileError(message)
        manifest = msgspec.json.decode(piece, type=Manifest)
        # Kept open: the pieces of a part follow each other, but nothing says so.
        written: dict[str, tuple[Path, BinaryIO]] = {}
        for name, piece in blocks:
            if name not in written:
                place = _place_part(folder, name)
                place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                written[name] = place, stack.enter_context(place.open("wb"))
            written[name][1].write(piece)
    snapshots = tuple(place.parent for name, (place, _) in written.items() if name.startswith(SNAPSHOTS))
    if len(snapshots) != manifest.snapshots:
        message = f"the backup is of {manifest.snapshots} servers, and has {len(snapshots)}"
        raise BackupFileError(message)
    months = tuple(place for name, (place, _) in written.items() if name.startswith(ARCHIVE))
    return OpenedBackup(manifest=manifest, snapshots=snapshots, months=months)


def _place_part(folder: Path, name: str) -> Path:
    kind, _, rest = name.partition("/")
    # Only Doorstep writes such files, and nobody else can: still, no name leads out of the folder.
    if f"{kind}/" not in (SNAPSHOTS, ARCHIVE) or Path(rest).name != rest or not rest:
        message = "the backup has a part that this Doorstep does not know: restore it with the one that made it"
        raise BackupFileError(message)
    return folder / kind / (f"{rest}/{FILE}" if kind == "snapshot" else rest)
