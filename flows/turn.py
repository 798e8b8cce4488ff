"""One event being decided: where the person stands, what was said and done so far.

A :class:`Turn` lives for one call of :func:`flows.step.step`.  It is the only thing here that changes; the record,
the book and everything that leaves are values.  The machine of the flow says where to go, :meth:`Turn.run` what
happens on arriving there.
"""

from collections.abc import Mapping
from datetime import timedelta

from msgspec.structs import replace

from flows.book import ELSE, NEXT, Flow, FlowBook, Spoken, Step, command_payload
from flows.messages import chats
from flows.model import END
from flows.texts import Text, split
from flows.variables import variables
from subscribers import consent
from subscribers.decision import Context, Fact, Outcome, Reason
from subscribers.effects import Button, Effect, FetchProfile, SendChat
from subscribers.record import Conversation, Subscriber, Value

MESSAGE = 2_000
"""Most characters of a message (Messenger Send API)."""
MOST_CHIPS = 13
"""Most quick replies under a message (Messenger Send API)."""
MOST_HOPS = 40
"""Steps that one event may lead through; a flow that passed :mod:`flows.check` stays far below."""
MOST_TRAIL = 20

ADDRESS = "address"
"""Conversation variable: keyed hash of the address given."""
ADDRESS_MID = "address_mid"
"""Conversation variable: the message that gave it."""
SHOWN = "wording"
"""Conversation variable: hash of the consent text that was shown last."""


class Turn:
    """The changing state of one decision."""

    def __init__(self, book: FlowBook, record: Subscriber, context: Context) -> None:
        talk = record.conversation
        self.book = book
        self.record = record
        self.context = context
        self.flow: Flow | None = book.flows.get(talk.flow) if talk else None
        self.step: Step | None = self.flow.steps.get(talk.step) if talk and self.flow else None
        self.lost = talk is not None and self.step is None
        """The step the person stood at is gone from the flow."""
        self.flow_hash = talk.flow_hash if talk else ""
        self.tries = talk.tries if talk else 0
        self.variables: dict[str, Value] = talk.variables if talk else {}
        self.trail = talk.trail if talk else ()
        self.nudge_at = talk.nudge_at if talk else None
        self.entered_at = talk.entered_at if talk else context.now
        self.response = True
        self.chips: tuple[Button, ...] = ()
        """Quick replies for who is in no conversation."""
        self._said: list[str] = []
        self._effects: list[Effect] = []
        self._facts: list[Fact] = []
        self._reasons: list[Reason] = []

    @property
    def language(self) -> str:
        """The language the person is spoken to in."""
        chosen = self.record.language
        return chosen if chosen in self.book.voices else self.book.language

    @property
    def spoken(self) -> Spoken:
        """What the present step says in the person's language."""
        return self.step.spoken[self.language] if self.step else Spoken()

    @property
    def spoke(self) -> bool:
        """Whether anything was said in this turn."""
        return bool(self._said)

    def say(self, *texts: Text, extra: dict[str, object] | None = None) -> None:
        """Say texts, each as a message."""
        for text in texts:
            said = text.render(self._values(text, extra) if text.template else {}).strip()
            if said:
                self._said += [said] if len(said) <= MESSAGE else split(said, MESSAGE)

    def say_plain(self, text: str) -> None:
        """Say a text that holds no variables."""
        self._said += split(text, MESSAGE)

    def reply(self, name: str, **extra: object) -> None:
        """Say one of the replies that work everywhere."""
        self.say(self.book.voices[self.language].replies[name], extra=extra)

    def hush(self) -> None:
        """Take back what was said: a human is talking."""
        self._said.clear()

    def repeat(self) -> None:
        """Ask the open question once more."""
        if self.step is None:
            return
        if self.step.kind == "consent":
            self._show_wording(self.step)
        elif self.spoken.says:
            self.say(self.spoken.says[-1])

    def _show_wording(self, step: Step) -> None:
        wording, text = self.context.house.wording(step.topic, self.language)
        self.variables = {**self.variables, SHOWN: wording}
        self.say_plain(text)

    def _values(self, text: Text, extra: dict[str, object] | None) -> Mapping[str, object]:
        flow = self.flow or self.book.flows.get(self.book.get_started)
        begins = flow.words[self.language] if flow else ""
        voice = self.book.voices[self.language]
        values = variables(text, voice, self.record, address=self.address, begins=begins)
        return values | extra if extra else values

    @property
    def address(self) -> str:
        """Keyed hash of the address this conversation is about; empty if none was given."""
        return str(self.variables.get(ADDRESS, ""))

    def because(self, text: str) -> None:
        """Note why something was done, in words that a marketer reads."""
        about = self.flow.name if self.flow else ""
        self._reasons.append(Reason(room="flows", text=text, about=about, step=self.step.name if self.step else ""))

    def take(self, outcome: Outcome) -> None:
        """Take in what another room decided on this record."""
        self.record = outcome.record
        self._effects += outcome.effects
        self._facts += outcome.facts
        self._reasons += outcome.reasons

    def change(self, **fields: object) -> None:
        """Change fields of the record."""
        self.record = replace(self.record, **fields)

    def fetch_profile(self) -> None:
        """Ask the platform who this is."""
        self._effects.append(FetchProfile(id=self.context.keys.send_id(self.record.id, "profile")))

    def begin(self, flow: Flow, why: str) -> None:
        """Begin a flow at its first step."""
        self.flow, self.flow_hash, self.step = flow, flow.hash, None
        self.because(why)
        self.variables, self.trail = {}, ()
        self.change(paused=False)
        self.run(flow.start)

    def follow(self, trigger: str) -> None:
        """Answer the open question: the flow's machine says where that leads."""
        if self.step is None:
            return
        if not self.trail or self.trail[-1] != self.step.name:
            self.trail = (*self.trail, self.step.name)[-MOST_TRAIL:]
        self.run(self._target(self.step.name, trigger))

    def run(self, name: str) -> None:
        """Arrive at a step, and go on until one waits for an answer or the conversation ends."""
        for _ in range(MOST_HOPS):
            if self.flow is None or name == END:
                break
            self.step, self.lost = self.flow.steps[name], False
            trigger = self._arrive(self.step)
            if not trigger:
                return
            name = self._target(name, trigger)
        self.end()

    def end(self) -> None:
        """End the conversation."""
        if self.flow:
            self.because("The conversation has ended.")
        self.flow = self.step = self.nudge_at = None
        self.lost = False

    def _target(self, name: str, trigger: str) -> str:
        return self.flow.leads(name, trigger) if self.flow else END

    def _arrive(self, step: Step) -> str:
        """Do what a step does; return the trigger that leads on at once, or nothing if it waits."""
        self.tries, self.entered_at = 0, self.context.now
        self.nudge_at = self.context.now + step.nudge_after if step.nudge_after else None
        if step.tags or step.sets or step.event:
            self._mark(step)
        match step.kind:
            case "say":
                self.say(*self.spoken.says)
                return NEXT
            case "consent":
                return self._arrive_at_consent(step)
            case "confirm":
                return self._arrive_at_confirm(step)
        self.say(*self.spoken.says)
        return ""

    def _mark(self, step: Step) -> None:
        """Tags, fields and the event of a step."""
        tags = tuple(dict.fromkeys((*self.record.tags, *step.tags)))
        self.change(tags=tags, fields={**self.record.fields, **step.sets})
        if step.event:
            self._facts.append(Fact(name=step.event, at=self.context.now))

    def _arrive_at_consent(self, step: Step) -> str:
        if self.is_in(step.topic):
            self.because(f"{step.topic} is confirmed already, so it was not asked again.")
            self.reply("already_in", topic=self.book.voices[self.language].topics.get(step.topic, ""))
            self.end()
            return ""
        self.say(*self.spoken.says)
        self._show_wording(step)
        return ""

    def is_in(self, topic: str) -> bool:
        """Whether the person has confirmed this topic in its present wording."""
        known = self.record.consents.get(topic)
        if known is None or known.status != "confirmed":
            return False
        house = self.context.house
        return any(house.wording(topic, language)[0] == known.wording for language in house.languages)

    def _arrive_at_confirm(self, step: Step) -> str:
        """Ask for proof.  Nothing is asked for without an agreed consent and an address."""
        known = self.record.consents.get(step.topic)
        if known is None or known.status not in ("agreed", "confirmed"):
            return self._detour(self.flow.first("consent", step.topic) if self.flow else None)
        if self.address not in self.record.addresses:
            return self._detour(self.flow.first("email") if self.flow else None)
        lately = self._asked() == "lately"
        outcome = consent.request(self.record, self.address, (step.topic,), self.context)
        self.take(outcome)
        if any(fact.name == "confirmed" for fact in outcome.facts) or self.is_in(step.topic):
            self.because("The address was proven before, so no code was asked for.")
            return NEXT
        self._look_for_code(lately=lately)
        return ""

    def _look_for_code(self, *, lately: bool) -> None:
        """Say where the code is; if this person's own requests let no new one go, say that."""
        pending = self.record.pending.get(self.address)
        if pending is None or (pending.nonce and not lately):
            self.say(*self.spoken.says)
        else:
            self.reply("code_is_there" if pending.nonce else "new_code")

    def _detour(self, step: Step | None) -> str:
        """Go where the missing part is asked for; without such a step, out."""
        if step is None:
            return ELSE
        self.because(f"Something was missing, so the conversation went to {step.name}.")
        self.step = step
        return self._arrive(step)

    def close(self) -> Outcome:
        """Return what was decided."""
        messages = self._chats() if self._said else []
        talk = self.record.conversation
        if self.flow and self.step:
            talk = Conversation(
                flow=self.flow.name, flow_hash=self.flow_hash, step=self.step.name, entered_at=self.entered_at,
                tries=self.tries, variables=self.variables, trail=self.trail, nudge_at=self.nudge_at,
            )
        elif talk:
            talk = replace(talk, nudge_at=self.nudge_at) if self.lost else None
        if talk != self.record.conversation or messages:
            self.change(conversation=talk, chat_serial=self.record.chat_serial + len(messages))
        return Outcome(
            record=self.record, effects=(*self._effects, *messages), facts=tuple(self._facts),
            reasons=tuple(self._reasons),
        )

    def _chats(self) -> list[SendChat]:
        until = self.record.window_expires_at
        if until is None or until <= self.context.now or self.record.unavailable:
            self.because("Nothing was said: the messaging window is closed, so the platform would refuse it.")
            return []
        asks_email = self.step is not None and self.step.kind == "email" and not self.record.paused
        return chats(
            self._said, self.record, chips=self._chips(), offer_email=asks_email, response=self.response,
        )

    def _chips(self) -> tuple[Button, ...]:
        if self.record.paused:
            return ()
        if self.step and self.step.kind == "confirm" and self._asked() == "before":
            label = self.book.voices[self.language].replies["label_new_code"].source
            return (*self.spoken.chips[: MOST_CHIPS - 1], Button(label=label, payload=command_payload("new_code")))
        return self.spoken.chips if self.step else self.chips

    def _asked(self) -> str:
        """When this person asked for a code to this address: ``lately``, none goes yet, ``before``, or never."""
        pending = self.record.pending.get(self.address)
        pause = timedelta(minutes=self.context.house.limits.mail_every_minutes)
        return "" if pending is None else "lately" if self.context.now - pending.requested_at < pause else "before"
