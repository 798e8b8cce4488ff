"""Explains in words where a person stands in each sequence, and why each mail came, will come, or will not.  Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.decision import Context
from domain.effects import SendMail
from domain.ports import SendLine
from domain.record import Subscriber
from domain.sequence_runs import Run
from language.conditions.sequence_tests import sequence_of
from onboarding.engine.behaviour import count_occurrences
from onboarding.engine.comparisons.holdout import HELD_OUT
from onboarding.engine.drafts import list_drafts
from onboarding.engine.passes import put_in_front
from onboarding.engine.step_rules import choose_template, find_lost_basis
from onboarding.engine.steps.step_context import describe_time
from onboarding.language.catalog import MailSequence, Send, SequenceCatalog, SequenceStep
from onboarding.language.model import END
from onboarding.language.parts.waits import WaitFor, WaitWhen
from onboarding.language.ways import next_steps
from onboarding.tuning.simulate import next_mail

SETTLED: Mapping[str, str] = {
    "queued": "is on its way",
    "attempting": "is being sent",
    "sent": "went out",
    "failed": "could not be delivered",
    "refused": "was held back",
    "unknown": "may have gone out: the connection broke, so it is not sent again",
}
"""Status of the send ledger → how a sentence about the mail goes on."""

ENDED: Mapping[str, str] = {
    "goal": "the goal was reached",
    "left": "the person left the sequence",
}
"""Status of a run that was broken off → why its remaining mails did not go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailForecast:
    """One mail of a sequence, and what became or will become of it."""

    template: str
    step: str
    sentence: str
    """Why it went, did not go, or has not gone yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunForecast:
    """The state of a person's run through one sequence, and what comes next."""

    sequence: str
    status: str
    """``running``, ``finished``, ``goal`` or ``left``."""
    step: str
    file: str
    line: int
    """Line of the step in the file; 0 if the file no longer has the step."""
    due_at: datetime | None
    """When the run is woken next; None if it is over."""
    next_template: str
    """The mail that goes next if nothing happens; empty if none does."""
    next_at: datetime | None
    mails: tuple[MailForecast, ...]
    wanted_action: str = ""
    """What the person would have to do for the next mail, as a sentence; empty if the run waits for no event."""


def forecast_runs(
    catalog: SequenceCatalog, record: Subscriber, lines: Sequence[SendLine], context: Context
) -> tuple[RunForecast, ...]:
    """Return the forecast of each sequence that the person is or was in."""
    return tuple(
        _forecast_run(catalog, sequence, put_in_front(record, name), {line.id: line for line in lines}, context)
        for name in record.runs
        if (sequence := catalog.sequences.get(sequence_of(name)))
    )


def _forecast_run(
    catalog: SequenceCatalog,
    sequence: MailSequence,
    record: Subscriber,
    lines: Mapping[str, SendLine],
    context: Context,
) -> RunForecast:
    run = record.runs[sequence.name]
    # Found by simulating the rest of the run without any further event.
    next_planned = next_mail(catalog, record, sequence.name, context) if run.status == "running" else None
    view = _RunView(sequence=sequence, record=record, run=run, lines=lines, next_planned=next_planned, context=context)
    step = sequence.steps.get(run.step)
    return RunForecast(
        sequence=sequence.name,
        status=run.status,
        step=run.step,
        file=sequence.file,
        line=step.line if step else 0,
        due_at=run.due_at,
        next_template=next_planned.template if next_planned else "",
        next_at=next_planned.queued_at if next_planned else None,
        mails=tuple(view.forecast_mails()),
        wanted_action=view.describe_wanted_action(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _RunView:
    """One run, with everything that the sentences about its mails need."""

    sequence: MailSequence
    record: Subscriber
    run: Run
    lines: Mapping[str, SendLine]
    next_planned: SendMail | None
    context: Context

    def forecast_mails(self) -> Iterator[MailForecast]:
        for step in self.sequence.steps.values():
            if not isinstance(step.action, Send):
                continue
            chosen_template, _ = choose_template(self.sequence, step.name, step.action, self.record, self.context)
            # All parts of a split are listed, so that it is plain why the other version did not come.
            for template in step.action.templates:
                outcome = (
                    self.describe_mail(step)
                    if template == chosen_template
                    else f"is not theirs: the split chose {chosen_template}"
                )
                yield MailForecast(template=template, step=step.name, sentence=f"{template} {outcome}.")

    def describe_mail(self, step: SequenceStep) -> str:
        # From the surest source to the weakest: the send ledger, the record, and only then a guess about the future.
        send_id = self.context.keys.send_id(self.record.id, self.sequence.name, str(self.run.number), step.name)
        if send_id in self.lines:
            line = self.lines[send_id]
            # The note of a mail that went is the provider's number of it, which tells a reader nothing.
            return SETTLED[line.status] + (f": {line.note}" if line.note and line.status != "sent" else "")
        if decided := self.describe_decided(step):
            return decided
        if why_not := self.describe_loss(step):
            return f"did not go: {why_not}"
        if self.run.status in ENDED:
            return f"did not go: {ENDED[self.run.status]}"
        if self.run.status != "running":
            return f"did not go: {self.describe_way_taken(step)}"
        if self.next_planned and self.next_planned.step == step.name:
            at = describe_time(self.next_planned.queued_at, self.record, self.context)
            return f"goes out {at} if nothing happens before"
        # Still running and not reachable from here: an “else” or “go” led around it.
        if step.name not in _steps_ahead(self.sequence, self.run.step):
            return "did not go: the way led past it"
        return f"has not gone yet{self.describe_needed_events(step)}"

    def describe_decided(self, step: SequenceStep) -> str:
        """Return what a mail waits for that was decided and is not in the ledger; empty if it was not decided."""
        if step.name in self.run.sent:  # the ledger was read a moment too early
            return SETTLED["queued"]
        waits = step.name in dict(list_drafts(self.run, self.context.now))
        return "waits for approval: doorstep drafts" if waits else ""

    def describe_loss(self, step: SequenceStep) -> str:
        """Return why a mail does not go whose turn came or may come; empty if nothing is against it."""
        if step.name in (self.run.withheld or ()):
            return HELD_OUT
        if step.name in self.run.drafts:
            return "nobody approved it"
        lost = find_lost_basis(self.sequence, step, self.record, self.run, self.context.now)
        return f"{self.event_label(lost.event)} meanwhile" if lost and lost.event else ""

    def describe_way_taken(self, step: SequenceStep) -> str:
        """Return why the way of a run that came to its end led past a mail."""
        for previous in self.sequence.steps.values():
            wait = previous.action
            if not isinstance(wait, WaitFor):
                continue
            so_far, label = count_occurrences(self.record, wait.event), self.event_label(wait.event)
            if previous.otherwise == step.name and so_far >= wait.times:
                return f"{label} before"
            if previous.next_step == step.name and so_far < wait.times:
                return f"needed {wait.times} × {label}, and there were {so_far}"
        return "the way led past it"

    def describe_needed_events(self, step: SequenceStep) -> str:
        """Return which wait for an event or a condition leads to a mail; empty if none does."""
        for previous in self.sequence.steps.values():
            wait = previous.action
            if isinstance(wait, WaitFor) and step.name == previous.next_step:
                so_far = count_occurrences(self.record, wait.event)
                return f": needs {wait.times} × {self.event_label(wait.event)}, so far {so_far}"
            if isinstance(wait, WaitWhen) and step.name == previous.next_step:
                return f": needs “{wait.condition.text}”"
        return ""

    def describe_wanted_action(self) -> str:
        """Return what is missing for the mail to which the present wait leads; empty if it leads to none."""
        step = self.sequence.steps.get(self.run.step)
        if self.run.status != "running" or step is None or not isinstance(step.action, WaitFor | WaitWhen):
            return ""
        wait, next_step = step.action, self.sequence.steps.get(step.next_step)
        if next_step is None or not isinstance(next_step.action, Send):
            return ""
        template, _ = choose_template(self.sequence, next_step.name, next_step.action, self.record, self.context)
        if isinstance(wait, WaitWhen):
            return f"“{wait.condition.text}” within {wait.text} brings {template}."
        # At least one: the count may be complete while the run has not moved on yet.
        missing = max(1, wait.times - count_occurrences(self.record, wait.event))
        brings = "brings" if missing == 1 else "bring"
        return f"{missing} more × {self.event_label(wait.event)} within {wait.text} {brings} {template}."

    def event_label(self, event: str) -> str:
        """Return the label that doorstep.yaml gives an event."""
        config = self.context.config
        return config.pick_text(config.events[event].label, "en") if event in config.events else event


def _steps_ahead(sequence: MailSequence, start: str) -> set[str]:
    ahead: set[str] = set()
    open_ends = [start]
    while open_ends:
        name = open_ends.pop()
        if name not in ahead and name != END and name in sequence.steps:
            ahead.add(name)
            open_ends.extend(next_steps(sequence.steps[name]))
    return ahead
