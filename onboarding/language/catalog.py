"""Compiled sequences, as the deciding functions use them: immutable, each step one action and its next steps.  Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from language.conditions.parse import Condition, RowCondition
from language.text_template import TextTemplate
from onboarding.language.acts import Act
from onboarding.language.parts.file_position import FilePosition
from onboarding.language.parts.goals import Goal
from onboarding.language.parts.question import Question
from onboarding.language.parts.send_hours import SendHours
from onboarding.language.parts.timed_starts import TimedStart
from onboarding.language.parts.waits import Wait, WaitFor, WaitWhen
from onboarding.language.parts.winners import Winner


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Send one of these templates, or tell the person by chat."""

    anyway: bool = False
    """True if the mail goes even if what it rests on has changed."""
    split: tuple[tuple[str, int], ...]
    """(template, percent), adding up to 100; a plain send has one of 100, one with ``cases`` none."""
    cases: tuple[tuple[str, Condition | None], ...] = ()
    """(template, condition): the first that holds is sent; None is ``else`` and stands last."""
    topic: str = ""
    """The consent it needs in place of the sequence's; only in a service sequence."""
    says: Mapping[str, TextTemplate] = field(default_factory=dict)
    """By language, what the chat says while that is possible; empty if it goes by mail alone."""
    at: SendHours | None = None
    """When it leaves; None if at the first moment that is allowed."""
    question: Question | None = None
    """What the mail asks; None if it asks nothing."""
    winner: Winner | None = None
    """How the better part of the split is found; None if nobody looks for it."""

    @property
    def templates(self) -> tuple[str, ...]:
        """Every template that it can send."""
        return tuple(template for template, _ in (*self.split, *self.cases))


@dataclass(frozen=True, slots=True, kw_only=True)
class If:
    """Go to the next step if the condition holds, else to ``otherwise``."""

    condition: Condition


Action = Send | Wait | If | Act


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceStep:
    """One step of a sequence."""

    name: str
    line: int
    """Line of the step in the file, from 1."""
    action: Action
    next_step: str
    """Name of the step that follows, or :data:`onboarding.language.model.END`."""
    otherwise: str
    """Name of the step that follows if a wait for an event runs out, a date is over, or a condition does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """What makes people leave a sequence: an event since the start, or a condition that holds."""

    event: str = ""
    condition: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRule:
    """Who begins a sequence, and how often."""

    event: str
    """The event that starts it; empty if none does."""
    confirmed: bool = False
    """True if the confirmation of the topic starts it."""
    timed: tuple[TimedStart, ...] = ()
    """Conditions and dates that start it."""
    where: RowCondition | None = None
    """What the starting event must say; None if any begins a pass."""
    each: str = ""
    """The property of the event of which each value has a pass of its own; empty if there is one pass at a time."""
    condition: Condition | None
    """Asked at the start; None if everybody begins."""
    again_after: timedelta | None
    """Least time from the end of a pass to the next; None if there is only one."""

    @property
    def by_dates(self) -> bool:
        """True if nothing but dates begins it."""
        return not (self.confirmed or self.event) and bool(self.timed) and all(one.occasions for one in self.timed)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSequence:
    """One compiled sequence."""

    name: str
    topic: str
    is_service: bool = False
    """True if its mails rest on a contract: no consent is asked, and they go at any hour."""
    file: str
    """Path relative to the workspace."""
    hash: str
    """Content hash: comments and spacing do not change it."""
    start: StartRule
    exits: tuple[Exit, ...]
    goal: Goal | None
    priority: int = 1
    """Place in line when several sequences want to send to a person: 0 high, 1 normal, 2 low."""
    draft: bool = False
    """True if its mails wait for approval."""
    holdout: int = 0
    """Percent of the people who are walked through but not mailed."""
    hours: SendHours | None = None
    """When its mails leave, inside the quiet hours; None if at any time that is not quiet."""
    first: str
    """Name of the first step."""
    steps: Mapping[str, SequenceStep]
    """By name, in the order written."""
    templates: tuple[tuple[str, FilePosition], ...] = ()
    """The mail templates that it sends, and where the file names them."""
    asked: tuple[tuple[Condition, FilePosition], ...] = ()
    """All conditions of the file, and where they stand."""
    ways_to: Mapping[str, tuple[tuple[str, bool], ...]] = field(default_factory=dict)
    """By step, the steps that lead to it, each with True if by their ``else``; the same step can lead there twice."""
    migrate: Mapping[str, str] = field(default_factory=dict)
    """Removed step → step of this version, or end."""

    def sends_marketing(self, step: SequenceStep) -> bool:
        """Return True if a step sends something that rests on a consent, and not on a contract."""
        return isinstance(step.action, Send) and (not self.is_service or bool(step.action.topic))

    def current_name(self, step: str) -> str:
        """Return the name that a step has in this version; unchanged if it is still there or was removed unmapped."""
        # A run keeps the name of its step for months, through many versions of the file.
        return step if step in self.steps else self.migrate.get(step, step)

    def take_way(self, step: str, target: str) -> str:  # noqa: ARG002  a watched sequence records both
        """Return the step to which a way leads that somebody takes now; see ``onboarding/tuning/watched_sequences``."""
        return target


@dataclass(frozen=True, kw_only=True)
class SequenceCatalog:
    """All sequences of a workspace."""

    sequences: Mapping[str, MailSequence]
    """By name."""
    hash: str
    """Content hash of all sequences."""

    @property
    def templates(self) -> tuple[tuple[str, FilePosition], ...]:
        """The mail templates that are sent, and where the files name them; ``service`` checks that the mails exist."""
        return tuple(use for sequence in self.sequences.values() for use in sequence.templates)

    @cached_property
    def begun_by_time(self) -> tuple[MailSequence, ...]:
        """Sequences that a condition or a date begins."""
        return tuple(sequence for sequence in self.sequences.values() if sequence.start.timed)

    @cached_property
    def condition_waits(self) -> Mapping[tuple[str, str], WaitWhen]:
        """By sequence and step: the waits for a condition."""
        return {
            (sequence.name, step.name): step.action
            for sequence in self.sequences.values()
            for step in sequence.steps.values()
            if isinstance(step.action, WaitWhen)
        }

    @cached_property
    def condition_goals(self) -> Mapping[str, Goal]:
        """By sequence: the goals that are a condition; people are looked at for them also after the last step."""
        return {
            name: sequence.goal
            for name, sequence in self.sequences.items()
            if sequence.goal and sequence.goal.condition
        }

    @cached_property
    def asked_mails(self) -> frozenset[str]:
        """Mails of which a condition asks whether somebody got them; of others it is not kept."""
        return frozenset(
            name for sequence in self.sequences.values() for condition, _ in sequence.asked for name in condition.mails
        )

    @cached_property
    def named_events(self) -> frozenset[str]:
        """Events that a sequence speaks of: a start, an exit, a goal, a wait or a condition."""
        return frozenset().union(*self.events_of.values())

    @cached_property
    def listening(self) -> frozenset[str]:
        """Sequences whose passes count events for themselves."""
        return frozenset(
            name
            for name, sequence in self.sequences.items()
            if sequence.start.each
            or any(isinstance(step.action, WaitFor) and step.action.where for step in sequence.steps.values())
        )

    @cached_property
    def events_of(self) -> Mapping[str, frozenset[str]]:
        """By sequence, the events that it speaks of."""
        return {name: frozenset(_name_events(sequence)) for name, sequence in self.sequences.items()}


def _name_events(sequence: MailSequence) -> Iterator[str]:
    goal = (sequence.goal.event,) if sequence.goal and sequence.goal.event else ()
    yield from (sequence.start.event, *goal, *(leave.event for leave in sequence.exits))
    for action in (step.action for step in sequence.steps.values()):
        yield from action.events if isinstance(action, WaitFor) else ()
        yield from (action.winner.event,) if isinstance(action, Send) and action.winner else ()
    for condition, _ in sequence.asked:
        yield from condition.events
