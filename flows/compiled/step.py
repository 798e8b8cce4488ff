"""One step as compiled, with everything that can be known before anybody arrives at it.

The triggers of a flow's machine and the payloads of what can be tapped are named here, and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from domain.effects import Button
from domain.record import Value
from flows.answers.question import Asked
from flows.language.messages import Saying
from flows.language.model import Kind
from flows.language.text_template import Text
from language.conditions.parse import Condition

NEXT, ELSE, TIMEOUT = "next", "else", "timeout"
"""Triggers of a machine; choices, buttons and parts of a split have their own."""
SKIP = 99
"""Stands for ``skip`` among the numbers of choices; a step has thirteen at most."""


def chosen(number: int) -> str:
    """Return the trigger of a choice, counted from 0."""
    return f"choice {number}"


def pressed(number: int) -> str:
    """Return the trigger of a button that leads to a step, counted as :func:`flows.language.messages.buttons` does."""
    return f"button {number}"


def parted(number: int) -> str:
    """Return the trigger of a part of a split, counted from 0."""
    return f"part {number}"


def tap_payload(flow: str, step: str, what: str) -> str:
    """Return the payload of what is tapped: it names flow, step and choice, so that an old tap is understood.

    ``what`` is the number of a choice and the mark of its label, ``button.NUMBER[.ROW]``, ``skip``, ``say.TEXT``
    (the same as typing it), ``agree.WORDING`` or ``decline``.
    """
    return f"tap|{flow}|{step}|{what}"


def start_payload(flow: str) -> str:
    """Return the payload that begins a flow."""
    return f"start|{flow}"


def command_payload(command: str) -> str:
    """Return the payload of a word that works everywhere."""
    return f"do|{command}"


Channel = Literal["chat", "mail", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What is noted of a person on arriving at a step, or on taking a choice."""

    tags: tuple[str, ...] = ()
    untags: frozenset[str] = frozenset()
    sets: Mapping[str, Value] = field(default_factory=dict)
    scores: Mapping[str, int] = field(default_factory=dict)
    """Points by number field."""
    event: str = ""
    channels: Mapping[str, Channel] = field(default_factory=dict)
    """By topic; under an empty name, for all."""
    speak: str = ""
    """Language spoken from here on."""
    withdraw: str = ""
    """Topic whose consent is taken back."""
    team: str = ""
    """Mailbox of the team that is told :attr:`Spoken.notice`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A calendar file that goes with a mail."""

    starts: str
    """Field that holds the day or moment."""
    minutes: int
    where: Text
    description: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time as said from a field of the person, or from now: ``1 day before tasting_at``."""

    offset: timedelta = timedelta()
    field: str = ""
    """Field that holds a day or moment; empty: now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The mail of a step: transactional, or what a relay says where the chat cannot."""

    template: str
    calendar: Appointment | None = None
    topic: str = ""
    """Of a relay: the consent it needs; empty: transactional."""
    at: Moment = Moment()
    """Of a relay: when it is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a choice does."""

    goes: bool
    """True: its trigger leads to another step; False: the question stays open."""
    says: tuple[Saying, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """Everything a step says in one language."""

    says: tuple[Saying, ...] = ()
    texts: tuple[Text, ...] = ()
    """The same as :attr:`says` where that is nothing but texts; said without more ado."""
    question: tuple[Saying, ...] = ()
    """From its last text on: what is said when it is asked once more."""
    again: Text | None = None
    nudges: tuple[Text, ...] = ()
    answers: tuple[Answer, ...] = ()
    """By number of the choice."""
    chips: tuple[Button, ...] = ()
    """Quick replies under its question."""
    agree: str = ""
    """Label that agrees, normalised."""
    decline: str = ""
    notice: Text | None = None
    """What the team is told."""
    title: Text | None = None
    """Of the appointment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step."""

    name: str
    kind: Kind
    line: int
    """Where it stands in the flow file, 1-based."""
    spoken: Mapping[str, Spoken]
    """By language; every declared language is there."""
    topic: str = ""
    """Of its consent or confirmation."""
    save: str = ""
    """Field that keeps the answer."""
    tries: int = 3
    nudges: tuple[timedelta, ...] = ()
    """When each reminder is due, counted from the question."""
    over: timedelta | None = None
    """After that long without an answer it goes on by :attr:`ending`."""
    ending: str = TIMEOUT
    """Trigger when its time is over."""
    choices: tuple[str, ...] = ()
    """Labels in the original language."""
    choice_marks: tuple[str, ...] = ()
    """Of each label: an old tap counts only where the label is still the same."""
    takes: tuple[Marks | None, ...] = ()
    """What each choice notes, by its number."""
    labels: Mapping[str, int] = field(default_factory=dict)
    """Number by normalised label, in every language: of a choice; behind them of the buttons; or :data:`SKIP`."""
    presses: frozenset[int] = frozenset()
    """Numbers of the buttons that lead to a step."""
    skips: bool = False
    marks: Marks | None = None
    """What is noted on arriving; None: nothing."""
    my_data: Literal["", "show", "delete"] = ""
    has_else: bool = False
    asked: Asked | None = None
    """What its answers are judged by; None: it asks nothing by ``ask``."""
    condition: Condition | None = None
    parts: tuple[float, ...] = ()
    """Upper bound of each part of a split, ascending up to 1."""
    call: str = ""
    """Flow that is called."""
    pool: str = ""
    """Pool a code is drawn from."""
    letter: Letter | None = None
    """Its mail: of ``mail`` or ``relay``."""
    reason: str = ""
    """Why a person of the team takes over."""

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that its code confirms; none where only the address is proven."""
        return (self.topic,) if self.topic else ()
