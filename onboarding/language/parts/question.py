"""The compiled form of a question: what can be answered, and where each answer leads.  Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    free: str = ""
    """The field that keeps what people add in their own words; empty if they are not asked for it."""
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By language, what stands on the button of an answer."""
    is_scale: bool = False
    """True if every answer is a number."""

    def labels_in(self, language: str) -> tuple[str, ...]:
        """Return the answers as they are shown in a language, in their order."""
        shown = self.labels.get(language, {})
        return tuple(shown.get(label) or label for label in self.choices)
