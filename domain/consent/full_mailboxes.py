"""Mailboxes that are full: when one counts as dead.  Pure.

A full mailbox may be emptied tomorrow, so its mail is tried again.  But nobody empties a mailbox that was given up: it
refuses mail after mail.  So each refused mail is counted, a success begins the count anew, and the third within 14
days means what “no such mailbox” means.
"""

from datetime import datetime, timedelta
from typing import Literal

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from domain.consent.address_registry import AddressState

SOFT_BOUNCES = 3
"""Mails that a full mailbox refuses within :data:`SOFT_SPAN` before it counts as dead."""
SOFT_SPAN = timedelta(days=14)


class _StateOutline(Struct, array_like=True, gc=False):
    """An :class:`AddressState` of which nothing is decoded, up to ``full``."""

    holders: Raw = Raw()
    owner: Raw = Raw()
    owner_by: Raw = Raw()
    owned_at: Raw = Raw()
    suppressions: Raw = Raw()
    mails: Raw = Raw()
    guesses: Raw = Raw()
    full: Raw = Raw(msgspec.msgpack.encode(()))


_outline = msgspec.msgpack.Decoder(_StateOutline)
_NO_FULL = bytes(_StateOutline().full)


def was_ever_full(raw: bytes | None) -> bool:
    """Return True if the stored form of a state counts mails that were refused as full."""
    # A fourth of what decoding takes: it is asked for every mail that Mailjet says it delivered.
    return raw is not None and bytes(_outline.decode(raw).full) != _NO_FULL


def count_full(state: AddressState, send_id: str, now: datetime, *, by: Literal["smtp", "report"]) -> AddressState:
    """Count a mail that the full mailbox refused: once a mail, however often it is tried."""
    if any(name == send_id for name, _, _ in state.full):
        return state
    recent = tuple(line for line in state.full if now - line[1] < SOFT_SPAN)
    return replace(state, full=(*recent, (send_id, now, by))[-SOFT_BOUNCES:])


def is_full_for_long(state: AddressState, now: datetime) -> bool:
    """Return True if so many mails were refused by the full mailbox that it counts as dead."""
    return sum(now - at < SOFT_SPAN for _, at, _ in state.full) >= SOFT_BOUNCES


def forget_full(state: AddressState, *, delivered: bool = False) -> AddressState:
    """Take in that the server of the address accepted a mail, or ``delivered`` it: the count begins anew."""
    if delivered:
        return replace(state, full=()) if state.full else state
    # What a relay reported stays: a relay accepts everything, and so says nothing of the mailbox.
    kept = tuple(line for line in state.full if line[2] == "report")
    return state if kept == state.full else replace(state, full=kept)
