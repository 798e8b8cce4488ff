"""Models of the flow language: one for a flow file, one for its translations (DESIGN.md §6).

The models define which keys and values are allowed; :mod:`flows.checks.run` checks whether they make sense.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from domain.workspace_config import EventName, Name
from flows.language.buttons import classify_target
from flows.language.message_model import (
    Cards,
    FindText,
    FlowModelBase,
    Listed,
    MessageItemModel,
    Says,
    TakeText,
    name_choices,
    wrap_in_list,
    wrap_under_key,
)

__all__ = [
    "ANY",
    "END",
    "KIND_BY_KEY",
    "Ask",
    "AskKind",
    "CalendarText",
    "Cards",
    "ChoiceText",
    "FindText",
    "FlowModelBase",
    "FlowText",
    "MailText",
    "MessageItemModel",
    "NotifyText",
    "Nudge",
    "RelayText",
    "Start",
    "StepKind",
    "StepText",
    "TakeText",
    "Timeout",
]  # fmt: skip

ANY = "any"
"""Stands for all posts in the list of posts."""
END = "end"
"""The step that ends a conversation; where a flow was called, it returns to the caller."""

AskKind = Literal[
    "email", "text", "choice", "phone", "number", "date", "time", "moment", "yes_no", "rating", "file", "question",
    "many", "several",
]  # fmt: skip
StepKind = Literal[
    AskKind, "say", "consent", "confirm", "prove", "wait", "if", "switch", "find", "split", "call", "code", "take",
    "hook", "mail", "relay", "hand_over",
]  # fmt: skip
"""What a step waits for or decides by; ``say`` goes on at once."""


KIND_BY_KEY: dict[str, StepKind] = {
    "consent": "consent", "confirm": "confirm", "prove": "prove", "wait": "wait", "condition": "if", "switch": "switch",
    "find": "find", "split": "split", "call": "call", "code": "code", "take": "take", "hook": "hook", "mail": "mail",
    "relay": "relay", "hand_over": "hand_over",
}  # fmt: skip
"""Kind of a step by the key that it has; ``ask`` has kinds of its own."""


class Comments(FlowModelBase):
    """Comments on posts of the Page that are answered privately."""

    posts: Listed = Field(default=[ANY], description="Ids of posts; any: all of them.")
    words: Listed = Field(default=[], description="One of these has to be written; none: every comment.")
    say: str = Field(description="The private reply; the flow begins when the person answers it.")


class Start(FlowModelBase):
    """How a person gets into a flow."""

    button: Literal["get started"] | None = Field(default=None, description="Messenger's get-started button.")
    words: Listed = Field(default=[], description="Typed words that begin it.")
    links: Listed = Field(default=[], description="The ref of m.me links and ads: m.me/Page?ref=spring; ids of ads.")
    comments: Comments | None = Field(default=None, description="Comments that are answered privately.")


def _allow_either_kind(schema: dict[str, Any]) -> None:
    """Tell editors that ``number: whole`` can stand in place of ``for``."""
    schema.pop("required", None)
    schema["anyOf"] = [{"required": ["for"]}, {"required": ["number"]}]


class Ask(FlowModelBase):
    """What a step waits for."""

    model_config = ConfigDict(json_schema_extra=_allow_either_kind)

    kind: AskKind = Field(alias="for", description="What kind of answer.")
    number: Literal["", "whole"] = Field(
        default="", description="whole: no fractions; for: number may be left out then."
    )
    lowest: str = Field(
        default="", alias="from", description="Least number (of choices: many), or earliest date or time: today, 14:00."
    )
    highest: str = Field(default="", alias="to", description="Most: 12, in 60 days, 20:30.")
    pattern: str = Field(
        default="", max_length=200, description="What a text must look like (RE2-like, no backtracking)."
    )
    table: Name | None = Field(default=None, description="FAQ table that answers a question.")
    steps: Listed = Field(default=[], description="Questions below that one sentence may answer, for: several.")
    files: list[Literal["image", "video", "audio", "file"]] = Field(default=[], description="Attachments that fit.")
    open: bool | None = Field(
        default=None, description="Whether the day or time lies in the opening hours; a moment does if you declare any."
    )
    their_time: bool = Field(default=False, description="The day or time is theirs; else it is at your place's clock.")

    @model_validator(mode="before")
    @classmethod
    def _complete_kind(cls, written: object) -> object:
        # “ask: {number: whole}” says what it asks for.
        return {"for": "number", **written} if isinstance(written, dict) and "number" in written else written


class ChoiceText(FlowModelBase):
    """What happens when a choice is taken: a step to go to, or an answer that stays where it is.

    Of ``ask: many``, a choice may do nothing but count.
    """

    go: str = Field(default="", description="Step to go to.")
    say: Says = Field(default=[], description="What is answered; without go the question stays open.")
    words: Listed = Field(default=[], description="Other words that mean it.")
    set: dict[Name, str | int | float | bool] = Field(default={}, description="Declared fields and their values.")
    score: dict[Name, int] = Field(default={}, description="Points added to declared number fields.")
    tag: Listed = Field(default=[], description="Tags the person gets.")


class Nudge(FlowModelBase):
    """One friendly reminder while the question is open."""

    after: str = Field(description="Time as said: 20 minutes; counted from the question.")
    say: str = Field(description="What is said then.")


class Timeout(FlowModelBase):
    """The way on when nobody answers."""

    after: str = Field(description="Time as said: 2 hours; counted from the question.")
    go: str = Field(description="Step to go to.")


class CalendarText(FlowModelBase):
    """An appointment that goes with a mail as a calendar file."""

    title: str
    starts: Name = Field(description="Declared field of type moment or date, or a column of a table row.")
    length: str = Field(default="1 hour")
    where: str = ""
    description: str = ""


class MailText(FlowModelBase):
    """A transactional mail that the person asked for by what they did; goes to a proven address, else: else."""

    template: Name
    calendar: CalendarText | None = None


class NotifyText(FlowModelBase):
    """A mail to the team."""

    team: Name = Field(description="Mailbox declared under team in doorstep.yaml.")
    say: str = Field(description="What it says; may use every variable.")


class RelayText(FlowModelBase):
    """Tell by chat while the messaging window is open, else by mail: once, and by the channel the person chose."""

    mail: Name = Field(description="Template of the mail.")
    topic: Name | None = Field(
        default=None, description="Topic it belongs to: marketing, needs its consent.  Without: transactional."
    )
    at: str = Field(default="", description="When: 1 day before tasting_at, 2 hours after now.  Empty: now.")
    calendar: CalendarText | None = None


class StepText(FlowModelBase):
    """One step as written.  What it does on arriving stands first, then what it waits for, then its ways out."""

    say: Says = Field(default=[], description="What the bot says.")
    persona: Name | None = Field(default=None, description="Declared persona that speaks here.")
    buttons: dict[str, str] = Field(
        default={}, max_length=3, description="Buttons under the last text; label: web address, phone number or step."
    )
    tag: Listed = Field(default=[], description="Tags the person gets.")
    untag: Listed = Field(default=[], description="Tags the person loses.")
    set: dict[Name, str | int | float | bool] = Field(default={}, description="Declared fields and their values.")
    score: dict[Name, int] = Field(default={}, description="Points added to declared number fields.")
    event: EventName | None = Field(default=None, description="Declared event that is recorded.")
    channel: dict[Name, Literal["chat", "mail", "both"]] | Literal["chat", "mail", "both"] | None = Field(
        default=None, description="The channel the person chose, for all or by topic."
    )
    speak: str = Field(default="", description="Language spoken from here on.")
    withdraw: Name | None = Field(default=None, description="Topic whose consent the person takes back.")
    notify: NotifyText | None = Field(default=None, description="A mail to the team.")
    result: Literal["declined", "gave_up"] | None = Field(
        default=None, description="What a called flow comes to; its caller goes on by declines or gives_up."
    )
    give_back: Name | None = Field(default=None, description="Table whose places the person gives back.")
    my_data: Literal["show", "delete"] | None = Field(
        default=None, description="show: say what is kept; delete: erase everything, which ends the conversation."
    )

    ask: Annotated[Ask, wrap_under_key("for")] | None = Field(default=None, description="What it waits for.")
    save: Name | None = Field(default=None, description="Declared field that keeps the answer.")
    tries: int = Field(default=3, ge=1, le=10, description="Answers that may not fit before else.")
    again: str = Field(default="", description="What is said when an answer does not fit.")
    skip: str = Field(default="", description="Label that leaves the question out and goes on.")
    low: str = Field(default="", description="What the lowest mark of a rating means; stands beside its number.")
    high: str = Field(default="", description="What the highest mark of a rating means.")
    done: str = Field(default="", description="Label that ends taking, where several choices may be taken.")
    choices: Annotated[dict[str, Annotated[ChoiceText, wrap_under_key("go")]], BeforeValidator(name_choices)] = Field(
        default={}, description="label: step; where several may be taken (ask: many), a list of labels."
    )
    consent: Name | None = Field(default=None, description="Topic whose wording is shown and asked for.")
    agree: str = Field(default="", description="Label that agrees.")
    decline: str = Field(default="", description="Label that declines.")
    confirm: Name | None = Field(default=None, description="Topic whose code is sent and waited for.")
    prove: Literal["address"] | None = Field(
        default=None, description="A code proves the address for what was asked for; no topic, no marketing."
    )
    wait: str = Field(default="", description="Goes on after this time: 20 minutes.")
    nudge: Annotated[list[Nudge], BeforeValidator(wrap_in_list)] = Field(
        default=[], max_length=3, description="Reminders while the question is open."
    )
    timeout: Timeout | None = Field(default=None, description="The way on when nobody answers.")

    condition: str = Field(default="", alias="if", description="True: go; else: else.")
    switch: Name | None = Field(default=None, description="Declared field whose value decides; see cases.")
    cases: dict[str, str] = Field(
        default={}, max_length=50, description="value: step; values such as Hamburg, Berlin or Bonn, 9 to 10, under 18."
    )
    find: FindText | None = Field(default=None, description="A row of a table; none fits: else.")
    split: dict[Name, str] = Field(default={}, description="step: share; by chance, but always the same for a person.")
    call: Name | None = Field(default=None, description="Flow that runs now and then returns here; goes on with go.")
    topic: Name | None = Field(default=None, description="With call: the topic that its “prove: address” confirms.")
    code: Name | None = Field(default=None, description="Pool a code is drawn from, then {{ code }}; none left: else.")
    take: TakeText | None = Field(default=None, description="Places of the chosen row; too few are left: else.")
    hook: Name | None = Field(default=None, description="Declared hook that is asked; no good answer in time: else.")
    fields: Listed = Field(default=[], description="Declared fields that the hook is told; nothing else is.")
    sets: Listed = Field(default=[], description="Declared fields that the answer of the hook may set.")
    at_most: str = Field(default="", description="How long the answer of a hook is waited for; else 30 seconds.")
    mail: Annotated[MailText, wrap_under_key("template")] | None = Field(
        default=None, description="A mail they asked for."
    )
    relay: Annotated[RelayText, wrap_under_key("mail")] | None = Field(
        default=None, description="say, by chat or by mail."
    )
    hand_over: str = Field(default="", description="Why a person of the team takes over; goes on when handed back.")

    go: str = Field(default="", description="Next step; without it the one below.")
    otherwise: str = Field(default="", alias="else", description="The way out when it does not go as hoped.")
    declines: str = Field(default="", description="The way out of a no to what is asked; without it else.")
    no_rows: str = Field(default="", description="The way out if no row of the table fits; without it else.")
    gives_up: str = Field(default="", description="The way out after the last answer that does not fit; else.")

    @property
    def ways_out(self) -> dict[str, str]:
        """Step of each way out that is written, by its key; ``else`` stands for those that are not."""
        own_ways = {"declines": self.declines, "no_rows": self.no_rows, "gives_up": self.gives_up}
        return {key: target for key, target in (*own_ways.items(), ("else", self.otherwise)) if target}

    @property
    def kind(self) -> StepKind:
        """What the step waits for or decides by; the first set key counts (:data:`KIND_BY_KEY`)."""
        if self.ask:
            return self.ask.kind
        for key, kind in KIND_BY_KEY.items():
            # In the order of the table, so of two such keys the earlier decides.
            if getattr(self, key):
                return kind
        # A button that leads to a step makes this step wait for a tap, as choices do; a web address does not.
        shown = [self.buttons, *(item.cards.buttons for item in self.say if item.cards)]
        leads = any(classify_target(target) == "step" for buttons in shown for target in buttons.values())
        return "choice" if self.choices or leads else "say"


class FlowText(FlowModelBase):
    """A flow file."""

    flow: Name = Field(description="Its name.")
    language: str = Field(default="", description="The language of its texts; empty: the workspace's first.")
    persona: Name | None = Field(default=None, description="Declared persona that speaks.")
    start: Start = Start()
    steps: dict[Name, StepText] = Field(min_length=1, description="They run downward.")
    migrate: dict[Name, str] = Field(
        default={},
        description="Steps that are gone: new step, or stay (people finish in the old version); see doorstep plan.",
    )
