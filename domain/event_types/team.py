"""What the people of the team do about a person; see :mod:`domain.events` for the rules of all events."""

from domain.event_types.base import Event


class AddressUnblocked(Event, frozen=True, kw_only=True, gc=False):
    """An operator lifted the suppression of ``address`` (its keyed hash); ``by`` tells the ledger who and why."""

    address: str
    by: str


class DraftsSettled(Event, frozen=True, kw_only=True, gc=False):
    """The team sends or drops the mails of a draft sequence (of one ``step``, or of all) that wait for this person."""

    sequence: str
    step: str
    send: bool


class BeginAllowed(Event, frozen=True, kw_only=True, gc=False):
    """The team lets this person begin a sequence whose start by a condition or a date they fit already."""

    sequence: str


class TaskSettled(Event, frozen=True, kw_only=True, gc=False):
    """Somebody of the team did a task, or opened it again."""

    task: str
    """Id of the task, which is that of its mail."""
    number: int
    """Place of the outcome, from 0; :data:`domain.questions.task_state.REOPENED` opens the task again."""
