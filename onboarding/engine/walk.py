"""Walks a run through its steps until one has to wait.  Pure."""

from datetime import timedelta

from msgspec.structs import replace

from domain.decision import Context, Outcome
from onboarding.engine.run_changes import end_run, make_reason, with_run
from onboarding.engine.step_rules import StepContext, StepResult, evaluate_step, note_mail
from onboarding.language.catalog import MailSequence, WaitFor, takes_time
from onboarding.language.model import END

HOLD = timedelta(hours=1)
"""Wait of a run that goes round in a circle of steps without a wait."""


def _start_cause(sequence: MailSequence) -> str:
    return f"{sequence.start.event} happened" if sequence.start.event else f"{sequence.topic} was confirmed"


def walk_steps(outcome: Outcome, sequence: MailSequence, occurred: frozenset[str], context: Context) -> Outcome:
    """Evaluate one step after the other until one has to wait."""
    starts_now = outcome.record.runs[sequence.name].started_at == context.now
    here = StepContext(
        sequence=sequence,
        record=outcome.record,
        context=context,
        cause=_start_cause(sequence) if starts_now else "",
    )
    passed: set[str] = set()  # steps of this call: time stands still, so coming back to one would never end
    while True:
        name = here.run.step
        going_round = StepResult(
            due_at=context.now + HOLD, sentence=f"{name} goes round without a wait; it goes on in an hour."
        )
        took_time = takes_time(here.step) and here.run.entered_at < context.now
        result = going_round if name in passed else evaluate_step(here)
        # A wait that took its time makes a new lap, however short the wait is.
        passed = set() if took_time else passed | {name}
        outcome = outcome.followed_by(_apply_step_result(here, result, occurred))
        if result.next_step is None:
            return outcome
        if result.next_step == END:
            return outcome.followed_by(end_run(outcome.record, sequence.name, "finished", result.cause, context))
        here = StepContext(sequence=sequence, record=outcome.record, context=context, cause=result.cause)


def _apply_step_result(here: StepContext, result: StepResult, occurred: frozenset[str]) -> Outcome:
    """Return the outcome of one step: the changed run, its mail, and the sentence if it is news."""
    run, action, name = here.run, here.step.action, here.sequence.name
    is_awaited = isinstance(action, WaitFor) and action.event in occurred
    # A wait repeats its sentence with every event of the person.  It is news only when the run moves on, when the
    # time it waits for has changed, or when the event it waits for has come.
    is_news = result.sentence and (result.next_step is not None or run.due_at != result.due_at or is_awaited)
    if result.mail:
        run = replace(run, sent=(*run.sent, run.step))
    if result.next_step is None:
        run = replace(run, due_at=result.due_at)
    elif result.next_step != END:
        run = replace(run, step=result.next_step, entered_at=here.context.now, due_at=None)
    record = note_mail(here.record, here.context.now) if result.mail else here.record
    return Outcome(
        record=with_run(record, name, run),
        effects=(result.mail,) if result.mail else (),
        reasons=(make_reason(name, result.sentence, here.run.step),) if is_news else (),
    )
