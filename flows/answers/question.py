"""A question as compiled, what a person sends in answer to it, and what that comes to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.record import Value
from flows.answers.user_input import UserInput
from flows.language.model import AskKind


class AskError(ValueError):
    """A question is written in a way that makes no sense.  ``key`` says where, ``hint`` how to mend it."""

    def __init__(self, message: str, hint: str = "", *, key: str = "for") -> None:
        """Keep the place and the remedy beside the message."""
        super().__init__(message)
        self.hint = hint
        self.key = key
        """Key of ``ask:`` that is wrong: for, from, to, pattern, table, files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerContext:
    """When, where and in which language it was sent."""

    now: datetime
    """Aware."""
    zone: ZoneInfo
    """Of the person."""
    language: str
    """BCP 47."""
    half: str = ""
    """What an answer before this one had told already; see :attr:`Unfit.half`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """An answer, in the form in which it is kept."""

    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """No answer, and what is said to that where the step has no ``again``."""

    reply: str
    """Name of the reply."""
    form: str = ""
    """Reply that says what would fit of :attr:`first` and :attr:`second`; empty: the first as it is."""
    first: str = ""
    second: str = ""
    half: str = ""
    """The day of a moment whose time is still to be told, or the other way round; a later answer completes it."""


Verdict = Fit | Unfit
Judge = Callable[[UserInput, AnswerContext], Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as compiled."""

    kind: AskKind
    judge: Judge
    """Says whether what was sent is an answer; pure."""
    table: str = ""
    """FAQ table that answers a question."""
    marks: int = 0
    """Highest mark of a rating; 0: it is none."""
