"""Counts what a person did, by the time at which it happened, also when it is reported late.  Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec.structs import replace

from domain.deeds import REMEMBERED, add_occurrence, second_of
from domain.event_groups import ENGAGING
from domain.events import AnyEvent
from domain.record import SCHEMA, Subscriber, Value
from domain.sequence_runs import Run
from onboarding.language.catalog import Goal

__all__ = ["REMEMBERED"]


def record_occurrence(
    record: Subscriber, name: str, at: datetime, now: datetime, said: Mapping[str, Value] | None = None
) -> Subscriber:
    """Return the record with one more occurrence and what it said; a time in the future counts as now."""
    deed = add_occurrence(record.behaviour.get(name), min(at, now), said)
    return replace(record, schema=SCHEMA, behaviour={**record.behaviour, name: deed})


def note_engagement(record: Subscriber, events: Iterable[AnyEvent], now: datetime) -> Subscriber:
    """Return the record with the time at which the person last did anything; late reports count by their own time."""
    done = [event.at for event in events if isinstance(event, ENGAGING)]
    if not done:
        return record
    latest = min(max(done), now).replace(microsecond=0)
    if record.engaged_at and latest <= record.engaged_at:
        return record
    return replace(record, engaged_at=latest)


def count_occurrences(record: Subscriber, name: str) -> int:
    """Return how often an event is known to have happened."""
    behaviour = record.behaviour.get(name)
    return behaviour.count if behaviour else 0


def count_in_pass(record: Subscriber, run: Run, name: str) -> int:
    """Return how often an event happened that counts in this pass: all, but for what an earlier pass had for itself."""
    behaviour = record.behaviour.get(name)
    if behaviour is None or run.counts_from is None:
        return behaviour.count if behaviour else 0
    recent, counts_from = behaviour.recent_seconds, second_of(run.counts_from)
    remembered = sum(at > counts_from for at in recent)
    # With all of the remembered ones in this pass, forgotten ones may be in it, too: then the counts tell.
    if remembered < len(recent):
        return remembered
    return max(remembered, behaviour.count - run.earlier.get(name, behaviour.count))


def happened_in_pass(record: Subscriber, run: Run, name: str, times: int, deadline: datetime) -> bool:
    """Return True if an event had happened ``times`` times in this pass by the deadline, by its own time."""
    behaviour, counted = record.behaviour.get(name), count_in_pass(record, run, name)
    if behaviour is None or counted < times:
        return False
    # Only the latest occurrences are remembered, and all forgotten ones are older.  With 25 in the pass, 20 of them
    # remembered, the 7th is at index 20 - 25 + 7 - 1 = 1; the 3rd (index -3) is older than the oldest remembered one.
    recent, until = behaviour.recent_seconds, second_of(deadline)
    index = len(recent) - counted + times - 1
    if index >= 0 or run.counts_from is not None:
        return recent[max(0, index)] <= until
    return recent[0] <= until or (times == 1 and behaviour.first_second <= until)


def is_goal_reached(goal: Goal | None, record: Subscriber, run: Run) -> bool:
    """Return True if the goal was reached in this pass: within its time, counted from the start."""
    behaviour = record.behaviour.get(goal.event) if goal else None
    if goal is None or behaviour is None:
        return False
    # Occurrences are known to the second, so one in the second of the start is one after it.
    start, end = second_of(run.started_at), second_of(run.started_at + goal.within)
    return any(start <= at <= end for at in behaviour.recent_seconds)
