"""What doorstep.yaml says of hooks: programs of the workspace's own, and what they are told."""

from typing import Literal

from pydantic import BaseModel, Field

HookEvent = Literal["started", "goal", "left", "answered", "unsubscribed", "confirmed"]
"""What a hook can be told of: a sequence began, reached its goal, was left; an answer; a consent ended or began."""


class Hook(BaseModel, extra="forbid", frozen=True):
    """An address of a program of yours that steps of flows and sequences post to."""

    url: str = Field(description="Its https address.")
    events: list[HookEvent] = Field(default=[], description="What it is told of, whatever sequence it happens in.")
    fields: list[str] = Field(default=[], description="Declared fields that it is told with these events.")
    allow_private: bool = Field(
        default=False, description="It may lie in a private network, and may do without https; for your own only."
    )
