"""The strict models of ``issues/*.yaml``: one newsletter issue a file.

The models check shapes only.  Names, shares, times and conditions are checked by :mod:`onboarding.issues.check`.
"""

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from domain.workspace_config import Name, Strict
from onboarding.language.parts.goals import GoalModel

WINNER = "winner"
"""The part of the readers who get what won among the others."""


def _value_shape(value: object) -> str:
    # Told apart by shape, so that an error speaks of the form that the author chose and not of both.
    return "map" if isinstance(value, dict) else "text"


class IssueWinnerModel(Strict):
    """What the part ``winner`` of the readers gets."""

    by: str = Field(description="“human clicks”, or “goal EVENT”; never opens.")
    after: str = Field(description="How long after the first mail it is decided, such as “4 hours”.")
    otherwise: Name = Field(alias="else", description="The mail that goes while the difference is not settled.")


class IssueModel(Strict):
    """A whole file."""

    issue: Name
    topic: str = Field(description="The consent that every reader has confirmed.")
    to: str | None = Field(default=None, description="A condition in words; without it, everyone of the topic.")
    segment: str | None = Field(default=None, description="A segment of doorstep.yaml, in place of “to”.")
    send: str | None = Field(
        default=None,
        description="“Friday 09:00 their time” or “2026-12-04 09:00”; without it, said on release.",
    )
    late: str = Field(default="7 days", description="What could not begin by then is not sent at all.")
    mail: Annotated[
        Annotated[Name, Tag("text")] | Annotated[dict[Name, str], Tag("map")], Discriminator(_value_shape)
    ] = Field(description="A template, or shares of the readers: {one: 50%, other: 50%}.")
    winner: IssueWinnerModel | None = None
    goal: GoalModel | None = None
