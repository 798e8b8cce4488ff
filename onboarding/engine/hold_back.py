"""Holds a mail or a way back that the house is against now: a step that is halted, an event that has gone quiet.  Pure.

“No login for three days” cannot be known while the product tells no logins.  So while an event is silent, nobody goes a
way, and gets no mail, that rests on its absence.  Whether something rests on it is tried: the step is evaluated once
more for the same person, as if the event had just happened often.  If that changes the result, it stays as it is.
Six hours after the event is heard again everybody goes on, since what was missed is often told late; spread over two
hours, so that not all mails leave at once.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from domain.decision import Context
from domain.house_values import SilentEvent
from domain.record import Subscriber
from onboarding.engine.behaviour import REMEMBERED, record_occurrence
from onboarding.engine.step_rules import StepContext, StepResult, describe_time, evaluate_step
from onboarding.language.catalog import Send, WaitFor

LOOK_AGAIN = timedelta(hours=1)
"""After that a held person is looked at again."""
LATE_REPORTS = timedelta(hours=6)
"""So long after an event is heard again late reports of it are waited for."""
SPREAD = timedelta(hours=2)
"""Who goes on after that is spread over this time."""


def hold_back(here: StepContext, result: StepResult) -> StepResult:
    """Return the result of a step, or one that stays if the house is against it."""
    if result.next_step is None and not result.mail:
        return result
    house, name = here.context.house, f"{here.sequence.name}/{here.step.name}"
    if result.mail and name in house.halted:
        since = describe_time(house.halted[name], here.record, here.context)
        return _stay(here, here.context.now + LOOK_AGAIN, f"{name} is halted since {since}")
    for event, until in _held_events(here.record, here.context):
        if _rests_on_absence(here, result, event):
            since = describe_time(house.silent[event].since, here.record, here.context)
            return _stay(here, until, f"nothing was heard of {event} since {since}")
    return result


def _stay(here: StepContext, until: datetime, why: str) -> StepResult:
    at = until + timedelta(minutes=10) * here.context.keys.stable_fraction(here.record.id, "held back")
    return StepResult(due_at=at.replace(microsecond=0), sentence=f"{here.step.name} waits: {why}.")


def _held_events(record: Subscriber, context: Context) -> Iterator[tuple[str, datetime]]:
    """Yield the events of whose absence nothing is known, and when to look again."""
    for event, silence in context.house.silent.items():
        until = _find_end(event, silence, record, context)
        if until > context.now:
            yield event, until


def _find_end(event: str, silence: SilentEvent, record: Subscriber, context: Context) -> datetime:
    if silence.heard_at is None:
        return context.now + LOOK_AGAIN
    return silence.heard_at + LATE_REPORTS + SPREAD * context.keys.stable_fraction(record.id, f"{event} heard")


def _rests_on_absence(here: StepContext, result: StepResult, event: str) -> bool:
    action = here.step.action
    if isinstance(action, WaitFor):
        # Its time is over, so what happens now would not count any more; but it may have happened before.
        return event == action.event and result.next_step == here.step.otherwise != here.step.next_step
    if isinstance(action, Send) and not result.mail:
        return False
    now, record = here.context.now, here.record
    for _ in range(REMEMBERED):
        record = record_occurrence(record, event, now, now)
    other = evaluate_step(replace(here, record=record))
    return other.next_step != result.next_step or _template_of(other) != _template_of(result)


def _template_of(result: StepResult) -> str | None:
    return getattr(result.mail, "template", "") if result.mail else None
