"""The flow language as it is written: one model for a flow file, one for its translations (DESIGN.md §6).

The models say what may stand where; :mod:`flows.check` says what makes sense.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from subscribers.declarations import EventName, Name

END = "end"
"""The step that ends a conversation."""


def _listed(value: Any) -> Any:  # noqa: ANN401  what stands in a file can be anything
    return value if isinstance(value, list) else [value]


def _under(key: str) -> BeforeValidator:
    """One word (or text, or list) stands for the map ``{key: …}``."""
    return BeforeValidator(lambda value: value if isinstance(value, dict) else {key: value})


Listed = Annotated[list[str], BeforeValidator(_listed)]
"""A text, or a list of texts; each is a message of its own."""


class Written(BaseModel):
    """A frozen model that knows all its keys; numbers where text is expected are the text that was typed."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Start(Written):
    """How a person gets into a flow."""

    button: Literal["get started"] | None = Field(default=None, description="Messenger's get-started button.")
    words: Listed = Field(default=[], description="Typed words that begin it.")
    links: Listed = Field(default=[], description="The ref of m.me links and ads: m.me/Page?ref=spring.")


class ChoiceText(Written):
    """What happens when a choice is taken: a step to go to, or an answer that stays where it is."""

    go: str = Field(default="", description="Step to go to.")
    say: Listed = Field(default=[], description="What is answered; without go the question stays open.")

    @model_validator(mode="after")
    def _does_something(self) -> "ChoiceText":
        if not self.go and not self.say:
            message = "a choice needs a step to go to, or something to say"
            raise ValueError(message)
        return self


class Nudge(Written):
    """One friendly reminder while the question is open."""

    after: str = Field(description="Time as said: 20 minutes.")
    say: str = Field(description="What is said then.")


class StepText(Written):
    """One step as written."""

    say: Listed = Field(default=[], description="What the bot says.")
    ask: Literal["email", "text", "choice"] | None = Field(default=None, description="What it waits for.")
    save: Name | None = Field(default=None, description="Declared field that keeps the answer.")
    tries: int = Field(default=3, ge=1, le=10, description="Answers that may not fit before else.")
    again: str = Field(default="", description="What is said when an answer does not fit.")
    choices: dict[str, Annotated[ChoiceText, _under("go")]] = Field(default={}, description="label: step")
    consent: Name | None = Field(default=None, description="Topic whose wording is shown and asked for.")
    agree: str = Field(default="", description="Label that agrees.")
    decline: str = Field(default="", description="Label that declines.")
    confirm: Name | None = Field(default=None, description="Topic whose code is sent and waited for.")
    nudge: Nudge | None = Field(default=None, description="One reminder while the question is open.")
    tag: Listed = Field(default=[], description="Tags the person gets.")
    set: dict[Name, str | int | float | bool] = Field(default={}, description="Declared fields and their values.")
    event: EventName | None = Field(default=None, description="Declared event that is recorded.")
    go: str = Field(default="", description="Next step; without it the one below.")
    otherwise: str = Field(default="", alias="else", description="The way out when it does not go as hoped.")

    @property
    def kind(self) -> Literal["say", "choice", "email", "text", "consent", "confirm"]:
        """What the step waits for; ``say`` does not wait."""
        if self.consent:
            return "consent"
        if self.confirm:
            return "confirm"
        return self.ask or ("choice" if self.choices else "say")


class FlowText(Written):
    """A flow file."""

    flow: Name = Field(description="Its name.")
    language: str = Field(default="", description="The language of its texts; empty: the workspace's first.")
    start: Start = Start()
    steps: dict[Name, StepText] = Field(min_length=1, description="They run downward.")


class TranslatedChoice(Written):
    """A choice in another language."""

    label: str = Field(default="", description="What stands on it.")
    say: Listed = []


class TranslatedStep(Written):
    """The texts of a step in another language."""

    say: Listed = []
    again: str = ""
    nudge: str = ""
    agree: str = ""
    decline: str = ""
    choices: dict[str, Annotated[TranslatedChoice, _under("label")]] = Field(
        default={}, description="By the label of the original."
    )


class TranslationText(Written):
    """A translation file: same names, texts only."""

    flow: Name
    language: str = Field(description="BCP 47 code, as declared in doorstep.yaml.")
    words: Listed = Field(default=[], description="Words that begin the flow in this language.")
    steps: dict[Name, Annotated[TranslatedStep, _under("say")]] = {}
    originals: dict[Name, str] = Field(
        default={}, description="By step: the mark of the original text this was made from; tells what is stale."
    )
