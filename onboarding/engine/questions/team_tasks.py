"""Tasks of the team: which one is known, where its outcome leads, taking it in, telling that it is overdue.  Pure."""

from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from domain.decision import Context, Outcome, Reason
from domain.effects import NOTICE, SendMail
from domain.event_types.team import TaskSettled
from domain.questions.question_state import write_labels
from domain.questions.task_state import (
    DUE,
    OUTCOMES,
    REOPENED,
    TASK,
    find_latest_task,
    find_task,
    is_overdue,
    put_task,
)
from domain.record import Subscriber
from domain.sequence_runs import Run, TeamTask
from language.conditions.sequence_tests import sequence_of
from language.mail_times.workdays import CountedWait, read_workdays
from language.zones import zone_or_default
from onboarding.engine.questions.keep_answer import keep_answer
from onboarding.language.catalog import SequenceStep
from onboarding.language.parts.question import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskWay:
    """Where a run goes that stands at a task which was given."""

    next_step: str | None
    """None if it waits for the outcome."""
    sentence: str = ""
    """For the log; empty if what led on is told already."""
    cause: str = ""
    due_at: datetime | None = None


def find_due(due: CountedWait, context: Context) -> datetime:
    """Return when a task that is given now is due, by the clock and workdays of the workspace."""
    config = context.config
    # The team works where the workspace is, wherever the person lives.
    zone = zone_or_default("", config.timezone)
    return due.end_after(context.now, zone, read_workdays(config.holidays))


def find_given_task(record: Subscriber, sequence: str, step: SequenceStep, run: Run) -> TeamTask | None:
    """Return the task that this visit of the step has given, or one that is open since an earlier visit."""
    task = find_latest_task(record, sequence, step.name, run.number)
    return task if task and (task.done_at is None or task.at >= run.entered_at) else None


def follow_task(step: SequenceStep, question: Question | None, task: TeamTask, run: Run, now: datetime) -> TaskWay:
    """Return where a run goes now."""
    if question is None:
        return TaskWay(next_step=step.next_step)
    if task.done_at is not None:
        # A new version may have taken the outcome away: then nobody knows better than the way without one.
        target = question.choices.get(task.outcome, step.otherwise)
        return TaskWay(next_step=target, cause=f"{step.name} was done")
    # Counted from the visit, not from the task, which may be open since an earlier lap.
    until = run.entered_at + question.at_most
    if until <= now:
        return TaskWay(next_step=step.otherwise, sentence=f"{step.name} was not done within {question.text}.")
    return TaskWay(next_step=None, due_at=until)


def mail_task(task: TeamTask, mail_id: str, language: str, now: datetime) -> SendMail:
    """Return the mail that brings a task, or tells that it is overdue."""
    # No template and no address: what is to be done is all it says, and the mailbox is declared.
    return SendMail(
        id=mail_id, template="", address="", lane="transactional", language=language, queued_at=now, team=task.team,
        sequence=task.sequence, run=task.run, step=task.step,
        variables={
            NOTICE: task.text, TASK: task.id, OUTCOMES: write_labels(task.labels), DUE: task.due_at.isoformat(),
        },
    )  # fmt: skip


def settle_task(
    record: Subscriber, event: TaskSettled, question: Question | None, text: str, context: Context
) -> Outcome:
    """Take in what became of a task; ``text`` says again what is to be done, if it is opened again.

    The first outcome counts.  A task that is opened again moves nobody back: what followed from it is done.
    """
    task = find_task(record, event.task)
    if task is None:
        return Outcome(record=record)
    if event.number == REOPENED:
        if task.done_at is None:
            return Outcome(record=record)
        opened = replace(task, outcome="", done_at=None, text=text)
        return Outcome(record=put_task(record, opened), reasons=(_make_reason(record, task, "is open again"),))
    # A link of an old mail may name an outcome that the task does not have any more.
    if task.done_at is not None or not 0 <= event.number < max(1, len(task.labels)):
        return Outcome(record=record)
    outcome = task.labels[event.number] if task.labels else ""
    # Nobody needs any more what was to be done, and it speaks of the person.
    done = put_task(record, replace(task, outcome=outcome, done_at=context.now, text=""))
    if outcome:
        done = _keep_outcome(done, task, outcome, question)
    return Outcome(record=done, reasons=(_make_reason(record, task, "was done"),))


def _keep_outcome(record: Subscriber, task: TeamTask, outcome: str, question: Question | None) -> Subscriber:
    """Return the record with the outcome in the pass that asked for it, and in the field that the step names."""
    runs = {
        name: keep_answer(run, task.step, outcome) if _is_of(task, name, run) else run
        for name, run in record.runs.items()
    }
    fields = {**record.fields, question.save: outcome} if question and question.save else record.fields
    return replace(record, runs=runs, fields=fields)


def remind_team(record: Subscriber, context: Context) -> Outcome:
    """Tell the team once of each task that is overdue."""
    outcome = Outcome(record=record)
    # Told once: a mail each day would soon be filtered away, and “doorstep tasks” has the list.
    for task in record.tasks:
        if task.reminded or not is_overdue(task, context.now):
            continue
        outcome = outcome.followed_by(_remind_of(outcome.record, task, context))
    return outcome


def _remind_of(record: Subscriber, task: TeamTask, context: Context) -> Outcome:
    reminded = put_task(record, replace(task, reminded=True))
    box = context.config.team.get(task.team)
    if box is None:
        return Outcome(record=reminded, reasons=(_make_reason(record, task, "is overdue, and its mailbox is gone"),))
    mail_id = context.keys.send_id(record.id, task.sequence, task.id, "overdue")
    mail = mail_task(task, mail_id, box.language or context.config.default_language, context.now)
    reason = _make_reason(record, task, f"is overdue: the team ({task.team}) is told")
    return Outcome(record=reminded, effects=(mail,), reasons=(reason,))


def next_reminder(record: Subscriber) -> datetime | None:
    """Return when the next task is overdue that the team was not told of; None if none will be."""
    return min((task.due_at for task in record.tasks if task.done_at is None and not task.reminded), default=None)


def _make_reason(record: Subscriber, task: TeamTask, what: str) -> Reason:
    passes = (name for name, run in record.runs.items() if _is_of(task, name, run))
    about = next(passes, task.sequence)
    return Reason(room="onboarding", text=f"{task.step} {what}.", about=about, step=task.step)


def _is_of(task: TeamTask, name: str, run: Run) -> bool:
    return sequence_of(name) == task.sequence and run.number == task.run
