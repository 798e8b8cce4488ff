"""Every text of a flow and its translations, with its place, its language and what it may hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.workspace_config import WorkspaceConfig
from flows.language.buttons import MOST_LABEL_CHARACTERS, classify_target
from flows.language.cards import MOST_LINE_CHARACTERS
from flows.language.model import Cards, MessageItemModel, StepText
from flows.language.read_files import FlowSource
from flows.language.split_text import MOST_BUTTON_TEXT, MOST_TEXT
from flows.language.tables import Table
from flows.language.translation_model import TranslatedStep
from language.yaml_source import YamlPath, YamlSource

SUBJECT = 200
"""Most characters of a text that becomes one line elsewhere: an appointment's title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A text and where it stands."""

    source: YamlSource
    path: YamlPath
    text: str
    language: str
    step: str
    """Step it is said in."""
    choice: str = ""
    """Choice it answers."""
    most: int = MOST_TEXT
    """Characters the platform allows."""
    what: str = "a message"
    """What it becomes, for people."""
    table: Table | None = None
    """Table whose columns it may use."""
    plain: bool = False
    """No variables can stand in it."""
    address: bool = False
    """It is the address of a picture, page or file."""
    key: bool = False
    """The key is meant, not the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Here:
    """The step whose texts are gathered."""

    source: YamlSource
    path: YamlPath
    language: str
    step: str
    tables: Mapping[str, Table]

    def place(  # noqa: PLR0913  each says one thing about the text
        self,
        path: YamlPath,
        text: str,
        *,
        most: int = MOST_TEXT,
        what: str = "a message",
        choice: str = "",
        table: Table | None = None,
        plain: bool = False,
        address: bool = False,
        key: bool = False,
    ) -> Place:
        return Place(
            source=self.source,
            path=(*self.path, *path),
            text=text,
            language=self.language,
            step=self.step,
            choice=choice,
            most=most,
            what=what,
            table=table,
            plain=plain,
            address=address,
            key=key,
        )

    def label(
        self, path: YamlPath, text: str, *, plain: bool = True, key: bool = False, table: Table | None = None
    ) -> Place:
        return self.place(path, text, most=MOST_LABEL_CHARACTERS, what="a button", plain=plain, key=key, table=table)


def places(one: FlowSource, config: WorkspaceConfig, tables: Mapping[str, Table]) -> Iterator[Place]:
    """Yield every text of a flow, the original's first."""
    own = one.text.language or config.default_language
    for name, step in one.text.steps.items():
        here = _Here(source=one.source, path=("steps", name), language=own, step=name, tables=tables)
        yield from _original(here, step)
    for language, (text, source) in one.translations.items():
        for name, translated in text.steps.items():
            if name in one.text.steps:
                here = _Here(source=source, path=("steps", name), language=language, step=name, tables=tables)
                yield from _translated(here, translated, one.text.steps[name])


def _original(here: _Here, step: StepText) -> Iterator[Place]:
    yield from _says(here, ("say",), step.say, [], buttons=bool(step.buttons))
    yield from _buttons(here, step)
    if step.again:
        yield here.place(("again",), step.again)
    yield from (here.place(("nudge", at, "say"), nudge.say) for at, nudge in enumerate(step.nudge))
    for key in ("agree", "decline", "skip"):
        if getattr(step, key):
            yield here.label((key,), getattr(step, key))
    for label, choice in step.choices.items():
        yield here.label(("choices", label), label, key=True)
        yield from _says(here, ("choices", label, "say"), choice.say, [], choice=label)
    if step.notify:
        yield here.place(("notify", "say"), step.notify.say)
    yield from _calendars(here, step)


def _buttons(here: _Here, step: StepText) -> Iterator[Place]:
    for label, target in step.buttons.items():
        yield here.label(("buttons", label), label, plain=False, key=True)
        if classify_target(target) == "url":
            yield here.place(("buttons", label), target, what="an address", address=True)


def _calendars(here: _Here, step: StepText) -> Iterator[Place]:
    for key in ("mail", "relay"):
        calendar = getattr(getattr(step, key), "calendar", None)
        for part in ("title", "where", "description") if calendar else ():
            if text := getattr(calendar, part):
                most = SUBJECT if part == "title" else MOST_TEXT
                yield here.place((key, "calendar", part), text, most=most, what=f"a calendar's {part}")


def _says(
    here: _Here,
    path: YamlPath,
    says: Sequence[MessageItemModel],
    originals: Sequence[MessageItemModel],
    *,
    buttons: bool = False,
    choice: str = "",
) -> Iterator[Place]:
    """Yield what is said; of a translation, ``originals`` tell the tables of its cards."""
    cards = iter([said.cards for said in originals if said.cards])
    last = max((at for at, said in enumerate(says) if said.text), default=-1)
    for at, said in enumerate(says):
        if said.cards:
            original = next(cards, None) if originals else said.cards
            yield from _cards(here, (*path, at, "cards"), said.cards, original)
        for kind in ("image", "video", "audio", "file"):
            if getattr(said, kind):
                yield here.place((*path, at, kind), getattr(said, kind), what="an address", choice=choice, address=True)
        if "text" in said.model_fields_set:
            under = buttons and at == last
            yield here.place(
                (*path, at),
                said.text,
                most=MOST_BUTTON_TEXT if under else MOST_TEXT,
                what="a message with buttons" if under else "a message",
                choice=choice,
            )


def _cards(here: _Here, path: YamlPath, cards: Cards, original: Cards | None) -> Iterator[Place]:
    table = here.tables.get(original.table) if original else None
    if original and table is None:
        return
    for part in ("title", "subtitle"):
        if getattr(cards, part):
            yield here.place(
                (*path, part), getattr(cards, part), most=MOST_LINE_CHARACTERS, what=f"a card's {part}", table=table
            )
    for part in ("image", "link"):
        if getattr(cards, part):
            yield here.place((*path, part), getattr(cards, part), what="an address", table=table, address=True)
    translated = original is not cards
    for label, target in cards.buttons.items():
        at = (*path, "buttons", label)
        yield here.label(at, target if translated else label, plain=False, key=not translated, table=table)
        if not translated and classify_target(target) == "url":
            yield here.place(at, target, what="an address", table=table, address=True)


def _translated(here: _Here, translated: TranslatedStep, step: StepText) -> Iterator[Place]:
    yield from _says(here, ("say",), translated.say, step.say, buttons=bool(step.buttons))
    for label, text in translated.buttons.items():
        yield here.label(("buttons", label), text, plain=False)
    if translated.again:
        yield here.place(("again",), translated.again)
    yield from (here.place(("nudge", at), text) for at, text in enumerate(translated.nudge))
    for key in ("agree", "decline", "skip"):
        if getattr(translated, key):
            yield here.label((key,), getattr(translated, key))
    for label, choice in translated.choices.items():
        if choice.label:
            yield here.label(("choices", label, "label"), choice.label)
        says = step.choices[label].say if label in step.choices else []
        yield from _says(here, ("choices", label, "say"), choice.say, says, choice=label)
    if translated.notify:
        yield here.place(("notify",), translated.notify)
    if translated.calendar:
        yield here.place(("calendar",), translated.calendar, most=SUBJECT, what="a calendar's title")
