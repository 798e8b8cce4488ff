"""Where a person stands in sequences, and what they did; parts of :mod:`domain.record`, under the same rules."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

RunStatus = Literal["running", "finished", "goal", "left"]


class OpenQuestion(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """The last question that a pass asked by mail, and its answer."""

    step: str
    send: str
    """Id of the mail; its links name it."""
    at: datetime
    """When it was asked."""
    until: datetime
    """Up to when it can be answered."""
    labels: tuple[str, ...]
    """The possible answers as they were shown; a link names one by its place."""
    given: str = ""
    """The answer; empty if there is none yet."""
    given_at: datetime | None = None
    shown: tuple[str, ...] = ()
    """The answers in the person's language; empty if they are shown as :attr:`labels` says."""

    free: bool = False
    """True if people may add something in their own words after their answer."""

    @property
    def shown_labels(self) -> tuple[str, ...]:
        """The answers as the person reads them, in their order."""
        return self.shown or self.labels


class Run(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """One pass of a person through a sequence."""

    number: int
    """1 for the first pass of this person through this sequence."""
    sequence_hash: str
    step: str
    started_at: datetime
    entered_at: datetime
    """When the present step was entered."""
    address: str
    """Keyed hash of the address its mails go to."""
    status: RunStatus = "running"
    due_at: datetime | None = None
    """When the present step is due; None if only an event moves it on."""
    ended_at: datetime | None = None
    sent: tuple[str, ...] = ()
    """Steps of this run whose mail was decided; each mail goes out once."""
    counts_from: datetime | None = None
    """What happened up to then belongs to an earlier pass and is not counted again; None in a first pass."""
    earlier: dict[str, int] = {}
    """Occurrences of the awaited events that belong to earlier passes."""
    key: str = ""
    """The value that this pass is about, such as the number of an order (``again: each order``); empty if none."""
    heard: dict[str, tuple[int, ...]] = {}
    """Seconds of what waits of this pass count for themselves: of its own order, or that a ``where`` let through."""
    withheld: tuple[str, ...] | None = None
    """Of a person who is held out: steps whose mail would have gone.  None of anybody else."""
    told: dict[str, str] = {}
    """By step: the chat message of a relay, which goes by mail if the platform refuses it."""
    drafts: dict[str, int] = {}
    """Steps whose mail waits for approval, and the second in which it was decided; 0 if it was dropped."""
    approved: dict[str, int] = {}
    """Drafts that somebody approved and that could not go at once, and the second at which each is tried again."""
    question: OpenQuestion | None = None
    """The last question that was asked; None if none was."""
    answers: dict[str, str] = {}
    """By step, the answer to its question or the outcome of its task; at most 8, the oldest goes first."""
    reached_at: int = 0
    """Second in which the condition that is the goal was seen to hold after the pass had ended; else 0."""


class TeamTask(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """What a step of a sequence gave the team to do about a person."""

    id: str
    """Also the id of its mail; links and commands name it."""
    sequence: str
    run: int
    """Number of the pass."""
    step: str
    team: str
    """Declared mailbox that has it."""
    at: datetime
    """When it was given."""
    due_at: datetime
    text: str = ""
    """What is to be done, with what it says of the person; empty once it is done."""
    labels: tuple[str, ...] = ()
    """How it can end; empty if it is only done."""
    outcome: str = ""
    done_at: datetime | None = None
    reminded: bool = False
    """True if the team was told that it is overdue."""


class Behaviour(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """Summary of one kind of product event, as the first version kept it; now a :class:`domain.deeds.Deed`."""

    count: int
    first: datetime
    last: datetime
    recent: tuple[datetime, ...] = ()
    """The latest occurrences, ascending, at most 20."""
