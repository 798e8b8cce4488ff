"""Sequences as the deciding functions see them: compiled, immutable, each step one action with its ways on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from language.conditions.parse import Condition
from language.durations import LocalTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Send one of these templates."""

    split: tuple[tuple[str, int], ...]
    """(template, percent), adding up to 100; a plain send has one of 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitTime:
    """Wait for a length of time, counted from entering the step."""

    length: timedelta
    said: str
    """As written, such as ``3 days``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitLocal:
    """Wait for a time of day where the person is."""

    at: LocalTime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitFor:
    """Wait until an event is known to have happened so often, at most so long after entering the step."""

    event: str
    times: int
    at_most: timedelta
    said: str
    """``at_most`` as written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class If:
    """Go on downward if the condition holds, else the other way."""

    condition: Condition


Action = Send | WaitTime | WaitLocal | WaitFor | If


@dataclass(frozen=True, slots=True, kw_only=True)
class Premise:
    """What must not have happened for a mail to make sense: the wait that ran out before it."""

    event: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step."""

    name: str
    line: int
    """Where it stands in the file, 1-based."""
    action: Action
    go: str
    """Name of the step that follows, or :data:`onboarding.language.model.END`."""
    otherwise: str
    """The way out of a wait for an event or a condition."""
    premise: Premise | None = None
    """Of a send that is only reached when a wait for an event ran out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a sequence is for."""

    event: str
    within: timedelta
    """Counted from the start of the pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in a file of the workspace, 1-based."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """One compiled sequence."""

    name: str
    topic: str
    file: str
    """Path relative to the workspace."""
    hash: str
    """Content hash: the same for the same meaning, whatever its comments and spacing."""
    goal: Goal | None
    first: str
    """Name of the first step."""
    steps: Mapping[str, Step]
    """By name, in the order written."""
    templates: tuple[tuple[str, Spot], ...] = ()
    """The mail templates it sends, and where it names them."""
    migrate: Mapping[str, str] = field(default_factory=dict)
    """Step that is gone → step of this version, or end."""

    def present(self, step: str) -> str:
        """Return the name that a step has in this version; its own if it is still there, or went without a map."""
        return step if step in self.steps else self.migrate.get(step, step)


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceBook:
    """All sequences of a workspace."""

    sequences: Mapping[str, Sequence]
    """By name."""
    hash: str
    """Content hash of them all."""

    @property
    def templates(self) -> tuple[tuple[str, Spot], ...]:
        """The mail templates that are sent, and where each is named; ``service`` checks them against the mails."""
        return tuple(use for sequence in self.sequences.values() for use in sequence.templates)


def ways(step: Step) -> tuple[str, ...]:
    """Return where a step can lead, the way downward first."""
    two = isinstance(step.action, WaitFor | If)
    return (step.go, step.otherwise) if two else (step.go,)


def prompt_ways(step: Step) -> tuple[str, ...]:
    """Return where a step can lead without any time passing."""
    match step.action:
        case WaitTime() | WaitLocal():
            return ()
        case WaitFor() | Send():
            return (step.go,)
        case If():
            return (step.go, step.otherwise)
