"""A compiled question, the context of an answer, and the verdict on it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.record import Value
from flows.answers.user_input import UserInput
from flows.language.model import AskKind
from language.opening_hours import OpeningHours


class AskError(ValueError):
    """A question in a flow file makes no sense.  ``key`` says where, ``hint`` how to mend it."""

    def __init__(self, message: str, hint: str = "", *, key: str = "for") -> None:
        """Keep the key and the remedy beside the message."""
        super().__init__(message)
        self.hint = hint
        self.key = key
        """Key of ``ask:`` that is wrong: for, from, to, pattern, table, files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerContext:
    """Time, time zone and language of an answer."""

    now: datetime
    """Time of the answer; aware."""
    zone: ZoneInfo
    """Time zone of the place that the answer is for; the person's if the question says ``their time``."""
    language: str
    """Language of the person (BCP 47)."""
    opening: OpeningHours | None = None
    """Opening hours that the answer has to keep; None if it has to keep none."""
    partial_answer: str = ""
    """What an earlier answer told already; see :attr:`RejectedAnswer.partial_answer`."""
    asked: str = ""
    """The question, as it is written; only for a question that wants a yes or no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedAnswer:
    """An answer that fits, in the form that is stored."""

    value: Value
    said_back: str = ""
    """How it was understood, said to the person where the nearest reading did not fit; mostly empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedAnswer:
    """An answer that does not fit, and the reply if the step has no ``again`` of its own."""

    reply: str
    """Name of the reply."""
    fits_reply: str = ""
    """Name of the reply that says what would fit, of ``first`` and ``second``; empty if ``first`` says it alone."""
    first: str = ""
    second: str = ""
    hours: str = ""
    """Opening hours of the day that was said."""
    partial_answer: str = ""
    """The day of a moment whose time is still missing, or the time whose day is; a later answer completes it.

    Behind “? ” a moment that the reply proposes, which a yes accepts.
    """


Verdict = AcceptedAnswer | RejectedAnswer
AnswerJudge = Callable[[UserInput, AnswerContext], Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledQuestion:
    """A compiled question."""

    kind: AskKind
    judge: AnswerJudge
    """Returns the verdict on an answer; pure."""
    table: str = ""
    """FAQ table that answers a question."""
    keeps_hours: bool = False
    """True if the answer has to lie in the opening hours."""
    their_time: bool = False
    """True if a day or time is meant where the person lives, and not where the workspace is."""
    marks: tuple[int, ...] = ()
    """Marks of a rating, ascending; empty if the question is no rating."""
    parts: tuple[str, ...] = ()
    """Steps whose questions one sentence may answer, of ``ask: several``."""
    least: int = 1
    """Fewest choices of ``ask: many``."""
    most: int = 0
    """Most choices of ``ask: many``; 0 if all may be taken."""
