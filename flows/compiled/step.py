"""A compiled step: everything about it that can be computed before a person enters it.

Only this module names the triggers of a flow's machine and the payloads of buttons.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, get_args

from domain.effects import Button
from domain.record import Value
from flows.answers.question import CompiledQuestion
from flows.compiled.row_lookup import RowLookup
from flows.language.messages import MessageTemplate
from flows.language.model import AskKind, StepKind
from flows.understanding.choosing.choice_index import ChoiceIndex
from language.conditions.parse import Condition
from language.sums import Sum
from language.text_template import TextTemplate

NEXT, ELSE, TIMEOUT = "next", "else", "timeout"
"""Triggers that most steps have; choices, buttons and parts of a split have their own."""
DECLINES, NO_ROWS, GIVES_UP = "declines", "no_rows", "gives_up"
"""Ways out with a meaning of their own.  A step that does not write them takes ``else`` (:meth:`Step.way_out`)."""
WAYS_OUT = (DECLINES, NO_ROWS, GIVES_UP)
_MEANINGS_BY_KIND: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(get_args(AskKind), (GIVES_UP,)),
    **dict.fromkeys(("consent", "yes_no"), (DECLINES, GIVES_UP)),
    **dict.fromkeys(("confirm", "prove", "if", "switch", "code", "take", "hook", "mail"), (ELSE,)),
    "find": (NO_ROWS,),
}
"""What leads out of a step, by its kind; kinds that are missing have no way out."""
SKIP, DONE = 99, 98
"""Stand for ``skip`` and ``done`` among the numbers of choices; a step has thirteen at most."""


def choice_trigger(number: int) -> str:
    """Return the trigger of a choice, counted from 0."""
    return f"choice {number}"  # counters in the store hold these names


def button_trigger(number: int) -> str:
    """Return the trigger of a button to a step, by its number in :func:`flows.language.messages.list_buttons`."""
    return f"button {number}"


def part_trigger(number: int) -> str:
    """Return the trigger of a part of a split, counted from 0."""
    return f"part {number}"


def case_trigger(number: int) -> str:
    """Return the trigger of a case of a switch, counted from 0."""
    return f"case {number}"


def list_ways_out(kind: StepKind, own_ways: Collection[str], *, has_cards: bool) -> list[str]:
    """Return the triggers by which a step of a kind can be left other than by its way on, each once.

    ``own_ways`` are those that the flow writes; :data:`ELSE` stands for all others.
    """
    # A called flow is left by its end; only what the caller writes tells results apart.
    if kind == "call":
        return [way for way in (DECLINES, GIVES_UP) if way in own_ways]
    meanings = [*_MEANINGS_BY_KIND.get(kind, ()), *((NO_ROWS,) if has_cards else ())]
    # Any question can be declined, but only where a flow writes it does that differ from giving up.
    if meanings and DECLINES in own_ways:
        meanings.append(DECLINES)
    return list(dict.fromkeys(meaning if meaning in own_ways else ELSE for meaning in meanings))


def tap_payload(flow: str, step: str, action: str) -> str:
    """Return the payload of a button: it names flow, step and action, so that an old tap is understood.

    ``action`` is the number of a choice and the hash of its label, ``button.NUMBER[.ROW]``, ``skip``, ``done``,
    ``say.TEXT`` (the same as typing it), ``agree.WORDING`` or ``decline``.
    """
    return f"tap|{flow}|{step}|{action}"  # "tap|welcome|ask|1.3fa9c2"


def start_payload(flow: str) -> str:
    """Return the payload that begins a flow."""
    return f"start|{flow}"


def command_payload(command: str) -> str:
    """Return the payload of a word that works everywhere."""
    return f"do|{command}"  # "do|start_over"


Channel = Literal["chat", "mail", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChanges:
    """What entering a step, or taking a choice, changes in the record."""

    tags: tuple[str, ...] = ()
    removed_tags: frozenset[str] = frozenset()
    fields: Mapping[str, Value] = field(default_factory=dict)
    sums: Mapping[str, Sum] = field(default_factory=dict)
    """Sums by the number field that keeps their result; worked out in this order."""
    points: Mapping[str, int] = field(default_factory=dict)
    """Points by number field."""
    recorded_event: str = ""
    channels: Mapping[str, Channel] = field(default_factory=dict)
    """By topic; under an empty name, for all."""
    language: str = ""
    """Language spoken from here on."""
    withdrawn_topic: str = ""
    """Topic whose consent is taken back."""
    returned_table: str = ""
    """Table of whose rows all seats are given back."""
    notified_team: str = ""
    """Mailbox of the team that is told :attr:`LocalizedTexts.team_notice`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """Seats that a step takes of the chosen row of a table."""

    table: str
    number: int = 0
    field: str = ""
    """Field that holds the number; empty: :attr:`number`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A calendar file that goes with a mail."""

    starts: str
    """Field that holds the day or moment."""
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentTexts:
    """What the calendar file says."""

    title: TextTemplate
    where: TextTemplate
    description: TextTemplate


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDate:
    """A time counted from a field of the person, or from now: ``1 day before tasting_at``."""

    offset: timedelta = timedelta()
    """Negative: before."""
    field: str = ""
    """Field that holds a day or moment; empty: now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowMail:
    """The mail of a step: transactional, or a scheduled message that chat cannot carry."""

    template: str
    calendar: Appointment | None = None
    topic: str = ""
    """Of a scheduled message: the consent it needs; empty: transactional."""
    due: FieldDate = FieldDate()
    """When a scheduled message is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepHook:
    """What a step asks of a hook."""

    name: str
    told: tuple[str, ...]
    """Fields that it is told."""
    sets: tuple[str, ...]
    """Fields that its answer may set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceReply:
    """What the bot does after a choice."""

    moves_on: bool
    """True: its trigger leads to another step; False: the question stays open."""
    messages: tuple[MessageTemplate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalizedTexts:
    """Everything a step says in one language."""

    messages: tuple[MessageTemplate, ...] = ()
    plain_texts: tuple[TextTemplate, ...] = ()
    """The same as :attr:`messages` if all of them are texts, for the fast path; else empty."""
    question: tuple[MessageTemplate, ...] = ()
    """The messages from the last text on: said when the question is repeated."""
    again: TextTemplate | None = None
    nudges: tuple[TextTemplate, ...] = ()
    choice_replies: tuple[ChoiceReply, ...] = ()
    """By number of the choice."""
    quick_replies: tuple[Button, ...] = ()
    """Quick replies under its question."""
    done: Button | None = None
    """Quick reply that ends taking several choices; None if the question takes one."""
    choice_labels: tuple[str, ...] = ()
    """Labels of the choices, by number."""
    agree_label: str = ""
    """Label that agrees, normalised."""
    decline_label: str = ""
    team_notice: TextTemplate | None = None
    """Mailed to the team."""
    appointment: AppointmentTexts | None = None
    """What the calendar file says; None if the step has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a flow."""

    name: str
    kind: StepKind
    line: int
    """Where it stands in the flow file, 1-based."""
    texts: Mapping[str, LocalizedTexts]
    """By language; every declared language is there."""
    topic: str = ""
    """Topic of its consent or confirmation; of a call, the topic that the called flow confirms."""
    answer_field: str = ""
    """Field that stores the answer."""
    tries: int = 3
    """Answers that may fail to fit before the way out is taken."""
    nudge_delays: tuple[timedelta, ...] = ()
    """When each reminder is due, counted from the question."""
    timeout: timedelta | None = None
    """Time without an answer after which it goes on by :attr:`timeout_trigger`."""
    timeout_trigger: str = TIMEOUT
    """Trigger when its time is over."""
    choices: tuple[str, ...] = ()
    """Labels in the original language."""
    label_hashes: tuple[str, ...] = ()
    """Hash of each label: an old tap counts only if the label is still the same."""
    choice_changes: tuple[RecordChanges | None, ...] = ()
    """What each choice changes, by its number; None if nothing."""
    labels: Mapping[str, int] = field(default_factory=dict)
    """Number by normalised label, in every language: choices first, then buttons; or :data:`SKIP`, :data:`DONE`."""
    choice_index: ChoiceIndex = field(default_factory=ChoiceIndex)
    """:attr:`labels` by their words."""
    mark_labels: Mapping[str, int] = field(default_factory=dict)
    """Mark by the normalised label at the end of a scale, in every language."""
    button_numbers: frozenset[int] = frozenset()
    """Numbers of the buttons that lead to a step."""
    can_skip: bool = False
    changes: RecordChanges | None = None
    """What entering it changes; None if nothing."""
    my_data: Literal["", "show", "delete"] = ""
    has_else: bool = False
    own_ways_out: frozenset[str] = frozenset()
    """Those of :data:`WAYS_OUT` that lead to a step of their own."""
    question: CompiledQuestion | None = None
    """The question that judges its answers; None if it has no ``ask``."""
    condition: Condition | None = None
    cases: tuple[tuple[str, Condition], ...] = ()
    """The cases of a switch, as written and compiled; the first that is true is taken."""
    lookup: RowLookup | None = None
    """The row of a table that it looks up."""
    split_bounds: tuple[float, ...] = ()
    """Upper bound of each part of a split, ascending up to 1."""
    called_flow: str = ""
    """Flow that it calls."""
    pool: str = ""
    """Pool that a voucher is drawn from."""
    taking: Taking | None = None
    hook: StepHook | None = None
    mail: FlowMail | None = None
    """Mail of ``mail`` or ``relay``."""
    result: str = ""
    """What the flow comes to, for the flow that called it: ``declined``, ``gave_up``; empty: as hoped."""
    persona: str = ""
    """Declared persona that speaks here; empty: that of the flow."""
    handover_reason: str = ""
    """Why a person of the team takes over."""

    def way_out(self, meaning: str) -> str:
        """Return the trigger of a way out: its own if the flow writes one, else :data:`ELSE`."""
        return meaning if meaning in self.own_ways_out else ELSE
