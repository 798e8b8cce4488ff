"""Mailboxes that are full: what the stored form tells without being decoded."""

from datetime import UTC, datetime

import msgspec

from domain.consent.address_registry import AddressState, encode_state
from domain.consent.full_mailboxes import count_full, forget_full, was_ever_full

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_the_stored_form_tells_whether_mails_were_refused_as_full() -> None:
    """Also one that was written before this was counted, and one whose count began anew."""
    held = AddressState(holders=("mia",), owner="mia", owned_at=NOON, issues=(("winter", "mia"),))
    full = count_full(held, "mail", NOON, by="report")
    assert was_ever_full(encode_state(full))
    for raw in (
        None,
        encode_state(held),
        encode_state(forget_full(full, delivered=True)),
        msgspec.msgpack.encode([[]]),
    ):
        assert not was_ever_full(raw)
