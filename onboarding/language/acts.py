"""Compiled acts of sequences: what a step does without a person's answer, besides sending and waiting."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.record import Value
from language.mail_times.workdays import CountedWait
from language.sums import Sum
from language.text_template import TextTemplate
from onboarding.language.parts.question import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkPerson:
    """Change tags, fields and points of the person."""

    tags: tuple[str, ...] = ()
    removed_tags: frozenset[str] = frozenset()
    fields: Mapping[str, Value] = field(default_factory=dict)
    sums: Mapping[str, Sum] = field(default_factory=dict)
    """Sums by the number field that keeps their result; worked out in this order."""
    points: Mapping[str, int] = field(default_factory=dict)
    """Points to add, by number field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEvent:
    """Record a declared event, as if the product had told it."""

    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyTeam:
    """Send a notice to a mailbox of the team."""

    team: str
    notice: TextTemplate


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawCode:
    """Draw a voucher of a pool for the person; the step's ``otherwise`` follows if there is none."""

    pool: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Take back the consent to a topic."""

    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetRest:
    """Let the mails of a topic rest until the person gives any sign."""

    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitWays:
    """Send people to steps by shares."""

    parts: tuple[tuple[str, int], ...]
    """(step, percent), adding up to 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TellHook:
    """Post to a declared hook, and go on without waiting for it."""

    hook: str
    told: tuple[str, ...]
    """Fields that it is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveTask:
    """Give the team something to do about the person."""

    team: str
    notice: TextTemplate
    due: CountedWait
    """How long the team has."""
    question: Question | None = None
    """How it can end, and where that leads; None if the pass goes on at once."""


Act = MarkPerson | RecordEvent | NotifyTeam | DrawCode | Withdraw | LetRest | SplitWays | TellHook | GiveTask
"""What a step does at once.  Of these a draw can last, until the pool has answered, and a task, until it is done."""
