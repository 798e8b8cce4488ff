"""The file of a backup: whole and by the right secret, or not at all."""

import io

import pytest

from service.backup.errors import BackupFileError
from service.backup.sealed_file import SealedReader, SealedWriter

SECRET, OTHER = "the secret of this installation, 32+", "the secret of another installation, 32+"


def seal(*blocks: tuple[str, bytes]) -> bytes:
    """Return a file with these blocks."""
    file = io.BytesIO()
    writer = SealedWriter(file, SECRET)
    for name, piece in blocks:
        writer.add_block(name, piece)
    writer.end()
    return file.getvalue()


def unseal(raw: bytes, *secrets: str) -> list[tuple[str, bytes]]:
    """Return the blocks of a file."""
    return list(SealedReader(io.BytesIO(raw), secrets or (SECRET,)).read_blocks())


BLOCKS = [("manifest", b"{}"), ("snapshot/0", b"x" * 3_000), ("snapshot/0", b""), ("archive/2026-05.sqlite", b"\0\xff")]


def test_blocks_come_back_by_the_secret_or_an_older_one() -> None:
    """After a rotation the older secret stands behind the new one."""
    assert unseal(seal(*BLOCKS)) == BLOCKS
    assert unseal(seal(*BLOCKS), OTHER, SECRET) == BLOCKS


def test_nothing_is_readable_in_it_and_no_two_are_alike() -> None:
    """Not even the names of its parts."""
    raw = seal(*BLOCKS)
    assert b"snapshot" not in raw
    assert raw != seal(*BLOCKS)


def test_another_secret_is_told_as_such() -> None:
    """Before anything is decrypted."""
    with pytest.raises(BackupFileError, match="another DOORSTEP_SECRET"):
        unseal(seal(*BLOCKS), OTHER)


def test_what_is_cut_short_or_changed_anywhere_is_refused() -> None:
    """Each byte of the file, also between two blocks; and what was added behind its end."""
    raw = seal(*BLOCKS)
    for at in range(len(raw)):
        for changed in (raw[:at], raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]):
            with pytest.raises(BackupFileError):
                unseal(changed)
    with pytest.raises(BackupFileError, match="damaged"):
        unseal(raw + b"x")


def test_other_files_and_newer_ones_are_told_apart() -> None:
    """Each with what to do."""
    with pytest.raises(BackupFileError, match="no backup of Doorstep"):
        unseal(b"SQLite format 3\0" + b"x" * 100)
    with pytest.raises(BackupFileError, match="newer Doorstep"):
        unseal(seal(*BLOCKS).replace(b"BACKUP 1\n", b"BACKUP 2\n"))
