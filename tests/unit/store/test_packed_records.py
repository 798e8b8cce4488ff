"""Records in their stored form."""

import hashlib
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import record as records
from domain.record import Consent, Identity, NewerSchemaError, Subscriber
from store.packed_records import PACKED_SCHEMA, pack_record, unpack_record
from store.record_dictionary import RECORD_DICTIONARY

AT = datetime(2026, 11, 28, 21, 12, 3, tzinfo=UTC)
NAME, VERSION = b"q6NX20kJHtV7kH8e", (1 << 50).to_bytes(8, "big")
RECORD = records.encode(
    Subscriber(
        id=NAME.decode(),
        version=1 << 50,
        identity=Identity(page="4711", psid="7000000000000398"),
        created_at=AT,
        last_event_at=AT,
        consents={"leaf": Consent(status="agreed", wording="c9ff95c51ff2a35aefd6419d", language="en", asked_at=AT)},
    )
)


@given(st.binary() | st.binary().map(lambda rest: bytes([0x92, PACKED_SCHEMA]) + rest), st.binary(max_size=20))
def test_whatever_is_packed_comes_back(record: bytes, name: bytes) -> None:
    """Also what looks like a packed record."""
    assert unpack_record(name, VERSION, pack_record(name, VERSION, record)) == record


def test_a_record_takes_little_more_than_half_the_room() -> None:
    """It comes back byte for byte, whether or not the key says its name and the prefix its version."""
    packed = pack_record(NAME, VERSION, RECORD)
    assert len(packed) < 0.6 * len(RECORD)
    assert unpack_record(NAME, VERSION, packed) == RECORD
    assert unpack_record(b"another", VERSION, pack_record(b"another", VERSION, RECORD)) == RECORD


def test_a_record_of_before_is_read_as_it_lies() -> None:
    """A store of an earlier version opens."""
    assert unpack_record(NAME, VERSION, RECORD) == RECORD


def test_a_doorstep_of_before_refuses_a_packed_record() -> None:
    """It reads the first value as the version of the format, and touches nothing of that person."""
    with pytest.raises(NewerSchemaError):
        records.decode(pack_record(NAME, VERSION, RECORD))
    assert records.SCHEMA < PACKED_SCHEMA


def test_a_form_of_a_later_doorstep_is_refused() -> None:
    """What this one cannot unpack, it does not take for a record either."""
    later = msgspec.msgpack.encode((PACKED_SCHEMA, msgspec.msgpack.Ext(7, b"?")))
    with pytest.raises(NewerSchemaError):
        records.decode(unpack_record(NAME, VERSION, later))


def test_a_broken_record_is_no_record() -> None:
    """It is told as unreadable, as it was before records were packed, and is never taken for an absent one."""
    packed = msgspec.msgpack.encode((PACKED_SCHEMA, msgspec.msgpack.Ext(1, b"\x20\x05broken")))
    with pytest.raises(msgspec.DecodeError):
        records.decode(unpack_record(NAME, VERSION, packed))


def test_the_dictionary_is_fixed() -> None:
    """With another one, no packed record could be read."""
    assert (
        hashlib.sha256(RECORD_DICTIONARY).hexdigest()
        == "b80080942b60a2615a3734c632f0ddd866c1723395d0131560b1e1822a558a27"
    )
