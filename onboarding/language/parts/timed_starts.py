"""Starts of sequences by time: “when no app.opened for 30 days”, “7 days before trial_ends”.  Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from language.conditions.parse import Condition
from language.mail_times.occasions import Occasions, is_occasion

WHEN = "when "
"""Begins a start that is a condition."""
EACH_YEAR = "each year"
"""Says of a start that comes every year what holds if nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedStart:
    """A condition or a date that begins a sequence; one of the two."""

    text: str
    """As written, with single spaces."""
    key: int
    """Names it in a record: 32 bits of sequence and text, so an edited start is looked at as a new one."""
    condition: Condition | None = None
    occasions: Occasions | None = None


def is_timed_start(text: str) -> bool:
    """Return True if a start is a condition or a date, and not an event or the confirmation."""
    return text.startswith(WHEN) or is_occasion(text)


def make_key(sequence: str, text: str) -> int:
    """Return the number that names a start of a sequence in a record."""
    return crc32(f"{sequence}\0{' '.join(text.split())}".encode())


def read_again(written: str | None, starts: Sequence[str]) -> str:
    """Return what ``again`` means, by what begins the sequence, if it is left out or says “each year”."""
    is_yearly = all(is_occasion(start) and "every year on" in start for start in starts)
    if is_yearly and written in (None, EACH_YEAR):
        return "always"
    if written is not None:
        return written
    return "after 30 days" if any(start == "confirmed" or is_timed_start(start) for start in starts) else "never"
