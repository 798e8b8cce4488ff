"""The id of an outbox item: the only part of it that the store reads."""

from msgspec import DecodeError

from domain.effects import decode_posted


def item_id_of(item: bytes) -> str:
    """Return the id inside a waiting item; empty if the item cannot be decoded."""
    try:
        return decode_posted(item).id
    except DecodeError:
        return ""
