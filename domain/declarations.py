"""Fields, events and senders as ``doorstep.yaml`` declares them, and what all its models have in common."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

Texts = dict[str, str]
"""By language code (BCP 47), such as ``{en: Hello, de: Hallo}``."""

NAME = r"^[a-z][a-z0-9_]{0,39}$"
EVENT_NAME = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$"
Name = Annotated[str, Field(pattern=NAME)]
EventName = Annotated[str, Field(pattern=EVENT_NAME, max_length=64)]


class Strict(BaseModel):
    """A frozen model that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldDeclaration(Strict):
    """Something known of a person."""

    type: Literal["text", "number", "yes_no", "date", "time", "moment", "phone", "email", "list"] = Field(
        default="text",
        description="date: 2026-12-24, time: 19:00, moment: both, with time zone; list: several choices.",
    )
    label: Texts = {}
    fallback: Texts = Field(default={}, description="What is said where it is empty.")
    sources: list[str] = Field(
        default=[], alias="from", description="Properties of events that fill it: [account.created.plan]."
    )

    @field_validator("sources", mode="before")
    @classmethod
    def _wrap_one(cls, written: object) -> object:
        return [written] if isinstance(written, str) else written


class EventDeclaration(Strict):
    """A product event that sequences may listen to."""

    label: Texts = Field(description="For the playground and reports, such as “noted a cup”.")
    example: dict[str, str | int | float | bool] = Field(default={}, description="Example properties.")
    counter: Name | None = Field(
        default=None, description="Mails may say how often it happened, under this name: {{ cups }}."
    )
    keep: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field(
        default=[], max_length=8, description="Properties that are kept; all others are dropped at the door."
    )
    use: bool = Field(default=False, description="It tells at what hour a person uses the product.")


MAIL_REPLIED = "mail.replied"
"""The event that every workspace has: a person answered a mail."""
MAIL_CLICKED = "mail.clicked"
"""Another: a person, and no program, followed a link of a mail; only where links are counted."""


class DeclaredEvents(dict[str, EventDeclaration]):
    """The events of a workspace by name; the built-in ones are known without a line, and are not listed."""

    BUILT_IN: ClassVar[dict[str, EventDeclaration]] = {
        MAIL_REPLIED: EventDeclaration(label={"en": "replied to a mail", "de": "hat auf eine Mail geantwortet"}),
        MAIL_CLICKED: EventDeclaration(
            label={"en": "followed a link of a mail", "de": "ist einem Link einer Mail gefolgt"}, keep=["mail"]
        ),
    }

    def __contains__(self, name: object) -> bool:
        """Return True for a declared and for a built-in event."""
        return super().__contains__(name) or name in self.BUILT_IN

    def __missing__(self, name: str) -> EventDeclaration:
        """Return the declaration of a built-in event that the workspace does not declare anew."""
        return self.BUILT_IN[name]


Events = Annotated[dict[EventName, EventDeclaration], AfterValidator(DeclaredEvents)]


class Greeting(Strict):
    """How ``{{ hi }}`` greets, with and without a first name."""

    named: Texts
    unnamed: Texts


class KeptReaders(Strict):
    """That readers of a topic stay readers although they give no sign."""

    off: str = Field(min_length=10, max_length=300, description="Why, in a sentence; reports show it.")


class RampUp(Strict):
    """How the volume of marketing mail grows: so many a day at first, so many times more each day, up to a ceiling."""

    start: int = Field(default=200, ge=1, le=1_000_000, description="Mails of the first day to each provider.")
    growth: float = Field(default=1.5, ge=1.0, le=3.0, description="How many times the day before a day may have.")
    ceiling: int = Field(default=50_000, ge=1, le=10_000_000, description="No day has more to one provider.")
    per: Literal["provider", "all"] = Field(
        default="provider", description="provider: each mailbox provider has a share; all: one share for everybody."
    )

    @model_validator(mode="after")
    def _begin_below_ceiling(self) -> Self:
        if self.start > self.ceiling:
            message = f"it begins with {self.start:,} mails a day, above its ceiling of {self.ceiling:,}"
            raise ValueError(message)
        return self


class SenderAddress(Strict):
    """From whom mail comes (RFC 5322 ``From`` and ``Reply-To``)."""

    name: str = Field(description="Display name, such as “Lena from Amsel Tea”.")
    email: str = Field(description="Address in ``From``; it must be able to receive.")
    reply_to: str = Field(default="", description="Where answers go; empty: to ``email``.")
    name_in: Texts = Field(default={}, description="The name in other languages.")
    bounces: str = Field(default="", description="Domain of bounces: bounce.example.com; empty: to ``email``.")

    def name_for(self, language: str) -> str:
        """Return the display name for mail in this language."""
        return self.name_in.get(language, self.name)


class MarketingSender(SenderAddress):
    """The sender of mails that nobody waits for, whose volume may grow day by day."""

    rampup: RampUp | None = Field(
        default=None, description="Volume that grows day by day: {start: 200, growth: 1.5, ceiling: 50000}."
    )


class Senders(Strict):
    """One sender a stream, so that one cannot hurt the other."""

    transactional: SenderAddress
    marketing: MarketingSender


class Persona(Strict):
    """A named voice with a picture that can speak instead of the Page (Messenger personas)."""

    name: str
    picture: str = Field(description="Public https address of a square picture.")


class MenuItem(Strict):
    """One line of the persistent menu: begins a flow, or opens a page."""

    label: Texts
    flow: Name | None = None
    url: str = ""


class IceBreaker(Strict):
    """A question that Messenger offers before the first message; begins a flow."""

    question: Texts
    flow: Name
