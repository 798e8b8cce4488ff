"""What a person did, summed up: counted, and remembered by its own time even when it is told late."""

from bisect import insort
from datetime import datetime

from msgspec.structs import replace

from domain.record import Behaviour, Run, Subscriber
from onboarding.language.catalog import Goal

REMEMBERED = 20
"""Latest occurrences that a record keeps of each event."""


def note(record: Subscriber, name: str, at: datetime, now: datetime) -> Subscriber:
    """Return the record with one more occurrence; one told from the future happened now."""
    at = min(at, now)
    known = record.behaviour.get(name) or Behaviour(count=0, first=at, last=at)
    recent = list(known.recent)
    insort(recent, at)
    noted = Behaviour(
        count=known.count + 1,
        first=min(known.first, at),
        last=max(known.last, at),
        recent=tuple(recent[-REMEMBERED:]),
    )
    return replace(record, behaviour={**record.behaviour, name: noted})


def count(record: Subscriber, name: str) -> int:
    """Return how often an event is known to have happened."""
    known = record.behaviour.get(name)
    return known.count if known else 0


def happened_by(record: Subscriber, name: str, times: int, deadline: datetime) -> bool:
    """Tell whether an event had happened ``times`` times by the deadline, by its own time.

    Occurrences older than the remembered ones lie before those.
    """
    known = record.behaviour.get(name)
    if known is None or known.count < times:
        return False
    place = times - 1 - (known.count - len(known.recent))
    return known.recent[max(0, place)] <= deadline or (times == 1 and known.first <= deadline)


def reached(goal: Goal | None, record: Subscriber, run: Run) -> bool:
    """Tell whether the goal was reached in this pass: within its time, counted from the start."""
    known = record.behaviour.get(goal.event) if goal else None
    if goal is None or known is None:
        return False
    return any(run.started_at <= at <= run.started_at + goal.within for at in known.recent)
