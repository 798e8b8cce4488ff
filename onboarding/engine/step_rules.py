"""What one step of a sequence wants of one person now: stay, move on, or send.  The rules of each kind of step."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.decision import Context
from domain.effects import SendMail
from domain.record import Run, Subscriber
from language.durations import say_when, zone_of
from onboarding.engine.behaviour import count, happened_by
from onboarding.engine.quiet_hours import allowed_from
from onboarding.language.catalog import If, Premise, Send, Sequence, Step, WaitFor, WaitLocal, WaitTime

NEXT_DAY = timedelta(days=1)
"""How long the second mail of a pass waits whose turn comes with the first."""
WHOLE = 100
"""Percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Who stands where."""

    sequence: Sequence
    record: Subscriber
    context: Context
    because: str = ""
    """What led to this step in this pass of deciding; empty if the person stood there before."""

    @property
    def run(self) -> Run:
        """The run of this person."""
        return self.record.runs[self.sequence.name]

    @property
    def step(self) -> Step:
        """The step it stands at."""
        return self.sequence.steps[self.run.step]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a step wants."""

    to: str | None = None
    """Step to go to, END, or None to stay."""
    because: str = ""
    """Why it moves on, as half a sentence that can follow a colon."""
    due: datetime | None = None
    """When to be woken, if it stays."""
    says: str = ""
    """A whole sentence for the log; empty if what follows says enough."""
    mail: SendMail | None = None


def judge(place: Place) -> Move:
    """Return what the step wants now."""
    step = place.step
    match step.action:
        case Send():
            return _send(place, step.action)
        case If(condition=condition):
            holds = condition.holds(place.record, place.context.now)
            text = f"“{condition.text}” {'holds' if holds else 'does not hold'}"
            return Move(to=step.go if holds else step.otherwise, because=text)
        case WaitFor():
            return _wait_for(place, step.action)
        case WaitTime(said=said):
            return _wait(place, f"it waited {said}")
        case WaitLocal(at=at):
            return _wait(place, f"it is {at}")


def due_at(place: Place) -> datetime:
    """Return when the time of a step is over, or when its mail may leave."""
    match place.step.action:
        case WaitTime(length=length) | WaitFor(at_most=length):
            return place.run.entered_at + length
        case WaitLocal(at=at):
            return at.next_after(
                place.run.entered_at, zone_of(place.record.profile.timezone, place.context.config.timezone)
            )
        case Send():
            return _allowed(place)
        case If():
            return place.context.now


def chosen(sequence: Sequence, step: str, send: Send, record: Subscriber, context: Context) -> tuple[str, int]:
    """Return the template that a send takes for this person, and its percent; always the same one."""
    part = WHOLE * context.keys.fraction(record.id, f"{sequence.name}/{step}")
    for template, percent in send.split[:-1]:
        if part < percent:
            return template, percent
        part -= percent
    return send.split[-1]


def broken(record: Subscriber, step: Step) -> Premise | None:
    """Return the premise of a mail that no longer holds: what had not happened has happened meanwhile."""
    premise = step.premise
    return premise if premise and count(record, premise.event) >= premise.times else None


def when(at: datetime, record: Subscriber, context: Context) -> str:
    """Say a moment in the person's time, for people who read the log."""
    return say_when(at, context.now, zone_of(record.profile.timezone, context.config.timezone), "en")


def _allowed(place: Place) -> datetime:
    """Return when a mail may leave: the first of a pass at once, no second one in the same moment."""
    run, context = place.run, place.context
    now = context.now
    if now == run.started_at:
        if not run.sent:
            return now
        now += NEXT_DAY
    zone = zone_of(place.record.profile.timezone, context.config.timezone)
    label = f"{place.sequence.name}/{run.step}/{run.number}/morning"
    return allowed_from(now, zone, context.config.limits, context.keys.fraction(place.record.id, label))


def _wait(place: Place, over: str) -> Move:
    due = due_at(place)
    if due <= place.context.now:
        return Move(to=place.step.go, because=over)
    return Move(due=due, says=f"{place.step.name} waits until {when(due, place.record, place.context)}.")


def _wait_for(place: Place, wait: WaitFor) -> Move:
    due, now, known = due_at(place), place.context.now, count(place.record, wait.event)
    if happened_by(place.record, wait.event, wait.times, min(due, now)):
        return Move(to=place.step.go, because=f"{known} {wait.event} so far")
    if due <= now:
        return Move(to=place.step.otherwise, because=f"{_too_few(wait)} within {wait.said}")
    until = when(due, place.record, place.context)
    says = f"{place.step.name} waits: {known} of {wait.times} {wait.event} so far, at most until {until}."
    return Move(due=due, says=says)


def _too_few(missed: WaitFor | Premise) -> str:
    return f"{'no' if missed.times == 1 else f'fewer than {missed.times}'} {missed.event}"


def _send(place: Place, send: Send) -> Move:
    step, record, context = place.step, place.record, place.context
    template, percent = chosen(place.sequence, step.name, send, record, context)
    if step.name in place.run.sent:
        return Move(to=step.go, because=place.because, says=f"{template} goes out once in a pass, and it did.")
    if premise := broken(record, step):
        why = f"{premise.event} happened meanwhile"
        return Move(to=step.go, because=why, says=f"{template} is not sent: {why}.")
    due, why = _allowed(place), _why(place)
    if due > context.now:
        return Move(due=due, says=f"{template} goes out {when(due, record, context)}, after the quiet hours: {why}.")
    share = f" ({percent}% of {step.name})" if percent < WHOLE else ""
    mail = _mail(place, template)
    return Move(to=step.go, because=f"{template} went out", says=f"{template} goes out{share}: {why}.", mail=mail)


def _why(place: Place) -> str:
    if place.because:
        return place.because
    premise = place.step.premise
    return f"the quiet hours are over{f', and still {_too_few(premise)}' if premise else ''}"


def _mail(place: Place, template: str) -> SendMail:
    record, run, context = place.record, place.run, place.context
    counters = {one.counter: count(record, name) for name, one in context.config.events.items() if one.counter}
    return SendMail(
        id=context.keys.send_id(record.id, place.sequence.name, str(run.number), run.step),
        template=template,
        address=run.address,
        lane="marketing",
        language=record.language or context.config.language,
        queued_at=context.now,
        topic=place.sequence.topic,
        sequence=place.sequence.name,
        run=run.number,
        step=run.step,
        variables=dict(counters),
    )
