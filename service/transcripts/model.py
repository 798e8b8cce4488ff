"""The transcript language as it is written (docs/transcripts.md): a transcript, its people and its lines."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from domain.workspace_config import Name

Kept = str | int | float | bool | None
"""A field's value."""

ACTIONS = (
    "says", "taps", "sends", "edits", "unsends", "opens", "follows", "presses", "does", "human", "refuses", "wait",
)  # fmt: skip
"""What may happen in a line; one of them."""


def _listed(value: Any) -> Any:  # noqa: ANN401  what stands in a file can be anything
    return value if isinstance(value, list) else [value]


def _under(key: str) -> BeforeValidator:
    """One word stands for the map ``{key: …}``."""
    return BeforeValidator(lambda value: value if isinstance(value, dict) else {key: value})


Listed = Annotated[list[str], BeforeValidator(_listed)]


class Written(BaseModel):
    """A frozen model that knows all its keys; numbers where text is expected are the text that was typed."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class PersonText(Written):
    """What is known of a person before the first line."""

    first_name: str = ""
    language: str = Field(default="", description="The language spoken to them; empty: the transcript's.")
    timezone: str = Field(default="", description="IANA name; empty: the workspace's.")
    email: str = Field(default="", description="What their Messenger profile offers as quick reply.")
    phone: str = Field(default="", description="What their Messenger profile offers as quick reply.")
    proven: bool = Field(default=False, description="The email was proven by a code a day before.")
    consents: dict[Name, Literal["confirmed"]] = Field(default={}, description="Topics confirmed a day before.")
    tags: list[str] = []
    fields: dict[Name, Kept] = {}
    chance: int | None = Field(
        default=None, ge=0, le=99, description="Where they fall in every split: 0 the first part, 99 the last."
    )


class TapText(Written):
    """What is tapped."""

    label: str
    on: str = Field(default="", description="Title of the card, or words of the message, that carries it.")


class EditText(Written):
    """A typed message that is changed."""

    old: str = Field(default="", alias="from", description="What it said; empty: the last one.")
    new: str = Field(alias="to", description="What it says now.")


class FollowText(Written):
    """A link or ad that is followed."""

    ref: str
    ad: str = Field(default="", description="Id of the ad it came by.")


class DeedText(Written):
    """A product event."""

    event: str
    properties: dict[str, Kept] = {}


class BotText(Written):
    """One thing that the bot says; every key that is given must hold."""

    text: str = Field(default="", description="The whole message.")
    contains: Listed = Field(default=[], description="Parts of the message.")
    step: str = Field(default="", description="Everything that this step says; flow/step for one of another flow.")
    wording: Name | None = Field(default=None, description="The exact consent text of this topic.")
    cards: list[str] | int | None = Field(default=None, description="Their titles in order, or how many.")
    image: str = ""
    video: str = ""
    audio: str = ""
    file: str = ""
    buttons: list[str] | None = Field(default=None, description="Labels under it, all of them.")
    quick_replies: list[str] | None = Field(default=None, description="Labels under it, all of them.")
    persona: Name | None = Field(default=None, description="Who speaks.")

    @model_validator(mode="after")
    def _says_something(self) -> "BotText":
        if not self.model_fields_set:
            message = "say what the bot says: text, contains, step, wording, cards, image, buttons or quick_replies"
            raise ValueError(message)
        return self


class ExpectText(Written):
    """What holds after a line."""

    step: str = ""
    flow: str = ""
    tags: list[str] | None = None
    fields: dict[str, Kept] = {}
    consents: dict[str, Literal["declined", "agreed", "confirmed", "withdrawn", "none"]] = {}
    addresses: dict[str, Literal["unproven", "pending", "proven", "bounced", "disowned", "moved", "none"]] = {}
    mails: list[str] | None = None
    notified: list[str] | None = None
    events: list[str] | None = None
    sequences: dict[str, str] = {}
    channels: dict[str, Literal["chat", "mail", "both"]] = {}
    codes: dict[str, str] = {}
    language: str = ""
    human: bool | None = None
    window: Literal["open", "closed"] | None = None


Sendable = Literal["image", "video", "audio", "file", "sticker", "location"]
Sent = Annotated[list[Sendable], BeforeValidator(_listed)]
Deeds = Annotated[list[Annotated[DeedText, _under("event")]], BeforeValidator(_listed)]
Said = Annotated[list[Annotated[BotText, _under("text")]], BeforeValidator(_listed)]


class LineText(Written):
    """One line: one thing that happens, what the bot says to it, what holds afterwards."""

    who: str = Field(default="", description="Who does it; empty: the person of the line before.")
    says: str | None = None
    taps: Annotated[TapText, _under("label")] | None = None
    sends: Sent | None = None
    edits: Annotated[EditText, _under("to")] | None = None
    unsends: str | None = None
    opens: str | None = None
    follows: Annotated[FollowText, _under("ref")] | None = None
    presses: Literal["confirm", "not me", "unsubscribe"] | None = None
    does: Deeds | None = None
    human: str | None = None
    refuses: Literal["outside window", "blocked"] | None = None
    wait: str | None = None
    bot: Said | None = None
    expect: ExpectText | None = None

    _actions: ClassVar[frozenset[str]] = frozenset(ACTIONS)

    @model_validator(mode="after")
    def _one_action(self) -> "LineText":
        if len(self._actions & self.model_fields_set) > 1:
            message = f"one thing happens in a line: {', '.join(ACTIONS)}"
            raise ValueError(message)
        return self

    @property
    def action(self) -> str:
        """The action of the line; empty if it has none."""
        return next(iter(self._actions & self.model_fields_set), "")


class TranscriptText(Written):
    """One transcript."""

    transcript: str = Field(min_length=1, description="What it shows, as a sentence.")
    flow: Name | None = Field(default=None, description="The flow it is about.")
    language: str = Field(default="", description="Spoken to everybody; empty: the workspace's first.")
    at: str = Field(default="", description="When it begins: 2026-12-24 18:30, in the workspace's time zone.")
    people: dict[str, PersonText] = Field(default={}, description="What is known of people from the start.")
    codes: dict[Name, list[str]] = Field(default={}, description="What the pools hold.")
    talk: list[LineText] = Field(min_length=1, description="The lines.")
