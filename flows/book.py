"""Flows as compiled: immutable, made once, read by every event."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from transitions import Machine

from flows.texts import Text
from subscribers.effects import Button
from subscribers.record import Value

Kind = Literal["say", "choice", "email", "text", "consent", "confirm"]

NEXT, ELSE = "next", "else"
"""Triggers of a machine; a choice with a step to go to has its own, see :func:`chosen`."""
GET_STARTED = "get started"
"""Payload of Messenger's get-started button; capitals and underscores are ignored."""


def chosen(number: int) -> str:
    """Return the trigger of a choice, counted from 0."""
    return f"choice {number}"


def tap_payload(flow: str, step: str, what: str) -> str:
    """Return the payload of a quick reply: it names flow, step and choice, so that an old tap is understood."""
    return f"tap|{flow}|{step}|{what}"


def start_payload(flow: str) -> str:
    """Return the payload that begins a flow."""
    return f"start|{flow}"


def command_payload(command: str) -> str:
    """Return the payload of a word that works everywhere."""
    return f"do|{command}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a choice does."""

    goes: bool
    """True: its trigger leads to another step; False: the question stays open."""
    says: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """Everything a step says in one language."""

    says: tuple[Text, ...] = ()
    again: Text | None = None
    nudge: Text | None = None
    answers: tuple[Answer, ...] = ()
    """By number of the choice."""
    chips: tuple[Button, ...] = ()
    """Quick replies under its question."""
    agree: str = ""
    """Label that agrees, normalised."""
    decline: str = ""


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
    save: str = ""
    """Field that keeps the answer."""
    tries: int = 3
    nudge_after: timedelta | None = None
    choices: tuple[str, ...] = ()
    """Labels in the original language."""
    labels: Mapping[str, int] = field(default_factory=dict)
    """Number of the choice by normalised label, in every language."""
    tags: tuple[str, ...] = ()
    sets: Mapping[str, Value] = field(default_factory=dict)
    event: str = ""
    has_else: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One flow."""

    name: str
    file: str
    hash: str
    """Of its file and its translations."""
    start: str
    """Name of the first step."""
    steps: Mapping[str, Step]
    machine: Machine
    """Its states are the steps and ``end``; shared, never holds a model."""
    words: Mapping[str, str]
    """By language, the first word that begins it."""
    languages: frozenset[str]
    """In which it has words of its own; typing one of them can choose the language."""
    _ways: dict[tuple[str, str], str] = field(default_factory=dict, compare=False, repr=False)
    """Target by step and trigger, as far as they were asked for."""

    def leads(self, step: str, trigger: str) -> str:
        """Return the step (or ``end``) to which a trigger leads.

        The machine is asked once for each way and the answer kept: it has no conditions, so a way never changes.
        """
        way = self._ways.get((step, trigger))
        if way is None:
            cursor = Cursor(step)
            self.machine.events[trigger].trigger(cursor)
            way = self._ways[step, trigger] = cursor.state
        return way

    def confirming(self, topic: str) -> Step | None:
        """Return the step that confirms a topic."""
        return next((one for one in self.steps.values() if one.kind == "confirm" and one.topic == topic), None)

    def first(self, kind: Kind, topic: str = "") -> Step | None:
        """Return the first step of a kind (and topic)."""
        return next((one for one in self.steps.values() if one.kind == kind and topic in ("", one.topic)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What the bot says in one language whatever the flow."""

    replies: Mapping[str, Text]
    named: Text
    """The greeting with a first name."""
    unnamed: Text
    constants: Mapping[str, str]
    """Variables that are the same for everybody."""
    fallbacks: Mapping[str, str]
    """What is said where a field is empty."""
    topics: Mapping[str, str]
    """What people call a topic."""
    wordings: Mapping[str, str]
    """Exact consent texts by topic."""
    offers: tuple[Button, ...]
    """Quick replies that begin the flows, for who is in none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowBook:
    """All flows of a workspace."""

    flows: Mapping[str, Flow]
    voices: Mapping[str, Voice]
    """By language."""
    language: str
    """The workspace's first."""
    words: Mapping[str, Mapping[str, str]]
    """Normalised start word → language → flow."""
    links: Mapping[str, str]
    """Ref of a link or ad → flow."""
    commands: Mapping[str, str]
    """Normalised word → command."""
    get_started: str
    """Flow of the get-started button, else the first; empty if there is no flow."""


class Cursor:
    """The throwaway model that a machine drives: it holds a state and nothing else."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state
