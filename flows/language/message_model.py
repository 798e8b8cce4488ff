"""Models of messages in YAML: texts, media and cards, in the original and in a translation; and of rows."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from domain.workspace_config import Name


def wrap_in_list(value: Any) -> Any:  # noqa: ANN401  what stands in a file can be anything
    """Return a list; a single value becomes a list of one."""
    # json_schema.py recognises this function by its name and offers both forms to editors.
    return value if isinstance(value, list) else [value]


def wrap_under_key(key: str) -> BeforeValidator:
    """Return a validator that takes a bare word, text or list as the map ``{key: …}``."""
    # json_schema.py reads `key` from the closure, so the parameter keeps its name.
    return BeforeValidator(lambda value: value if isinstance(value, dict) else {key: value})


def name_choices(value: Any) -> Any:  # noqa: ANN401  what stands in a file can be anything
    """Return a list of labels as the map of choices that do nothing but count; anything else as it is."""
    # json_schema.py recognises this function by its name, too.
    if not isinstance(value, list) or not all(isinstance(label, str | int | float) for label in value):
        return value
    return {str(label): {} for label in value}


Listed = Annotated[list[str], BeforeValidator(wrap_in_list)]
"""A text, or a list of texts; each is a message of its own."""


class FlowModelBase(BaseModel):
    """A frozen model that knows all its keys; numbers where text is expected are the text that was typed."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Cards(FlowModelBase):
    """Product cards, side by side: one for each row of a table that fits."""

    table: Name = Field(description="Table under tables/.", alias="from")
    where: str = Field(default="", description="A condition on its columns: mood is {{ mood }} and caffeine is no.")
    most: int = Field(default=10, ge=1, le=10, description="Cards at most; the platform shows ten.")
    title: str = Field(description="May use the columns of the row: {{ name }}.")
    subtitle: str = ""
    image: str = ""
    link: str = Field(default="", description="Opened when the card is tapped.")
    buttons: dict[str, str] = Field(default={}, description="label: web address, phone number or step", max_length=3)


class MessageItemModel(FlowModelBase):
    """One thing that is said: exactly one of these."""

    text: str = ""
    image: str = Field(default="", description="Public address of a picture.")
    video: str = ""
    audio: str = ""
    file: str = ""
    pause: str = Field(default="", description="Typing shows that long before the next message: 2 seconds.")
    cards: Cards | None = None

    @model_validator(mode="after")
    def _check_one_kind(self) -> "MessageItemModel":
        if len(self.model_fields_set) != 1:
            message = "say one thing at a time: text, image, video, audio, file, pause or cards"
            raise ValueError(message)
        return self


Says = Annotated[list[Annotated[MessageItemModel, wrap_under_key("text")]], BeforeValidator(wrap_in_list)]
"""Texts and other things to say, one message each."""


class TranslatedCards(Cards):
    """The texts of cards in another language; what is not given stays as it is."""

    table: Name = Field(default="", description="Not needed; the original's counts.", alias="from")
    title: str = ""
    buttons: dict[str, str] = Field(
        default={}, max_length=3, description="By the label of the original: what stands on it."
    )


class TranslatedSaid(MessageItemModel):
    """One thing that is said, in another language."""

    cards: TranslatedCards | None = None


TranslatedSays = Annotated[list[Annotated[TranslatedSaid, wrap_under_key("text")]], BeforeValidator(wrap_in_list)]
"""What is said in another language, in the order of the original."""


class FindText(FlowModelBase):
    """A row of a table that is looked up by what is known; its columns are then variables of texts."""

    table: Name = Field(description="Table under tables/.")
    where: str = Field(description="A condition on its columns: number is {{ order_number }}.")


class TakeText(FlowModelBase):
    """Seats of the table row that was chosen, counted so that no more are given than there are."""

    table: Name = Field(alias="from", description="Table under tables/ with a column places.")
    places: int | Name = Field(default=1, description="How many: a number, or a number field.")
