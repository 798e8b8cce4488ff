"""Counts what a person did, by the time at which it happened, also when it is reported late.  Pure."""

from bisect import insort
from datetime import datetime

from msgspec.structs import replace

from domain.record import Subscriber
from domain.sequence_runs import Behaviour, Run
from onboarding.language.catalog import Goal

REMEMBERED = 20
"""Latest occurrences that a record keeps of each event."""


def record_occurrence(record: Subscriber, name: str, at: datetime, now: datetime) -> Subscriber:
    """Return the record with one more occurrence; a time in the future counts as now."""
    at = min(at, now)
    earlier = record.behaviour.get(name) or Behaviour(count=0, first=at, last=at)
    recent = list(earlier.recent)
    insort(recent, at)  # events can be reported out of order; the list stays sorted by their own time
    behaviour = Behaviour(
        count=earlier.count + 1,
        first=min(earlier.first, at),
        last=max(earlier.last, at),
        recent=tuple(recent[-REMEMBERED:]),
    )
    return replace(record, behaviour={**record.behaviour, name: behaviour})


def count_occurrences(record: Subscriber, name: str) -> int:
    """Return how often an event is known to have happened."""
    behaviour = record.behaviour.get(name)
    return behaviour.count if behaviour else 0


def count_in_pass(record: Subscriber, run: Run, name: str) -> int:
    """Return how often an event happened that counts in this pass: all, but for what an earlier pass had for itself."""
    behaviour = record.behaviour.get(name)
    if behaviour is None or run.counts_from is None:
        return behaviour.count if behaviour else 0
    remembered = sum(at > run.counts_from for at in behaviour.recent)
    # With all of the remembered ones in this pass, forgotten ones may be in it, too: then the counts tell.
    if remembered < len(behaviour.recent):
        return remembered
    return max(remembered, behaviour.count - run.earlier.get(name, behaviour.count))


def happened_in_pass(record: Subscriber, run: Run, name: str, times: int, deadline: datetime) -> bool:
    """Return True if an event had happened ``times`` times in this pass by the deadline, by its own time."""
    behaviour, counted = record.behaviour.get(name), count_in_pass(record, run, name)
    if behaviour is None or counted < times:
        return False
    # Only the latest occurrences are remembered, and all forgotten ones are older.  With 25 in the pass, 20 of them
    # remembered, the 7th is at index 20 - 25 + 7 - 1 = 1; the 3rd (index -3) is older than the oldest remembered one.
    index = len(behaviour.recent) - counted + times - 1
    if index >= 0 or run.counts_from is not None:
        return behaviour.recent[max(0, index)] <= deadline
    return behaviour.recent[0] <= deadline or (times == 1 and behaviour.first <= deadline)


def is_goal_reached(goal: Goal | None, record: Subscriber, run: Run) -> bool:
    """Return True if the goal was reached in this pass: within its time, counted from the start."""
    behaviour = record.behaviour.get(goal.event) if goal else None
    if goal is None or behaviour is None:
        return False
    return any(run.started_at <= at <= run.started_at + goal.within for at in behaviour.recent)
