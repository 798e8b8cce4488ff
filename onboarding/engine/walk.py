"""Walks the runs of a person through their steps until each has to wait.  Pure.

All passes of a person are decided together, in two moves.  First each goes as far as it can without sending, and says
whether it wants to send.  Then they may send in the order of their priority: the first goes, and those after it find
the room that it leaves.  So no two mails come in one moment, and the more important one goes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from msgspec import structs

from domain.decision import Context, Outcome
from domain.deeds import second_of
from domain.record import Subscriber
from domain.sequence_runs import Run
from onboarding.engine.hold_back import hold_back
from onboarding.engine.mail_hours.mail_room import note_mail
from onboarding.engine.passes import put_back, put_in_front
from onboarding.engine.run_changes import end_run, make_reason, with_run
from onboarding.engine.step_rules import evaluate_step
from onboarding.engine.steps.step_context import StepContext, StepResult
from onboarding.language.catalog import MailSequence
from onboarding.language.model import END
from onboarding.language.parts.waits import WaitFor
from onboarding.language.ways import takes_time

HOLD = timedelta(hours=1)
"""Wait of a run that goes round in a circle of steps without a wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How far a run went."""

    outcome: Outcome
    wish: StepContext | None = None
    """Where it stopped with a mail that could go now; None if it did not, or was allowed to send."""


def walk_together(runs: Iterable[StepContext], outcome: Outcome, occurred: frozenset[str]) -> Outcome:
    """Walk all runs of a person: first without mails, then those that want to send, by priority."""
    wishes: list[StepContext] = []
    for here in runs:
        walk = _walk_in_front(replace(here, occurred=occurred), outcome.record, may_send=False)
        outcome = outcome.followed_by(walk.outcome)
        if walk.wish:
            wishes.append(walk.wish)
    for wish in sorted(wishes, key=_place_in_line):
        outcome = outcome.followed_by(_walk_in_front(wish, outcome.record, may_send=True).outcome)
    return outcome


def _walk_in_front(here: StepContext, record: Subscriber, *, may_send: bool) -> Walk:
    if not here.pass_name:
        return walk_steps(replace(here, record=record), may_send=may_send)
    walk = walk_steps(replace(here, record=put_in_front(record, here.pass_name)), may_send=may_send)
    return replace(walk, outcome=put_back(walk.outcome, here.pass_name))


def _place_in_line(wish: StepContext) -> tuple[int, datetime, str]:
    # Of equal priority, whoever has waited longest goes first; the name only makes the order certain.
    return wish.sequence.priority, wish.run.entered_at, wish.sequence.name


def walk_steps(here: StepContext, *, may_send: bool) -> Walk:
    """Evaluate one step after the other until one has to wait, or wants to send and may not yet."""
    context, outcome = here.context, Outcome(record=here.record)
    passed: set[str] = set()  # steps of this call: time stands still, so coming back to one would never end
    while True:
        name = here.run.step
        going_round = StepResult(
            due_at=context.now + HOLD, sentence=f"{name} goes round without a wait; it goes on in an hour."
        )
        took_time = takes_time(here.step) and here.run.entered_at < context.now
        result = going_round if name in passed else evaluate_step(here)
        if context.house.hold_something:
            result = hold_back(here, result)
        if result.mail and not may_send:
            return Walk(outcome=outcome, wish=here)
        # A wait that took its time makes a new lap, however short the wait is.
        passed = set() if took_time else passed | {name}
        outcome = outcome.followed_by(_apply_step_result(here, result))
        if result.next_step is None:
            return Walk(outcome=outcome)
        if here.sequence.take_way(name, result.next_step) == END:
            return Walk(
                outcome=outcome.followed_by(
                    end_run(outcome.record, here.sequence.name, "finished", result.cause, context)
                )
            )
        here = replace(here, record=outcome.record, cause=result.cause)


def describe_start(sequence: MailSequence, run: Run, context: Context) -> str:
    """Return what a pass that begins now begins with, as half a sentence; empty if it began before."""
    if run.started_at != context.now:
        return ""
    if sequence.start.timed:
        # Which of several starts it was stands in the sentence before.
        return "it has just begun"
    return f"{sequence.start.event} happened" if sequence.start.event else f"{sequence.topic} was confirmed"


def _apply_step_result(here: StepContext, result: StepResult) -> Outcome:
    """Return the outcome of one step: the changed run, its mail, and the sentence if it is news."""
    name, action, more = here.sequence.name, here.step.action, result.more
    record = more.record if more else here.record
    run = record.runs[name]
    is_awaited = isinstance(action, WaitFor) and not here.occurred.isdisjoint(action.events)
    # A wait repeats its sentence with every event of the person.  It is news only when the run moves on, when the
    # time it waits for has changed, or when the event it waits for has come.
    is_news = result.sentence and (result.next_step is not None or run.due_at != result.due_at or is_awaited)
    if result.mail:
        run = structs.replace(run, sent=(*run.sent, run.step))
    if result.withheld:
        run = structs.replace(run, withheld=(*(run.withheld or ()), run.step))
    if result.drafted:
        run = structs.replace(run, drafts={**run.drafts, run.step: second_of(here.context.now)})
    if result.next_step is None:
        run = structs.replace(run, due_at=result.due_at)
    elif result.next_step != END:
        run = structs.replace(run, step=result.next_step, entered_at=here.context.now, due_at=None)
    if result.mail and here.sequence.sends_marketing(here.step):
        record = note_mail(record, here.context.now)
    return Outcome(
        record=with_run(record, name, run),
        effects=((result.mail,) if result.mail else ()) + (more.effects if more else ()),
        facts=more.facts if more else (),
        reasons=(more.reasons if more else ()) + (make_reason(name, result.sentence, here.run.step),)
        if is_news
        else (),
    )
