"""Makes the report on a sequence of its numbers: shares, differences with their intervals, days to the goal.  Pure."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from onboarding.language.catalog import Send, SequenceStep
from onboarding.measure.rate_difference import ALPHA, Rate, count_missing_people, measure_difference
from onboarding.measure.split_check import is_split_off
from onboarding.measure.time_to_goal import TOLD_DAYS, draw_goal_curve
from onboarding.tuning.simulated_people import HOLDOUT
from service.reports.sequences.follow_pass import count_reasons, find_compared_goal
from service.reports.sequences.judge_winner import find_chosen, judge_split, shares_of
from service.reports.sequences.tally import HELD_OUT, MAILED, ComparisonTally, SequenceTally
from service.reports.sequences.tally_answers import AskedRow, TaskRow

MOST_REASONS = 4
"""Reasons told by name; the rest are “other”."""
WHOLE_PERCENT = 100


class StepRow(Struct, frozen=True, kw_only=True):
    """One step, in the order of the file."""

    step: str
    kind: str
    """Type of its action in :mod:`onboarding.language.catalog`, such as ``Send``."""
    reached: int
    here: int
    """People who stand there now."""
    mailed: int
    under_way: int
    drafts: int
    """Mails that wait for approval."""
    stopped: int
    """People who unsubscribed within a week after this mail, before the next one."""
    complained: int
    """People who reported it as spam."""
    skipped: int
    skipped_because: dict[str, int]
    waited: dict[str, int]
    """Of a wait for an event: how it ended, by people."""
    ended: dict[str, int]
    """People whose pass broke off there: ``goal`` or ``left``."""
    left_because: dict[str, int] = {}
    """Those of them who left, by reason."""


class ArmRow(Struct, frozen=True, kw_only=True):
    """One arm of a comparison."""

    arm: str
    percent: int
    """What the file says."""
    exposed: int
    matured: int
    reached: int
    share: float | None
    """Goal of the matured; None of nobody."""


class DifferenceRow(Struct, frozen=True, kw_only=True):
    """How much better one arm does than the first; as shares, 0.05 is 5 points."""

    arm: str
    than: str
    estimate: float
    low: float
    high: float
    decided: bool
    missing_people: int | None
    """How many more would decide it if both rates stay; None if nobody can wait for it."""


class ComparisonRow(Struct, frozen=True, kw_only=True):
    """One comparison."""

    name: str
    arms: tuple[ArmRow, ...]
    differences: tuple[DifferenceRow, ...]
    """Of everybody up to now, also of who began before the days asked for.

    Empty if there are too few yet, or if the split is off.
    """
    split_is_off: bool
    """True if people were not divided as the file says; then nothing may be concluded."""
    changed_on: date | None
    """Everybody up to this day is left out: the shares were others then."""
    event: str = ""
    """The event or the condition that is compared; empty for the goal."""
    within_seconds: int = 0
    """How long that counts."""
    winner: str = ""
    """The part that newcomers get by now; empty if none was chosen."""
    winner_since: datetime | None = None
    winner_is_early: bool = False
    """True if nothing was settled, and ``else`` of the file was taken."""
    too_early: str = ""
    """Why no part has won yet; empty if nobody looks for one."""


class GoalRow(Struct, frozen=True, kw_only=True):
    """The goal, over everybody whose first mail was decided; who is held out counts only where it says so."""

    event: str
    """Empty if a condition is the goal."""
    label: str
    """How it is told: what the event is called, or the condition in quotes."""
    within_seconds: int
    matured: int
    """People whose time is over."""
    reached: int
    share: float | None
    median_days: float | None
    """Half of all have reached it by then; None if half never do, or it is not known yet."""
    share_by_day: dict[int, float]
    held_out_median_days: float | None = None
    """As ``median_days``, of the people who were not mailed."""
    condition: str = ""
    """The condition that is the goal, as it was written; empty if an event is."""


class SequenceReport(Struct, frozen=True, kw_only=True):
    """The whole report."""

    sequence: str
    days: int
    began: int
    """People whose latest pass began in these days."""
    held_out: int
    """Those of them who were walked through but not mailed."""
    status: dict[str, int]
    left_because: dict[str, int]
    steps: tuple[StepRow, ...]
    goal: GoalRow | None
    comparisons: tuple[ComparisonRow, ...]
    asked: tuple[AskedRow, ...] = ()
    """Questions, and what people answered."""
    tasks: tuple[TaskRow, ...] = ()
    """What the team was given to do."""
    forgotten: int = 0
    """Passes that ended earlier and are not kept: of a sequence with ``again: each`` only the latest ended one is."""


def summarize(tally: SequenceTally, days: int, goal_label: str) -> SequenceReport:
    """Return the report on the people counted."""
    sequence = tally.sequence
    return SequenceReport(
        sequence=sequence.name,
        days=days,
        began=tally.began,
        held_out=tally.held_out,
        status=dict(tally.status),
        left_because=count_reasons(tally.left, MOST_REASONS),
        steps=tuple(_make_step_row(tally, step) for step in sequence.steps.values()),
        goal=_make_goal_row(tally, goal_label),
        comparisons=tuple(_make_comparison_rows(tally)),
        asked=tuple(tally.answers.list_questions()),
        tasks=tuple(tally.answers.list_tasks()),
        forgotten=tally.forgotten,
    )


def _make_step_row(tally: SequenceTally, step: SequenceStep) -> StepRow:
    numbers = tally.steps[step.name]
    return StepRow(
        step=step.name,
        kind=type(step.action).__name__,
        reached=numbers.reached,
        here=numbers.here,
        mailed=numbers.mailed,
        under_way=numbers.under_way,
        drafts=numbers.drafts,
        stopped=numbers.stopped,
        complained=numbers.complained,
        skipped=numbers.skipped.total(),
        skipped_because=count_reasons(numbers.skipped, MOST_REASONS),
        waited=count_reasons(numbers.waited, MOST_REASONS),
        ended=dict(numbers.ended),
        left_because=count_reasons(numbers.left, MOST_REASONS),
    )


def _make_goal_row(tally: SequenceTally, label: str) -> GoalRow | None:
    goal = tally.sequence.goal
    if goal is None:
        return None
    curve = draw_goal_curve(tally.times)
    return GoalRow(
        event=goal.event,
        label=label,
        within_seconds=int(goal.within.total_seconds()),
        matured=tally.matured,
        reached=tally.matured_goal,
        share=_share_of(Rate(people=tally.matured, reached=tally.matured_goal)),
        median_days=curve.median_days,
        held_out_median_days=draw_goal_curve(tally.held_out_times).median_days,
        share_by_day={day: share for day in TOLD_DAYS if (share := curve.share_by(day)) is not None},
        condition=goal.condition.text if goal.condition else "",
    )


def _make_comparison_rows(tally: SequenceTally) -> Iterator[ComparisonRow]:
    held_out = tally.sequence.holdout
    if held_out and HOLDOUT in tally.comparisons:
        yield compare_arms(HOLDOUT, tally.comparisons[HOLDOUT], {HELD_OUT: held_out, MAILED: WHOLE_PERCENT - held_out})
    for step in tally.sequence.steps.values():
        if isinstance(step.action, Send) and step.name in tally.comparisons:
            row = compare_arms(step.name, tally.comparisons[step.name], shares_of(step.action))
            yield _add_winner(row, tally, step) if step.action.winner else row


def _add_winner(row: ComparisonRow, tally: SequenceTally, step: SequenceStep) -> ComparisonRow:
    goal, own = find_compared_goal(tally.sequence, step.name), tally.sequence.goal
    if goal and goal != own:
        row = replace(row, event=goal.name, within_seconds=int(goal.within.total_seconds()))
    if chosen := find_chosen(tally, step):
        return replace(row, winner=chosen.part, winner_since=chosen.at, winner_is_early=chosen.is_early)
    return replace(row, too_early=judge_split(tally, step).why)


def compare_arms(name: str, comparison: ComparisonTally, percents: Mapping[str, int]) -> ComparisonRow:
    """Return how the arms did; ``percents`` are the shares of the file.  Each arm is held against the first."""
    counts = {arm: comparison.count_exposed(arm) for arm in percents}
    is_off = is_split_off(list(counts.values()), [percent / WHOLE_PERCENT for percent in percents.values()])
    rates = {arm: comparison.rate_of(arm) for arm in percents}
    first, *others = percents
    # With several differences each gets its part of the risk: all of them together are wrong once in twenty.
    found = [_make_difference_row((arm, rates[arm]), (first, rates[first]), ALPHA / len(others)) for arm in others]
    return ComparisonRow(
        name=name,
        arms=tuple(
            ArmRow(
                arm=arm,
                percent=percent,
                exposed=counts[arm],
                matured=rates[arm].people,
                reached=rates[arm].reached,
                share=_share_of(rates[arm]),
            )
            for arm, percent in percents.items()
        ),
        differences=() if is_off else tuple(row for row in found if row),
        split_is_off=is_off,
        changed_on=comparison.changed_on,
    )


def _make_difference_row(arm: tuple[str, Rate], than: tuple[str, Rate], alpha: float) -> DifferenceRow | None:
    found = measure_difference(arm[1], than[1], alpha=alpha)
    if found is None:
        return None
    return DifferenceRow(
        arm=arm[0],
        than=than[0],
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        decided=found.is_decided,
        missing_people=count_missing_people(arm[1], than[1], alpha=alpha),
    )


def _share_of(rate: Rate) -> float | None:
    return rate.share if rate.people else None
