"""Evaluates one step of a sequence for one person now: the rules of each kind of step.  Pure."""

from datetime import datetime

from domain.decision import Context, Outcome
from domain.record import Subscriber
from domain.sequence_runs import Run
from onboarding.engine.comparisons.holdout import HELD_OUT
from onboarding.engine.comparisons.winners import find_shares
from onboarding.engine.do_acts import WHOLE_PERCENT, ActScope, choose_part, do_act
from onboarding.engine.mail_basis import LostBasis, MailBasis, find_missed_wait
from onboarding.engine.make_messages import make_messages
from onboarding.engine.questions.ask_question import ask_question, follow_question, refuse_question
from onboarding.engine.send_time import SendTime, find_send_time
from onboarding.engine.start_and_exit import has_consent
from onboarding.engine.steps.step_context import StepContext, StepResult, describe_time
from onboarding.engine.wait_rules import describe_missed, evaluate_wait
from onboarding.language.acts import Act
from onboarding.language.catalog import If, MailSequence, Send, SequenceStep
from onboarding.language.parts.waits import WaitCounted, WaitDated, WaitFor, WaitLocal, WaitTime, WaitWhen


def evaluate_step(here: StepContext) -> StepResult:
    """Return what follows from the step now."""
    step = here.step
    match step.action:
        case Send():
            way = follow_question(step, step.action, here.run, here.context.now)
            if way is None:
                return _evaluate_send(here, step.action)
            return StepResult(next_step=way.next_step, cause=way.cause, due_at=way.due_at)
        case If(condition=condition):
            holds = condition.holds(here.record, here.context.now)
            text = f"“{condition.text}” {'holds' if holds else 'does not hold'}"
            return StepResult(next_step=step.next_step if holds else step.otherwise, cause=text)
        case WaitTime() | WaitLocal() | WaitCounted() | WaitDated() | WaitFor() | WaitWhen():
            return evaluate_wait(here, step.action)
        case act:
            return _evaluate_act(here, act)


def choose_template(
    sequence: MailSequence, step: str, send: Send, record: Subscriber, context: Context
) -> tuple[str, int]:
    """Return the template that a send uses in the pass in front, and its percent; of a split always the same one."""
    for template, condition in send.cases:
        if condition is None or condition.holds(record, context.now):
            return template, WHOLE_PERCENT
    place, run = f"{sequence.name}/{step}", record.runs.get(sequence.name)
    # Not the moment of the mail but of the start: else a choice made meanwhile would change the part of a pass.
    shares = find_shares(send, place, run.started_at, context.house) if run else send.split
    return choose_part(shares, record.id, place, context)


def find_lost_basis(
    sequence: MailSequence, step: SequenceStep, record: Subscriber, run: Run, now: datetime
) -> LostBasis | None:
    """Return why the mail of a step makes no sense any more; None if what it rests on still stands."""
    return MailBasis(sequence=sequence, record=record, run=run, now=now).find_lost(step)


def _find_send_time(here: StepContext) -> SendTime:
    # An order is confirmed at any hour, and beside any newsletter.
    if not here.sequence.sends_marketing(here.step):
        return SendTime(at=here.context.now)
    return find_send_time(here.sequence, here.run, here.record, here.context)


def _evaluate_act(here: StepContext, act: Act) -> StepResult:
    scope = ActScope(
        act=act, sequence=here.sequence.name, step=here.step, run=here.run, record=here.record, context=here.context
    )
    done = do_act(scope)
    # What led here leads on: a mail behind an act says why it goes.
    return StepResult(
        next_step=done.next_step, cause=here.cause or done.cause or done.sentence.rstrip("."), due_at=done.due_at,
        sentence=done.sentence, more=done.outcome,
    )  # fmt: skip


def _evaluate_send(here: StepContext, send: Send) -> StepResult:
    step, record, context = here.step, here.record, here.context
    template, percent = choose_template(here.sequence, step.name, send, record, context)
    # A loop may come back here.  The mail would have the same id again, and an id is sent only once.
    if step.name in (*here.run.sent, *(here.run.withheld or ()), *here.run.drafts):
        return StepResult(
            next_step=step.next_step, cause=here.cause, sentence=f"{template} goes out once in a pass, and it did."
        )
    # Asked here as well: another pass may have taken the person off in this very moment.
    needed = send.topic or here.sequence.topic
    if here.sequence.sends_marketing(here.step) and not has_consent(record, needed):
        missing = f"{needed} is not confirmed"
        return StepResult(next_step=step.next_step, cause=missing, sentence=f"{template} is not sent: {missing}.")
    if lost := find_lost_basis(here.sequence, step, record, here.run, context.now):
        sentence = f"{template} is not sent: {lost.sentence}."
        return StepResult(next_step=lost.back_to or step.next_step, cause=lost.sentence, sentence=sentence)
    when, reason = _find_send_time(here), _send_reason(here)
    if missed := refuse_question(send, record, context) or when.missed:
        return StepResult(next_step=step.next_step, cause=missed, sentence=f"{template} is not sent: {missed}.")
    if when.at > context.now:
        # What was said already is not said again with every event of the person.
        if when.at == here.run.due_at:
            return StepResult(due_at=when.at)
        return StepResult(
            due_at=when.at,
            sentence=f"{template} goes out {describe_time(when.at, record, context)}, {when.put_off_by}: {reason}.",
        )
    if held := _hold_back(here, send, template, reason):
        return held
    return _send_now(here, send, (template, percent), reason)


def _send_now(here: StepContext, send: Send, chosen: tuple[str, int], reason: str) -> StepResult:
    """Return the step with its mail, which a question waits behind; ``chosen`` is the template and its percent."""
    step, record, context = here.step, here.record, here.context
    template, percent = chosen
    share = f" ({percent}% of {step.name})" if percent < WHOLE_PERCENT else ""
    language = record.language or context.config.default_language
    choices = send.question.labels_in(language) if send.question else ()
    made = make_messages(here.sequence, step, template, record, context, choices=choices)
    if send.question:
        asking = made.more.record if made.more else record
        asked = ask_question(step, send.question, here.sequence.name, made.mail_id, asking, context)
        until = describe_time(asked.until, record, context)
        return StepResult(
            due_at=asked.until,
            sentence=f"{template} asks{share}{made.by}: {reason}. It can be answered until {until}.",
            mail=made.first,
            more=Outcome(record=asked.record, effects=made.more.effects if made.more else ()),
        )
    return StepResult(
        next_step=step.next_step,
        cause=f"{template} went out",
        sentence=f"{template} goes out{share}{made.by}: {reason}.",
        mail=made.first,
        more=made.more,
    )


def _hold_back(here: StepContext, send: Send, template: str, reason: str) -> StepResult | None:
    """Return what follows for somebody who is held out, or in a draft; None if the mail goes."""
    if here.run.withheld is not None and not send.anyway and here.sequence.sends_marketing(here.step):
        sentence = f"{template} is not sent: {HELD_OUT}."
        return StepResult(next_step=here.step.next_step, cause=HELD_OUT, sentence=sentence, withheld=True)
    if here.sequence.draft:
        sentence, cause = f"{template} waits for approval: {reason}.", f"{template} is a draft"
        return StepResult(next_step=here.step.next_step, cause=cause, sentence=sentence, drafted=True)
    return None


def _send_reason(here: StepContext) -> str:
    # Without a cause the run has waited at this very step: for the morning, or for the mail before it to be past.
    if here.cause:
        return here.cause
    missed = find_missed_wait(here.sequence, here.step)
    return f"its turn has come{f', and still {describe_missed(missed)}' if missed else ''}"
