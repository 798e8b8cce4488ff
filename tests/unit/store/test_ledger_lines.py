"""Lines of the consent ledger in their compact form."""

from datetime import UTC, datetime
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consent.ledger import BrokenChainError, chain_hash, encode_entry, verify_chain
from domain.effects import LedgerEntry
from store.compression import compress_line
from store.ledger_lines import ACTS, TEXTS, compress_ledger_line, read_ledger

AT = datetime(2026, 11, 28, 21, 12, 3, 868173, tzinfo=UTC)
WORDS = st.sampled_from(
    ["", "en", "m_1", "m_ABCDabcd", "<ABCDabcd@post.example>", "<a@b@c>", "00ff", "00FF", "abcd", "é"]
)
WORDING, ADDRESS = "c9ff95c51ff2a35aefd6419d", "V-nOTYmJYN7nS9_O"
LINES: list[dict[str, Any]] = [
    {"act": "agreed", "topic": "my_leaf", "wording": WORDING, "language": "en", "how": "typed", "mid": "m_1"},
    {"act": "requested", "topic": "my_leaf", "address": ADDRESS, "language": "en"},
    {
        "act": "mailed",
        "address": ADDRESS,
        "message_id": "<nkIi2QkwNwL528i2@post.example>",
        "content_hash": "1be8aaf3060f5e13925a902c9b4dff7452afbd70305af1f32d45a0e404237431",
    },
    {"act": "confirmed", "topic": "my_leaf", "address": ADDRESS, "wording": WORDING, "how": "code"},
]


def build_chain() -> list[bytes]:
    """Return the ledger of somebody who confirmed."""
    chain: list[bytes] = []
    for number, said in enumerate(LINES, 1):
        previous = chain_hash(chain[-1]) if chain else ""
        chain.append(encode_entry(LedgerEntry(number=number, previous=previous, at=AT, **said)))
    return chain


TEXT_BY_NAME = st.fixed_dictionaries(dict.fromkeys(TEXTS, WORDS | st.text(max_size=80)))
PREVIOUS = st.sampled_from(["", "ab", "00" * 32, "0F" * 32, "00" * 33])


@given(st.integers(-1, 300), PREVIOUS, st.datetimes(timezones=st.just(UTC)), st.sampled_from(ACTS), TEXT_BY_NAME)
def test_every_line_comes_back_byte_for_byte(
    number: int, previous: str, at: datetime, act: str, texts: dict[str, str]
) -> None:
    """The hash over a line holds, whatever stands in it."""
    fields: dict[str, Any] = {"act": act, **texts}
    line = encode_entry(LedgerEntry(number=number, previous=previous, at=at, **fields))
    stored = compress_ledger_line(line)
    (came,) = read_ledger([stored])
    # Alone, a line is not known to follow another one: of what it follows it shows what it holds.
    assert came == line or came == line.replace(previous.encode(), previous[:24].encode())


@given(st.binary(max_size=60))
def test_what_is_no_line_comes_back_too(line: bytes) -> None:
    """So do lines that somebody else wrote."""
    assert read_ledger([compress_ledger_line(line)]) == (line,)


def test_a_line_with_a_field_of_a_later_version_is_kept_whole() -> None:
    """What is not known here is not left out."""
    line = build_chain()[0].replace(b'"topic"', b'"place":"shop","topic"')
    assert read_ledger([compress_ledger_line(line)]) == (line,)


def test_compact_lines_follow_older_ones_and_take_half_the_room() -> None:
    """A ledger that was begun by an earlier version goes on; the chain verifies over both forms."""
    chain = build_chain()
    mixed = [compress_line(chain[0]), *map(compress_ledger_line, chain[1:])]
    compact = [compress_ledger_line(line) for line in chain]
    assert read_ledger(mixed) == read_ledger(compact) == tuple(chain)
    assert sum(map(len, compact)) < 0.6 * sum(len(compress_line(line)) for line in chain)
    assert len(verify_chain(read_ledger(mixed), 4, chain_hash(chain[-1]))) == 4


@pytest.mark.parametrize("number", range(4))
def test_each_changed_byte_of_a_compact_line_shows(number: int) -> None:
    """Whichever byte of the store is changed, the chain does not verify any more."""
    chain = build_chain()
    head, stored = chain_hash(chain[-1]), [compress_ledger_line(line) for line in chain]
    for place in range(len(stored[number])):
        changed = bytearray(stored[number])
        changed[place] ^= 1
        forged = [*stored[:number], bytes(changed), *stored[number + 1 :]]
        with pytest.raises(BrokenChainError):
            verify_chain(read_ledger(forged), 4, head)


def test_the_newest_hash_is_not_needed_to_see_that_a_line_was_changed() -> None:
    """After an erasure the record is gone; the line after the changed one tells it."""
    stored = [compress_ledger_line(line) for line in build_chain()]
    stored[1] = stored[1].replace(b"my_leaf", b"my_loaf")
    lines = read_ledger(stored)
    with pytest.raises(BrokenChainError, match="line 3 does not follow"):
        verify_chain(lines, 4, chain_hash(lines[-1]))


def test_every_act_has_its_place() -> None:
    """A new act is appended to those of the format; what is missing there would be stored in the larger form."""
    assert set(ACTS) == set(get_args(get_type_hints(LedgerEntry)["act"]))
