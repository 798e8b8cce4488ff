"""Tests of what a person answered in a pass of a sequence, and of what became of a task of the team.  Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.questions.task_state import find_latest_task, is_overdue
from domain.record import Subscriber
from domain.sequence_runs import Run, TeamTask
from language.conditions.comparisons import ORDERING_WORDS, Comparison, read_comparison
from language.conditions.event_tests import EventTest
from language.conditions.sequence_tests import sequence_of
from language.conditions.tokens import TokenReader, UnclearConditionError
from language.conditions.values import ComparisonScope
from language.zones import zone_of_person

DONE, OPEN, OVERDUE = "done", "open", "overdue"
"""What a task can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedStep:
    """A step that asks, as a condition names it, and what is asked of it."""

    sequence: str
    step: str
    kind: str
    """``answer`` or ``task``."""
    label: str = ""
    """The answer that it is compared with; empty for a comparison by order, or with nothing."""


@dataclass(frozen=True, slots=True)
class AnswerIs(EventTest):
    """The answer to a question passes a comparison: in the present pass, or in the latest of another sequence."""

    sequence: str
    step: str
    compare: Comparison
    is_here: bool
    workspace_zone: str

    def __call__(self, record: Subscriber, now: datetime) -> bool:
        """Return the result for this person now."""
        run = _find_run(record, self.sequence, is_here=self.is_here)
        answer = run.answers.get(self.step) if run else None
        return self.compare(answer, ComparisonScope(now=now, zone=zone_of_person(record, self.workspace_zone, now)))

    def changes_at(self, record: Subscriber, now: datetime) -> datetime | None:  # noqa: ARG002  every test is asked with the time
        """Return None: only an answer changes it."""
        return None


@dataclass(frozen=True, slots=True)
class TaskIs(EventTest):
    """The latest task of a step is done, open or overdue."""

    sequence: str
    step: str
    state: str
    is_here: bool

    def __call__(self, record: Subscriber, now: datetime) -> bool:
        """Return the result for this person now."""
        task = self._find_task(record)
        if task is None:
            return False
        if self.state == OVERDUE:
            return is_overdue(task, now)
        return (task.done_at is not None) is (self.state == DONE)

    def changes_at(self, record: Subscriber, now: datetime) -> datetime | None:
        """Return when the task comes to be overdue."""
        task = self._find_task(record)
        is_ahead = self.state == OVERDUE and task is not None and task.done_at is None and now < task.due_at
        return task.due_at if task and is_ahead else None

    def _find_task(self, record: Subscriber) -> TeamTask | None:
        run = _find_run(record, self.sequence, is_here=self.is_here)
        return find_latest_task(record, self.sequence, self.step, run.number) if run else None


def _find_run(record: Subscriber, sequence: str, *, is_here: bool) -> Run | None:
    """Return the present pass, which is in front while it is decided, or the latest one."""
    if is_here:
        return record.runs.get(sequence)
    passes: Iterable[Run] = (run for name, run in record.runs.items() if sequence_of(name) == sequence)
    return max(passes, key=lambda run: run.number, default=None)


@dataclass(slots=True, kw_only=True)
class AnswerTestReader:
    """Reads ``answer STEP is …`` and ``task STEP is done``, and collects the steps that they name."""

    tokens: TokenReader
    sequence: str
    """The sequence in whose file the condition stands; empty if it stands elsewhere."""
    workspace_zone: str
    asked: set[AskedStep]

    def read_answer(self) -> AnswerIs:
        """Read what stands behind “answer”."""
        sequence, step, is_here = self._read_place("answer")
        first = self.tokens.position
        compare = read_comparison(self.tokens, f"answer {step}", "any")
        label = _label_among(self.tokens.tokens[first : self.tokens.position])
        self.asked.add(AskedStep(sequence=sequence, step=step, kind="answer", label=label))
        return AnswerIs(sequence, step, compare, is_here, self.workspace_zone)

    def read_task(self) -> tuple[TaskIs, bool]:
        """Read what stands behind “task”; the second value is True if it says “not”."""
        sequence, step, is_here = self._read_place("task")
        # “task call done” reads as well as “task call is done”.
        self.tokens.take_words("is")
        # “not” stands in the middle as in “tag is not reader”, so the test is turned round by the caller.
        is_denied = self.tokens.take_words("not")
        state = self.tokens.take_any_phrase(DONE, OPEN, OVERDUE)
        if not state:
            message = f"“task {step}” is not asked anything"
            raise UnclearConditionError(message, f"Write “task {step} is done”, “is open” or “is overdue”.")
        self.asked.add(AskedStep(sequence=sequence, step=step, kind="task"))
        return TaskIs(sequence, step, state, is_here), is_denied

    def _read_place(self, kind: str) -> tuple[str, str, bool]:
        """Return the sequence, the step, and whether the present pass is meant."""
        name = self.tokens.take_name("a step")
        # From the right: a step has no slash in its name.
        sequence, slash, step = name.rpartition("/")
        if slash and sequence and step:
            return sequence, step, sequence == self.sequence
        if not self.sequence:
            message = f"“{kind} {name}” does not say of which sequence"
            raise UnclearConditionError(message, f"Write “{kind} SEQUENCE/{name} …”.")
        return self.sequence, name, True


def _label_among(words: Iterable[str]) -> str:
    """Return the answer that a comparison such as ``is not Too expensive`` names; empty if it is another one."""
    # Words of a comparison by order name no answer: “is at least 9” asks of a scale.
    words = list(words)
    if [word.casefold() for word in words[:1]] != ["is"]:
        return ""
    rest = words[2:] if [word.casefold() for word in words[1:2]] == ["not"] else words[1:]
    if not ORDERING_WORDS.isdisjoint(word.casefold() for word in rest) or rest[:1] == ["empty"]:
        return ""
    return " ".join(word.strip("\"'“”„") for word in rest)
