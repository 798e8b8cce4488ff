"""The strict models of ``sequences/*.yaml``.

The models check shapes only.  Names of steps, topics, events and templates, times and conditions are checked by
:mod:`onboarding.language.check`, which knows the workspace and the other steps.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from domain.workspace_config import Name, Strict
from onboarding.language.act_models import ActModel, wrap_in_list
from onboarding.language.parts.goals import SequenceGoalModel
from onboarding.language.parts.timed_starts import is_timed_start
from onboarding.language.parts.winners import WinnerModel, read_shorthand

CONFIRMED = "confirmed"
"""The start at which the topic's consent is confirmed."""
END = "end"
"""The name by which ``go`` and ``else`` lead to the end; no step may have it."""

WHERE = " where "
"""Between an event and what it must say."""
PRIORITIES = ("high", "normal", "low")
"""Who comes first when several sequences want to send, the first first."""


def _value_shape(value: object) -> str:
    # Told apart by shape, so that an error speaks of the form that the author chose and not of both.
    return "map" if isinstance(value, dict) else "text"


def _wait_shape(value: object) -> str:
    # By its key: both forms are maps, and an error must speak of the one that was meant.
    return "asked" if isinstance(value, dict) and "when" in value else _value_shape(value)


def _wrap_start(value: object) -> object:
    # A map is wrapped, too: so the error says that a text is expected, which is what most people write.
    return value if isinstance(value, list) else [value]


class WaitForModel(Strict):
    """Wait for a product event."""

    event: Annotated[list[str], BeforeValidator(wrap_in_list)] = Field(
        alias="for", min_length=1, description="A declared event, or a list of which any counts."
    )
    times: int = Field(default=1, ge=1, le=1000, description="How often in all; what happened before counts.")
    where: str | None = Field(default=None, description="What the event must say: total is at least 100.")
    since: Literal["ever"] | None = Field(default=None, description="ever: what was before this pass counts, too.")
    at_most: str = Field(description="How long, such as “3 days”; afterwards the step goes its ``else`` way.")


class WaitWhenModel(Strict):
    """Wait until a condition holds."""

    when: str = Field(description="A condition in words.")
    at_most: str = Field(description="How long, such as “3 days”; afterwards the step goes its ``else`` way.")


SendModel = Annotated[
    Annotated[Name, Tag("text")] | Annotated[dict[Name, str], Tag("map")], Discriminator(_value_shape)
]
WaitModel = Annotated[
    Annotated[str, Tag("text")] | Annotated[WaitForModel, Tag("map")] | Annotated[WaitWhenModel, Tag("asked")],
    Discriminator(_wait_shape),
]


def _text_keys(value: object) -> object:
    # YAML reads “7: thanks” as a number, and an answer is a text.
    return {str(key): step for key, step in value.items()} if isinstance(value, dict) else value


Choices = Annotated[dict[str, str], BeforeValidator(_text_keys)]
"""Label → step."""


class StepModel(ActModel):
    """One step: one thing to do, and where it leads."""

    send: SendModel | None = Field(
        default=None,
        description="A template; a split: ``{one: 50%, other: 50%}``; or a choice: ``{one: tag is vip, other: else}``.",
    )
    topic: str | None = Field(default=None, description="With send, in a service sequence: the consent it needs.")
    wait: WaitModel | None = Field(default=None, description="How long, for which event, or until what holds.")
    condition: str | None = Field(default=None, alias="if", description="A condition in words.")
    choices: Choices = Field(
        default={}, description="With send or task: label → step; of a mail also {0 to 6: talk, 7 to 10: thanks}."
    )
    labels: dict[str, dict[str, str]] = Field(
        default={}, description="With choices: the answers in other languages: {de: {Keep me: Ich bleibe}}."
    )
    at_most: str | None = Field(default=None, description="With choices: how long an answer is waited for.")
    save: Name | None = Field(default=None, description="With choices: the field that keeps the answer.")
    free: Name | None = Field(
        default=None,
        description="With choices of a mail: the text field that keeps what people add in their own words.",
    )
    anyway: bool = Field(default=False, description="With send: it goes even if what led here has changed meanwhile.")
    winner: Annotated[WinnerModel | None, BeforeValidator(read_shorthand)] = Field(
        default=None, description="With a split: goal, or an event; the part that leads to it is found."
    )
    at: str | None = Field(
        default=None, description="With send: “their usual hour”, or a time of day such as “10:00 their time”."
    )
    go: str | None = Field(default=None, description="The next step; empty: the one below.")
    otherwise: str | None = Field(default=None, alias="else", description="The way out of a wait or condition.")


class SequenceModel(Strict):
    """A whole file."""

    sequence: Name
    topic: str = Field(description="The consent that every mail of it needs.")
    starts: Annotated[list[str], BeforeValidator(_wrap_start)] = Field(
        alias="start",
        min_length=1,
        description="What starts it: confirmed (the topic's consent was), a declared event, “EVENT where CONDITION”, "
        "“when CONDITION”, “7 days before FIELD”, “every year on FIELD”; or a list.",
    )
    condition: str | None = Field(default=None, alias="if", description="Who of those begins; asked at the start.")
    exits: Annotated[list[str], BeforeValidator(wrap_in_list)] = Field(
        default=[], alias="exit", description="Events or conditions at which it is left at once: one, or a list."
    )
    again: str | None = Field(
        default=None,
        description="never, always, “after 30 days” from the end, each year, or “each order”: a pass for each value.",
    )
    goal: SequenceGoalModel | None = Field(
        default=None, description="What the sequence is for, “event” or “when”; reached, it ends at once."
    )
    holdout: str | None = Field(
        default=None, description="Who is walked through but not mailed, to compare: 1% to 50%; 0%: nobody."
    )
    draft: bool = Field(default=False, description="Everything runs, but its mails wait for approval.")
    priority: Literal["high", "normal", "low"] = Field(
        default="normal", description="Whose mail goes first when several sequences want to send to a person."
    )
    hours: str | None = Field(
        default=None, description="When its mails leave: “workday 09:00 to 17:00”, or “their usual hour”."
    )
    steps: dict[Name, StepModel] = Field(min_length=1)
    migrate: dict[Name, Name] = Field(
        default={}, description="Steps that are gone: the new step, or end; see doorstep plan."
    )

    @property
    def start(self) -> str:
        """The event that starts it, or ``confirmed``; empty if only time does."""
        return self._untimed_start.partition(WHERE)[0].strip()

    @property
    def start_where(self) -> str | None:
        """What the event that starts it must say; None if nothing."""
        return self._untimed_start.partition(WHERE)[2].strip() or None

    @property
    def _untimed_start(self) -> str:
        return next((start for start in self.starts if not is_timed_start(start)), "")
