"""What is said in a turn: texts with their variables, pictures and cards, in the person's language."""

from collections.abc import Mapping, Sequence

from domain.decision import Context, Reason
from domain.record import Subscriber, Value
from flows.compiled.catalog import Flow, FlowBook, Spoken, Step
from flows.conversation.variables import scope, variables
from flows.language.messages import Saying, pieces
from flows.language.split_text import Piece, text_pieces
from flows.language.text_template import Text
from language.conditions.comparisons import Scope

ADDRESS = "address"
"""Conversation variable: keyed hash of the address given."""
ADDRESS_MID = "address_mid"
"""Conversation variable: the message that gave it."""
SHOWN = "wording"
"""Conversation variable: hash of the consent text that was shown last."""
SHOWN_AS = "wording_serial"
"""Conversation variable: number of the message that showed it."""
CODE = "code"
"""Conversation variable: the code drawn last."""
UNHEARD = "unheard"
"""Conversation variable: the step whose question could not be sent."""
ROW = "row"
"""Conversation variable: id of the row whose card was tapped last."""
CARDS = "cards"
"""Conversation variable: titles of the cards shown last; a mail may say them."""


class Speaking:
    """The part of a :class:`flows.conversation.state.Talk` that speaks."""

    book: FlowBook
    record: Subscriber
    context: Context
    language: str
    """The language the person is spoken to in."""
    flow: Flow | None
    step: Step | None
    variables: dict[str, Value]
    """What the conversation knows."""
    _said: list[Piece]
    _reasons: list[Reason]

    @property
    def opening(self) -> str:
        """Name of the flow that the get-started button of the person's Page begins; empty: none."""
        page = self.context.config.pages.get(self.record.identity.page)
        own = page.flow if page and page.flow else ""
        return own if own in self.book.flows else self.book.get_started

    @property
    def spoken(self) -> Spoken:
        """What the present step says in the person's language."""
        return self.step.spoken[self.language] if self.step else Spoken()

    @property
    def spoke(self) -> bool:
        """Whether anything was said in this turn."""
        return bool(self._said)

    @property
    def address(self) -> str:
        """Keyed hash of the address this conversation is about; empty if none was given."""
        return str(self.variables.get(ADDRESS, ""))

    @property
    def code(self) -> str:
        """The code drawn in this conversation, else the last one the person was given; empty: none."""
        return str(self.variables.get(CODE) or next(reversed(self.record.codes.values()), ""))

    def because(self, text: str) -> None:
        """Note why something was done, in words that a marketer reads."""
        about = self.flow.name if self.flow else ""
        self._reasons.append(Reason(room="flows", text=text, about=about, step=self.step.name if self.step else ""))

    def say(self, *texts: Text, extra: dict[str, object] | None = None) -> None:
        """Say texts, each as a message."""
        for text in texts:
            self._said += text_pieces(text.render(self._values(text, extra)) if text.template else text.source)

    def say_step(self) -> bool:
        """Say what the present step says; False, and nothing is said, if cards are to be shown and no row fits."""
        spoken = self.spoken
        if spoken.texts:
            self.say(*spoken.texts)
            return True
        return self.say_all(spoken.says)

    def say_all(self, says: Sequence[Saying]) -> bool:
        """Say texts, pictures and cards; False, and nothing is said, if cards are to be shown and no row fits."""
        said = pieces(says, self.fill, self.scope)
        if said is None:
            self.because("Nothing in the table fits.")
            return False
        self._said += said
        titles = [card.title for piece in said for card in piece.cards]
        if titles:
            self.variables = {**self.variables, CARDS: ", ".join(titles)}
        return True

    def say_plain(self, text: str) -> None:
        """Say a text that holds no variables."""
        self._said += text_pieces(text)

    def reply(self, name: str, **extra: object) -> None:
        """Say one of the replies that work everywhere."""
        self.say(self.book.voices[self.language].replies[name], extra=extra)

    def filled(self, text: Text) -> str:
        """Return a text with its variables filled in, without saying it."""
        return text.render(self._values(text, None) if text.template else {})

    def hush(self) -> None:
        """Take back what was said: a human is talking."""
        self._said.clear()
        self.unshow()

    def repeat(self) -> None:
        """Ask the open question once more."""
        if self.step is None:
            return
        if self.step.kind == "consent":
            self.show_wording(self.step)
        else:
            self.say_all(self.spoken.question)

    def unshow(self) -> None:
        """Forget that a consent text was shown: it did not reach the person, so a typed “yes” cannot mean it."""
        self.forget(SHOWN)
        self.forget(SHOWN_AS)

    def unshow_refused(self, send: str) -> None:
        """Forget it if the message of this id, which was refused, is the one that showed it or a later one."""
        serial, since = send.rpartition(".")[2], self.variables.get(SHOWN_AS, 0)
        if not send or (serial.isdecimal() and isinstance(since, int) and int(serial) >= since):
            self.unshow()

    def forget(self, name: str) -> None:
        """Forget what the conversation knows under this name."""
        if name in self.variables:
            self.variables = {one: value for one, value in self.variables.items() if one != name}

    def show_wording(self, step: Step) -> None:
        """Show the exact text that is agreed to."""
        wording, text = self.context.config.wording(step.topic, self.language)
        self.variables = {**self.variables, SHOWN: wording, SHOWN_AS: self.record.chat_serial + len(self._said) + 1}
        self.say_plain(text)

    def _values(self, text: Text, extra: dict[str, object] | None) -> Mapping[str, object]:
        flow = self.flow or self.book.flows.get(self.opening)
        begins = flow.words[self.language] if flow else ""
        given = extra or {}
        if CODE in text.variables and self.code:
            given = {CODE: self.code, **given}
        return variables(
            text,
            self.book.voices[self.language],
            self.record,
            address=self.address,
            begins=begins,
            language=self.language,
            config=self.context.config,
            given=given,
        )

    def fill(self, text: Text) -> Mapping[str, object]:
        """Return the values that a text needs."""
        return self._values(text, None)

    def scope(self) -> Scope:
        """Return what conditions on the rows of a table look at."""
        return scope(self.record, self.context.now, self.context.config)
