"""``goal`` of a sequence: an event, or a condition that comes to hold, within a time from the start.  Pure."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from pydantic import Discriminator, Field, Tag

from domain.workspace_config import Strict
from language.conditions.parse import Condition


class GoalModel(Strict):
    """An event that is the goal: of a sequence, which ends at once, or of a newsletter issue."""

    event: str
    within: str = Field(description="Counted from the start of the pass.")


class GoalWhenModel(Strict):
    """A condition that is the goal of a sequence; it is reached when it comes to hold."""

    when: str = Field(description="A condition in words, such as “field plan is pro”.")
    within: str = Field(description="Counted from the start of the pass.")


def _goal_shape(value: object) -> str:
    # Without either key the error speaks of “event”, which most goals are.
    return "asked" if isinstance(value, dict) and "when" in value else "event"


SequenceGoalModel = Annotated[
    Annotated[GoalModel, Tag("event")] | Annotated[GoalWhenModel, Tag("asked")], Discriminator(_goal_shape)
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a sequence is meant to bring about: an event or a condition."""

    event: str = ""
    """Empty if a condition is the goal."""
    condition: Condition | None = None
    within: timedelta
    """Counted from the start of the pass."""

    @property
    def name(self) -> str:
        """The event, or the condition in quotes."""
        return f"“{self.condition.text}”" if self.condition else self.event

    @property
    def sentence(self) -> str:
        """What was the case when it was reached, as half a sentence."""
        return f"{self.name} {'holds' if self.condition else 'happened'}"
