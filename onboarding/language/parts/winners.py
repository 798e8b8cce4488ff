"""``winner`` of a split: by what the better part is found, when, and what holds if that stays open.  Pure."""

from dataclasses import dataclass
from datetime import timedelta

from pydantic import Field

from domain.declarations import MAIL_CLICKED
from domain.workspace_config import Name, Strict
from language.durations import UnclearTimeError, parse_duration
from onboarding.language.parts.goals import GoalModel, GoalWhenModel

BY_GOAL = "goal"
"""The better part is the one after which more people reach the goal of the sequence."""
HUMAN_CLICKS = "human clicks"
"""The better part is the one after which more people follow a link of a mail; programs are told apart."""
USUAL_TIME = "14 days"
"""How long people are collected at least, and how long an event is waited for, unless the file says so."""


class WinnerModel(Strict):
    """What makes one part of a split the better one."""

    by: str = Field(default=BY_GOAL, description="goal, or an event that people do after the better mail.")
    within: str | None = Field(default=None, description="With an event: how long it counts; default: as the goal.")
    after: str | None = Field(
        default=None,
        description="How long is compared at least, from the first mail on; default: two weeks and within.",
    )
    otherwise: Name | None = Field(
        default=None, alias="else", description="The part that is taken if nothing is settled then."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Winner:
    """How the better part of a split is found."""

    event: str
    """Whoever does it in time counts for the part they got; empty if the goal counts, which is a condition."""
    within: timedelta
    """Counted from the start of the pass."""
    after: timedelta
    """Nothing is decided sooner, counted from the first mail on."""
    otherwise: str = ""
    """The part that is taken if it is too early then; empty if the comparison goes on."""


def read_shorthand(value: object) -> object:
    """Return ``winner: goal`` as the map that it stands for."""
    return {"by": value} if isinstance(value, str) else value


def name_event(by: str) -> str:
    """Return the event that ``by`` names; empty for the goal of the sequence.  ``goal box.ordered`` names it too."""
    # The words of newsletter issues mean the same here.
    if " ".join(by.split()) == HUMAN_CLICKS:
        return MAIL_CLICKED
    return by.strip().removeprefix(BY_GOAL).strip() if by.split()[:1] == [BY_GOAL] else by.strip()


def build_winner(model: WinnerModel | None, goal: GoalModel | GoalWhenModel | None) -> Winner | None:
    """Return the compiled form; ``goal`` is that of the sequence.  What is wrong is told apart.

    None if there is no word of it, or nothing by which a part could win.
    """
    if model is None or not (name_event(model.by) or goal):
        return None
    event = name_event(model.by) or (goal.event if isinstance(goal, GoalModel) else "")
    # An event of its own counts as long as the goal does: most files have one time in mind.
    within = model.within or (goal.within if goal else USUAL_TIME)
    time = _read_time(within)
    # Two whole weeks of people, since weekdays differ, and the last of them with all of their time.
    after = _read_time(model.after) if model.after else time + _read_time(USUAL_TIME)
    return Winner(event=event, within=time, after=after, otherwise=model.otherwise or "")


def _read_time(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except UnclearTimeError:
        return parse_duration(USUAL_TIME)
