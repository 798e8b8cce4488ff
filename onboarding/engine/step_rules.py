"""Evaluates one step of a sequence for one person now: the rules of each kind of step.  Pure."""

from dataclasses import dataclass
from datetime import datetime

from domain.decision import Context, Outcome
from domain.effects import SendChat, SendMail
from domain.record import Subscriber
from domain.sequence_runs import Run
from language.durations import format_short_moment
from language.mail_times.workdays import read_workdays
from language.zones import zone_of_person
from onboarding.engine.behaviour import count_for_wait, is_wait_over
from onboarding.engine.comparisons.holdout import HELD_OUT
from onboarding.engine.do_acts import WHOLE_PERCENT, ActScope, choose_part, do_act
from onboarding.engine.mail_basis import LostBasis, MailBasis, find_missed_wait
from onboarding.engine.make_messages import make_messages
from onboarding.engine.questions.ask_question import ask_question, follow_question, refuse_question
from onboarding.engine.send_time import SendTime, find_send_time
from onboarding.engine.start_and_exit import has_consent
from onboarding.language.acts import Act
from onboarding.language.catalog import (
    If,
    MailSequence,
    Send,
    SequenceStep,
    WaitCounted,
    WaitDated,
    WaitFor,
    WaitLocal,
    WaitTime,
)
from onboarding.language.model import END


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContext:
    """A person at a step of a sequence, with everything that the step may ask for."""

    sequence: MailSequence
    record: Subscriber
    context: Context
    cause: str = ""
    """What led to this step in this pass of deciding; empty if the person was there before."""
    occurred: frozenset[str] = frozenset()
    """The events of this pass of deciding."""
    pass_name: str = ""
    """The name of the pass in the record if it is one of many (``after_order/4711``); it is in front meanwhile."""

    @property
    def run(self) -> Run:
        """The run of this person."""
        return self.record.runs[self.sequence.name]

    @property
    def step(self) -> SequenceStep:
        """The step of this run."""
        return self.sequence.steps[self.run.step]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """What follows from one step: stay until a time, or go on, with a mail or without."""

    next_step: str | None = None
    """Step to go to, END, or None to stay."""
    cause: str = ""
    """Why the run moves on, as half a sentence that can follow a colon."""
    due_at: datetime | None = None
    """When to be woken, if it stays."""
    sentence: str = ""
    """A whole sentence for the log; empty if the next step's sentence says enough."""
    mail: SendMail | SendChat | None = None
    """What goes out, if anything does: by mail, or by chat."""
    more: Outcome | None = None
    """What the step brings besides, on a record that it may have changed."""
    drafted: bool = False
    """True if a mail would go out now, and waits for approval."""
    withheld: bool = False
    """True if a mail would go out now, and the person is held out."""


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
        case WaitFor():
            return _evaluate_wait_for(here, step.action)
        case WaitTime(text=wait_text) | WaitCounted(text=wait_text):
            return _evaluate_wait(here, f"it waited {wait_text}")
        case WaitLocal(at=at):
            return _evaluate_wait(here, f"it is {at}")
        case WaitDated():
            return _evaluate_dated(here, step.action)
        case act:
            return _evaluate_act(here, act)


def step_due_at(here: StepContext) -> datetime:
    """Return when the time of a step is over, or when its mail may leave."""
    match here.step.action:
        case WaitTime(length=length) | WaitFor(at_most=length):
            return here.run.entered_at + length
        case WaitLocal(at=at):
            context = here.context
            zone = zone_of_person(here.record, context.config.timezone, context.now)
            return at.next_after(here.run.entered_at, zone)
        case WaitCounted(wait=wait):
            config = here.context.config
            zone = zone_of_person(here.record, config.timezone, here.context.now)
            return wait.end_after(here.run.entered_at, zone, read_workdays(config.holidays))
        case Send():
            return _find_send_time(here).at
        case WaitDated(moment=moment):
            return moment.find(here.record, here.context.now) or here.context.now
        case _:
            return here.context.now


def choose_template(
    sequence: MailSequence, step: str, send: Send, record: Subscriber, context: Context
) -> tuple[str, int]:
    """Return the template that a send uses for this person, and its percent; of a split always the same one."""
    for template, condition in send.cases:
        if condition is None or condition.holds(record, context.now):
            return template, WHOLE_PERCENT
    return choose_part(send.split, record.id, f"{sequence.name}/{step}", context)


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


def describe_time(at: datetime, record: Subscriber, context: Context) -> str:
    """Return a moment in words and in the person's time zone, for readers of the log."""
    return format_short_moment(at, context.now, zone_of_person(record, context.config.timezone, context.now), "en")


def _evaluate_wait(here: StepContext, reason: str) -> StepResult:
    due = step_due_at(here)
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
    return _evaluate_wait(here, f"it is {wait.text}")


def _evaluate_wait_for(here: StepContext, wait: WaitFor) -> StepResult:
    due, now, occurrences = step_due_at(here), here.context.now, count_for_wait(here.record, here.run, wait)
    # min(): before the deadline every occurrence so far counts, after it only those up to the deadline, by the time
    # at which they happened, not by the time at which they were reported.
    if is_wait_over(here.record, here.run, wait, min(due, now)):
        return StepResult(next_step=here.step.next_step, cause=f"{occurrences} {wait.name} so far")
    if due <= now:
        return StepResult(next_step=here.step.otherwise, cause=f"{_too_few(wait)} within {wait.text}")
    # A sentence that nobody would be told is not made.
    if due == here.run.due_at and here.occurred.isdisjoint(wait.events):
        return StepResult(due_at=due)
    until = describe_time(due, here.record, here.context)
    sentence = f"{here.step.name} waits: {occurrences} of {wait.times} {wait.name} so far, at most until {until}."
    return StepResult(due_at=due, sentence=sentence)


def _too_few(missed: WaitFor) -> str:
    return f"{'no' if missed.times == 1 else f'fewer than {missed.times}'} {missed.name}"


def _evaluate_act(here: StepContext, act: Act) -> StepResult:
    scope = ActScope(
        act=act, sequence=here.sequence.name, step=here.step, run=here.run, record=here.record, context=here.context
    )
    done = do_act(scope)
    # What led here leads on: a mail behind an act says why it goes.
    return StepResult(
        next_step=done.next_step, cause=here.cause or done.sentence.rstrip("."), due_at=done.due_at,
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
    made = make_messages(here.sequence, step, template, record, context)
    if send.question and isinstance(made.first, SendMail):
        asked = ask_question(step, send.question, here.sequence.name, made.first, record, context)
        until = describe_time(asked.until, record, context)
        return StepResult(
            due_at=asked.until,
            sentence=f"{template} asks{share}: {reason}. It can be answered until {until}.",
            mail=asked.mail,
            more=Outcome(record=asked.record),
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
    return f"its turn has come{f', and still {_too_few(missed)}' if missed else ''}"
