"""The file of a backup: parts with names, compressed, encrypted, and readable only as a whole.

Layout: a line that names the format, a salt, a check value of the key; then blocks, each with its length before it.
A block is AES-256-GCM over zstd over MessagePack ``[name, bytes]``.  The key is made of ``DOORSTEP_SECRET`` and the
salt (HKDF, RFC 5869), so no two files share one, and the number of a block can be its nonce.  The last block is marked
in its nonce: a file that was cut short, even between two blocks, is noticed.  The associated data of each block are
what stands before the first, so nothing there can be changed either.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import msgspec
import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.backup.errors import BackupFileError
from service.engine.clock import fresh_entropy

MAGIC = b"DOORSTEP BACKUP "
FORMAT = 1
BLOCK_BYTES = 1 << 20
"""Most bytes of a part in one block."""
_SALT_BYTES = 16
_CHECK_BYTES = 8
_LENGTH = struct.Struct(">I")
_MOST_STORED = BLOCK_BYTES + (1 << 16)
_END = "end"
_decoder = msgspec.msgpack.Decoder(tuple[str, bytes])


class SealedWriter:
    """Writes a backup into an open file."""

    def __init__(self, file: BinaryIO, secret: str) -> None:
        """Write the beginning."""
        self._file = file
        salt = fresh_entropy()
        key, check = _derive(secret, salt)
        self._head = b"%b%d\n%b%b" % (MAGIC, FORMAT, salt, check)
        self._cipher, self._number = AESGCM(key), 0
        self._compressor = zstandard.ZstdCompressor(level=3)
        file.write(self._head)

    def add_block(self, name: str, piece: bytes) -> None:
        """Add the next piece of a part, of at most :data:`BLOCK_BYTES`."""
        self._write_block(name, piece, is_last=False)

    def end(self) -> None:
        """Write the last block; the file is readable from then on."""
        self._write_block(_END, b"", is_last=True)

    def _write_block(self, name: str, piece: bytes, *, is_last: bool) -> None:
        plain = self._compressor.compress(msgspec.msgpack.encode((name, piece)))
        sealed = self._cipher.encrypt(_nonce(self._number, is_last=is_last), plain, self._head)
        self._file.write(_LENGTH.pack(len(sealed)) + sealed)
        self._number += 1


class SealedReader:
    """Reads a backup from an open file."""

    def __init__(self, file: BinaryIO, secrets: Sequence[str]) -> None:
        """Read the beginning; raises :class:`BackupFileError`."""
        self._file = file
        line = file.readline(len(MAGIC) + 8)
        number = line.removeprefix(MAGIC).strip()
        if not line.startswith(MAGIC) or not number.isdigit():
            message = "this is no backup of Doorstep"
            raise BackupFileError(message)
        if int(number) > FORMAT:
            message = "the backup was made by a newer Doorstep: restore it with that one"
            raise BackupFileError(message)
        rest = _read_whole(file, _SALT_BYTES + _CHECK_BYTES)
        salt, check = rest[:_SALT_BYTES], rest[_SALT_BYTES:]
        key = next((key for key, found in (_derive(secret, salt) for secret in secrets) if found == check), None)
        if key is None:
            message = (
                "the backup was made with another DOORSTEP_SECRET: set that one, or add it to DOORSTEP_OLDER_SECRETS. "
                "If it is the right one, the file is damaged at its beginning"
            )
            raise BackupFileError(message)
        self._head = line + rest
        self._cipher = AESGCM(key)

    def read_blocks(self) -> Iterator[tuple[str, bytes]]:
        """Yield name and piece of each block; raises :class:`BackupFileError` where the file is not what it was."""
        number = 0
        while True:
            (length,) = _LENGTH.unpack(_read_whole(self._file, _LENGTH.size))
            # A length that was changed must not make us ask for gigabytes of memory.
            if length > _MOST_STORED:
                raise _damaged(self._file)
            sealed = _read_whole(self._file, length)
            name, piece = self._open_block(number, sealed)
            if name == _END:
                # Nothing belongs behind the last block.
                if self._file.read(1):
                    raise _damaged(self._file)
                return
            yield name, piece
            number += 1

    def _open_block(self, number: int, sealed: bytes) -> tuple[str, bytes]:
        for is_last in (False, True):
            try:
                plain = self._cipher.decrypt(_nonce(number, is_last=is_last), sealed, self._head)
            except InvalidTag:
                continue
            name, piece = _decoder.decode(zstandard.ZstdDecompressor().decompress(plain, max_output_size=_MOST_STORED))
            if is_last == (name == _END):
                return name, piece
        raise _damaged(self._file)


def _derive(secret: str, salt: bytes) -> tuple[bytes, bytes]:
    """Return the key of a file, and the value by which another key is noticed before anything is decrypted."""
    made = HKDF(SHA256(), 32 + _CHECK_BYTES, salt, b"doorstep.backup").derive(secret.encode())
    return made[:32], made[32:]


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes((is_last,))


def _read_whole(file: BinaryIO, size: int) -> bytes:
    found = file.read(size)
    if len(found) < size:
        message = "the backup is not whole: it was cut short"
        raise BackupFileError(message)
    return found


def _damaged(file: BinaryIO) -> BackupFileError:
    return BackupFileError(f"the backup is damaged, near byte {file.tell():,}")
