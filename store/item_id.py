"""The one thing the store knows of what waits in the outbox: its id."""

from msgspec import DecodeError

from domain.effects import decode_posted


def item_id_of(item: bytes) -> str:
    """Return the id inside a waiting item; empty if it is none of ours."""
    try:
        return decode_posted(item).id
    except DecodeError:
        return ""
