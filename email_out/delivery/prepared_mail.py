"""A mail between its claim and its hand-over: the record that it was made from, and its bytes."""

from dataclasses import dataclass

from domain.record import Subscriber
from email_out.message.mime import OutgoingMail


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A record, and the version at which it was loaded."""

    version: int
    record: Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedMail:
    """A mail that is ready to be handed over."""

    outgoing: OutgoingMail
    mime_bytes: bytes
    snapshot: Snapshot
    """What it was rendered from."""
