"""What a sequence has in mind for one person, in words: for the playground and whoever asks why a mail came or not."""

from collections.abc import Iterator, Mapping
from collections.abc import Sequence as Many
from dataclasses import dataclass
from datetime import datetime

from domain.decision import Context
from domain.effects import SendMail
from domain.ports import SendLine
from domain.record import Run, Subscriber
from onboarding.engine.behaviour import count
from onboarding.engine.step_rules import broken, chosen, when
from onboarding.language.catalog import Send, Sequence, SequenceBook, Step, WaitFor, ways
from onboarding.language.model import END
from onboarding.tuning.simulate import next_mail

SETTLED: Mapping[str, str] = {
    "queued": "is on its way",
    "attempting": "is being sent",
    "sent": "went out",
    "failed": "could not be delivered",
    "refused": "was held back",
    "unknown": "may have gone out: the connection broke, so it is not sent again",
}
"""Status of the send ledger, as it is said."""

ENDED: Mapping[str, str] = {
    "finished": "the sequence is finished",
    "goal": "the goal was reached",
    "left": "the person left the sequence",
}
"""Status of a run that is over, as it is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailOutlook:
    """One mail of a sequence and what became of it."""

    template: str
    step: str
    sentence: str
    """Why it did or did not go (yet)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutlook:
    """Where a person stands in one sequence."""

    sequence: str
    status: str
    """``running``, ``finished``, ``goal`` or ``left``."""
    step: str
    file: str
    line: int
    """Line of the step in the file; 0 if the file no longer has it."""
    due_at: datetime | None
    """When the step wants to be woken next."""
    next_template: str
    """The mail that goes next if nothing happens; empty: none."""
    next_at: datetime | None
    mails: tuple[MailOutlook, ...]
    wants: str = ""
    """What the person would have to do for the next mail, as a sentence; empty: nothing is waited for."""


def outlook(book: SequenceBook, record: Subscriber, lines: Many[SendLine], context: Context) -> tuple[RunOutlook, ...]:
    """Return the outlook of each sequence that the person is or was in."""
    return tuple(
        _run(book, book.sequences[name], record, {line.id: line for line in lines}, context)
        for name in record.runs
        if name in book.sequences
    )


def _run(
    book: SequenceBook, sequence: Sequence, record: Subscriber, lines: Mapping[str, SendLine], context: Context
) -> RunOutlook:
    run = record.runs[sequence.name]
    coming = next_mail(book, record, sequence.name, context) if run.status == "running" else None
    view = _View(sequence=sequence, record=record, run=run, lines=lines, coming=coming, context=context)
    step = sequence.steps.get(run.step)
    return RunOutlook(
        sequence=sequence.name,
        status=run.status,
        step=run.step,
        file=sequence.file,
        line=step.line if step else 0,
        due_at=run.due_at,
        next_template=coming.template if coming else "",
        next_at=coming.queued_at if coming else None,
        mails=tuple(view.mails()),
        wants=view.wants(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """One run, and what is needed to speak of its mails."""

    sequence: Sequence
    record: Subscriber
    run: Run
    lines: Mapping[str, SendLine]
    coming: SendMail | None
    context: Context

    def mails(self) -> Iterator[MailOutlook]:
        for step in self.sequence.steps.values():
            if not isinstance(step.action, Send):
                continue
            mine, _ = chosen(self.sequence, step.name, step.action, self.record, self.context)
            for template, _ in step.action.split:
                said = self.fate(step) if template == mine else f"is not theirs: the split chose {mine}"
                yield MailOutlook(template=template, step=step.name, sentence=f"{template} {said}.")

    def fate(self, step: Step) -> str:
        sent = self.context.keys.send_id(self.record.id, self.sequence.name, str(self.run.number), step.name)
        if sent in self.lines:
            line = self.lines[sent]
            return SETTLED[line.status] + (f": {line.note}" if line.note else "")
        if step.name in self.run.sent:
            return SETTLED["queued"]
        if premise := broken(self.record, step):
            return f"did not go: {self.label(premise.event)} meanwhile"
        if self.run.status != "running":
            return f"did not go: {ENDED[self.run.status]}"
        if self.coming and self.coming.step == step.name:
            at = when(self.coming.queued_at, self.record, self.context)
            return f"goes out {at} if nothing happens before"
        if step.name not in _ahead(self.sequence, self.run.step):
            return "did not go: the way led past it"
        return f"has not gone yet{self.needs(step)}"

    def needs(self, step: Step) -> str:
        """Say which wait for an event leads to a mail."""
        for before in self.sequence.steps.values():
            wait = before.action
            if isinstance(wait, WaitFor) and step.name == before.go:
                done = count(self.record, wait.event)
                return f": needs {wait.times} × {self.label(wait.event)}, so far {done}"
        return ""

    def wants(self) -> str:
        """Say what is missing for the mail to which the present wait leads; empty if it leads to none."""
        step = self.sequence.steps.get(self.run.step)
        if self.run.status != "running" or step is None or not isinstance(step.action, WaitFor):
            return ""
        wait, to = step.action, self.sequence.steps.get(step.go)
        if to is None or not isinstance(to.action, Send):
            return ""
        template, _ = chosen(self.sequence, to.name, to.action, self.record, self.context)
        missing = max(1, wait.times - count(self.record, wait.event))
        brings = "brings" if missing == 1 else "bring"
        return f"{missing} more × {self.label(wait.event)} within {wait.said} {brings} {template}."

    def label(self, event: str) -> str:
        """Return an event as the workspace says it."""
        config = self.context.config
        return config.text(config.events[event].label, "en") if event in config.events else event


def _ahead(sequence: Sequence, start: str) -> set[str]:
    found: set[str] = set()
    open_ends = [start]
    while open_ends:
        name = open_ends.pop()
        if name not in found and name != END and name in sequence.steps:
            found.add(name)
            open_ends.extend(ways(sequence.steps[name]))
    return found
