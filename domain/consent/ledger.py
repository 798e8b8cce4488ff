"""The consent ledger: append-only, each line chained to the one before by its hash.

The record carries the ledger's length and newest hash, so the chain is part of what one commit writes, and a line that
was changed, dropped or inserted later is noticed.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from domain.effects import LedgerEntry
from domain.record import Subscriber

# Deterministic: the hash is over these bytes, so the same line must always be written the same way.
_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(LedgerEntry)


class BrokenChainError(Exception):
    """The ledger does not verify: a line was changed, is missing, or is out of place.  Restore it from a backup."""


def encode_entry(entry: LedgerEntry) -> bytes:
    """Return the exact bytes that are stored and hashed (deterministic JSON)."""
    return _encoder.encode(entry)


def decode_entry(raw: bytes) -> LedgerEntry:
    """Read a stored line; raises ``msgspec.DecodeError``."""
    return _decoder.decode(raw)


def chain_hash(raw: bytes) -> str:
    """Return the hash of a stored line: SHA-256, hex."""
    return hashlib.sha256(raw).hexdigest()


def append_entry(record: Subscriber, at: datetime, **fields: Any) -> tuple[Subscriber, LedgerEntry]:  # noqa: ANN401  LedgerEntry checks its fields
    """Return the record and the line that follows its newest one; ``fields`` are those of LedgerEntry."""
    # Number and hash are part of the record, and so of the same commit: a line cannot be lost or slipped in unseen.
    entry = LedgerEntry(number=record.ledger_size + 1, previous=record.ledger_head, at=at, **fields)
    head = chain_hash(encode_entry(entry))
    return replace(record, ledger_size=entry.number, ledger_head=head), entry


def verify_chain(lines: Iterable[bytes], size: int, head: str) -> tuple[LedgerEntry, ...]:
    """Return the ledger's entries if every line is genuine and in place.

    Raises :class:`BrokenChainError`, naming the first line that does not fit.
    """
    entries: list[LedgerEntry] = []
    previous = ""
    for number, raw in enumerate(lines, 1):
        try:
            entry = decode_entry(raw)
        except msgspec.DecodeError as error:
            message = f"line {number} is not readable"
            raise BrokenChainError(message) from error
        if entry.number != number or entry.previous != previous:
            message = f"line {number} does not follow the line before it"
            raise BrokenChainError(message)
        previous = chain_hash(raw)
        entries.append(entry)
    if len(entries) != size or previous != head:
        message = f"the record knows {size} lines ending in {head[:12] or 'none'}, the ledger has {len(entries)}"
        raise BrokenChainError(message)
    return tuple(entries)
