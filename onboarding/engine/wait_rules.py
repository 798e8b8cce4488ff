"""The rules of waits: when each is over, and where it leads.  Pure."""

from datetime import datetime

from domain.decision import Context
from domain.record import Subscriber
from domain.sequence_runs import Run
from language.conditions.sequence_tests import sequence_of
from language.mail_times.workdays import read_workdays
from language.zones import zone_of_person
from onboarding.engine.behaviour import count_for_wait, is_wait_over
from onboarding.engine.goals import is_goal_reached, may_still_come
from onboarding.engine.passes import put_in_front
from onboarding.engine.start_and_exit import find_exit
from onboarding.engine.starts.by_time import WAITS_TO_HOLD
from onboarding.engine.steps.step_context import StepContext, StepResult, describe_time
from onboarding.language.catalog import SequenceCatalog
from onboarding.language.model import END
from onboarding.language.parts.waits import Wait, WaitCounted, WaitDated, WaitFor, WaitLocal, WaitTime, WaitWhen


def evaluate_wait(here: StepContext, wait: Wait) -> StepResult:
    """Return whether a wait is over now, and where it leads."""
    match wait:
        case WaitFor():
            return _evaluate_wait_for(here, wait)
        case WaitWhen():
            return _evaluate_wait_when(here, wait)
        case WaitDated():
            return _evaluate_dated(here, wait)
        case WaitLocal(at=at):
            return _evaluate_time(here, wait, f"it is {at}")
        case WaitTime() | WaitCounted():
            return _evaluate_time(here, wait, f"it waited {wait.text}")


def goes_on_waiting(here: StepContext, run: Run) -> bool:
    """Return True if nothing that happened now can end or move the wait of a pass, so that it need not be walked.

    ``run`` is the pass, which need not be in front.  Where it cannot be said without walking, this is False.
    """
    step, now = here.sequence.steps.get(run.step), here.context.now
    wait = step.action if step else None
    # The time that is kept must be the one of the wait: while an event is silent, another is kept.
    if run.due_at is None or run.due_at <= now:
        return False
    if isinstance(wait, WaitTime | WaitFor):
        if run.due_at != run.entered_at + (wait.length if isinstance(wait, WaitTime) else wait.at_most):
            return False
        # Not only what happened now: what was told as history since then counts at the next look.
        return isinstance(wait, WaitTime) or not (
            here.occurred.intersection(wait.events) or is_wait_over(here.record, run, wait, now)
        )
    # The person may have moved to another zone.
    return isinstance(wait, WaitLocal | WaitCounted) and run.due_at == _find_due(here, run, wait)


def is_awaited(catalog: SequenceCatalog, record: Subscriber, context: Context) -> bool:
    """Return True if a condition holds by now that a pass waits for, is left by or is meant for, or that begins one."""
    for name, run in record.runs.items():
        sequence = catalog.sequences.get(sequence_of(name))
        step = sequence.steps.get(run.step) if sequence and run.status == "running" else None
        # A condition such as “since start” speaks of the pass in front.
        if may_still_come(catalog, name, run, context.now):
            goal = catalog.condition_goals[sequence_of(name)]
            if is_goal_reached(goal, put_in_front(record, name), run, context.now):
                return True
        if sequence is None or step is None or not (sequence.exits or isinstance(step.action, WaitWhen)):
            continue
        front = put_in_front(record, name)
        if isinstance(step.action, WaitWhen) and step.action.condition.holds(front, context.now):
            return True
        if find_exit(sequence, front, run, context.now):
            return True
    # A start whose condition held at the last look has had its moment: it must turn false before it begins again.
    return any(
        start.condition and record.starts.get(start.key) == WAITS_TO_HOLD and start.condition.holds(record, context.now)
        for sequence in catalog.begun_by_time
        for start in sequence.start.timed
    )


def describe_missed(wait: WaitFor | WaitWhen) -> str:
    """Return what did not come within the time of a wait, as half a sentence."""
    if isinstance(wait, WaitWhen):
        return f"“{wait.condition.text}” does not hold"
    return f"{'no' if wait.times == 1 else f'fewer than {wait.times}'} {wait.name}"


def _find_due(here: StepContext, run: Run, wait: Wait) -> datetime:
    """Return when the time of a wait is over."""
    context = here.context
    match wait:
        case WaitTime(length=length) | WaitFor(at_most=length) | WaitWhen(at_most=length):
            return run.entered_at + length
        case WaitDated(moment=moment):
            return moment.find(here.record, context.now) or context.now
        case WaitLocal(at=at):
            zone = zone_of_person(here.record, context.config.timezone, context.now)
            return at.next_after(run.entered_at, zone)
        case WaitCounted(wait=counted):
            zone = zone_of_person(here.record, context.config.timezone, context.now)
            return counted.end_after(run.entered_at, zone, read_workdays(context.config.holidays))


def _evaluate_time(here: StepContext, wait: Wait, reason: str) -> StepResult:
    due = _find_due(here, here.run, wait)
    if due <= here.context.now:
        return StepResult(next_step=here.step.next_step, cause=reason)
    if due == here.run.due_at:
        return StepResult(due_at=due)
    return StepResult(
        due_at=due, sentence=f"{here.step.name} waits until {describe_time(due, here.record, here.context)}."
    )


def _evaluate_dated(here: StepContext, wait: WaitDated) -> StepResult:
    step, field = here.step, wait.moment.field
    due = wait.moment.find(here.record, here.context.now)
    has_else = step.otherwise != step.next_step
    if due is None:
        # Without a date there is nothing to wait for, and what follows speaks of it.
        return StepResult(next_step=step.otherwise if has_else else END, cause=f"{field} holds no date")
    if due <= here.run.entered_at and has_else:
        return StepResult(next_step=step.otherwise, cause=f"{wait.text} was over already")
    return _evaluate_time(here, wait, f"it is {wait.text}")


def _evaluate_wait_for(here: StepContext, wait: WaitFor) -> StepResult:
    due, now, occurrences = (
        _find_due(here, here.run, wait),
        here.context.now,
        count_for_wait(here.record, here.run, wait),
    )
    # min(): before the deadline every occurrence so far counts, after it only those up to the deadline, by the time
    # at which they happened, not by the time at which they were reported.
    if is_wait_over(here.record, here.run, wait, min(due, now)):
        return StepResult(next_step=here.step.next_step, cause=f"{occurrences} {wait.name} so far")
    if due <= now:
        return StepResult(next_step=here.step.otherwise, cause=f"{describe_missed(wait)} within {wait.text}")
    # A sentence that nobody would be told is not made.
    if due == here.run.due_at and here.occurred.isdisjoint(wait.events):
        return StepResult(due_at=due)
    until = describe_time(due, here.record, here.context)
    sentence = f"{here.step.name} waits: {occurrences} of {wait.times} {wait.name} so far, at most until {until}."
    return StepResult(due_at=due, sentence=sentence)


def _evaluate_wait_when(here: StepContext, wait: WaitWhen) -> StepResult:
    step, condition, now, deadline = here.step, wait.condition, here.context.now, _find_due(here, here.run, wait)
    # min(): somebody who is looked at late is asked as of the deadline.
    if condition.holds(here.record, min(deadline, now)):
        return StepResult(next_step=step.next_step, cause=f"“{condition.text}” holds")
    if deadline <= now:
        return StepResult(next_step=step.otherwise, cause=f"“{condition.text}” did not come to hold within {wait.text}")
    # Up to there only an event can make it hold, and with every event the person is looked at anyway.
    # So a wait costs one wake, or a few where the clock speaks (“time is between 09:00 and 17:00”).
    change = condition.changes_at(here.record, now)
    due = min(change, deadline) if change else deadline
    # With each event that it asks about the time can move, and that is no news.
    if here.run.due_at:
        return StepResult(due_at=due)
    until = describe_time(deadline, here.record, here.context)
    return StepResult(due_at=due, sentence=f"{step.name} waits until “{condition.text}” holds, at most until {until}.")
