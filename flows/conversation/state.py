"""One event being decided: where the person stands, what was said and done so far.

A :class:`Talk` lives for one call of :func:`flows.decide.step`.  It is the only thing here that changes; the record,
the book and everything that leaves are values.  ``Turn`` adds the walking from step to step.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from domain.decision import Context, Fact, Outcome
from domain.effects import Button, Effect, SendChat
from domain.record import Answered, Conversation, Frame, Subscriber
from flows.compiled.catalog import Flow, FlowBook, Step, command_payload
from flows.conversation.bot_disclosure import disclosure
from flows.conversation.speech import ADDRESS, ADDRESS_MID, CARDS, CODE, ROW, SHOWN, UNHEARD, Speaking
from flows.language.model import END
from flows.language.split_text import chats
from language.conditions.parse import Condition

__all__ = ["ADDRESS", "ADDRESS_MID", "CARDS", "CODE", "MOST_CHIPS", "ROW", "SHOWN", "Talk"]

MOST_CHIPS = 13
"""Most quick replies under a message (Messenger Send API)."""
PASSING = ("say", "if", "split", "call", "mail", "relay", "code", "hand_over")
"""Kinds of steps that something has to be done at on arriving, or the conversation never goes on."""


class Talk(Speaking):
    """The changing state of one decision, and what is said in it."""

    flow = None
    step = None
    flow_hash = ""
    tries = 0
    trail: tuple[str, ...] = ()
    nudge_at: datetime | None = None
    nudges = 0
    timeout_at: datetime | None = None
    stack: tuple[Frame, ...] = ()
    answered: tuple[Answered, ...] = ()
    lost = False
    """The step the person stood at is gone from the flow."""
    moved_from: Step | None = None
    """The step of an older version the person stood at, when ``migrate`` has moved them just now."""
    mid = ""
    """The message that is being answered; empty where none is."""
    response = True
    by_time = False
    """True: nobody did anything, a timer is due."""
    discloses = False
    """The person writes after a long time, or after a human spoke: they are told again that a bot speaks."""
    parting: tuple[Effect, ...] = ()
    """What is done after everything was said."""
    chips: tuple[Button, ...] = ()
    """Quick replies for who is in no conversation."""
    _moved_to: Step | None = None
    """Where they were moved to, if it is of another kind and they have not arrived there yet."""
    _arrived: Step | None = None
    """The step they have arrived at in this turn, last."""

    def __init__(self, book: FlowBook, record: Subscriber, context: Context) -> None:
        talk = record.conversation
        self.book = book
        self.record = record
        self.context = context
        self.language = record.language if record.language in book.voices else book.language
        self._said = []
        self._effects: list[Effect] = []
        self._facts: list[Fact] = []
        self._reasons = []
        if talk is None:
            self.variables, self.entered_at = {}, context.now
        else:
            self.entered_at, self.tries, self.nudges = talk.entered_at, talk.tries, talk.nudges
            self.variables, self.trail, self.stack = talk.variables, talk.trail, talk.stack
            self.nudge_at, self.timeout_at, self.answered = talk.nudge_at, talk.timeout_at, talk.answered
            self._stand(talk)

    def _stand(self, talk: Conversation) -> None:
        """Find flow and step in the version the person is in; ``migrate`` may move them to the present one."""
        self.flow_hash = talk.flow_hash
        flow, name = self.book.place(talk.flow, talk.flow_hash, talk.step)
        self.flow = flow
        self.step = flow.steps.get(name) if flow else None
        if flow is not None and flow.hash != talk.flow_hash:
            old = self.book.flow(talk.flow, talk.flow_hash)
            self.moved_from = old.steps.get(talk.step) if old else None
            if self.step and self._is_another(self.step):
                self._moved_to = self.step
            self.flow_hash = flow.hash
        if name == END:
            self.flow = self.nudge_at = self.timeout_at = None
        else:
            self.lost = self.step is None

    def _is_another(self, step: Step) -> bool:
        """Tell whether nobody can stand here who has not arrived; of a version that nobody knows, as far as can be."""
        if self.moved_from is not None:
            return self.moved_from.kind != step.kind
        return step.kind in PASSING or (step.kind == "wait" and self.timeout_at is None)

    def arm(self, step: Step) -> None:
        """Begin to wait at a step: its tries, reminders and time count from now."""
        now = self.context.now
        self._moved_to, self._arrived = None, step
        self.forget(UNHEARD)
        self.tries, self.entered_at, self.nudges = 0, now, 0
        self.nudge_at = now + min(step.nudges) if step.nudges else None
        self.timeout_at = now + step.over if step.over else None

    @property
    def unasked(self) -> bool:
        """Whether ``migrate`` has moved the person to a step of another kind, whose question they have not heard."""
        return self.step is not None and self.step is self._moved_to

    # -- doing -------------------------------------------------------------------------------------------------
    def take(self, outcome: Outcome) -> None:
        """Take in what another room decided on this record."""
        self.record = outcome.record
        self._effects += outcome.effects
        self._facts += outcome.facts
        self._reasons += outcome.reasons

    def want(self, *effects: Effect) -> None:
        """Have something done."""
        self._effects += effects

    def tell(self, fact: Fact) -> None:
        """Let the rooms behind know what has become true."""
        self._facts.append(fact)

    def change(self, **fields: object) -> None:
        """Change fields of the record."""
        self.record = replace(self.record, **fields)
        if "language" in fields:
            chosen = self.record.language
            self.language = chosen if chosen in self.book.voices else self.book.language

    def is_in(self, topic: str) -> bool:
        """Whether the person has confirmed this topic in its present wording."""
        known = self.record.consents.get(topic)
        if known is None or known.status != "confirmed":
            return False
        config = self.context.config
        return any(config.wording(topic, language)[0] == known.wording for language in config.languages)

    def is_proven(self, address: str) -> bool:
        """Whether the person has proven this address."""
        held = self.record.addresses.get(address)
        return held is not None and held.status == "proven"

    def is_settled(self, step: Step) -> bool:
        """Whether what a step asks proof of is proven already."""
        return self.is_in(step.topic) if step.topic else self.is_proven(self.address)

    def id(self, *parts: str) -> str:
        """Return the id of what this visit of the present step wants done once."""
        name = self.step.name if self.step else ""
        flow = self.flow.name if self.flow else ""
        return self.context.keys.send_id(self.record.id, flow, name, self.entered_at.isoformat(), *parts)

    # -- the end of the turn -------------------------------------------------------------------------------------
    def close(self) -> Outcome:
        """Return what was decided."""
        messages = self._chats() if self._said else []
        here = disclosure(self, messages) if self.discloses else []
        talk = self.record.conversation
        if self.flow and self.step:
            stands = self._conversation(self.flow, self.step)
            if talk and self.unasked:
                stands = replace(stands, flow=talk.flow, flow_hash=talk.flow_hash, step=talk.step)
            talk = stands
        elif talk:
            talk = replace(talk, nudge_at=self.nudge_at, timeout_at=self.timeout_at) if self.lost else None
        if messages or talk != self.record.conversation:
            serial = self.record.chat_serial + len(messages)
            self.record = replace(self.record, conversation=talk, chat_serial=serial)
        return Outcome(
            record=self.record,
            effects=(*self._effects, *here, *messages, *self.parting),
            facts=tuple(self._facts),
            reasons=tuple(self._reasons),
        )

    def _conversation(self, flow: Flow, step: Step) -> Conversation:
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

    def holds(self, condition: Condition) -> bool:
        """Tell whether a condition is true now; what it asks of the conversation counts from the open question."""
        talk = self._conversation(self.flow, self.step) if self.flow and self.step else None
        asked = self.record.conversation.entered_at if self.record.conversation else self.context.now
        now = replace(self.record, conversation=replace(talk, entered_at=asked) if talk else None)
        return condition.holds(now, self.context.now)

    def can_chat(self) -> bool:
        """Whether the platform lets us write now."""
        until = self.record.window_expires_at
        return until is not None and until > self.context.now and not self.record.unavailable

    @property
    def next_chat(self) -> str:
        """Id of the next message that is said (:func:`flows.language.split_text.chats` gives it)."""
        return f"{self.record.id}.{self.record.chat_serial + len(self._said) + 1}"

    def send_apart(self) -> None:
        """Send what was said so far as messages that belong to no open question."""
        made = self._chats() if self._said else []
        self._said.clear()
        self._effects += made
        self.change(chat_serial=self.record.chat_serial + len(made))

    def _chats(self) -> list[SendChat]:
        if not self.can_chat():
            self.because("Nothing was said: the messaging window is closed, so the platform would refuse it.")
            self.unshow()
            if self.step is not None and self.step is self._arrived:
                self.variables = {**self.variables, UNHEARD: self.step.name}
            return []
        asks = self.step.kind if self.step is not None and not self.record.paused else ""
        return chats(
            self._said,
            self.record,
            chips=self._chips(),
            offer_email=asks == "email",
            response=self.response,
            offer_phone=asks == "phone",
            persona=self.flow.persona if self.flow else "",
        )

    def _chips(self) -> tuple[Button, ...]:
        if self.record.paused:
            return ()
        if self.step and self.step.kind in ("confirm", "prove") and self.asked() == "before":
            label = self.book.voices[self.language].replies["label_new_code"].source
            return (*self.spoken.chips[: MOST_CHIPS - 1], Button(label=label, payload=command_payload("new_code")))
        return self.spoken.chips if self.step else self.chips

    def asked(self) -> str:
        """When this person asked for a code to this address: ``lately``, none goes yet, ``before``, or never."""
        pending = self.record.pending.get(self.address)
        if pending is None:
            return ""
        pause = timedelta(minutes=self.context.config.limits.mail_every_minutes)
        return "lately" if self.context.now - pending.requested_at < pause else "before"
