"""The team list of unanswered questions: what people wrote that neither a flow nor a table could answer.

Its entries are JSON, redacted so that they name nobody.
"""

import re
from datetime import datetime

import msgspec
from msgspec import Struct

from domain.effects import TeamListEntry

UNANSWERED = "unanswered"
"""Name of the team list, as stored."""
LONGEST_TEXT = 200
"""Characters of a text that are kept."""
_LOOKED_AT = 400
"""Characters of a text that are looked at; the rest cannot matter."""

_REDACTIONS = (
    (re.compile(r"\b(?:https?|ftp)://\S+|\bwww\.\S+", re.IGNORECASE), "[link]"),
    # also "mia (at) example.com", and the full-width sign of Japanese keyboards
    (re.compile(r"\S*\s?(?:[@＠]|[(\[{]\s?(?:at|ät)\s?[)\]}])\s?\S*", re.IGNORECASE), "[address]"),
    (re.compile(r"\b(?:[\w-]+\.)+[a-z]{2,}\b(?:/\S*)?", re.IGNORECASE), "[link]"),  # "shop.example.com/x"
    (re.compile(r"[+(]?\d(?:[\d\s().,/:’'-]*\d)?"), "[number]"),  # phone numbers, dates, amounts
)
"""(pattern, replacement), in this order: a link can hold an address, and both can hold numbers."""


class UnansweredQuestion(Struct, frozen=True, kw_only=True):
    """One text that was not understood."""

    at: datetime
    flow: str
    """Flow that was open; empty if none was."""
    step: str
    language: str
    text: str
    """Redacted."""


def redact_text(text: str) -> str:
    """Return a text without addresses, links and numbers, and cut.  Idempotent."""
    redacted = " ".join(text[:_LOOKED_AT].split())
    for pattern, replacement in _REDACTIONS:
        redacted = pattern.sub(replacement, redacted)
    return redacted if len(redacted) <= LONGEST_TEXT else f"{redacted[: LONGEST_TEXT - 1].rstrip()}…"


def unanswered_entry(*, at: datetime, flow: str, step: str, language: str, text: str) -> TeamListEntry:
    """Return the list entry of a text that was not understood."""
    line = UnansweredQuestion(at=at, flow=flow, step=step, language=language, text=redact_text(text))
    return TeamListEntry(list_name=UNANSWERED, line=msgspec.json.encode(line))


def read_unanswered(line: bytes) -> UnansweredQuestion:
    """Read an entry of the list; raises ``msgspec.DecodeError``."""
    return msgspec.json.decode(line, type=UnansweredQuestion)
