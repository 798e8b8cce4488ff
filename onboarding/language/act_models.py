"""The models of what a step of a sequence does without a person's answer; written as in flows."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from domain.workspace_config import EventName, Name, Strict


def wrap_in_list(value: object) -> object:
    """Let one text stand for a list of one."""
    return [value] if isinstance(value, str) else value


Names = Annotated[list[str], BeforeValidator(wrap_in_list)]
"""One name, or a list."""


class NotifyModel(Strict):
    """A mail to the team."""

    team: Name = Field(description="Mailbox declared under team in doorstep.yaml.")
    say: str = Field(description="What it says; may use fields, counters, {{ first_name }}, {{ hi }}.")


class TaskModel(Strict):
    """Something for a person of the team to do."""

    team: Name = Field(description="Mailbox declared under team in doorstep.yaml.")
    say: str = Field(description="What is to be done; may use fields, counters, {{ first_name }}.")
    due: str = Field(description="How long they have: “2 workdays”, “3 days, then 10:00 their time”.")


class RelayModel(Strict):
    """Tell by chat while the messaging window is open, else by mail; by the channel that the person chose."""

    mail: Name = Field(description="Template of the mail.")
    say: str | dict[str, str] = Field(description="What the chat says: one text, or one for each language.")


class ActModel(Strict):
    """What a step does at once."""

    tag: Names = Field(default=[], description="Tags the person gets.")
    untag: Names = Field(default=[], description="Tags the person loses.")
    set: dict[Name, str | int | float | bool] = Field(default={}, description="Declared fields and their values.")
    score: dict[Name, int] = Field(default={}, description="Points added to declared number fields.")
    event: EventName | None = Field(default=None, description="Declared event that is recorded.")
    notify: NotifyModel | None = Field(default=None, description="A mail to the team.")
    task: TaskModel | None = Field(default=None, description="Something for the team to do, with a due date.")
    code: Name | None = Field(default=None, description="Pool a code is drawn from, then {{ code }}; none left: else.")
    withdraw: Name | None = Field(default=None, description="Topic that the person is taken off.")
    rest: Name | None = Field(default=None, description="Topic whose mails rest until the person gives any sign.")
    split: dict[Name, str] = Field(default={}, description="step: share; by chance, but always the same for a person.")
    hook: Name | None = Field(default=None, description="Declared hook that is told; the step does not wait for it.")
    fields: Names = Field(default=[], description="Declared fields that the hook is told; nothing else is.")
    relay: RelayModel | None = Field(default=None, description="Chat while that is possible, else this mail.")
