"""Lines of the books that the team reads, as they are kept: JSON, without anything that names a person.

``unanswered`` is the list of what people wrote and no flow and no table had an answer to.
"""

import re
from datetime import datetime

import msgspec
from msgspec import Struct

from domain.effects import Note

UNANSWERED = "unanswered"
"""Name of the book."""
MOST_CHARACTERS = 200
"""Characters of a text that are kept."""
_READ = 400
"""Characters of a text that are looked at; the rest cannot matter."""

_REDACTIONS = (
    (re.compile(r"\b(?:https?|ftp)://\S+|\bwww\.\S+", re.IGNORECASE), "[link]"),
    (re.compile(r"\S*\s?(?:[@＠]|[(\[{]\s?(?:at|ät)\s?[)\]}])\s?\S*", re.IGNORECASE), "[address]"),
    (re.compile(r"\b(?:[\w-]+\.)+[a-z]{2,}\b(?:/\S*)?", re.IGNORECASE), "[link]"),
    (re.compile(r"[+(]?\d(?:[\d\s().,/:’'-]*\d)?"), "[number]"),
)
"""What is taken out, in this order: a link can hold an address, and both can hold numbers."""


class Unanswered(Struct, frozen=True, kw_only=True):
    """One thing that was asked and not understood."""

    at: datetime
    flow: str
    """Flow that was open; empty: none."""
    step: str
    language: str
    text: str
    """Redacted."""


def redacted(text: str) -> str:
    """Return a text without addresses, links and numbers, and cut.  Idempotent."""
    said = " ".join(text[:_READ].split())
    for pattern, instead in _REDACTIONS:
        said = pattern.sub(instead, said)
    return said if len(said) <= MOST_CHARACTERS else f"{said[: MOST_CHARACTERS - 1].rstrip()}…"


def unanswered(*, at: datetime, flow: str, step: str, language: str, text: str) -> Note:
    """Return the note that something was not understood."""
    line = Unanswered(at=at, flow=flow, step=step, language=language, text=redacted(text))
    return Note(book=UNANSWERED, line=msgspec.json.encode(line))


def read_unanswered(line: bytes) -> Unanswered:
    """Read a line of the book; raises ``msgspec.DecodeError``."""
    return msgspec.json.decode(line, type=Unanswered)
