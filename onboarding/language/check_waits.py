"""Checks waits that decide nothing: for a condition that cannot come to hold, for a date that may be over.  Pure.

A wait for “1 day before trial_ends” without ``else`` goes on at once if that is over.  That is right on the last day
of the trial, and wrong a week after its end.  So each way through the sequence is followed with two questions: can the
date itself be over by then, and must it be.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from heapq import heappop, heappush

from domain.deeds import REMEMBERED
from language.findings import Finding
from language.yaml_source import YamlSource
from onboarding.language.catalog import If, MailSequence, SequenceStep
from onboarding.language.parts.waits import WaitCounted, WaitDated, WaitFor, WaitTime, WaitWhen
from onboarding.language.ways import next_steps, takes_time

_UNKNOWN = timedelta(days=-400_000)
"""Distance from a date of which nothing is known: more than a thousand years before it."""
_NO_TIME = timedelta(0)

_TakeWay = Callable[[SequenceStep, int, timedelta], timedelta]
"""Returns the distance from a date at the end of a way, given its step, its number, and the distance before it."""


def check_waits(source: YamlSource, sequence: MailSequence) -> Iterator[Finding]:
    """Yield a warning for each wait that decides nothing, and for each that may take people past a date."""
    told: set[str] = set()
    for name, step in sequence.steps.items():
        wait, path = step.action, ("steps", name, "wait")
        if isinstance(wait, WaitWhen) and not wait.condition.can_turn_true:
            message = f"“{wait.condition.text}” holds on arrival or never comes to hold, so nobody waits for it."
            hint = "Ask it with “if”, or say within which time, such as “for 30 days”."
            yield source.finding_at(path, "never-comes", message, hint, severity="warning")
        elif isinstance(wait, WaitFor) and wait.times > REMEMBERED and not _is_counted(sequence, wait):
            message = f"“times: {wait.times}” cannot be known from what is kept."
            hint = f"Of several events, with “where” and in passes for each, at most {REMEMBERED} times are counted."
            yield source.finding_at((*path, "times"), "too-many-times", message, hint, severity="warning")
        elif isinstance(wait, WaitDated) and step.otherwise == step.next_step and wait.moment.field not in told:
            # An “else” at the first of several waits for a date mends those behind it, too.
            findings = list(_check_dated(source, sequence, step, wait))
            told |= {wait.moment.field} if findings else set()
            yield from findings


def _is_counted(sequence: MailSequence, wait: WaitFor) -> bool:
    """Return True if a wait counts a single event, of which the number is kept, and not only the latest times."""
    return not (wait.others or wait.where or (sequence.start.each and not wait.ever))


def _check_dated(source: YamlSource, sequence: MailSequence, step: SequenceStep, wait: WaitDated) -> Iterator[Finding]:
    field, path = wait.moment.field, ("steps", step.name, "wait")
    earliest = _find_earliest(sequence, field)[step.name]
    if earliest >= wait.moment.offset:
        message = f"“{wait.text}” is over whenever somebody comes here, so nobody waits."
        hint = "Take the step out, or count from a later moment."
        yield source.finding_at(path, "date-over", message, hint, severity="warning")
    elif wait.moment.offset < _NO_TIME and step.name in _list_maybe_past(sequence, field):
        message = f"Who comes here when {field} is over already goes on at once, as if it were still ahead."
        hint = "Say where they go: else: end"
        yield source.finding_at(path, "date-may-be-over", message, hint, severity="warning")


def _find_earliest(sequence: MailSequence, field: str) -> dict[str, timedelta]:
    """Return by step how long before (negative) or after a date somebody can be there at the earliest."""

    def take_way(step: SequenceStep, way: int, distance: timedelta) -> timedelta:
        match step.action:
            case WaitTime(length=length):
                return distance + length
            # A workday can be nearly over when the step is entered, so the first one counts nothing.
            case WaitCounted(wait=counted):
                return distance + counted.length + timedelta(days=max(0, counted.workdays - 1))
            case WaitFor(at_most=length) | WaitWhen(at_most=length) if way == 1:
                return distance + length
            case WaitDated(moment=moment) if moment.field == field:
                return max(distance, moment.offset)
        return distance

    dates = [start.occasions for start in sequence.start.timed if start.occasions and not start.occasions.yearly]
    # With another way to begin, nothing is known of where somebody stands.
    counts_from_it = sequence.start.by_dates and all(date.field == field for date in dates) and dates
    first = min(date.moment.offset for date in dates) if counts_from_it else _UNKNOWN
    return _walk_ways(sequence, first, take_way)


def _list_maybe_past(sequence: MailSequence, field: str) -> set[str]:
    """Return the steps to which somebody can come when a date is over, and nothing on the way has asked for it."""
    # The smaller one wins where two ways meet.
    ahead, past = timedelta(0), timedelta(days=-1)

    def take_way(step: SequenceStep, way: int, distance: timedelta) -> timedelta:
        action = step.action
        if isinstance(action, If | WaitWhen) and field in action.condition.fields:
            return ahead
        if isinstance(action, WaitDated) and action.moment.field == field:
            has_else = step.otherwise != step.next_step
            if action.moment.offset >= _NO_TIME or (has_else and way == 1):
                return past
            # Without “else” it lets everybody on, so it tells nothing.
            return ahead if has_else else distance
        return past if takes_time(step) else distance

    start = sequence.start
    # A start before a date begins nothing once the date itself is over.
    by_its_date = start.by_dates and all(
        date.field == field and not date.yearly and date.moment.offset < _NO_TIME
        for each in start.timed
        if (date := each.occasions)
    )
    is_asked = start.condition is not None and field in start.condition.fields
    found = _walk_ways(sequence, ahead if by_its_date or is_asked else past, take_way)
    return {name for name, distance in found.items() if distance == past}


def _walk_ways(sequence: MailSequence, first: timedelta, take_way: _TakeWay) -> dict[str, timedelta]:
    """Return by step the smallest value with which a way leads to it."""
    heap, smallest = [(first, sequence.first)], dict[str, timedelta]()
    while heap:
        value, name = heappop(heap)
        if name in smallest and smallest[name] <= value:
            continue
        smallest[name] = value
        step = sequence.steps[name]
        for way, following in enumerate(next_steps(step)):
            if following in sequence.steps:
                heappush(heap, (take_way(step, way, value), following))
    return {name: smallest.get(name, _UNKNOWN) for name in sequence.steps}
