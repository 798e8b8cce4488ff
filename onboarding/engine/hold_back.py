"""Holds a mail or a way back that the house is against now: a step that is halted, an event that has gone quiet.  Pure.

“No login for three days” cannot be known while the product tells no logins.  So while an event is silent, nobody goes a
way, and gets no mail, that rests on its absence.  Whether something rests on it is tried: the step is evaluated once
more for the same person, as if the event had just happened often.  If that changes the result, it stays as it is.
Six hours after the event is heard again everybody goes on, since what was missed is often told late; spread over two
hours, so that not all mails leave at once.

A mail that was queued when the silence began is held right before it leaves (:func:`find_queued_hold`).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from domain.decision import Context
from domain.effects import SendMail
from domain.house_values import SilentEvent
from domain.record import Subscriber
from onboarding.engine.behaviour import REMEMBERED, record_occurrence
from onboarding.engine.passes import find_pass, put_in_front
from onboarding.engine.step_rules import evaluate_step, find_lost_basis
from onboarding.engine.steps.step_context import StepContext, StepResult, describe_time
from onboarding.language.catalog import Send, SequenceCatalog
from onboarding.language.parts.waits import WaitFor

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


def find_queued_hold(catalog: SequenceCatalog, record: Subscriber, mail: SendMail, context: Context) -> str:
    """Return why a queued mail must not leave yet, as half a sentence; empty if nothing of it rests on a silence."""
    sequence, name = catalog.sequences.get(mail.sequence), find_pass(record, mail.sequence, mail.run)
    step = sequence.steps.get(sequence.current_name(mail.step)) if sequence else None
    if sequence is None or step is None or not name:
        return ""
    front = put_in_front(record, name)
    run = front.runs[mail.sequence]
    for event, _ in _held_events(record, context):
        # What was missed happened before the mail was decided; what happens now may not count any more.
        if find_lost_basis(sequence, step, _as_if_often(front, event, mail.queued_at), run, context.now):
            return f"nothing was heard of {event}"
    return ""


def _stay(here: StepContext, until: datetime, why: str) -> StepResult:
    """Stay until a minute and second of the hour that is this person's own.

    So whoever is woken at it was held before, and it was said then: a silence of two days is no 48 sentences a person.
    """
    hour = int(LOOK_AGAIN.total_seconds())
    second = int(hour * here.context.keys.stable_fraction(here.record.id, "held back"))
    start = int(until.timestamp()) + 1
    at = datetime.fromtimestamp(start + (second - start) % hour, until.tzinfo)
    due = here.run.due_at
    is_told = due is not None and int(due.timestamp()) % hour == second
    return StepResult(due_at=at, sentence="" if is_told else f"{here.step.name} waits: {why}.")


def _as_if_often(record: Subscriber, event: str, at: datetime) -> Subscriber:
    for _ in range(REMEMBERED):
        record = record_occurrence(record, event, at, at)
    return record


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
    other = evaluate_step(replace(here, record=_as_if_often(here.record, event, here.context.now)))
    return other.next_step != result.next_step or _template_of(other) != _template_of(result)


def _template_of(result: StepResult) -> str | None:
    return getattr(result.mail, "template", "") if result.mail else None
