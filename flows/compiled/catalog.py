"""Flows as compiled: immutable, made once, read by every event."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from transitions import Machine

from domain.effects import Button
from flows.compiled.step import (
    ELSE,
    NEXT,
    TIMEOUT,
    Answer,
    Spoken,
    Step,
    chosen,
    command_payload,
    parted,
    pressed,
    start_payload,
    tap_payload,
)
from flows.language.comments import Answering
from flows.language.faq import Faq
from flows.language.matching import slips
from flows.language.model import Kind
from flows.language.tables import Table
from flows.language.text_template import Text

__all__ = [
    "ELSE", "GET_STARTED", "NEXT", "STAY", "TIMEOUT", "Answer", "Cursor", "Flow", "FlowBook", "Spoken", "Step", "Voice",
    "chosen", "command_payload", "parted", "pressed", "start_payload", "tap_payload",
]  # fmt: skip

STAY = "stay"
"""In ``migrate``: who stands at this step finishes in the old version."""
GET_STARTED = "get started"
"""Payload of Messenger's get-started button; capitals and underscores are ignored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One flow, in one version."""

    name: str
    file: str
    hash: str
    """Of its file and its translations; names the version."""
    start: str
    """Name of the first step."""
    steps: Mapping[str, Step]
    machine: Machine
    """Its states are the steps and ``end``; shared, never holds a model."""
    words: Mapping[str, str]
    """By language, the first word that begins it."""
    languages: frozenset[str]
    """In which it has words of its own; typing one of them can choose the language."""
    persona: str = ""
    """Declared persona that speaks; empty: the Page."""
    migrate: Mapping[str, str] = field(default_factory=dict)
    """Step of older versions → step of this one, ``end``, or ``stay``."""
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
    known: Mapping[str, str]
    """The same, and for every field what is said where it is empty."""
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
    tables: Mapping[str, Table] = field(default_factory=dict)
    """By name: products, branches, questions and answers."""
    faqs: Mapping[str, Mapping[str, Faq]] = field(default_factory=dict)
    """Questions and answers, by table and language."""
    older: Mapping[tuple[str, str], Flow] = field(default_factory=dict)
    """Versions that people may still stand in, by name and hash."""
    named: frozenset[str] = frozenset()
    """Flows that a ref may begin by their own name: all but those that only other flows call."""
    comments: tuple[Answering, ...] = ()
    """Comments on posts that are answered privately."""
    human_hours: int = 12
    """Quiet hours after which the bot takes over again from the team."""
    moves: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    """Flow, hash of an older version, its step → step (or ``end``) of the present version; see ``migrate``."""
    command_slips: Mapping[int, tuple[str, ...]] = field(init=False, compare=False, repr=False)
    """Of :attr:`commands`, those that may be meant by a text of so many characters; see ``slips``."""
    word_slips: Mapping[int, tuple[str, ...]] = field(init=False, compare=False, repr=False)
    """The same of :attr:`words`."""

    def __post_init__(self) -> None:
        """Sort by length what is compared with everything that fits nothing."""
        object.__setattr__(self, "command_slips", slips(self.commands))
        object.__setattr__(self, "word_slips", slips(self.words))

    def flow(self, name: str, hash: str) -> Flow | None:  # noqa: A002  the record's term
        """Return a flow in the version of this hash; None if that is not known."""
        flow = self.flows.get(name)
        return flow if flow is not None and flow.hash == hash else self.older.get((name, hash))

    def place(self, name: str, hash: str, step: str) -> tuple[Flow | None, str]:  # noqa: A002  the record's term
        """Return flow and step where somebody stands who stood at this step of this version.

        It is the same, unless ``migrate`` moves them, or the version is not known: then the present one counts.
        """
        flow = self.flow(name, hash)
        target = self.moves.get((name, hash, step)) if self.moves else None
        if target is None and flow is not None:
            return flow, step
        present = self.flows.get(name)
        moved = target or (present.migrate.get(step, step) if present else step)
        return present, step if moved == STAY else moved


class Cursor:
    """The throwaway model that a machine drives: it holds a state and nothing else."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state
