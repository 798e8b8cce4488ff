"""What all events have in common; :mod:`domain.events` has the rules."""

from datetime import datetime

from msgspec import Struct


class Event(Struct, frozen=True, kw_only=True, gc=False, tag_field="event"):
    """Something that happened to one subscriber."""

    id: str
    """Deduplication id, unique among all events, wherever they come from."""
    at: datetime
    """When it happened by the sender's account, aware, UTC.  Product events may be late and keep their own time."""
