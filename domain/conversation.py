"""Where a person stands in a conversation, and what a flow tells them later; parts of :mod:`domain.record`."""

from datetime import datetime

from msgspec import Struct

from domain.values import Value


class Answered(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """An answer given in this conversation, so that it can be judged again when its message is edited or unsent."""

    step: str
    mid: str


class Frame(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """The place that a called flow returns to."""

    flow: str
    flow_hash: str
    step: str
    """The step that called; its next step follows."""
    trail: tuple[str, ...] = ()
    """Steps the calling flow had asked, as in :attr:`Conversation.trail`: “back” leads to them."""
    answered: tuple[Answered, ...] = ()
    """Answers given in the calling flow: an edited no still withdraws a consent while the called flow runs."""


class Conversation(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """The place where a person stands in a flow."""

    flow: str
    flow_hash: str
    """Content hash of the flow version the person is in."""
    step: str
    entered_at: datetime
    tries: int = 0
    """Number of answers to the present question that did not fit."""
    variables: dict[str, Value] = {}
    trail: tuple[str, ...] = ()
    """Steps asked before this one, latest last; what “back” returns to."""
    nudge_at: datetime | None = None
    """When the next nudge of the step is due; None if the step has none, or all were given."""
    nudges: int = 0
    """Number of nudges given for the present question."""
    timeout_at: datetime | None = None
    """When the wait or the timeout of the present step ends; None if it has neither."""
    stack: tuple[Frame, ...] = ()
    """Flows that called this one, the innermost last."""
    answered: tuple[Answered, ...] = ()
    """The latest answers and the messages that gave them, at most 10."""


class ScheduledMessage(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """Something to tell a person at its time: by chat while the messaging window is open, else by mail."""

    id: str
    """The same however often it is decided; also the id of the mail, so that it goes at most once."""
    flow: str
    flow_hash: str
    step: str
    """The ``relay`` step, which holds its texts and its mail."""
    due_at: datetime
    chat: str = ""
    """Id of the chat message that carried it; if that is refused, it goes by mail.  Empty if it was not told yet."""
    address: str = ""
    """Keyed hash of the address that the mail goes to; empty means a proven one."""
