"""Explains where one person stands in each sequence, which mail is next, and why one has not begun.  Pure.

Put together of the record, the history (why a pass began or ended, which mails were decided when) and a simulation of
what follows if nothing happens.  What stands here is an operator's answer about one person: the command prints it, and
no log or metric ever holds it.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from domain.decision import Context
from domain.questions.task_state import is_overdue
from domain.record import Subscriber
from domain.sequence_runs import Run
from language.conditions.sequence_tests import sequence_of
from language.durations import format_duration
from language.mail_times.mail_caps import MailCap, read_caps_of
from onboarding.engine.mail_hours.mail_room import find_full_cap
from onboarding.engine.passes import list_passes, name_pass, put_in_front
from onboarding.engine.send_time import find_send_time
from onboarding.engine.start_and_exit import has_basis
from onboarding.language.catalog import If, MailSequence, Send, SequenceCatalog, SequenceStep
from onboarding.language.parts.waits import WaitDated, WaitFor, WaitWhen
from onboarding.tuning.simulate import next_mail
from service.engine.build_commit import HistoryLine
from service.reports.sequences.explain_start import explain_timed_starts


class RecentMail(Struct, frozen=True, kw_only=True):
    """A mail that takes the room of another."""

    template: str
    at: datetime


class HeldMail(Struct, frozen=True, kw_only=True):
    """A mail that has not left."""

    template: str
    place: str
    """``SEQUENCE/STEP``, or ``issue NAME``; empty for a mail of a flow."""
    since: datetime
    """When it was decided."""
    why: str
    """What it waits for, as half a sentence; empty if it is about to leave."""


class TaskStanding(Struct, frozen=True, kw_only=True):
    """An open task of the team."""

    step: str
    team: str
    due_at: datetime
    is_overdue: bool


class SequenceStanding(Struct, frozen=True, kw_only=True):
    """Where a person stands in one sequence; what does not apply is empty or None."""

    sequence: str
    state: str
    """``running``, ``finished``, ``goal``, ``left`` or ``not begun``; ``queued`` for a mail of no sequence."""
    began_at: datetime | None = None
    began_because: str = ""
    ended_at: datetime | None = None
    ended_because: str = ""
    step: str = ""
    until: datetime | None = None
    """When the present step is due; None if only something that happens moves it on."""
    next_mail: str = ""
    """The mail that goes next if nothing happens."""
    next_at: datetime | None = None
    if_still: tuple[str, ...] = ()
    """What that mail rests on from here, each as half a sentence."""
    waits_for: str = ""
    """What the mail of the present step waits for: a cap, hours, quiet hours."""
    taken_by: tuple[RecentMail, ...] = ()
    """The mails that fill the cap."""
    held_out: bool = False
    """True if they walk through it to be compared with, and get none of its mails."""
    answers: dict[str, str] = {}
    """By step, what they answered, and how a task about them ended."""
    tasks: tuple[TaskStanding, ...] = ()
    """What the team has to do about them."""
    not_begun_because: str = ""
    """Why there is no pass, or no further one."""
    held: tuple[HeldMail, ...] = ()
    """Mails of it that were decided and have not left, with what keeps them."""
    key: str = ""
    """The value that the pass is for (``again: each order``); empty if there is one pass at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonStory:
    """One person with everything that the explanation reads."""

    record: Subscriber
    history: Sequence[HistoryLine]
    """Oldest first."""
    context: Context

    def explain(self, catalog: SequenceCatalog, names: Sequence[str]) -> tuple[SequenceStanding, ...]:
        """Explain these sequences: those that run first, then those that have not begun, then those that ended."""
        order = {"running": 0, "not begun": 1}
        standings = [standing for name in names for standing in self._explain_passes(catalog, catalog.sequences[name])]
        return tuple(sorted(standings, key=lambda standing: order.get(standing.state, 2)))

    def _explain_passes(self, catalog: SequenceCatalog, sequence: MailSequence) -> Iterator[SequenceStanding]:
        """Yield each pass that runs; where none does, the latest."""
        names = list_passes(self.record, sequence)
        running = [name for name in names if self.record.runs[name].status == "running"]
        for name in running or names[-1:] or [sequence.name]:
            story = dataclasses.replace(self, record=put_in_front(self.record, name))
            yield story.explain_front(catalog, sequence)

    def explain_front(self, catalog: SequenceCatalog, sequence: MailSequence) -> SequenceStanding:
        """Explain the pass that is in front."""
        run = self.record.runs.get(sequence.name)
        if run is None:
            return SequenceStanding(
                sequence=sequence.name, state="not begun", not_begun_because=self._why_not_begun(sequence)
            )
        began = SequenceStanding(
            sequence=sequence.name,
            state=run.status,
            key=run.key,
            began_at=run.started_at,
            began_because=self._find_reason(name_pass(sequence, run.key), "starts: ", run.started_at),
        )
        standing = (
            self._explain_running(began, catalog, sequence, run)
            if run.status == "running"
            else (self._explain_ended(began, sequence, run))
        )
        return replace(standing, answers=run.answers, tasks=tuple(self._list_open_tasks(sequence.name)))

    def _list_open_tasks(self, sequence: str) -> Iterator[TaskStanding]:
        for task in self.record.tasks:
            if task.sequence == sequence and task.done_at is None:
                is_late = is_overdue(task, self.context.now)
                yield TaskStanding(step=task.step, team=task.team, due_at=task.due_at, is_overdue=is_late)

    def _explain_running(
        self, began: SequenceStanding, catalog: SequenceCatalog, sequence: MailSequence, run: Run
    ) -> SequenceStanding:
        planned = next_mail(catalog, self.record, sequence.name, self.context)
        step = sequence.steps.get(sequence.current_name(run.step))
        mail_step = sequence.steps.get(planned.step) if planned else None
        waits_for, taken_by = self._explain_waiting(sequence, run, step)
        return SequenceStanding(
            sequence=began.sequence, state=began.state, key=began.key,
            began_at=began.began_at, began_because=began.began_because,
            step=run.step, until=find_end(run, step),
            next_mail=planned.template if planned else "",
            next_at=planned.queued_at if planned else None,
            if_still=tuple(list_basis(sequence, mail_step)) if mail_step else (),
            waits_for=waits_for, taken_by=taken_by, held_out=run.withheld is not None,
        )  # fmt: skip

    def _explain_waiting(
        self, sequence: MailSequence, run: Run, step: SequenceStep | None
    ) -> tuple[str, tuple[RecentMail, ...]]:
        """Return what the mail of the present step waits for, and the mails that take its room."""
        if step is None or not isinstance(step.action, Send) or step.name != run.step or step.name in run.sent:
            return "", ()
        if not sequence.sends_marketing(step):
            return "", ()
        when = find_send_time(sequence, run, self.record, self.context)
        caps = read_caps_of(self.record, self.context.config.limits)
        full = find_full_cap(self.record.mailed, caps, self.context.now, free_of_spacing=False)
        return when.put_off_by, tuple(self._list_mails(full[1])) if full and when.put_off_by else ()

    def _list_mails(self, cap: MailCap) -> Iterator[RecentMail]:
        names = {}
        for line in self.history:
            for sent in line.sends:
                names[line.at.replace(microsecond=0)] = sent.partition(" ")[2]
        for at in self.record.mailed[-cap.number :]:
            yield RecentMail(template=names.get(at, "a mail"), at=at)

    def _explain_ended(self, began: SequenceStanding, sequence: MailSequence, run: Run) -> SequenceStanding:
        said = (self._find_reason(name_pass(sequence, run.key), word, run.started_at) for word in _ENDINGS)
        because = next(filter(None, said), "").removeprefix(" after its last step").removeprefix(": ")
        return SequenceStanding(
            sequence=began.sequence, state=began.state, key=began.key,
            began_at=began.began_at, began_because=began.began_because,
            ended_at=run.ended_at, ended_because=because, not_begun_because=self._why_not_again(sequence, run),
        )  # fmt: skip

    def _find_reason(self, name: str, beginning: str, since: datetime) -> str:
        """Return how the latest reason of a pass with this beginning goes on; empty if the history no longer has it."""
        beginning = f"{sequence_of(name)} {beginning}"
        said = [
            reason
            for line in self.history
            if line.at >= since - timedelta(hours=1)
            for reason in line.reasons
            if reason.text.startswith(beginning)
        ]
        # An older Doorstep told of all passes under the name of the sequence.
        for about in dict.fromkeys((name, sequence_of(name))):
            found = next((reason for reason in reversed(said) if reason.about == about), None)
            if found:
                return found.text.removeprefix(beginning).rstrip(".")
        return ""

    def _why_not_begun(self, sequence: MailSequence) -> str:
        consent = self.record.consents.get(sequence.topic)
        if not has_basis(self.record, sequence):
            return f"{sequence.topic} is {f'{consent.status}, not confirmed' if consent else 'not confirmed'}"
        beginning = f"{sequence.name} does not start: "
        said = (reason.text for line in reversed(self.history) for reason in line.reasons)
        # Whichever order it was of: there is no pass that it could be mistaken for.
        if refused := next((text for text in said if text.startswith(beginning)), ""):
            return refused.removeprefix(beginning).rstrip(".")
        return self._why_never_tried(sequence)

    def _why_never_tried(self, sequence: MailSequence) -> str:
        event = sequence.start.event
        by_time = explain_timed_starts(sequence, self.record, self.context)
        if by_time and not event:
            return by_time
        if not event:
            return f"{sequence.topic} was confirmed before this sequence was live"
        happened = self.record.behaviour.get(event)
        said = f"it begins with {event}, which {'happened before this was live' if happened else 'has not happened'}"
        return f"{said}; {by_time}" if by_time else said

    def _why_not_again(self, sequence: MailSequence, run: Run) -> str:
        after = sequence.start.again_after
        if after is None:
            return "a person goes through it once"
        since = max(run.started_at, run.ended_at or run.started_at)
        if after and self.context.now - since < after:
            return f"its last pass was less than {format_duration(after)} ago"
        return ""


_ENDINGS = ("is left: ", "reached its goal", "is finished: ")
"""How a reason of an end goes on behind the name of the sequence."""


def find_end(run: Run, step: SequenceStep | None) -> datetime | None:
    """Return up to when a person stands at a step at most; None if only an event leads on."""
    # Such a wait may be looked at earlier, when time could change its condition.
    if step and isinstance(step.action, WaitWhen) and run.due_at:
        return run.entered_at + step.action.at_most
    return run.due_at


def list_basis(sequence: MailSequence, step: SequenceStep) -> Iterator[str]:
    """Yield what a mail rests on since the mail before it, the last first, as far as one way alone leads there."""
    if isinstance(step.action, Send) and step.action.anyway:
        return
    name, passed = step.name, {step.name}
    while name != sequence.first and len(ways := sequence.ways_to[name]) == 1:
        leading, by_else = ways[0]
        action = sequence.steps[leading].action
        if isinstance(action, Send) or leading in passed:
            return
        match action:
            case WaitFor(event=event, times=times) if by_else and sequence.steps[leading].next_step != name:
                yield f"no {event}" if times == 1 else f"fewer than {times} {event}"
            case WaitDated(moment=moment):
                yield f"{moment.field} is not moved"
            case If(condition=condition) | WaitWhen(condition=condition):
                yield f"not: {condition.text}" if by_else else condition.text
        name = leading
        passed.add(name)
