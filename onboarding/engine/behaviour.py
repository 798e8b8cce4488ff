"""Counts what a person did, by the time at which it happened, also when it is reported late.  Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec
from msgspec.structs import replace

from domain.decision import Reason
from domain.deeds import REMEMBERED, add_occurrence, moment_of, second_of
from domain.event_groups import ENGAGING
from domain.events import AnyEvent
from domain.record import SCHEMA, Subscriber, Value
from domain.sequence_runs import Run
from onboarding.language.parts.waits import WaitFor

__all__ = ["REMEMBERED"]

MOST_EVENTS = 64
"""Kinds of events that are kept of a person."""
MOST_RUNNING = 32
"""Passes that one person is in at the same time."""
MOST_BYTES = 8_000
"""Bytes of deeds, passes and the fields' times together in a record."""
SMALL = 16
"""With so few events, without anything said, the bytes need not be counted."""

_encoder = msgspec.msgpack.Encoder()


def record_occurrence(
    record: Subscriber, name: str, at: datetime, now: datetime, said: Mapping[str, Value] | None = None
) -> Subscriber:
    """Return the record with one more occurrence and what it said; a time in the future counts as now."""
    deed = add_occurrence(record.behaviour.get(name), min(at, now), said)
    return replace(record, schema=SCHEMA, behaviour={**record.behaviour, name: deed})


def note_engagement(record: Subscriber, events: Iterable[AnyEvent], now: datetime) -> Subscriber:
    """Return the record with the time at which the person last did anything; late reports count by their own time."""
    latest = record.engaged_at
    for event in events:
        if isinstance(event, ENGAGING) and (latest is None or event.at > latest):
            latest = event.at
    if latest is None or latest is record.engaged_at:
        return record
    latest = min(latest, now).replace(microsecond=0)
    return replace(record, engaged_at=latest) if record.engaged_at != latest else record


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


def count_for_wait(record: Subscriber, run: Run, wait: WaitFor) -> int:
    """Return how often what a wait waits for has happened, as far as it counts in this pass."""
    if _counts_plainly(run, wait):
        return count_in_pass(record, _from_ever(run, wait), wait.event)
    return len(_list_times(record, run, wait))


def is_wait_over(record: Subscriber, run: Run, wait: WaitFor, deadline: datetime) -> bool:
    """Return True if what a wait waits for had happened often enough by the deadline."""
    if _counts_plainly(run, wait):
        return happened_in_pass(record, _from_ever(run, wait), wait.event, wait.times, deadline)
    until = second_of(deadline)
    return sum(at <= until for at in _list_times(record, run, wait)) >= wait.times


def _counts_plainly(run: Run, wait: WaitFor) -> bool:
    return not (wait.others or wait.where or (run.key and not wait.ever))


def _from_ever(run: Run, wait: WaitFor) -> Run:
    return replace(run, counts_from=None) if wait.ever and run.counts_from else run


def _list_times(record: Subscriber, run: Run, wait: WaitFor) -> list[int]:
    """Return the seconds of what counts, of what is remembered."""
    if wait.where:
        return list(run.heard.get(wait.heard_as, ()))
    if run.key and not wait.ever:
        return [at for event in wait.events for at in run.heard.get(event, ())]
    since = second_of(run.counts_from) if run.counts_from and not wait.ever else -1
    deeds = (record.behaviour.get(event) for event in wait.events)
    return [at for deed in deeds if deed for at in deed.recent_seconds if at > since]


def list_in_pass(record: Subscriber, run: Run, name: str) -> tuple[int, ...]:
    """Return the remembered seconds of an event as far as they concern this pass: of its own order, if it has one."""
    if run.key:
        return run.heard.get(name, ())
    deed = record.behaviour.get(name)
    return deed.recent_seconds if deed else ()


def keep_bounds(record: Subscriber, named: frozenset[str]) -> tuple[Subscriber, tuple[Reason, ...]]:
    """Return the record within its bounds, and what was dropped.

    The event goes first that no rule names and that is longest ago; then those that rules name, longest ago first.
    """
    deeds = record.behaviour
    if len(deeds) <= SMALL and len(record.runs) <= SMALL and not any(deed.said for deed in deeds.values()):
        return record, ()
    room = MOST_BYTES - len(_encoder.encode((record.runs, record.told_at, record.got)))
    sizes = {name: len(_encoder.encode((name, deed))) for name, deed in deeds.items()}
    excess, number = sum(sizes.values()) - room, len(deeds)
    kept, reasons = dict(deeds), list[Reason]()
    # What has just happened is the last in this order, so it stays.
    for name in sorted(deeds, key=lambda name: (name in named, deeds[name].last_second)):
        if (excess <= 0 and number <= MOST_EVENTS) or number == 1:
            break
        excess, number = excess - sizes[name], number - 1
        since = moment_of(kept.pop(name).last_second).date().isoformat()
        text = f"{name} is forgotten, last done on {since}: more is not kept of one person."
        reasons.append(Reason(room="onboarding", text=text, about=name))
    return (replace(record, behaviour=kept) if reasons else record), tuple(reasons)


def has_room_for_run(record: Subscriber) -> bool:
    """Return True if the person may begin another pass."""
    # Nearly everybody is in few: counting statuses can wait until there are many.
    return (
        len(record.runs) < MOST_RUNNING or sum(run.status == "running" for run in record.runs.values()) < MOST_RUNNING
    )
