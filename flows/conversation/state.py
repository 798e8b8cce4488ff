"""The state of one turn: where the person stands, and what was decided so far.

A :class:`ConversationTurn` lives for one call of :func:`flows.decide.decide_flows`.  It is the only object of flows
that changes: the record, the catalog, and everything that leaves are frozen values.  Its :class:`Speech` gathers what
the bot says; :mod:`flows.conversation.walk` moves it from step to step.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from domain.decision import Context, Fact, Outcome, Reason
from domain.effects import Effect
from domain.record import Answered, Conversation, Frame, Subscriber, Value
from flows.compiled.catalog import Flow, FlowCatalog, LocalizedTexts, Step
from flows.conversation.speech import Speech
from flows.conversation.variable_names import ADDRESS, ASKED_ADDRESS, ROW, UNHEARD, VOUCHER
from flows.conversation.variables import place_cells
from flows.language.model import END
from language.conditions.parse import Condition

PASSING_KINDS = ("say", "if", "switch", "find", "split", "call", "mail", "relay", "code", "take", "hook", "hand_over")
"""Kinds of steps that do something on entering; a person who only stands there would wait for ever."""


@dataclass(slots=True, eq=False)
class ConversationTurn:
    """One event of one person while it is decided."""

    # A dataclass with slots and not plain class defaults: an instance of more than 30 attributes would lose its
    # compact form in CPython, and every access on the hot path with it.
    catalog: FlowCatalog
    record: Subscriber
    context: Context
    language: str = ""
    """The language the person is spoken to in."""
    flow: Flow | None = None
    step: Step | None = None
    """The step whose answer is waited for; None in no conversation, and if the step is gone."""
    flow_hash: str = ""
    entered_at: datetime = field(init=False)
    tries: int = 0
    variables: dict[str, Value] = field(default_factory=dict)
    """What the conversation remembers; see :mod:`flows.conversation.variable_names`."""
    trail: tuple[str, ...] = ()
    nudge_at: datetime | None = None
    nudges: int = 0
    timeout_at: datetime | None = None
    stack: tuple[Frame, ...] = ()
    answered: tuple[Answered, ...] = ()
    is_step_gone: bool = False
    """True if the flow no longer has the step that the person stood at."""
    asked_step: Step | None = None
    """The step they stood at when the event came, in the version they saw; None if that version is not known."""
    moved_from: Step | None = None
    """The step of an older version that they stood at, if ``migrate`` has moved them just now."""
    unasked_step: Step | None = None
    """The step that ``migrate`` moved them to, if it is of another kind and was not entered yet."""
    mid: str = ""
    """Id of the message that is being answered; empty if there is none."""
    typed: str = ""
    """Its text as it is compared (:func:`flows.language.matching.normalize_text`)."""
    is_timed: bool = False
    """True if nobody did anything: a timer is due."""
    discloses_bot: bool = False
    """True if the person writes after a long time or after a human spoke, and is to be told that a bot speaks."""
    parting_reply: str = ""
    """Name of the reply to say if the conversation ends in this turn without a word; empty if silence is right."""
    source: str = ""
    """What brought the person (:func:`flows.conversation.counters.entry_source`); empty: not asked for yet."""
    redacted_input: str = ""
    """What the history may keep of what the person sent; see :mod:`flows.handlers.redaction`."""
    effects: list[Effect] = field(default_factory=list)
    final_effects: tuple[Effect, ...] = ()
    """Effects that come after everything that was said."""
    facts: list[Fact] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    speech: Speech = field(init=False)
    """Everything that the bot says in this turn."""
    _entered_step: Step | None = None
    """The step that was entered last in this turn."""

    def __post_init__(self) -> None:
        """Take up the conversation where the record left it."""
        record, catalog = self.record, self.catalog
        self.language = record.language if record.language in catalog.language_packs else catalog.default_language
        self.speech = Speech(self)
        conversation = record.conversation
        if conversation is None:
            self.entered_at = self.context.now
        else:
            self.entered_at, self.tries, self.nudges = conversation.entered_at, conversation.tries, conversation.nudges
            self.variables, self.trail, self.stack = conversation.variables, conversation.trail, conversation.stack
            self.nudge_at, self.timeout_at = conversation.nudge_at, conversation.timeout_at
            self.answered = conversation.answered
            self._find_place(conversation)

    def _find_place(self, stood: Conversation) -> None:
        """Find flow and step in the version the person is in; ``migrate`` may move them to the present one."""
        self.flow_hash = stood.flow_hash
        flow, name = self.catalog.locate_step(stood.flow, stood.flow_hash, stood.step)
        self.flow = flow
        self.step = self.asked_step = flow.steps.get(name) if flow else None
        if flow is not None and flow.hash != stood.flow_hash:
            old = self.catalog.find_version(stood.flow, stood.flow_hash)
            self.moved_from = self.asked_step = old.steps.get(stood.step) if old else None
            # Only a step of the same kind can take the answer to the old question.  What was typed to a choice is no
            # email address, say, so the new question is asked first.
            if self.step and self._is_another_kind(self.step):
                self.unasked_step = self.step
            self.flow_hash = flow.hash
        # Moved to the end by ``migrate``: the person is in no conversation any more.
        if name == END:
            self.flow = self.nudge_at = self.timeout_at = None
        else:
            self.is_step_gone = self.step is None

    def _is_another_kind(self, step: Step) -> bool:
        """Return True if the step must be entered before anybody can stand there.

        Without the old version, the kind of the step alone tells.
        """
        if self.moved_from is not None:
            return self.moved_from.kind != step.kind
        return step.kind in PASSING_KINDS or (step.kind == "wait" and self.timeout_at is None)

    # -- where the person stands -----------------------------------------------------------------------------------
    @property
    def texts(self) -> LocalizedTexts:
        """What the present step says in the person's language."""
        return self.step.texts[self.language] if self.step else LocalizedTexts()

    @property
    def is_unasked(self) -> bool:
        """True if ``migrate`` moved the person to a step of another kind, whose question they have not seen."""
        return self.step is not None and self.step is self.unasked_step

    @property
    def get_started_flow(self) -> str:
        """Name of the flow that the get-started button of the person's Page begins; empty if there is none."""
        page = self.context.config.pages.get(self.record.identity.page)
        own = page.flow if page and page.flow else ""
        return own if own in self.catalog.flows else self.catalog.get_started

    @property
    def address(self) -> str:
        """Keyed hash of the address this conversation is about; empty if none was given."""
        return str(self.variables.get(ADDRESS, ""))

    @property
    def voucher(self) -> str:
        """The voucher drawn in this conversation, else the last one the person was given; empty if there is none."""
        return str(self.variables.get(VOUCHER) or next(reversed(self.record.codes.values()), ""))

    def start_waiting(self, step: Step) -> None:
        """Begin to wait at a step: its tries, reminders and timeout count from now."""
        # Reminders are counted from the question, and the shortest comes first, in whatever order they are written.
        now = self.context.now
        self.unasked_step, self._entered_step = None, step
        self.forget_variable(UNHEARD)
        self.forget_variable(ASKED_ADDRESS)
        self.tries, self.entered_at, self.nudges = 0, now, 0
        self.nudge_at = now + min(step.nudge_delays) if step.nudge_delays else None
        self.timeout_at = now + step.timeout if step.timeout else None

    def note_unheard(self) -> None:
        """Remember that the question of a step entered just now could not be sent."""
        if self.step is not None and self.step is self._entered_step:
            self.variables = {**self.variables, UNHEARD: self.step.name}

    def forget_variable(self, name: str) -> None:
        """Forget what the conversation remembers under this name."""
        if name in self.variables:
            self.variables = {key: value for key, value in self.variables.items() if key != name}

    # -- what is known of the person -------------------------------------------------------------------------------
    def can_chat(self) -> bool:
        """Return True if the platform lets the bot write now."""
        until = self.record.window_expires_at
        return until is not None and until > self.context.now and not self.record.unavailable

    def last_code_request(self) -> Literal["", "lately", "before"]:
        """Return when this person asked for a code to this address; empty if never.

        ``lately``: within the pause between two mails, so none is sent yet.
        """
        pending = self.record.pending.get(self.address)
        if pending is None:
            return ""
        pause = timedelta(minutes=self.context.config.limits.mail_every_minutes)
        return "lately" if self.context.now - pending.requested_at < pause else "before"

    def is_true(self, condition: Condition) -> bool:
        """Return True if a condition holds now; what it asks of the conversation counts from the open question."""
        stands = self._to_conversation(self.flow, self.step) if self.flow and self.step else None
        # Steps that only decide (``if``) are entered now, but “time since the question” is asked of the question
        # before them, which the record still holds.
        asked = self.record.conversation.entered_at if self.record.conversation else self.context.now
        if stands and ROW in self.variables:
            # “open now” asks of the place that was chosen.
            stands = replace(stands, variables=place_cells(self.catalog.tables, self.variables))
        now = replace(self.record, conversation=replace(stands, entered_at=asked) if stands else None)
        return condition.holds(now, self.context.now)

    def visit_id(self, *parts: str) -> str:
        """Return an id for what this visit of the present step has done once."""
        # ``entered_at`` tells visits apart: deciding an event again gives the same id, entering again another.
        name = self.step.name if self.step else ""
        flow = self.flow.name if self.flow else ""
        return self.context.keys.send_id(self.record.id, flow, name, self.entered_at.isoformat(), *parts)

    # -- what is decided -------------------------------------------------------------------------------------------
    def add_outcome(self, outcome: Outcome) -> None:
        """Take over what another room decided on this record."""
        self.record = outcome.record
        self.effects += outcome.effects
        self.facts += outcome.facts
        self.reasons += outcome.reasons

    def add_effects(self, *effects: Effect) -> None:
        """Have something done."""
        self.effects += effects

    def add_fact(self, fact: Fact) -> None:
        """Let the rooms behind know what has become true."""
        self.facts.append(fact)

    def add_reason(self, text: str) -> None:
        """Note why something was done, in words that a marketer reads."""
        about = self.flow.name if self.flow else ""
        self.reasons.append(Reason(room="flows", text=text, about=about, step=self.step.name if self.step else ""))

    def change_record(self, **fields: object) -> None:
        """Change fields of the record."""
        self.record = replace(self.record, **fields)
        # The rest of this turn is said in the new language already.
        if "language" in fields:
            chosen = self.record.language
            self.language = chosen if chosen in self.catalog.language_packs else self.catalog.default_language

    # -- the end of the turn ---------------------------------------------------------------------------------------
    def send_separately(self) -> None:
        """Send what was said so far as messages that belong to no open question."""
        messages = self.speech.build_messages()
        self.speech.pieces.clear()
        self.effects += messages
        self.change_record(chat_serial=self.record.chat_serial + len(messages))

    def close(self) -> Outcome:
        """Return what was decided.  Nothing can be said afterwards."""
        # Built first: where the window is closed, the conversation must remember that its question was not heard.
        messages = self.speech.build_messages()
        stood = self.record.conversation
        stands = self._standing_after(stood)
        if messages or stands != stood:
            serial = self.record.chat_serial + len(messages)
            self.record = replace(self.record, conversation=stands, chat_serial=serial)
        # Turn and speech refer to each other: parted here, both are freed at once, not by the garbage collector.
        del self.speech
        return Outcome(
            record=self.record,
            effects=(*self.effects, *messages, *self.final_effects),
            facts=tuple(self.facts),
            reasons=tuple(self.reasons),
            redacted_inputs=(self.redacted_input,) if self.redacted_input else (),
        )

    def _standing_after(self, stood: Conversation | None) -> Conversation | None:
        """Return where the person stands after the turn; ``stood`` is where they stood before it."""
        if self.flow and self.step:
            stands = self._to_conversation(self.flow, self.step)
            # Moved by ``migrate`` but not asked yet (the bot is silent, say): they stay at the old step, so that
            # the next event moves them again and asks.
            if stood and self.is_unasked:
                return replace(stands, flow=stood.flow, flow_hash=stood.flow_hash, step=stood.step)
            return stands
        # A step that is gone keeps its person: their next message begins the flow again, and says why.
        if stood and self.is_step_gone:
            return replace(stood, nudge_at=self.nudge_at, timeout_at=self.timeout_at)
        return None

    def _to_conversation(self, flow: Flow, step: Step) -> Conversation:
        return Conversation(
            flow=flow.name,
            flow_hash=self.flow_hash,
            step=step.name,
            entered_at=self.entered_at,
            tries=self.tries,
            variables=self.variables,
            trail=self.trail,
            nudge_at=self.nudge_at,
            nudges=self.nudges,
            timeout_at=self.timeout_at,
            stack=self.stack,
            answered=self.answered,
        )
