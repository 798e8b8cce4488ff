"""When a pass has reached its goal: by an event, or by a condition that came to hold.  Pure.

Theory.  An event is known by its own time, so a report finds it in what the person did.  A condition is known only when
somebody looks: with everything that is decided of the person, and at the moment at which time alone can change it.  So
the run keeps the second in which it was seen to hold, also after its last step, and after the person left.
"""

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from domain import counters
from domain.decision import Context, Outcome
from domain.deeds import second_of
from domain.effects import Count
from domain.record import Subscriber
from domain.sequence_runs import Run
from language.conditions.sequence_tests import sequence_of
from onboarding.engine.behaviour import list_in_pass
from onboarding.engine.passes import put_in_front
from onboarding.engine.run_changes import make_reason, with_run
from onboarding.language.catalog import MailSequence, SequenceCatalog
from onboarding.language.parts.goals import Goal


def is_goal_reached(goal: Goal | None, record: Subscriber, run: Run, now: datetime) -> bool:
    """Return True if the goal is reached in this pass, which is in front: within its time, counted from the start."""
    if goal is None:
        return False
    if goal.condition:
        return now <= run.started_at + goal.within and goal.condition.holds(record, now)
    # Occurrences are known to the second, so one in the second of the start is one after it.
    start, end = second_of(run.started_at), second_of(run.started_at + goal.within)
    return any(start <= at <= end for at in list_in_pass(record, run, goal.event))


def find_earlier_goal(sequence: MailSequence, record: Subscriber, now: datetime) -> str:
    """Return how a person is at the goal before a pass begins, as half a sentence; empty if they are not."""
    goal, start = sequence.goal, sequence.start
    if goal is None:
        return ""
    if goal.condition:
        # Without the pass before: its answers and its “since start” are not those of the new one.
        others = {name: run for name, run in record.runs.items() if sequence_of(name) != sequence.name}
        return goal.sentence if goal.condition.holds(replace(record, runs=others), now) else ""
    # Who confirms is welcomed, whatever they did; and of several orders the last one says nothing about this one.
    if start.confirmed or start.each or start.event == goal.event or goal.event not in record.behaviour:
        return ""
    since, until = second_of(now - goal.within), second_of(now)
    deed = record.behaviour[goal.event]
    return goal.sentence if any(since <= at < until for at in deed.recent_seconds) else ""


def may_still_come(catalog: SequenceCatalog, name: str, run: Run, now: datetime) -> bool:
    """Return True if a condition is the goal of a pass, and its time is not over; ``name`` may have a key."""
    goal = catalog.condition_goals.get(sequence_of(name))
    return goal is not None and run.status != "goal" and not run.reached_at and now <= run.started_at + goal.within


def note_late_goal(record: Subscriber, name: str, catalog: SequenceCatalog, context: Context) -> Outcome:
    """Count a goal that is reached after the last step, within its time; of who left only its moment is kept."""
    sequence, run = catalog.sequences.get(name), record.runs[name]
    if sequence is None or sequence.goal is None or run.reached_at:
        return Outcome(record=record)
    if not is_goal_reached(sequence.goal, record, run, context.now):
        return Outcome(record=record)
    reached_at = second_of(context.now) if sequence.goal.condition else 0
    if run.status == "left":
        return Outcome(record=with_run(record, name, replace(run, reached_at=reached_at)))
    reason = make_reason(name, f"{name} reached its goal after its last step: {sequence.goal.sentence}.")
    return Outcome(
        record=with_run(record, name, replace(run, status="goal", reached_at=reached_at)),
        effects=(Count(name=f"{counters.GOAL}{name}"),),
        reasons=(reason,),
    )


def note_goal_looks(catalog: SequenceCatalog, record: Subscriber, context: Context) -> Subscriber:
    """Return the record with the moment at which time alone can next reach a goal, if that is the next to look at."""
    # A look of the last decision is over.  With starts by time they have just set the moment anew.
    begun = record.looks_at if catalog.begun_by_time else None
    looks_at = min((*_list_looks(catalog, record, context), *([begun] if begun else [])), default=None)
    return record if looks_at == record.looks_at else replace(record, looks_at=looks_at)


def _list_looks(catalog: SequenceCatalog, record: Subscriber, context: Context) -> Iterator[datetime]:
    for name, run in record.runs.items():
        if not may_still_come(catalog, name, run, context.now):
            continue
        goal = catalog.condition_goals[sequence_of(name)]
        change = goal.condition.changes_at(put_in_front(record, name), context.now) if goal.condition else None
        if change and change <= run.started_at + goal.within:
            yield change
