"""The store's small forms: compressed lines, short ids, sorted scores, keys."""

import hashlib
import zlib

from hypothesis import given
from hypothesis import strategies as st

from store.compression import compress_line, decompress_line, shorten_event_id
from store.compression_dictionary import DICTIONARY
from store.keys import LAYOUT_KEY, LEASES_KEY, WORKERS_KEY, StoreKeys, meta_value_key
from store.layout import partition_of
from tests.support.memory_store.sorted_set import SortedSet

NAMES = st.text("abc", min_size=1, max_size=2)
LINE = b'{"number":1,"previous":"","at":"2026-11-22T10:00:00Z","act":"agreed","topic":"friday_leaf","how":"tap"}'


@given(st.binary())
def test_lines_come_back_exactly(line: bytes) -> None:
    """Whatever is packed is unpacked byte for byte: hashes over lines hold."""
    assert decompress_line(compress_line(line)) == line


def test_the_form_of_a_line_is_fixed() -> None:
    """A line stored by an earlier version is still readable: the words it refers to never change."""
    stored = "20672d010063410433f0400c7dead5a7442fc8faf630b6e90e06fc7224fecc954812fc04a600b490a75f"
    assert decompress_line(bytes.fromhex(stored)) == LINE
    assert hashlib.sha256(DICTIONARY).hexdigest() == "4533fc744cff8f6d46986dd0672467175efba9443cd266d4f7bb286b25bee52a"
    assert len(compress_line(LINE)) < len(LINE) / 2


def test_deflated_lines_are_read() -> None:
    """A line from before there was zstd, which was deflated, is still readable."""
    assert (
        decompress_line(bytes.fromhex("232a540d0d758d8c420ca1a18a084e0c9fa61565a62456c6e7a426a6c1bd0272512d00")) == LINE
    )


@given(st.binary(max_size=100), st.sampled_from([0, 1, 70_000]))
def test_no_deflated_line_looks_like_a_new_one(line: bytes, noise: int) -> None:
    """Whatever was deflated, even what cannot be made smaller, is told apart from the new form by its first byte."""
    old = line + hashlib.shake_128(line).digest(noise)
    squeezer = zlib.compressobj(level=6, wbits=-12, memLevel=4)

    assert decompress_line(squeezer.compress(old) + squeezer.flush()) == old


def test_short_ids_are_short_and_stable() -> None:
    """An event id is remembered by the same 12 bytes in every version."""
    assert shorten_event_id("message:m_1").hex() == "c6187300f00b5ec5c16d65d6"


@given(st.lists(st.tuples(NAMES, st.none() | st.integers(0, 5))), st.integers(0, 6), st.integers(0, 5))
def test_scores_order(changes: list[tuple[str, int | None]], limit: int, most: int) -> None:
    """Names come by score, then by name, as a plain sort says."""
    scores, expected = SortedSet(), dict[str, int]()
    for name, score in changes:
        if score is None:
            scores.remove_name(name)
            expected.pop(name, None)
        else:
            scores.set_score(name, score)
            expected[name] = score
    ranked = sorted((score, name) for name, score in expected.items())
    assert scores.lowest_entry() == (ranked[0] if ranked else None)
    assert scores.names_below(limit, most) == [name for score, name in ranked if score < limit][:most]
    assert all(scores.score_of(name) == expected.get(name) for name, _ in changes)


def test_every_key_has_its_hash_tag() -> None:
    """The keys of one partition live in one cluster slot, and so do those of the whole store."""
    part = StoreKeys(8).partitions[5]
    keys = [
        part.due_chat,
        part.due_mail,
        part.claim_count,
        part.wordings,
        part.quarantined,
        part.attempting_lines,
        part.unknown_lines,
        *part.seen_sets(20_000),
        part.day_counters("2026-01-01"),
        part.record_key(b"s"),
        part.send_ledger(b"s"),
        part.consent_ledger(b"s"),
        part.history_key(b"s"),
        part.waiting_list(b"chat:1", b"s"),
        part.ready_set(b"chat:1"),
        part.attempts_key(b"chat:1", b"s"),
        part.address_key("a"),
        part.user_key("u"),
    ]
    assert {key[:4] for key in keys} == {b"{5}:"}
    assert len(set(keys)) == len(keys)
    assert {key[:7] for key in (LAYOUT_KEY, WORKERS_KEY, LEASES_KEY, meta_value_key("x"))} == {b"{meta}:"}


def test_partitions_never_change() -> None:
    """A name stays in its partition in every version: a change would lose every record."""
    assert [partition_of(name, 64) for name in ("mia", "bob", "")] == [1, 0, 0]
