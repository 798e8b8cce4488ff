"""Follows one person's pass through a sequence, from the record, the history and the send ledger.  Pure.

The history has a sentence for each mail and for each wait that lasts.  Steps that take no time have none: a condition,
and a wait for what has happened already.  So between two steps that are told, the shortest way through such silent
steps is filled in; it is the only way, unless conditions lead to one step on two ways that are equally short.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

from domain.decision import Context, Reason
from domain.deeds import moment_of
from domain.ports import SendLine
from domain.record import Subscriber
from domain.sequence_runs import Run, TeamTask
from onboarding.engine.behaviour import list_in_pass
from onboarding.engine.comparisons.holdout import find_exposure, is_held_out
from onboarding.engine.comparisons.winners import find_compared
from onboarding.engine.drafts import NOT_APPROVED, list_drafts, list_expired
from onboarding.engine.passes import name_pass
from onboarding.engine.step_rules import choose_template
from onboarding.language.catalog import If, MailSequence, Send, SequenceStep
from onboarding.language.model import END
from onboarding.language.parts.goals import Goal
from onboarding.language.parts.waits import AWAITING
from onboarding.language.ways import next_steps
from service.engine.build_commit import COMPLAINT, HistoryLine

HAPPENED, RAN_OUT, WENT_ON = "happened", "ran out", "went on"
"""How a wait for an event came to its end; the last where both ways lead to the same step."""
UNDER_WAY = frozenset({"queued", "attempting"})
HARM = timedelta(days=7)
"""Whoever unsubscribes within this time after a mail is counted against it."""
NOT_DELIVERED = "could not be delivered"
REFUSED = "MailRefused"
"""Label of the event that tells of a complaint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonData:
    """Everything stored that the report reads of one person in the sequence."""

    record: Subscriber
    """With the pass that is followed in front."""
    history: Sequence[HistoryLine]
    sends: Sequence[SendLine]
    is_mixed: bool = False
    """True if another pass through the sequence ran meanwhile: then only sentences with the name of the pass count."""
    until: datetime | None = None
    """When the next pass began; None if none did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedMail:
    """One mail of the pass."""

    template: str
    at: datetime
    status: str
    """Status of the send ledger."""
    note: str
    """Why it was refused."""
    changed: bool
    """True if another template is theirs by now: the split was changed since."""
    compared: bool = True
    """False if the pass is not one of those by which the parts are compared."""
    complained: bool = False
    """True if the reader reported it as spam."""


@dataclass(slots=True, kw_only=True)
class FollowedPass:
    """What became of one person in one pass."""

    run: Run
    reached: set[str] = field(default_factory=set)
    """Steps."""
    mails: dict[str, DecidedMail] = field(default_factory=dict)
    """By step."""
    drafts: tuple[str, ...] = ()
    """Steps whose mail waits for approval."""
    skipped: dict[str, str] = field(default_factory=dict)
    """Step → why its mail was not sent."""
    waited: dict[str, str] = field(default_factory=dict)
    """Wait for an event or a condition → how it ended, if it did."""
    finished: bool = False
    """True if they came to the end, also if the goal was reached later."""
    left_because: str = ""
    tasks: tuple[TeamTask, ...] = ()
    """Tasks of the team about the person, of any pass."""
    stopped_after: str = ""
    """Step of the mail after which the person unsubscribed, within :data:`HARM`; empty if they did not."""
    exposed: bool = False
    """True if a mail went, or would have gone if they were not held out."""
    holdout_changed: bool = False
    """True if the share that is held out was another when they began."""
    goal_at: datetime | None = None
    """When the goal was reached within its time; None if it was not."""
    won_at: dict[str, datetime | None] = field(default_factory=dict)
    """By step of a split that is compared by something else than the goal: when that was reached in time."""

    @property
    def is_held_out(self) -> bool:
        """Whether they are walked through but not mailed."""
        return self.run.withheld is not None


def follow_pass(sequence: MailSequence, person: PersonData, context: Context) -> FollowedPass:
    """Return what became of a person in the pass through the sequence that is in front."""
    run = person.record.runs[sequence.name]
    goal_at = _find_goal(sequence.goal, person.record, run)
    followed = FollowedPass(run=run, goal_at=goal_at, finished=run.status == "finished", tasks=person.record.tasks)
    trail = [sequence.first]
    for reason in _list_sentences(sequence, person, run):
        trail.append(sequence.current_name(reason.step))
        _note_sentence(followed, trail[-1], sequence, reason.text)
    trail += [sequence.current_name(run.step), *((END,) if followed.finished else ())]
    _note_ways(followed, sequence, [name for name in trail if name in sequence.steps or name == END])
    _note_mails(followed, sequence, person, context)
    followed.drafts = tuple(sequence.current_name(step) for step, _ in list_drafts(run, context.now))
    expired = [sequence.current_name(step) for step in list_expired(run, context.now)]
    followed.skipped |= dict.fromkeys(expired, NOT_APPROVED)
    followed.reached.update((*followed.drafts, *expired))
    followed.exposed = find_exposure(sequence, run) != ""
    followed.holdout_changed = is_held_out(sequence, person.record.id, context) != followed.is_held_out
    followed.stopped_after = _find_harm(followed, person.record, sequence.topic)
    return followed


def _list_sentences(sequence: MailSequence, person: PersonData, run: Run) -> Iterator[Reason]:
    """Yield what was said of the pass; of several at once, what names the sequence alone may speak of another."""
    name = name_pass(sequence, run.key)
    for line in person.history:
        if line.at < run.started_at:
            continue
        # An older Doorstep told of all passes under the name of the sequence.
        is_unnamed = not person.is_mixed and (person.until is None or line.at < person.until)
        for reason in line.reasons:
            if reason.room == "onboarding" and (
                (run.key and reason.about == name) or (is_unnamed and reason.about == sequence.name)
            ):
                yield reason


def find_compared_goal(sequence: MailSequence, step: str) -> Goal | None:
    """Return what the parts of a split are compared by: its ``winner``, else the goal of the sequence."""
    action = sequence.steps[step].action if step in sequence.steps else None
    winner = action.winner if isinstance(action, Send) else None
    if winner is None or (sequence.goal is None and not winner.event):
        return sequence.goal
    if not winner.event and sequence.goal:
        return replace(sequence.goal, within=winner.within)
    return Goal(event=winner.event, within=winner.within)


def _find_goal(goal: Goal | None, record: Subscriber, run: Run) -> datetime | None:
    """Return when the goal was first reached in its time, also by somebody who has left the sequence."""
    if goal is None:
        return None
    behaviour, until = record.behaviour.get(goal.event), run.started_at + goal.within
    if goal.condition:
        # What was seen to hold is kept by the run: while it runs, by its end.
        seen = moment_of(run.reached_at) if run.reached_at else run.ended_at if run.status == "goal" else None
        return seen if seen and seen <= until else None
    known = (behaviour.first, *behaviour.recent) if behaviour else ()
    if run.key:  # of several orders, only what concerns this one
        known = tuple(map(moment_of, list_in_pass(record, run, goal.event)))
    # Occurrences are known to the second.
    in_time = [at for at in known if run.started_at.replace(microsecond=0) <= at <= until]
    # Of an event that happened very often, the one that counted may be forgotten; the run remembers that there was one.
    return min(in_time, default=min(run.ended_at or until, until) if run.status == "goal" else None)


def _note_sentence(followed: FollowedPass, step: str, sequence: MailSequence, text: str) -> None:
    """Take from a sentence of deciding why a mail was not sent, why the person left, or that they came to the end."""
    before, found, because = text.removesuffix(".").partition(" is not sent: ")
    if found and " " not in before:
        followed.skipped[step] = because
    before, found, because = text.removesuffix(".").partition(" is left: ")
    if found and before == sequence.name:
        followed.left_because = because
    followed.finished |= text.startswith(f"{sequence.name} is finished: ")


def _note_ways(followed: FollowedPass, sequence: MailSequence, trail: list[str]) -> None:
    for name, later in pairwise(trail):
        way = (name,) if name == later else (name, *find_silent_way(sequence, name, later), later)
        followed.reached.update(way)
        for step, following in pairwise(way):
            if isinstance(sequence.steps[step].action, AWAITING):
                followed.waited[step] = _name_ending(sequence.steps[step], following)
    followed.reached.discard(END)
    # Who came back to a wait, and stands there, has not ended it.
    if followed.run.status == "running":
        followed.waited.pop(trail[-1], None)


def _name_ending(step: SequenceStep, following: str) -> str:
    if step.next_step == step.otherwise:
        return WENT_ON
    return RAN_OUT if following == step.otherwise else HAPPENED


def find_silent_way(sequence: MailSequence, start: str, end: str) -> tuple[str, ...]:
    """Return the steps that were passed without a sentence between two that are told; empty if none or unknown."""
    ways: list[tuple[str, ...]] = [()]
    seen = {start}
    while ways:
        way = ways.pop(0)
        for name in _silent_exits(sequence.steps[way[-1]]) if way else next_steps(sequence.steps[start]):
            if name == end:
                return way
            if name in seen or name == END or not isinstance(sequence.steps[name].action, (If, *AWAITING)):
                continue
            seen.add(name)
            ways.append((*way, name))
    return ()


def _silent_exits(step: SequenceStep) -> tuple[str, ...]:
    # A wait that runs out has lasted, so it has its sentence; without one it was over at once.
    return (step.next_step,) if isinstance(step.action, AWAITING) else next_steps(step)


def _note_mails(followed: FollowedPass, sequence: MailSequence, person: PersonData, context: Context) -> None:
    run, record = followed.run, person.record
    ledger = {line.id: line for line in person.sends}
    decided, complained = dict(_decided_mails(person.history)), frozenset(_list_complaints(person.history))
    for written in run.sent:
        name = sequence.current_name(written)
        step = sequence.steps.get(name)
        if step is None or not isinstance(step.action, Send):
            continue
        # The id was made with the name that the step had then.
        send_id = context.keys.send_id(record.id, sequence.name, str(run.number), written)
        theirs, _ = choose_template(sequence, name, step.action, record, context)
        at, template = decided.get(send_id, (run.started_at, theirs))
        line = ledger.get(send_id)
        followed.reached.add(name)
        followed.mails[name] = DecidedMail(
            template=template,
            at=at,
            status=line.status if line else "sent",
            note=line.note if line else "",
            changed=template != theirs,
            compared=find_compared(step.action, f"{sequence.name}/{name}", context.house).holds(run.started_at),
            complained=send_id in complained,
        )
        # A split can be compared by an event of its own, which the pass itself does not follow.
        if (goal := find_compared_goal(sequence, name)) and goal is not sequence.goal:
            followed.won_at[name] = _find_goal(goal, record, run)


def _find_harm(followed: FollowedPass, record: Subscriber, topic: str) -> str:
    """Return the last mail before the person unsubscribed, also if the sequence was over by then."""
    consent = record.consents.get(topic)
    stopped_at = consent.withdrawn_at if consent and consent.status == "withdrawn" else None
    if stopped_at is None:
        return ""
    before = [(mail.at, step) for step, mail in followed.mails.items() if mail.at <= stopped_at <= mail.at + HARM]
    return max(before)[1] if before else ""


def _decided_mails(history: Sequence[HistoryLine]) -> Iterator[tuple[str, tuple[datetime, str]]]:
    for line in history:
        for sent in line.sends:
            send_id, _, template = sent.partition(" ")
            yield send_id, (line.at, template)


def _list_complaints(history: Sequence[HistoryLine]) -> Iterator[str]:
    """Yield the ids of mails that were reported as spam."""
    for line in history:
        for label in line.events:
            kind, _, rest = label.partition(f" {COMPLAINT} ")
            if rest and kind == REFUSED:
                yield rest


def count_reasons(reasons: Mapping[str, int], most: int) -> dict[str, int]:
    """Return the most frequent reasons, and what is left as “other”."""
    # Equally frequent ones by name: the order in which people were read says nothing.
    first = dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:most])
    other = sum(reasons.values()) - sum(first.values())
    return {**first, "other": other} if other else first
