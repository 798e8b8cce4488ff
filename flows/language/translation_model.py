"""What a translation file may say: the same names as the original, with texts only."""

from typing import Annotated

from pydantic import Field

from domain.workspace_config import Name
from flows.language.message_model import (
    FlowModelBase,
    Listed,
    TranslatedSays,
    wrap_under_key,
)


class TranslatedChoice(FlowModelBase):
    """A choice in another language."""

    label: str = Field(default="", description="What stands on it.")
    say: TranslatedSays = Field(default=[])
    words: Listed = Field(default=[])


class TranslatedCalendar(FlowModelBase):
    """The texts of an appointment in another language; what is left out is read in the original."""

    title: str = ""
    where: str = ""
    description: str = ""


class TranslatedStep(FlowModelBase):
    """The texts of a step in another language."""

    say: TranslatedSays = Field(
        default=[], description="In the order of the original; cards give title, subtitle, buttons only."
    )
    buttons: dict[str, str] = Field(default={}, description="By the label of the original: what stands on it.")
    again: str = ""
    skip: str = ""
    nudge: Listed = Field(default=[])
    agree: str = ""
    decline: str = ""
    low: str = ""
    high: str = ""
    done: str = ""
    notify: str = ""
    calendar: Annotated[TranslatedCalendar, wrap_under_key("title")] = Field(
        default=TranslatedCalendar(), description="Texts of the appointment; a text alone is its title."
    )
    choices: dict[str, Annotated[TranslatedChoice, wrap_under_key("label")]] = Field(
        default={}, description="By the label of the original."
    )


class TranslatedComments(FlowModelBase):
    """Comments in another language, and their private reply."""

    words: Listed = Field(default=[], description="Words of a comment that also choose this language.")
    say: str = ""


class TranslationText(FlowModelBase):
    """A translation file: same names, texts only."""

    flow: Name
    language: str = Field(description="BCP 47 code, as declared in doorstep.yaml.")
    words: Listed = Field(default=[], description="Words that begin the flow in this language.")
    comments: Annotated[TranslatedComments, wrap_under_key("say")] | None = Field(
        default=None, description="The private reply to comments."
    )
    steps: dict[Name, Annotated[TranslatedStep, wrap_under_key("say")]] = Field(default={})
    originals: dict[Name, str] = Field(
        default={}, description="By step: the mark of the original text this was made from; tells what is stale."
    )
