"""A slot of hours, meant by an hour in it: “at 3pm” and “so gegen 15 Uhr” are “Afternoon (12–17)”.

Read where at least two labels are slots.  “Before nine” and “from six on” are borders, and choose nothing.
"""

import re
from collections.abc import Iterable

from flows.understanding.answer_words import DENIALS
from flows.understanding.content_words import is_function_word

Slots = tuple[tuple[float, float, int], ...]
"""First hour, last hour and number of each choice."""

_HOUR = r"(\d{1,2})(?:[:.](\d\d))?\s?(am|pm|uhr|h)?"
_SLOT = re.compile(rf"(?<![\d.:]){_HOUR}\s?(?:-|–|—|to|till|until|bis|and|und)\s?{_HOUR}(?![\d.:])", re.IGNORECASE)
_SAID = re.compile(r"\b(\d{1,2})(?: ([0-5]\d))? ?(am|pm|uhr|h|o ?clock)?\b")
_BORDERS = frozenset((
    "by", "before", "after", "until", "till", "from", "since", "vor", "nach", "bis", "ab", "seit", "to", "past", "for",
    "für", "in", "of", "and", "und", "or", "oder", "between", "zwischen",
))  # fmt: skip
_AROUND = frozenset((
    "gegen", "around", "circa", "etwa", "ungefähr", "roughly", "works", "best", "besten", "suits", "fits", "sharp",
    "passt", "wär", "ideally", "preferably", "morning", "evening", "afternoon", "abends", "nachmittags", "morgens",
))  # fmt: skip
NOON, MIDNIGHT = 12, 24
_EARLIEST = 7
"""An hour below this, said without its half of the day, is one of the afternoon."""


def index_slots(written: Iterable[tuple[str, int]]) -> Slots:
    """Return the slots of hours that labels, as they are written, name; empty if fewer than two do."""
    slots = []
    for label, number in written:
        if found := _SLOT.search(label):
            # “4–6 pm”: the half of the day counts for both.
            first = _read_hour(found[1], found[2], found[3] or found[6])
            last = _read_hour(found[4], found[5], found[6])
            if first < last <= MIDNIGHT:
                slots.append((first, last, number))
    return tuple(slots) if len({number for _, _, number in slots}) > 1 else ()


def find_slot(typed: str, slots: Slots) -> int | None:
    """Return the one slot that the hour of a normalised text lies in; None if there is none, or more is said."""
    found = list(_SAID.finditer(typed)) if slots else []
    if len(found) != 1:
        return None
    rest = f"{typed[: found[0].start()]} {typed[found[0].end() :]}".split()
    if any(word in _BORDERS or word in DENIALS for word in rest):
        return None
    if not all(is_function_word(word) or word in _AROUND for word in rest):
        return None
    hour = _read_hour(*found[0].groups())
    if hour < _EARLIEST and not found[0][3]:
        hour += NOON
    fitting = {number for first, last, number in slots if first <= hour < last}
    return fitting.pop() if len(fitting) == 1 else None


def _read_hour(hour: str, minutes: str | None, half: str | None) -> float:
    number = int(hour) + int(minutes or 0) / 60
    half = (half or "").casefold()
    return number + NOON if half == "pm" and number < NOON else number % NOON if half == "am" else number
