"""The place that a conversation is about, for conditions on opening hours.

A condition sees a record and a time.  Whoever asks one in a conversation about a place puts the place's own cells into
the variables of that record, under names that are never stored.
"""

from zoneinfo import ZoneInfo

from domain.record import Subscriber
from language.opening_hours import OpeningHours, opening_or_none
from language.zones import zone_or_default

PLACE_ZONE, PLACE_OPEN = "@place_zone", "@place_open"
"""Variables with the cells ``zone`` and ``open`` of the chosen row."""


def hours_here(record: Subscriber, opening: OpeningHours | None, zone: str) -> tuple[OpeningHours | None, ZoneInfo]:
    """Return the opening hours and the clock of the chosen place, else those of the workspace, which are given."""
    told = record.conversation.variables if record.conversation else {}
    own = opening_or_none(str(told.get(PLACE_OPEN, "")))
    return own or opening, zone_or_default(str(told.get(PLACE_ZONE, "")), zone)
