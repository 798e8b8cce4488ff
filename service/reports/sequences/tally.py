"""Counts what became of people in a sequence, one person after the other: sums only, nothing of anybody.  Pure.

A comparison has a name and arms: each split of templates is one, named after its step; if people are held out, they and
those who are mailed are one more.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from domain.house_values import NOTHING_HELD, HouseValues
from onboarding.language.catalog import MailSequence, Send
from onboarding.language.parts.goals import Goal
from onboarding.measure.rate_difference import Rate
from onboarding.measure.time_to_goal import TimesToGoal
from onboarding.tuning.simulated_people import HOLDOUT
from service.reports.sequences.follow_pass import NOT_DELIVERED, UNDER_WAY, FollowedPass, find_compared_goal
from service.reports.sequences.tally_answers import AnswersTally

HELD_OUT, MAILED = "held out", "mailed"
"""Arms of the comparison :data:`HOLDOUT`."""


@dataclass(slots=True, kw_only=True)
class StepTally:
    """Numbers of one step."""

    reached: int = 0
    here: int = 0
    """People who stand there now."""
    mailed: int = 0
    under_way: int = 0
    drafts: int = 0
    """Mails that wait for approval."""
    stopped: int = 0
    """People who unsubscribed within a week after this mail, before the next one."""
    complained: int = 0
    """People who reported this mail as spam."""
    skipped: Counter[str] = field(default_factory=Counter)
    """By reason."""
    waited: Counter[str] = field(default_factory=Counter)
    """People by how their wait for an event ended."""
    ended: Counter[str] = field(default_factory=Counter)
    """People whose pass broke off while they stood there, by status: ``goal`` or ``left``."""
    left: Counter[str] = field(default_factory=Counter)
    """Those of them who left, by reason."""


@dataclass(slots=True, kw_only=True)
class ArmTally:
    """People of one arm who were exposed on one day."""

    exposed: int = 0
    matured: int = 0
    """Those of them whose time for the goal is over."""
    reached: int = 0
    """Those of the matured who reached it."""


@dataclass(slots=True, kw_only=True)
class ComparisonTally:
    """Numbers of one comparison."""

    arms: defaultdict[tuple[date, str], ArmTally] = field(default_factory=lambda: defaultdict(ArmTally))
    """By day of the exposure and arm: days, so that what was before a change of the shares can be left out."""
    changed_on: date | None = None
    """The last day on which somebody was given another arm than today's shares give them."""

    def count_exposed(self, arm: str) -> int:
        """Return how many people are in an arm since its shares are what they are."""
        return sum(tally.exposed for tally in self._since_change(arm))

    def rate_of(self, arm: str) -> Rate:
        """Return the goal of the matured people of an arm."""
        tallies = list(self._since_change(arm))
        return Rate(
            people=sum(tally.matured for tally in tallies),
            reached=sum(tally.reached for tally in tallies),
        )

    @property
    def first_day(self) -> date | None:
        """The day on which the first of those who are compared was mailed; None if nobody was."""
        days = (day for day, _ in self.arms if self.changed_on is None or day > self.changed_on)
        return min(days, default=None)

    def _since_change(self, wanted: str) -> Iterator[ArmTally]:
        return (
            tally
            for (day, arm), tally in self.arms.items()
            if arm == wanted and (self.changed_on is None or day > self.changed_on)
        )


@dataclass(slots=True, kw_only=True)
class SequenceTally:
    """Numbers of a whole sequence; their size depends on its steps and days, not on the people."""

    sequence: MailSequence
    now: datetime
    house: HouseValues = NOTHING_HELD
    """What was chosen of splits before."""
    since: datetime
    """Whoever began earlier counts in comparisons only: an interval for every look needs all people up to now, and a
    window that slides along would lose some at each look."""
    began: int = 0
    held_out: int = 0
    """Those of them who were not mailed, to compare."""
    forgotten: int = 0
    """Passes that ended earlier and are not kept; only of a sequence with ``again: each``."""
    matured: int = 0
    """People who are not held out, whose first mail was decided, and whose time for the goal is over."""
    matured_goal: int = 0
    """Those of the matured who reached it."""
    status: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    """By reason."""
    steps: defaultdict[str, StepTally] = field(default_factory=lambda: defaultdict(StepTally))
    comparisons: defaultdict[str, ComparisonTally] = field(default_factory=lambda: defaultdict(ComparisonTally))
    times: TimesToGoal = field(default_factory=TimesToGoal)
    held_out_times: TimesToGoal = field(default_factory=TimesToGoal)
    answers: AnswersTally = field(init=False)

    def __post_init__(self) -> None:
        """Count answers by the questions of the same file."""
        self.answers = AnswersTally(sequence=self.sequence)

    def add(self, followed: FollowedPass, *, compares: bool = True) -> None:
        """Count one pass; in comparisons only if it ``compares``."""
        if compares:
            self._add_to_comparisons(followed)
        if followed.run.started_at < self.since:
            return
        self.began += 1
        self.held_out += followed.is_held_out
        self.status[followed.run.status] += 1
        if followed.run.status == "left":
            self.left[followed.left_because or "unknown"] += 1
        self._add_steps(followed)
        self.answers.add(followed.run, followed.tasks, self.now)
        if self.sequence.goal and (followed.exposed if followed.is_held_out else followed.run.sent):
            self._add_goal(followed, self.sequence.goal)

    def _add_steps(self, followed: FollowedPass) -> None:
        for name in followed.reached:
            self.steps[name].reached += 1
        if followed.stopped_after:
            self.steps[followed.stopped_after].stopped += 1
        standing = self.steps[self.sequence.current_name(followed.run.step)]
        if followed.run.status == "running":
            standing.here += 1
        elif not followed.finished:
            standing.ended[followed.run.status] += 1
            if followed.run.status == "left":
                standing.left[followed.left_because or "unknown"] += 1
        for name, ending in followed.waited.items():
            self.steps[name].waited[ending] += 1
        for name, because in followed.skipped.items():
            self.steps[name].skipped[because] += 1
        self._add_mails(followed)

    def _add_mails(self, followed: FollowedPass) -> None:
        for name in followed.drafts:
            self.steps[name].drafts += 1
        for name, mail in followed.mails.items():
            step = self.steps[name]
            step.complained += mail.complained
            if mail.status in UNDER_WAY:
                step.under_way += 1
            elif mail.status in ("refused", "failed"):
                step.skipped[mail.note if mail.status == "refused" and mail.note else NOT_DELIVERED] += 1
            else:
                step.mailed += 1

    def _add_goal(self, followed: FollowedPass, goal: Goal) -> None:
        until = followed.run.started_at + goal.within
        is_matured, reached = until <= self.now, followed.goal_at is not None
        if not followed.is_held_out:
            self.matured += is_matured
            self.matured_goal += is_matured and reached
        times = self.held_out_times if followed.is_held_out else self.times
        times.add((followed.goal_at or min(self.now, until)) - followed.run.started_at, reached=reached)

    def _add_to_comparisons(self, followed: FollowedPass) -> None:
        for name, arm, day, changed in find_arms(followed, self.sequence):
            # A split may name what it is compared by; the rest is compared by the goal of the sequence.
            goal = find_compared_goal(self.sequence, name)
            if goal is None:
                continue
            # Also who was faster waits for the end of their time: else the quick would be counted before the slow.
            is_matured = followed.run.started_at + goal.within <= self.now
            comparison = self.comparisons[name]
            tally = comparison.arms[day, arm]
            tally.exposed += 1
            tally.matured += is_matured
            tally.reached += is_matured and followed.won_at.get(name, followed.goal_at) is not None
            if changed:
                comparison.changed_on = max(day, comparison.changed_on or day)


def find_arms(followed: FollowedPass, sequence: MailSequence) -> Iterator[tuple[str, str, date, bool]]:
    """Yield the comparisons in which a person counts: name, arm, day, and whether it is another arm than today's."""
    if sequence.holdout and followed.exposed:
        arm = HELD_OUT if followed.is_held_out else MAILED
        yield HOLDOUT, arm, followed.run.started_at.date(), followed.holdout_changed
    for name, mail in followed.mails.items():
        action = sequence.steps[name].action
        # The mail is what was decided, whether or not it was delivered: who gets no mail is still in the arm.
        if isinstance(action, Send) and len(action.split) > 1 and mail.compared:
            yield name, mail.template, mail.at.date(), mail.changed
