"""Decides of which events far less is told than usual, and whether one has another name by now.  Pure.

A product can go on telling a few of its events while most get lost: a gap would never be long enough.  So each event is
counted by six hours for four weeks, and the last 24 hours that are complete are held against the same hours of this
weekday one, two, three and four weeks before: under a fifth of their median is too few.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from statistics import median

SLOT = timedelta(hours=6)
DAY_SLOTS = 4
WEEK_SLOTS = 7 * DAY_SLOTS
WEEKS = 4
FEWEST_WEEKS = 2
"""Weeks that must be known."""
FEWEST = 20
"""An event that is told less often a day says nothing by its number."""
LEAST_SHARE = 0.2
MOST_UNKNOWN = 50
"""Names that doorstep.yaml does not declare and that are counted all the same."""
OFTEN = 10
"""So often in a day, an unknown name may be the new one of a silent event."""
LIKE = 0.5
"""How alike the names must be at least; 1 is the same."""

EventCounts = Mapping[str, Mapping[int, int]]
"""By event, then by six hours since 1970."""


def slot_of(at: datetime) -> int:
    """Return the number of the six hours that a moment lies in."""
    return int(at.timestamp() // SLOT.total_seconds())


def add_counts(
    counts: EventCounts, heard: Mapping[str, int], declared: Iterable[str], now: datetime
) -> dict[str, dict[int, int]]:
    """Return the counts with what one process heard, without what is older than four weeks and a day."""
    slot, known = slot_of(now), frozenset(declared)
    oldest = slot - WEEKS * WEEK_SLOTS - DAY_SLOTS
    kept = {
        event: {number: told for number, told in slots.items() if number >= oldest} for event, slots in counts.items()
    }
    unknown = sum(event not in known for event in kept)
    for event, told in heard.items():
        if event not in kept and event not in known:
            if unknown >= MOST_UNKNOWN:
                continue
            unknown += 1
        slots = kept.setdefault(event, {})
        slots[slot] = slots.get(slot, 0) + told
    return {event: slots for event, slots in kept.items() if slots}


def find_rare(counts: EventCounts, declared: Iterable[str], now: datetime) -> dict[str, datetime]:
    """Return the events of which far less is told than usual, and since when that is so."""
    last = slot_of(now)  # is not complete
    since = datetime.fromtimestamp((last - DAY_SLOTS) * SLOT.total_seconds(), UTC)
    return {event: since for event in declared if event in counts and _is_rare(counts[event], last)}


def find_new_name(counts: EventCounts, silent: str, declared: Iterable[str], now: datetime) -> str:
    """Return the unknown name under which a silent event may be told by now; empty if there is none."""
    last = slot_of(now)
    usual = frozenset(declared)
    latest = Counter({
        event: _sum_slots(slots, last - DAY_SLOTS, last + 1) for event, slots in counts.items() if event not in usual
    })  # fmt: skip
    alike = [(SequenceMatcher(None, silent, event).ratio(), event) for event, told in latest.items() if told >= OFTEN]
    likeness, name = max(alike, default=(0.0, ""))
    return name if likeness >= LIKE else ""


def _is_rare(slots: Mapping[int, int], last: int) -> bool:
    first = min(slots)
    weeks = [
        _sum_slots(slots, end - DAY_SLOTS, end)
        for end in (last - number * WEEK_SLOTS for number in range(1, WEEKS + 1))
        if end - DAY_SLOTS >= first
    ]
    if len(weeks) < FEWEST_WEEKS:
        return False
    usual = median(weeks)
    return usual >= FEWEST and _sum_slots(slots, last - DAY_SLOTS, last) < LEAST_SHARE * usual


def _sum_slots(slots: Mapping[int, int], first: int, end: int) -> int:
    return sum(told for number, told in slots.items() if first <= number < end)
