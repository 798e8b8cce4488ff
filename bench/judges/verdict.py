"""What a judge says."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Mails = Mapping[str, bytes]
"""Raw source by name."""


class JudgeMissingError(Exception):
    """A judge is not installed here.  The message says how it is got."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one judge has found."""

    asked: int
    """How many times it was asked."""
    findings: list[str] = field(default_factory=list)
    note: str = ""
    """What is worth telling although it is no fault."""
