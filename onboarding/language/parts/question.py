"""The compiled form of a question: what can be answered, and where each answer leads.  Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a mail or a task asks, and where each answer leads."""

    choices: Mapping[str, str]
    """Label → step, in the order shown; a scale has one for each number."""
    at_most: timedelta
    """How long an answer is waited for; then the step's ``otherwise`` follows."""
    text: str
    """``at_most`` as written."""
    save: str = ""
    """The field that keeps the answer as well; empty if none does."""
    is_scale: bool = False
    """True if every answer is a number."""
