"""A person at a step of a sequence, and what follows from it.  Pure."""

from dataclasses import dataclass
from datetime import datetime

from domain.decision import Context, Outcome
from domain.effects import SendChat, SendMail
from domain.record import Subscriber
from domain.sequence_runs import Run
from language.durations import format_short_moment
from language.zones import zone_of_person
from onboarding.language.catalog import MailSequence, SequenceStep


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContext:
    """A person at a step of a sequence, with everything that the step may ask for."""

    sequence: MailSequence
    record: Subscriber
    context: Context
    cause: str = ""
    """What led to this step in this pass of deciding; empty if the person was there before."""
    occurred: frozenset[str] = frozenset()
    """The events of this pass of deciding."""
    pass_name: str = ""
    """The name of the pass in the record if it is one of many (``after_order/4711``); it is in front meanwhile."""

    @property
    def run(self) -> Run:
        """The run of this person."""
        return self.record.runs[self.sequence.name]

    @property
    def step(self) -> SequenceStep:
        """The step of this run."""
        return self.sequence.steps[self.run.step]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """What follows from one step: stay until a time, or go on, with a mail or without."""

    next_step: str | None = None
    """Step to go to, END, or None to stay."""
    cause: str = ""
    """Why the run moves on, as half a sentence that can follow a colon."""
    due_at: datetime | None = None
    """When to be woken, if it stays."""
    sentence: str = ""
    """A whole sentence for the log; empty if the next step's sentence says enough."""
    mail: SendMail | SendChat | None = None
    """What goes out, if anything does: by mail, or by chat."""
    more: Outcome | None = None
    """What the step brings besides, on a record that it may have changed."""
    drafted: bool = False
    """True if a mail would go out now, and waits for approval."""
    withheld: bool = False
    """True if a mail would go out now, and the person is held out."""


def describe_time(at: datetime, record: Subscriber, context: Context) -> str:
    """Return a moment in words and in the person's time zone, for readers of the log."""
    return format_short_moment(at, context.now, zone_of_person(record, context.config.timezone, context.now), "en")
