"""What the acts of a sequence do: marks, events, notices, draws, hooks, and taking a person off a topic.  Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from domain.consent import decisions
from domain.consent.resting import let_rest
from domain.consent.tell_withdrawal import LAPSED
from domain.decision import Context, Fact, Outcome
from domain.effects import NOTICE, CallHook, DrawVoucher, SendMail
from domain.questions.task_state import MOST_OPEN, count_open, put_task
from domain.record import Subscriber, Value
from domain.sequence_runs import Run, TeamTask
from language.cldr import LARGEST_NUMBER
from language.durations import format_short_moment
from language.zones import zone_or_default
from onboarding.engine.comparisons.holdout import HELD_OUT
from onboarding.engine.questions.team_tasks import find_due, find_given_task, follow_task, mail_task
from onboarding.engine.steps.fill_text import fill_text
from onboarding.language.acts import (
    Act,
    DrawCode,
    GiveTask,
    LetRest,
    MarkPerson,
    NotifyTeam,
    RecordEvent,
    SplitWays,
    TellHook,
    Withdraw,
)
from onboarding.language.catalog import SequenceStep

LONGEST_TASK = 500
"""Characters of what is to be done: it is kept until it is done."""
LONGEST_NOTICE = 2_000
"""Characters of a notice to the team."""
MOST_MAILS_A_DAY = 20
"""Mails to the team about one person within a day; those of flows count in."""
LONGEST_DRAW = timedelta(hours=1)
"""How long the answer of a pool is waited for."""
HOOK_HOURS = timedelta(hours=24)
"""How long a hook that cannot be reached is tried."""
WHOLE_PERCENT = 100
"""All parts of a split together."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActScope:
    """An act, and the pass of the person who came to it."""

    act: Act
    sequence: str
    step: SequenceStep
    run: Run
    record: Subscriber
    context: Context

    @property
    def effect_id(self) -> str:
        """The same however often the step is decided, and another for each visit of it."""
        visit = f"{self.run.number}/{self.run.entered_at.isoformat()}"
        return self.context.keys.send_id(self.record.id, self.sequence, visit, self.step.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActResult:
    """What an act brings, and where it leads."""

    outcome: Outcome
    sentence: str
    """For the log."""
    next_step: str | None
    """None if it waits."""
    due_at: datetime | None = None
    """When the wait is over."""
    cause: str = ""
    """Why it leads on, where the sentence does not say it."""


def do_act(here: ActScope) -> ActResult:
    """Return what an act does now."""
    match here.act:
        case DrawCode(pool=pool):
            return _draw_code(here, pool)
        case GiveTask():
            return _give_task(here, here.act)
        case SplitWays(parts=parts):
            name, percent = choose_part(parts, here.record.id, f"{here.sequence}/{here.step.name}", here.context)
            sentence = f"{here.step.name} leads to {name} ({percent}%)."
            return ActResult(outcome=Outcome(record=here.record), sentence=sentence, next_step=name)
    outcome, sentence = _do_at_once(here)
    return ActResult(outcome=outcome, sentence=sentence, next_step=here.step.next_step)


def choose_part(parts: tuple[tuple[str, int], ...], subscriber: str, place: str, context: Context) -> tuple[str, int]:
    """Return the part of a split that a person gets at a place, and its percent; always the same one."""
    # The keyed hash of person and place is a fixed number from 0 to 100; with 50/30/20, 63 falls into the second part.
    point = WHOLE_PERCENT * context.keys.stable_fraction(subscriber, place)
    for name, percent in parts[:-1]:
        if point < percent:
            return name, percent
        point -= percent
    return parts[-1]


def _do_at_once(here: ActScope) -> tuple[Outcome, str]:
    record, name = here.record, here.step.name
    match here.act:
        case MarkPerson():
            return Outcome(record=_mark_person(record, here.act)), f"{name}: {_describe_marks(here.act)}."
        case RecordEvent(event=event):
            fact = Fact(name=event, at=here.context.now)
            return Outcome(record=record, facts=(fact,)), f"{event} is recorded."
        case NotifyTeam():
            return _notify_team(here, here.act)
        case Withdraw(topic=topic):
            outcome = decisions.withdraw_consent(record, topic, here.context, how=LAPSED)
            ended = "is taken off" if outcome.facts else "was not on"
            return outcome, f"The person {ended} {topic}."
        case LetRest(topic=topic):
            sentence = f"{topic} rests until the person gives a sign."
            return Outcome(record=let_rest(record, topic, here.context.now)), sentence
        case TellHook():
            return Outcome(record=record, effects=(_tell_hook(here, here.act),)), f"The hook {here.act.hook} is told."
        case _:
            return Outcome(record=record), ""


def _give_task(here: ActScope, act: GiveTask) -> ActResult:
    """Give the team a task, or wait for the outcome of the one it has."""
    name, record, context = here.step.name, here.record, here.context
    if task := find_given_task(record, here.sequence, here.step, here.run):
        way = follow_task(here.step, act.question, task, here.run, context.now)
        return ActResult(
            outcome=Outcome(record=record), sentence=way.sentence, cause=way.cause, next_step=way.next_step,
            due_at=way.due_at,
        )  # fmt: skip
    box = context.config.team.get(act.team)
    if refusal := _refuse_task(here, act):
        # As with a question that is not asked: “else” is for tasks that the team had and did not do.
        sentence = f"{name} is not given: {refusal}."
        return ActResult(outcome=Outcome(record=record), sentence=sentence, next_step=here.step.next_step)
    language = (box.language if box else "") or context.config.default_language
    task = TeamTask(
        id=here.effect_id, sequence=here.sequence, run=here.run.number, step=name, team=act.team, at=context.now,
        due_at=find_due(act.due, context), labels=tuple(act.question.choices) if act.question else (),
        text=fill_text(act.notice, record, language, context)[:LONGEST_TASK],
    )  # fmt: skip
    # In the same moment: a task without outcomes goes on at once, one with them waits.
    way = follow_task(here.step, act.question, task, here.run, context.now)
    zone = zone_or_default("", context.config.timezone)
    sentence = f"{name} is a task for {act.team}, due {format_short_moment(task.due_at, context.now, zone, 'en')}."
    mail = mail_task(task, task.id, language, context.now)
    outcome = Outcome(record=put_task(record, task), effects=(mail,))
    return ActResult(outcome=outcome, sentence=sentence, next_step=way.next_step, due_at=way.due_at)


def _refuse_task(here: ActScope, act: GiveTask) -> str:
    """Return why a task is not given, as half a sentence; empty if it is."""
    # A call would help as a mail does, and the comparison would measure less than the sequence does.
    if here.run.withheld is not None:
        return HELD_OUT
    if act.team not in here.context.config.team:
        return f"{act.team} is no mailbox of the team any more"
    return f"{MOST_OPEN} tasks about this person are open" if count_open(here.record) >= MOST_OPEN else ""


def _draw_code(here: ActScope, pool: str) -> ActResult:
    outcome, run, now = Outcome(record=here.record), here.run, here.context.now
    if pool in here.record.codes:
        return ActResult(outcome=outcome, sentence=f"The person has a code of {pool}.", next_step=here.step.next_step)
    if run.due_at is None:  # just come here
        due, effect = now + LONGEST_DRAW, DrawVoucher(id=here.effect_id, pool=pool)
        return ActResult(
            outcome=outcome.with_more(effect), sentence=f"A code of {pool} is drawn.", next_step=None, due_at=due
        )
    if run.due_at <= now:
        sentence = f"The pool {pool} has no code left."
        return ActResult(outcome=outcome, sentence=sentence, next_step=here.step.otherwise)
    return ActResult(outcome=outcome, sentence="", next_step=None, due_at=run.due_at)


def _mark_person(record: Subscriber, marks: MarkPerson) -> Subscriber:
    # Each tag once, the older first; a tag that is added and removed at once is removed.
    tags = [tag for tag in dict.fromkeys((*record.tags, *marks.tags)) if tag not in marks.removed_tags]
    fields: dict[str, Value] = {**record.fields, **marks.fields}
    for name, reckoned in marks.sums.items():
        result = reckoned.work_out(fields.get)
        if result is None:
            fields.pop(name, None)  # nothing is better than a wrong number
        else:
            fields[name] = result
    for name, points in marks.points.items():
        old = fields.get(name)
        score = points + (old if isinstance(old, int | float) else 0)
        fields[name] = max(-LARGEST_NUMBER, min(score, LARGEST_NUMBER))
    return replace(record, tags=tuple(tags), fields=fields)


def _describe_marks(marks: MarkPerson) -> str:
    """Return which marks change, without any value: it may be personal."""
    said = [f"{word} {', '.join(names)}" for word, names in _list_marks(marks).items() if names]
    return "; ".join(said)


def _list_marks(marks: MarkPerson) -> Mapping[str, list[str]]:
    return {
        "tagged": list(marks.tags),
        "untagged": sorted(marks.removed_tags),
        "set": [*marks.fields, *marks.sums],
        "scored": [f"{name} {points:+}" for name, points in marks.points.items()],
    }


def _notify_team(here: ActScope, act: NotifyTeam) -> tuple[Outcome, str]:
    box, now = here.context.config.team.get(act.team), here.context.now
    recent = tuple(at for at in here.record.flow_mails if now - at < DAY)
    if box is None:
        return Outcome(record=here.record), f"Nobody is told: {act.team} is no mailbox of the team any more."
    if len(recent) >= MOST_MAILS_A_DAY:
        sentence = f"The team ({act.team}) is not told: {MOST_MAILS_A_DAY} mails went about this person within a day."
        return Outcome(record=here.record), sentence
    language = box.language or here.context.config.default_language
    # No template and no address: the notice is all it says, and the mailbox is declared.
    mail = SendMail(
        id=here.effect_id, template="", address="", lane="transactional", language=language, queued_at=now,
        team=act.team, sequence=here.sequence, run=here.run.number, step=here.step.name,
        variables={NOTICE: fill_text(act.notice, here.record, language, here.context)[:LONGEST_NOTICE]},
    )  # fmt: skip
    record = replace(here.record, flow_mails=(*recent, now))
    return Outcome(record=record, effects=(mail,)), f"The team ({act.team}) is told by mail."


def _tell_hook(here: ActScope, act: TellHook) -> CallHook:
    declared, now = here.context.config.fields, here.context.now
    # A field that was never given is not told, and neither is one that is no longer declared.
    told = {name: here.record.fields[name] for name in act.told if name in here.record.fields and name in declared}
    return CallHook(
        id=here.effect_id, hook=act.hook, flow="", step=here.step.name, at=now, until=now + HOOK_HOURS, fields=told,
        sequence=here.sequence, kind="step",
    )  # fmt: skip
