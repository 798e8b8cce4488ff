"""The models of transcript files (docs/transcripts.md): a transcript, its people and its lines."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from domain.workspace_config import Name
from language.lists import join_list

FieldValue = str | int | float | bool | None
"""A plain value."""


def _join_items(value: Any) -> Any:  # noqa: ANN401  what stands in a file can be anything
    return join_list(value) if isinstance(value, list) and all(isinstance(item, str) for item in value) else value


PersonField = Annotated[FieldValue, BeforeValidator(_join_items)]
"""The value of a field of a person; several choices may be written as a list."""

ACTIONS = (
    "says", "taps", "sends", "edits", "unsends", "opens", "follows", "presses", "does", "human", "refuses", "wait",
)  # fmt: skip
"""The actions; a line has one of them at most."""


def _as_list(value: Any) -> Any:  # noqa: ANN401  what stands in a file can be anything
    return value if isinstance(value, list) else [value]


def _as_map(key: str) -> BeforeValidator:
    """Return a validator that reads a plain value as the map ``{key: value}``, such as ``taps: Yes``."""
    return BeforeValidator(lambda value: value if isinstance(value, dict) else {key: value})


TextList = Annotated[list[str], BeforeValidator(_as_list)]


class TranscriptModel(BaseModel):
    """Base of all models here.  Unknown keys are errors."""

    # A code or a phone number without quotes is a number in YAML, and meant as text.
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class PersonText(TranscriptModel):
    """A person, as known before the first line."""

    first_name: str = ""
    language: str = Field(default="", description="The language spoken to them; empty: the transcript's.")
    timezone: str = Field(default="", description="IANA name; empty: the workspace's.")
    email: str = Field(default="", description="What their Messenger profile offers as quick reply.")
    phone: str = Field(default="", description="What their Messenger profile offers as quick reply.")
    proven: bool = Field(default=False, description="The email was proven by a code a day before.")
    consents: dict[Name, Literal["confirmed"]] = Field(default={}, description="Topics confirmed a day before.")
    tags: list[str] = []
    fields: dict[Name, PersonField] = {}
    chance: int | None = Field(
        default=None, ge=0, le=99, description="Where they fall in every split: 0 the first part, 99 the last."
    )


class TapText(TranscriptModel):
    """A tap."""

    label: str
    on: str = Field(default="", description="Title of the card, or words of the message, that carries it.")


class EditText(TranscriptModel):
    """An edit of a typed message."""

    old: str = Field(default="", alias="from", description="What it said; empty: the last one.")
    new: str = Field(alias="to", description="What it says now.")


class FollowText(TranscriptModel):
    """A link or ad that the person follows."""

    ref: str
    ad: str = Field(default="", description="Id of the ad it came by.")


class DeedText(TranscriptModel):
    """A product event."""

    event: str
    properties: dict[str, FieldValue] = {}


class BotText(TranscriptModel):
    """One item of what the bot says; every key that is given must hold."""

    text: str = Field(default="", description="The whole message.")
    contains: TextList = Field(default=[], description="Parts of the message.")
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
        if not self.model_fields_set:  # an empty map would fit every message
            message = "say what the bot says: text, contains, step, wording, cards, image, buttons or quick_replies"
            raise ValueError(message)
        return self


class ExpectText(TranscriptModel):
    """What must hold after a line; every key that is given is compared."""

    step: str = ""
    flow: str = ""
    # None and empty differ: ``tags: []`` asks that there are none, no ``tags`` asks nothing.
    tags: list[str] | None = None
    fields: dict[str, PersonField] = {}
    consents: dict[str, Literal["declined", "agreed", "confirmed", "withdrawn", "none"]] = {}
    addresses: dict[str, Literal["unproven", "pending", "proven", "bounced", "disowned", "moved", "none"]] = {}
    mails: list[str] | None = None
    notified: list[str] | None = None
    events: list[str] | None = None
    sequences: dict[str, str] = {}  # {weeks: pause} by step, or {weeks: finished}
    channels: dict[str, Literal["chat", "mail", "both"]] = {}  # by topic; "all" is the choice without a topic
    codes: dict[str, str] = {}  # vouchers by pool
    language: str = ""
    human: bool | None = None
    window: Literal["open", "closed"] | None = None


HookPlay = dict[Name, FieldValue] | Literal["failed", "late"]
"""What a hook answers once."""
Sendable = Literal["image", "video", "audio", "file", "sticker", "location"]
SentKinds = Annotated[list[Sendable], BeforeValidator(_as_list)]
ProductEvents = Annotated[list[Annotated[DeedText, _as_map("event")]], BeforeValidator(_as_list)]
BotTexts = Annotated[list[Annotated[BotText, _as_map("text")]], BeforeValidator(_as_list)]


class LineText(TranscriptModel):
    """One line: an action, what the bot says to it, and what holds afterwards."""

    who: str = Field(default="", description="Who does it; empty: the person of the line before.")
    # The actions.  Most take a plain value as the short form of their map: ``taps: Yes`` is ``taps: {label: Yes}``.
    says: str | None = None  # "{{ code }}" in it is the code of the newest mail
    taps: Annotated[TapText, _as_map("label")] | None = None
    sends: SentKinds | None = None  # image, or [image, file]
    edits: Annotated[EditText, _as_map("to")] | None = None
    unsends: str | None = None  # a text, or "last"
    opens: str | None = None  # a flow, or "get started"
    follows: Annotated[FollowText, _as_map("ref")] | None = None
    presses: Literal["confirm", "not me", "unsubscribe"] | None = None
    does: ProductEvents | None = None  # cup.noted, or [{event: box.ordered, properties: {tea: sencha}}]
    human: str | None = None  # "takes over", "hands back", or what the team writes
    refuses: Literal["outside window", "blocked"] | None = None
    wait: str | None = None  # "3 days"
    bot: BotTexts | None = None
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
        """The key of the line's action; empty if it has none."""
        return next(iter(self._actions & self.model_fields_set), "")


class TranscriptText(TranscriptModel):
    """One transcript."""

    transcript: str = Field(min_length=1, description="What it shows, as a sentence.")
    flow: Name | None = Field(default=None, description="The flow it is about.")
    language: str = Field(default="", description="Spoken to everybody; empty: the workspace's first.")
    at: str = Field(default="", description="When it begins: 2026-12-24 18:30, in the workspace's time zone.")
    people: dict[str, PersonText] = Field(default={}, description="What is known of people from the start.")
    codes: dict[Name, list[str]] = Field(default={}, description="What the pools hold.")
    taken: dict[Name, dict[str, int]] = Field(default={}, description="Places that are taken, by table and row.")
    hooks: dict[Name, list[HookPlay]] = Field(
        default={}, description="What hooks answer, in turn: {order_state: sent}, failed, or late (never)."
    )
    talk: list[LineText] = Field(min_length=1, description="The lines.")
