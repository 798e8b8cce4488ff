"""The model of timeline files (docs/sequences.md): one person, what they do, and the mails that follow."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from domain.workspace_config import Name
from service.transcripts.model import FieldValue, PersonField, TranscriptModel

AFTER = " after "
MAIL = re.compile(
    r"(?P<when>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [1-9]\d? (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"(?: \d\d:\d\d)?) (?P<mail>\S+)"
)
"""``Thu 26 Nov 10:00 come_back``; without a time of day, any time of that day fits."""
MOST_DEEDS = 1000
"""Events of one line at most."""


def _read_deed(value: Any) -> Any:  # noqa: ANN401  what stands in a file can be anything
    """Return ``cup.noted after 2 days`` as a map."""
    if not isinstance(value, str):
        return value
    event, _, delay = value.partition(AFTER)
    return {"event": event.strip(), "after": delay.strip()} if delay else {"event": event.strip()}


def _as_list(value: Any) -> Any:  # noqa: ANN401  as above
    return value if isinstance(value, list) else [value]


class DeedLine(TranscriptModel):
    """Something that the person does, or that the product tells of them."""

    event: str = Field(default="", description="A declared event.")
    properties: dict[str, FieldValue] = Field(default={}, description="What the event says; only what it keeps.")
    told: dict[Name, PersonField] = Field(default={}, description="Fields that the product tells.")
    after: str = Field(default="", description="How long after the start, such as 2 days; empty: at the start.")
    every: str = Field(default="", description="With times: how far apart.")
    times: int = Field(default=1, ge=1, le=MOST_DEEDS, description="How often.")

    @model_validator(mode="after")
    def _one_deed(self) -> "DeedLine":
        if bool(self.event) == bool(self.told):
            message = "write what happens: an event, or the fields that are told"
            raise ValueError(message)
        if (self.times > 1) != bool(self.every):
            message = "write both: every 12 hours, and how many times"
            raise ValueError(message)
        return self


def _read_answers(value: Any) -> Any:  # noqa: ANN401  as above
    """Return ``{still: Keep me after 2 days}`` with each answer as a map."""
    if not isinstance(value, dict):
        return value
    read = {}
    for step, written in value.items():
        # YAML reads the answer of a scale as a number, and an answer is a text.
        # Whatever else stands there is refused by the model.
        label, _, delay = str(written).partition(AFTER) if isinstance(written, str | int) else (written, "", "")
        is_map = isinstance(written, dict)
        read[step] = written if is_map else {"answer": label, **({"after": delay.strip()} if delay else {})}
    return read


class AnswerLine(TranscriptModel):
    """What is answered when a step asks."""

    answer: str = Field(description="An answer of the step; of a task, how it ends, and empty if it is only done.")
    after: str = Field(default="", description="How long after it was asked, such as 2 days; empty: an hour.")


Answers = Annotated[dict[str, AnswerLine], BeforeValidator(_read_answers)]
Deeds = Annotated[list[Annotated[DeedLine, BeforeValidator(_read_deed)]], BeforeValidator(_as_list)]
Names = Annotated[list[Name], BeforeValidator(_as_list)]


class TimelineText(TranscriptModel):
    """One timeline."""

    timeline: str = Field(min_length=1, description="What it shows, as a sentence.")
    sequence: Name = Field(description="The sequence that the person goes through.")
    start: str = Field(
        default="", description="When they confirm its topic: 2026-12-24 18:30, in the workspace's zone."
    )
    timezone: str = Field(default="", description="Where they are; empty: where the workspace is.")
    together: Names = Field(default=[], alias="with", description="Sequences that they can be in beside it.")
    arm: dict[Name, str] = Field(default={}, description="Step → the part of its split that they get; holdout → held.")
    tags: list[str] = Field(default=[], description="What they have at the start.")
    fields: dict[Name, PersonField] = Field(default={}, description="What is known of them at the start.")
    did: Deeds = Field(default=[], description="What they do.")
    answers: Answers = Field(default={}, description="Step that asks → what they answer: Keep me after 2 days.")
    mails: list[str] = Field(description="All mails, in order: Thu 26 Nov 10:00 come_back.")
    ends: Literal["", "finished", "goal", "left", "running", "none"] = Field(
        default="", description="How the pass ends; none: it never began."
    )
