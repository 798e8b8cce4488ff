"""What the bot says in one turn: texts with their variables, pictures and cards, in the person's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from msgspec.structs import replace

from domain.decision import Context
from domain.effects import Button, SendChat
from domain.record import Frame, Subscriber, Value
from flows.compiled.catalog import Flow, FlowCatalog, LocalizedTexts, Step, command_payload
from flows.conversation.taken_choices import offered_replies
from flows.conversation.variable_names import CARDS, FOUND, PLACES_LEFT, ROW, SHOWN, SHOWN_AS, VOUCHER
from flows.conversation.variables import found_values, place_values, row_scope, text_variables
from flows.language.messages import MessageTemplate, render_messages
from flows.language.split_text import MessageDraft, build_chat_messages, draft_text_messages, shorten_question
from language.conditions.values import ComparisonScope
from language.text_template import TextTemplate

MOST_QUICK_REPLIES = 13
"""Most quick replies under a message (Messenger Send API)."""


class Speaker(Protocol):
    """What a :class:`Speech` asks of the turn that it belongs to."""

    catalog: FlowCatalog
    record: Subscriber
    context: Context
    language: str
    flow: Flow | None
    step: Step | None
    variables: dict[str, Value]
    stack: tuple[Frame, ...]

    @property
    def texts(self) -> LocalizedTexts:
        """What the present step says in the person's language."""

    @property
    def address(self) -> str:
        """Keyed hash of the conversation's address."""

    @property
    def voucher(self) -> str:
        """The voucher that a text may name."""

    @property
    def get_started_flow(self) -> str:
        """Name of the flow that the get-started button begins."""

    def add_reason(self, text: str) -> None:
        """Note why something was done."""

    def can_chat(self) -> bool:
        """Return True if the platform lets the bot write now."""

    def last_code_request(self) -> str:
        """Return when the person asked for a code: ``lately``, ``before``, or never."""

    def note_unheard(self) -> None:
        """Remember that the question of the present step could not be sent."""

    def forget_variable(self, name: str) -> None:
        """Forget what the conversation remembers under this name."""


@dataclass(slots=True, eq=False)
class Speech:
    """Gathers what the bot says in one turn, and turns it into messages at its end."""

    _turn: Speaker
    pieces: list[MessageDraft] = field(default_factory=list)
    """What was said so far, in order."""
    is_response: bool = True
    """True if it answers something that the person did."""
    default_quick_replies: tuple[Button, ...] = ()
    """Quick replies for somebody who is in no conversation."""
    own_quick_replies: tuple[Button, ...] = ()
    """Quick replies of this turn alone, in place of those of the open question."""
    offers_person: bool = False
    """True if a quick reply that calls a person stands beside those of the open question."""

    # -- saying --------------------------------------------------------------------------------------------------
    def say_texts(self, *texts: TextTemplate, extra: dict[str, object] | None = None) -> None:
        """Say texts, each as a message of its own."""
        for text in texts:
            self._add(
                draft_text_messages(text.render(self._text_values(text, extra)) if text.template else text.source)
            )

    def say_step(self) -> bool:
        """Say what the present step says; False, and nothing is said, if its cards find no row."""
        texts = self._turn.texts
        if texts.plain_texts:
            self.say_texts(*texts.plain_texts)
            return True
        return self.say_messages(texts.messages)

    def say_messages(self, messages: Sequence[MessageTemplate]) -> bool:
        """Say texts, pictures and cards; False, and nothing is said, if cards find no row."""
        new_pieces = render_messages(messages, self.text_values, self.row_scope)
        if new_pieces is None:
            self._turn.add_reason("Nothing in the table fits.")
            return False
        self._add(new_pieces)
        titles = [card.title for piece in new_pieces for card in piece.cards]
        if titles:
            self._turn.variables = {**self._turn.variables, CARDS: ", ".join(titles)}
        return True

    def _add(self, drafts: Sequence[MessageDraft]) -> None:
        """Add messages; the persona of the step speaks, else that of the flow, else the Page."""
        turn = self._turn
        persona = (turn.step.persona if turn.step else "") or (turn.flow.persona if turn.flow else "")
        # Noted with each message: by the end of the turn, the conversation may have gone on to another step.
        self.pieces += [replace(draft, persona=persona) for draft in drafts] if persona else drafts

    def say_plain(self, text: str) -> None:
        """Say a text that holds no variables."""
        self._add(draft_text_messages(text))

    def say_reply(self, name: str, **extra: object) -> None:
        """Say one of the replies that work everywhere."""
        turn = self._turn
        self.say_texts(turn.catalog.language_packs[turn.language].replies[name], extra=extra)

    def say_already_in(self, topic: str) -> None:
        """Say that the person has confirmed this topic already."""
        names = self._turn.catalog.language_packs[self._turn.language].topic_names
        self.say_reply("already_in", topic=names.get(topic, ""))

    def repeat_question(self) -> None:
        """Ask the open question once more."""
        step = self._turn.step
        if step is None:
            return
        if step.kind == "consent":
            self.show_wording(step)
        else:
            self.say_messages(self._turn.texts.question or self._question_of_caller())

    def _question_of_caller(self) -> Sequence[MessageTemplate]:
        """Return the question that the calling step has asked for a called flow; empty if no flow called."""
        turn = self._turn
        if not turn.stack:
            return ()
        frame = turn.stack[-1]
        flow, name = turn.catalog.locate_step(frame.flow, frame.flow_hash, frame.step)
        step = flow.steps.get(name) if flow else None
        return step.texts[turn.language].question if step else ()

    def repeat_briefly(self) -> None:
        """Ask the open question once more after something in between: from its first sentence that asks."""
        step = self._turn.step
        # “Shall I stop all mails?” is the question that is open, above that of the step.
        if self._turn.record.stop_asked_at is not None:
            self.say_reply("ask_stop")
            return
        if step is None or step.kind == "consent":
            self.repeat_question()
            return
        question = self._turn.texts.question or self._question_of_caller()
        asked = render_messages(question, self.text_values, self.row_scope) or []
        if asked and asked[0].text:
            asked[0] = replace(asked[0], text=shorten_question(asked[0].text), pause_ms=0)
        self.pieces += asked

    def discard_all(self) -> None:
        """Take back what was said, since a human is talking."""
        self.pieces.clear()
        self.forget_wording()

    # -- consent texts -------------------------------------------------------------------------------------------
    def show_wording(self, step: Step) -> None:
        """Show the exact consent text that the person agrees to."""
        turn = self._turn
        wording, text = turn.context.config.consent_wording(step.topic, turn.language)
        # The number of the message that will carry the text, so that a refusal of it can be recognised.
        serial = turn.record.chat_serial + len(self.pieces) + 1
        turn.variables = {**turn.variables, SHOWN: wording, SHOWN_AS: serial}
        self.say_plain(text)

    def forget_wording(self) -> None:
        """Forget that a consent text was shown: it did not reach the person, so a typed “yes” cannot mean it."""
        self._turn.forget_variable(SHOWN)
        self._turn.forget_variable(SHOWN_AS)

    def forget_refused_wording(self, message_id: str) -> None:
        """Forget it if the refused message is the one that showed it, or a later one.

        The platform keeps the order: if it refused an earlier message, the text itself still arrived.
        """
        # A message id ends with the message's number: "SUBSCRIBER.17".
        serial, since = message_id.rpartition(".")[2], self._turn.variables.get(SHOWN_AS, 0)
        if not message_id or (serial.isdecimal() and isinstance(since, int) and int(serial) >= since):
            self.forget_wording()

    # -- texts and their values ----------------------------------------------------------------------------------
    def fill_text(self, text: TextTemplate, extra: dict[str, object] | None = None) -> str:
        """Return a text with its variables filled in, without saying it."""
        return text.render(self._text_values(text, extra)) if text.template else text.source

    def text_values(self, text: TextTemplate) -> Mapping[str, object]:
        """Return the values that a text needs."""
        return self._text_values(text, None)

    def _text_values(self, text: TextTemplate, extra: dict[str, object] | None) -> Mapping[str, object]:
        # Address and start word are looked up only for texts that name them: most name neither.
        turn, names = self._turn, text.variables
        given = extra or {}
        if VOUCHER in names and turn.voucher:
            given = {VOUCHER: turn.voucher, **given}
        if PLACES_LEFT in names and PLACES_LEFT in turn.variables:
            given = {PLACES_LEFT: turn.variables[PLACES_LEFT], **given}
        if any(name.startswith(FOUND) for name in turn.variables):
            given = {**found_values(turn.catalog.tables, turn.variables, turn.language), **given}
        if ROW in turn.variables:
            given = {**place_values(turn.catalog.tables, turn.variables, turn.language), **given}
        return text_variables(
            text,
            turn.catalog.language_packs[turn.language],
            turn.record,
            address=turn.address if "email" in names else "",
            start_word=self._start_word() if "word" in names else "",
            language=turn.language,
            context=turn.context,
            extra=given,
        )

    def _start_word(self) -> str:
        """Return a word that begins the conversation's flow, else that of the get-started button; empty if none."""
        turn = self._turn
        began = turn.catalog.flows.get(turn.stack[0].flow) if turn.stack else turn.flow
        flow = began or turn.catalog.flows.get(turn.get_started_flow)
        return flow.start_word[turn.language] if flow else ""

    def row_scope(self) -> ComparisonScope:
        """Return the values that conditions on table rows compare with."""
        turn = self._turn
        found = found_values(turn.catalog.tables, turn.variables, turn.language)
        return row_scope(turn.record, turn.context.now, turn.context.config, found)

    # -- messages ------------------------------------------------------------------------------------------------
    @property
    def next_message_id(self) -> str:
        """Id of the next message, as :func:`flows.language.split_text.build_chat_messages` numbers it."""
        return f"{self._turn.record.id}.{self._turn.record.chat_serial + len(self.pieces) + 1}"

    def build_messages(self) -> list[SendChat]:
        """Return what was said as messages to send; an empty list if the platform would refuse them."""
        if not self.pieces:
            return []
        turn = self._turn
        if not turn.can_chat():
            turn.add_reason("Nothing was said: the messaging window is closed, so the platform would refuse it.")
            self.forget_wording()
            turn.note_unheard()
            return []
        # The profile's address or phone number is offered as a quick reply where that is what is asked for.
        step, record = turn.step, turn.record
        asks = step.kind if step is not None and not record.paused else ""
        return build_chat_messages(
            self.pieces,
            record,
            quick_replies=self._quick_replies(),
            offer_email=asks == "email",
            response=self.is_response,
            offer_phone=asks == "phone",
        )

    def _quick_replies(self) -> tuple[Button, ...]:
        turn = self._turn
        if turn.record.paused:
            return ()
        step = turn.step
        if self.own_quick_replies:
            return self.own_quick_replies
        if step is None:
            return self.default_quick_replies
        if step.kind == "many":
            return offered_replies(turn, step, turn.texts)
        quick_replies = step.texts[turn.language].quick_replies
        if self.offers_person:
            person = turn.catalog.language_packs[turn.language].offers[-1]
            quick_replies = (*quick_replies[: MOST_QUICK_REPLIES - 1], person)
        # A second mail may go by now: offer it in place of the last quick reply, if there are 13 already.
        if step.kind in ("confirm", "prove") and turn.last_code_request() == "before":
            label = turn.catalog.language_packs[turn.language].replies["label_new_code"].source
            return (*quick_replies[: MOST_QUICK_REPLIES - 1], Button(label=label, payload=command_payload("new_code")))
        return quick_replies
