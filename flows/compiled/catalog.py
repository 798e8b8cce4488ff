"""Compiled flows: immutable, built once for each edition, read by every event."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from transitions import Machine

from domain.effects import Button
from flows.compiled.step import (
    DECLINES,
    ELSE,
    GIVES_UP,
    NEXT,
    NO_ROWS,
    TIMEOUT,
    WAYS_OUT,
    ChoiceReply,
    LocalizedTexts,
    Step,
    button_trigger,
    case_trigger,
    choice_trigger,
    command_payload,
    part_trigger,
    start_payload,
    tap_payload,
)
from flows.language.comments import CommentTrigger
from flows.language.matching import index_slips
from flows.language.model import StepKind
from flows.language.tables import Table
from flows.understanding.faq.find_entry import Faq
from flows.understanding.stop_words import StopWords, collect_stop_words
from language.text_template import TextTemplate

__all__ = [
    "DECLINES", "ELSE", "GET_STARTED", "GIVES_UP", "NEXT", "NO_ROWS", "STAY", "TIMEOUT", "WAYS_OUT", "ChoiceReply",
    "Cursor", "Flow", "FlowCatalog", "LanguagePack", "LocalizedTexts", "Step", "button_trigger", "case_trigger",
    "choice_trigger", "command_payload", "part_trigger", "start_payload", "tap_payload",
]  # fmt: skip

STAY = "stay"
"""In ``migrate``: people at this step finish in the old version."""
GET_STARTED = "get started"
"""Payload of Messenger's get-started button; capitals and underscores are ignored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One flow, in one version."""

    name: str
    file: str
    hash: str
    """Hash of its file and its translations; names the version."""
    start: str
    """Name of the first step."""
    steps: Mapping[str, Step]
    machine: Machine
    """Its states are the steps and ``end``; shared by all conversations, so it never holds a model."""
    start_word: Mapping[str, str]
    """The first word that begins it, by language."""
    word_languages: frozenset[str]
    """Languages in which it has words of its own; typing one of them can choose the language."""
    persona: str = ""
    """Declared persona that speaks; empty: the Page."""
    migrate: Mapping[str, str] = field(default_factory=dict)
    """Step of older versions → step of this one, ``end``, or ``stay``."""
    _targets: dict[tuple[str, str], str] = field(default_factory=dict, compare=False, repr=False)
    """Cache of :meth:`next_step`, by step and trigger."""

    def next_step(self, step: str, trigger: str) -> str:
        """Return the step (or ``end``) to which a trigger leads."""
        # The machine is slow and has no conditions, so a transition never changes: it is asked once and cached.
        target = self._targets.get((step, trigger))
        if target is None:
            cursor = Cursor(step)
            self.machine.events[trigger].trigger(cursor)
            target = self._targets[step, trigger] = cursor.state
        return target

    def find_confirmation(self, topic: str) -> Step | None:
        """Return the step that confirms a topic, itself or by a call; None if the flow has none."""
        confirming = (step for step in self.steps.values() if step.kind in ("confirm", "call") and step.topic)
        return next((step for step in confirming if step.topic == topic), None)

    def first_step(self, kind: StepKind, topic: str = "") -> Step | None:
        """Return the first step of a kind (and topic); None if the flow has none."""
        matching = (step for step in self.steps.values() if step.kind == kind and topic in ("", step.topic))
        return next(matching, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguagePack:
    """Texts of one language that do not depend on the flow."""

    replies: Mapping[str, TextTemplate]
    greeting_named: TextTemplate
    """The greeting with a first name."""
    greeting_unnamed: TextTemplate
    """The greeting without one."""
    constants: Mapping[str, str]
    """Variables that are the same for everybody."""
    default_values: Mapping[str, str]
    """The constants, and for every field the text that stands for an empty one."""
    topic_names: Mapping[str, str]
    """Name of each topic, for people."""
    wordings: Mapping[str, str]
    """Exact consent texts by topic."""
    offers: tuple[Button, ...]
    """Quick replies that begin the flows, for people who are in none."""
    kept_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By field, and label of a choice that is kept there in its original language: the label in this language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowCatalog:
    """All flows of a workspace."""

    flows: Mapping[str, Flow]
    language_packs: Mapping[str, LanguagePack]
    """By language."""
    default_language: str
    """The workspace's first."""
    start_words: Mapping[str, Mapping[str, str]]
    """Normalised start word → language → flow."""
    links: Mapping[str, str]
    """Ref of a link or ad → flow."""
    command_words: Mapping[str, str]
    """Normalised word → command."""
    get_started: str
    """Flow of the get-started button, else the first; empty if there is no flow."""
    tables: Mapping[str, Table] = field(default_factory=dict)
    """By name: products, branches, questions and answers."""
    faqs: Mapping[str, Mapping[str, Faq]] = field(default_factory=dict)
    """Questions and answers, by table and language."""
    older_versions: Mapping[tuple[str, str], Flow] = field(default_factory=dict)
    """Versions that people may still stand in, by name and hash."""
    ref_names: frozenset[str] = frozenset()
    """Flows that a ref may begin by their own name: all but those that only other flows call."""
    comments: tuple[CommentTrigger, ...] = ()
    """Comments on posts that are answered privately."""
    human_hours: int = 12
    """Quiet hours after which the bot takes over again from the team."""
    step_moves: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    """Flow, hash of an older version, its step → step (or ``end``) of the present version; see ``migrate``."""
    talk_names: tuple[str, ...] = ()
    """Names by which people call the bot and the brand, normalised, the longest first."""
    stop_words: StopWords = field(default_factory=collect_stop_words)
    """Words of requests to stop, the workspace's own and the names of its topics included."""
    command_slips: Mapping[int, tuple[str, ...]] = field(init=False, compare=False, repr=False)
    """Those of :attr:`command_words` that a text of this length may mean by a typing slip; see ``slips``."""
    word_slips: Mapping[int, tuple[str, ...]] = field(init=False, compare=False, repr=False)
    """The same of :attr:`start_words`."""

    def __post_init__(self) -> None:
        """Sort by length the words that every text without a meaning is compared with."""
        object.__setattr__(self, "command_slips", index_slips(self.command_words))
        object.__setattr__(self, "word_slips", index_slips(self.start_words))

    def find_version(self, name: str, hash: str) -> Flow | None:  # noqa: A002  the record's term
        """Return a flow in the version of this hash; None if that version is not known."""
        flow = self.flows.get(name)
        return flow if flow is not None and flow.hash == hash else self.older_versions.get((name, hash))

    def proves_without_topic(self) -> bool:
        """Return True if a proof is about the address alone; a flow that is only called with topics confirms those."""
        steps = [step for flow in self.flows.values() for step in flow.steps.values()]
        plain = self.ref_names | {step.called_flow for step in steps if step.called_flow and not step.topic}
        return any(flow.first_step("prove") for flow in self.flows.values() if flow.name in plain)

    def locate_step(self, name: str, hash: str, step: str) -> tuple[Flow | None, str]:  # noqa: A002  the record's term
        """Return the flow and step where a person stands now who stood at this step of this version.

        Both stay the same, unless ``migrate`` moves the person or the version is not known any more.
        """
        flow = self.flows.get(name)
        if flow is None or flow.hash != hash:
            flow = self.older_versions.get((name, hash))
        target = self.step_moves.get((name, hash, step)) if self.step_moves else None
        if target is None and flow is not None:
            return flow, step
        # The version is unknown, or left by ``migrate``.  Without a mapping the step keeps its name; it may be gone.
        present = self.flows.get(name)
        moved = target or (present.migrate.get(step, step) if present else step)
        return present, step if moved == STAY else moved


class Cursor:
    """A throwaway model for the machine to drive: it holds only a state."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state
