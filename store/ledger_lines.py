"""The stored form of a line of the consent ledger: what the line says, without the words that every line holds.

The line itself is JSON, since its hash chains the next one to it, and its exact bytes come back from here: a line
that would not is stored compressed, as all were before.  A compact line is

=========  ========================================================================================================
bytes      meaning
=========  ========================================================================================================
1          the act's place in :data:`ACTS` times 8, plus 7: neither zstd nor deflate begins with such a byte
1          number of the line
1          which of :data:`TEXTS` are not empty: bit 0 for the first
7          moment, in µs since 1970, big-endian
0 or 12    beginning of the hash of the line before; missing in line 1
the rest   the texts that are not empty, each as :func:`_pack_text` writes it
=========  ========================================================================================================

The hash of the line before is worked out from that line when the ledger is read, all 32 bytes of it, and has to begin
with the 12 that were stored.  So a changed line shows as before: the line after it does not fit, and the newest hash,
which the record holds whole, does not either.
"""

import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any

from msgspec import DecodeError
from zstandard import ZstdError

from domain.consent.ledger import chain_hash, decode_entry, encode_entry
from domain.effects import LedgerEntry
from store.compression import compress_line, decompress_line

ACTS = (
    "declined", "agreed", "requested", "mailed", "confirmed", "withdrawn", "disowned", "expired", "moved", "bounced",
    "unblocked", "paused", "resumed", "uncounted",
)  # fmt: skip
"""Part of the format: an act is appended, never moved; one that is not here is stored compressed."""

TEXTS = ("topic", "address", "wording", "language", "how", "mid", "message_id", "content_hash")
"""Part of the format, like the order of a record's fields."""

WORDS = ("en", "de", "tap", "typed", "code", "button", "one-click", "page", "preferences", "restored")
"""Texts that stand for themselves by their place; part of the format, appended to only."""

_MARK = 7
_HEAD = 10
_KEPT_OF_HASH = 12
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# First byte of a text: what it is, and its length or place.
_PLAIN, _HEX, _BASE64, _WORD, _MID, _MESSAGE_ID = 0, 64, 128, 192, 254, 255
_MOST_BYTES = 63

_COMMON = frozenset(TEXTS.index(name) for name in ("topic", "wording", "language", "how"))
"""Places of the texts that many people's lines share."""
_chain_hash, _nothing = re.compile("[0-9a-f]{64}"), re.compile("")
_hex_digits = re.compile("[0-9a-f]+")
# A length of whole groups of four needs no padding, and has only one way to be written.
_base64_digits = re.compile("[0-9A-Za-z_-]+")
_texts_of = attrgetter(*TEXTS)


class _NoCompactFormError(ValueError):
    """A text or number is larger than its place, or a stored line is shorter or longer than it says."""


def compress_ledger_line(line: bytes) -> bytes:
    """Return the stored form of a line."""
    try:
        entry = decode_entry(line)
        # A line that somebody else wrote, or one with a field that is not known here, must come back as it was.
        if encode_entry(entry) == line:
            return _pack_entry(entry)
    except (DecodeError, OverflowError, ValueError):
        pass
    return compress_line(line)


def read_ledger(stored: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return the lines of a whole ledger, oldest first, each with the bytes that were hashed."""
    lines: list[bytes] = []
    for one in stored:
        try:
            lines.append(_read_line(one, chain_hash(lines[-1]) if lines else ""))
        except (ZstdError, zlib.error, ValueError, IndexError):
            # What cannot be read is shown as it lies there: whoever verifies the chain is told which line it is.
            lines.append(one)
    return tuple(lines)


def _read_line(stored: bytes, previous: str) -> bytes:
    """Return one line; ``previous`` is the hash of the line before."""
    if stored[0] & _MARK != _MARK:
        return decompress_line(stored)
    kept = stored[_HEAD : _HEAD + _KEPT_OF_HASH].hex() if stored[1] > 1 else ""
    # If they differ, the line shows what it holds, and the chain breaks here.
    return _unpack_entry(stored, previous if kept and previous.startswith(kept) else kept)


def _pack_entry(entry: LedgerEntry) -> bytes:
    # Else the number would not tell whether a hash follows, or which 12 bytes of what belong to it.
    if not (_chain_hash if entry.number > 1 else _nothing).fullmatch(entry.previous):
        raise _NoCompactFormError
    moment = ((entry.at - _EPOCH) // _MICROSECOND).to_bytes(7, "big")
    parts, present = [moment, bytes.fromhex(entry.previous)[:_KEPT_OF_HASH]], 0
    for place, text in enumerate(_texts_of(entry)):
        if text:
            present |= 1 << place
            parts.append(_pack_common(text) if place in _COMMON else _pack_text(text))
    return b"".join([bytes([ACTS.index(entry.act) << 3 | _MARK, entry.number, present]), *parts])


def _unpack_entry(packed: bytes, previous: str) -> bytes:
    number, present = packed[1], packed[2]
    at, texts = _HEAD + (_KEPT_OF_HASH if number > 1 else 0), dict[str, str]()
    for place, name in enumerate(TEXTS):
        if present >> place & 1:
            texts[name], at = _unpack_text(packed, at)
    if at != len(packed):
        raise _NoCompactFormError
    moment = _EPOCH + int.from_bytes(packed[3:_HEAD], "big") * _MICROSECOND
    # Any: an act is one of few values, which packing has checked.
    act: Any = ACTS[packed[0] >> 3]
    return encode_entry(LedgerEntry(number=number, previous=previous, at=moment, act=act, **texts))


def _pack_text(text: str) -> bytes:
    """Return a text with one byte before it; hashes, which are hex or base64, take the bytes that they stand for."""
    if text in WORDS:
        return bytes([_WORD + WORDS.index(text)])
    if text.startswith("m_"):
        return bytes([_MID]) + _pack_text(text[2:])
    name, sign, host = text.partition("@")
    if sign and name.startswith("<") and host.endswith(">"):
        return bytes([_MESSAGE_ID]) + _pack_text(name[1:]) + _pack_text(host[:-1])
    if len(text) % 2 == 0 and _hex_digits.fullmatch(text):
        kind, raw = _HEX, bytes.fromhex(text)
    elif len(text) % 4 == 0 and _base64_digits.fullmatch(text):
        kind, raw = _BASE64, urlsafe_b64decode(text)
    else:
        kind, raw = _PLAIN, text.encode()
    if len(raw) > _MOST_BYTES:
        raise _NoCompactFormError
    return bytes([kind + len(raw)]) + raw


_pack_common = lru_cache(256)(_pack_text)


def _unpack_text(packed: bytes, at: int) -> tuple[str, int]:
    """Return the text that begins at ``at``, and where the next one does."""
    kind = packed[at]
    if kind == _MESSAGE_ID:
        name, at = _unpack_text(packed, at + 1)
        host, at = _unpack_text(packed, at)
        return f"<{name}@{host}>", at
    if kind == _MID:
        rest, at = _unpack_text(packed, at + 1)
        return f"m_{rest}", at
    if kind >= _WORD:
        return WORDS[kind - _WORD], at + 1
    end = at + 1 + kind % 64
    raw = packed[at + 1 : end]
    if kind < _HEX:
        return raw.decode(), end
    return (raw.hex() if kind < _BASE64 else urlsafe_b64encode(raw).decode()), end
