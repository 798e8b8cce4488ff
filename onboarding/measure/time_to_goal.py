"""How long people take to reach a goal, also while many are still on their way.  Pure.

Theory.  The average over those who have reached it is too small: who began last week can only be in it by being fast.
The estimator of Kaplan and Meier, “Nonparametric estimation from incomplete observations” (1958), counts everybody for
as long as they were watched, and no longer:

    share who have not reached it by t = product over all times up to t of (1 - reached then / still watched then)

Who is still on the way, or whose time is over, is *censored*: watched up to now, and nothing is claimed of later.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

HOUR = timedelta(hours=1)
HOURS_A_DAY = 24
TOLD_DAYS = (1, 3, 7, 14, 30)
"""Days by which reports tell the share."""


@dataclass(slots=True, kw_only=True)
class TimesToGoal:
    """The times of many people, by whole hours: as many numbers as a sequence has hours, however many people."""

    reached: Counter[int] = field(default_factory=Counter)
    """People who reached it, by the hours it took."""
    watched: Counter[int] = field(default_factory=Counter)
    """People who have not, by the hours they were watched."""

    def add(self, length: timedelta, *, reached: bool) -> None:
        """Add one person: how long it took, or how long they were watched without it."""
        (self.reached if reached else self.watched)[max(0, length // HOUR)] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalCurve:
    """The share of people who have reached the goal, by time."""

    steps: Sequence[tuple[int, float]]
    """(hours, share from then on), ascending; where nobody reached it there is no step."""
    known_hours: int
    """Somebody was watched for so long; of later times nothing is known."""

    def share_by(self, day: int) -> float | None:
        """Return the share who have reached it within so many days; None if nobody was watched for so long."""
        hours = day * HOURS_A_DAY
        if hours > self.known_hours and not self._is_over():
            return None
        return max((share for at, share in self.steps if at < hours), default=0.0)

    @property
    def median_days(self) -> float | None:
        """Days after which half of all people have reached it; None if half never do, or it is not known yet."""
        # The end of its hour: within it they did.
        return next(((at + 1) / HOURS_A_DAY for at, share in self.steps if share >= 1 / 2), None)

    def _is_over(self) -> bool:
        return bool(self.steps) and self.steps[-1][1] >= 1


def draw_goal_curve(times: TimesToGoal) -> GoalCurve:
    """Return the curve of Kaplan and Meier."""
    # Ten people.  Two reach it on day 1: 1 - 8/10 = 20 %.  Four were watched for two days only.  One of the four left
    # reaches it on day 3: 1 - 8/10 · 3/4 = 40 %.  Counting 3 of 10 would say 30 %, and 3 of 6 who are settled 50 %.
    at_risk = times.reached.total() + times.watched.total()
    share, steps = 1.0, []
    hours = sorted({*times.reached, *times.watched})
    for hour in hours:
        # Who reaches it in the hour in which others are last watched was seen before them, by convention.
        if reached := times.reached[hour]:
            share *= 1 - reached / at_risk
            # Rounded, so that a product of many parts that is exactly a half is one here, too.
            steps.append((hour, round(1 - share, 9)))
        at_risk -= reached + times.watched[hour]
    return GoalCurve(steps=steps, known_hours=hours[-1] if hours else 0)
