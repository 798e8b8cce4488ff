"""Counts what people answered to the questions of a sequence, and what became of the tasks of the team.  Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct

from domain.questions.task_state import is_overdue
from domain.sequence_runs import Run, TeamTask
from onboarding.language.acts import GiveTask
from onboarding.language.catalog import MailSequence
from onboarding.language.ways import question_of


@dataclass(slots=True, kw_only=True)
class AskedTally:
    """Numbers of one question."""

    asked: int = 0
    answers: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True, kw_only=True)
class TaskTally:
    """Numbers of the tasks of one step."""

    given: int = 0
    open: int = 0
    overdue: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    """Tasks that are done, by outcome; under an empty name those that have none."""


class AskedRow(Struct, frozen=True, kw_only=True):
    """One question: people of whom it was asked, and what they answered."""

    step: str
    asked: int
    answered: int
    answers: dict[str, int]
    """By answer, in the order of the file; those that the file no longer has at the end."""


class TaskRow(Struct, frozen=True, kw_only=True):
    """The tasks of one step."""

    step: str
    given: int
    done: int
    open: int
    """Also those that are overdue."""
    overdue: int
    outcomes: dict[str, int]


@dataclass(slots=True, kw_only=True)
class AnswersTally:
    """Numbers of all questions and tasks of a sequence."""

    sequence: MailSequence
    questions: dict[str, AskedTally] = field(default_factory=dict)
    tasks: dict[str, TaskTally] = field(default_factory=dict)

    def add(self, run: Run, tasks: Iterable[TeamTask], now: datetime) -> None:
        """Count one pass of a person, with the tasks that it gave."""
        for step in map(self.sequence.current_name, run.sent):
            written = self.sequence.steps.get(step)
            # A mail that asked may ask nothing by now, or be gone.
            if written is None or question_of(written) is None:
                continue
            tally = self.questions.setdefault(step, AskedTally())
            tally.asked += 1
            if step in run.answers:
                tally.answers[run.answers[step]] += 1
        # A person has tasks of other sequences and passes, too.
        for task in tasks:
            if (task.sequence, task.run) == (self.sequence.name, run.number):
                self._add_task(task, now)

    def _add_task(self, task: TeamTask, now: datetime) -> None:
        tally = self.tasks.setdefault(self.sequence.current_name(task.step), TaskTally())
        tally.given += 1
        # Whoever did it late did it: only what is open counts as overdue.
        if task.done_at is None:
            tally.open += 1
            tally.overdue += is_overdue(task, now)
        else:
            tally.outcomes[task.outcome] += 1

    def list_questions(self) -> Iterator[AskedRow]:
        """Yield the questions that were asked, in the order of the file."""
        for name, step in self.sequence.steps.items():
            if (tally := self.questions.get(name)) and (question := question_of(step)):
                answers = _in_order(question.choices, tally.answers)
                yield AskedRow(step=name, asked=tally.asked, answered=tally.answers.total(), answers=answers)

    def list_tasks(self) -> Iterator[TaskRow]:
        """Yield the tasks that were given, in the order of the file."""
        for name, step in self.sequence.steps.items():
            tally = self.tasks.get(name)
            if tally is None or not isinstance(step.action, GiveTask):
                continue
            choices = step.action.question.choices if step.action.question else {}
            outcomes = _in_order(choices, Counter({k: n for k, n in tally.outcomes.items() if k}))
            yield TaskRow(
                step=name, given=tally.given, done=tally.outcomes.total(), open=tally.open, overdue=tally.overdue,
                outcomes=outcomes,
            )  # fmt: skip


def _in_order(choices: Mapping[str, str], counts: Counter[str]) -> dict[str, int]:
    """Return the counts by answer: all that can be given, then those that could be given once."""
    return {**{label: counts[label] for label in choices}, **{k: n for k, n in counts.items() if k not in choices}}


def describe_asked(rows: Iterable[AskedRow]) -> Iterator[str]:
    """Yield a line about each question, such as ``still: Keep me 38%, Take me off 62% (212 of 630 answered)``."""
    for row in rows:
        shares = ", ".join(f"{label} {number / row.answered:.0%}" for label, number in row.answers.items() if number)
        answered = f"({row.answered:,} of {row.asked:,} answered)"
        yield f"{row.step}: {shares} {answered}" if shares else f"{row.step}: {answered}"


def describe_tasks(rows: Iterable[TaskRow]) -> Iterator[str]:
    """Yield a line about the tasks of each step."""
    for row in rows:
        outcomes = ", ".join(f"{label} {number:,}" for label, number in row.outcomes.items() if number)
        done = f"{row.done:,} done{f' ({outcomes})' if outcomes else ''}"
        late = f", {row.overdue:,} of them overdue" if row.overdue else ""
        still_open = f", {row.open:,} open{late}" if row.open else ""
        yield f"{row.step}: {row.given:,} given, {done}{still_open}"
