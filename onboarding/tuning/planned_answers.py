"""What a simulated person answers when they are asked, and what the team makes of its tasks.  Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush

from domain.event_types.team import TaskSettled
from domain.events import AnyEvent, ChoiceAnswered
from domain.record import Subscriber
from language.conditions.sequence_tests import sequence_of

ANSWERED_AFTER = timedelta(hours=1)
"""When something is answered if nobody says when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAnswer:
    """One answer, or the outcome of one task."""

    step: str
    """The step that asks; ``SEQUENCE/STEP`` where several sequences are walked together."""
    label: str
    """Empty for a task that is only done."""
    delay: timedelta = ANSWERED_AFTER
    """Counted from the moment in which it is asked."""

    def fits(self, sequence: str, step: str) -> bool:
        """Return True if a step of a sequence is meant."""
        return self.step in (step, f"{sequence}/{step}")


@dataclass(slots=True, kw_only=True)
class Upcoming:
    """What is still to come in a simulation, earliest first: what the person does, and answers that they plan."""

    answers: Sequence[PlannedAnswer] = ()
    _waiting: list[tuple[datetime, int, AnyEvent, str]] = field(default_factory=list)
    _number: int = 0
    _asked: set[tuple[str, datetime]] = field(default_factory=set)
    """What was asked and planned for already, by the id of its mail and the time of asking."""

    def add(self, at: datetime, event: AnyEvent, said: str = "") -> None:
        """Let an event come at a time; ``said`` is how it is told."""
        # The number keeps the order of what comes in the same moment.
        heappush(self._waiting, (at, self._number, event, said))
        self._number += 1

    def next_at(self, record: Subscriber) -> datetime | None:
        """Return when the next event comes; None if none does.  What was asked meanwhile is planned for first."""
        if self.answers:
            self._plan_answers(record)
            self._plan_outcomes(record)
        return self._waiting[0][0] if self._waiting else None

    def take(self) -> tuple[datetime, AnyEvent, str]:
        """Take the next event away: when it comes, what it is, how it is told."""
        at, _, event, said = heappop(self._waiting)
        return at, event, said

    def _plan_answers(self, record: Subscriber) -> None:
        for name, run in record.runs.items():
            asked = run.question
            if asked is None or asked.given or (asked.send, asked.at) in self._asked:
                continue
            # The time as well: a loop asks again, and is answered again.
            self._asked.add((asked.send, asked.at))
            for planned, number in self._find(sequence_of(name), asked.step, asked.labels):
                at = asked.at + planned.delay
                event = ChoiceAnswered(id=f"answer-{self._number}", at=at, send=asked.send, number=number)
                self.add(at, event, f"{asked.step}: {asked.labels[number]}")

    def _plan_outcomes(self, record: Subscriber) -> None:
        for task in record.tasks:
            if task.done_at or (task.id, task.at) in self._asked:
                continue
            self._asked.add((task.id, task.at))
            for planned, number in self._find(task.sequence, task.step, task.labels or ("",)):
                at = task.at + planned.delay
                event = TaskSettled(id=f"task-{self._number}", at=at, task=task.id, number=number)
                self.add(at, event, f"{task.step}: {planned.label or 'done'}")

    def _find(self, sequence: str, step: str, labels: Sequence[str]) -> Iterator[tuple[PlannedAnswer, int]]:
        # As on a button, capitals say nothing.
        places = {label.casefold(): number for number, label in enumerate(labels)}
        for planned in self.answers:
            if planned.fits(sequence, step) and planned.label.casefold() in places:
                yield planned, places[planned.label.casefold()]
