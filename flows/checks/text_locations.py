"""Lists every text of a flow and its translations, with its location, its language and its limits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.workspace_config import WorkspaceConfig
from flows.language.buttons import MOST_LABEL_CHARACTERS, classify_target
from flows.language.cards import MOST_LINE_CHARACTERS
from flows.language.model import CalendarText, Cards, MessageItemModel, StepText
from flows.language.read_files import FlowSource
from flows.language.split_text import MOST_BUTTON_TEXT, MOST_TEXT
from flows.language.tables import Table
from flows.language.translation_model import TranslatedCalendar, TranslatedStep
from language.text_template import MOST_CHARACTERS
from language.yaml_source import YamlPath, YamlSource

MOST_SUBJECT = 200
"""Most characters of the title of an appointment, which calendars show in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLocation:
    """A text, its position in a file, and its limits."""

    source: YamlSource
    path: YamlPath
    text: str
    language: str
    step: str
    """Step that sends it."""
    choice: str = ""
    """Choice that it replies to; empty if it replies to none."""
    most_characters: int = MOST_TEXT
    """Most characters that the platform allows."""
    text_kind: str = "a message"
    """What it becomes, in the words of findings."""
    table: Table | None = None
    """Table whose columns it may use as variables."""
    is_plain: bool = False
    """True if it cannot have variables."""
    is_address: bool = False
    """True if it is the address of a picture, page or file."""
    at_key: bool = False
    """True if findings point at the key of the path instead of its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _StepScope:
    """The step whose texts are listed."""

    source: YamlSource
    path: YamlPath
    language: str
    step: str
    tables: Mapping[str, Table]

    def locate_text(  # noqa: PLR0913  each says one thing about the text
        self,
        path: YamlPath,
        text: str,
        *,
        most_characters: int = MOST_TEXT,
        text_kind: str = "a message",
        choice: str = "",
        table: Table | None = None,
        is_plain: bool = False,
        is_address: bool = False,
        at_key: bool = False,
    ) -> TextLocation:
        return TextLocation(
            source=self.source,
            path=(*self.path, *path),
            text=text,
            language=self.language,
            step=self.step,
            choice=choice,
            most_characters=most_characters,
            text_kind=text_kind,
            table=table,
            is_plain=is_plain,
            is_address=is_address,
            at_key=at_key,
        )

    def locate_label(
        self, path: YamlPath, text: str, *, is_plain: bool = True, at_key: bool = False, table: Table | None = None
    ) -> TextLocation:
        return self.locate_text(
            path,
            text,
            most_characters=MOST_LABEL_CHARACTERS,
            text_kind="a button",
            is_plain=is_plain,
            at_key=at_key,
            table=table,
        )


def list_text_locations(
    flow: FlowSource, config: WorkspaceConfig, tables: Mapping[str, Table]
) -> Iterator[TextLocation]:
    """Yield every text of a flow, those of the original first."""
    own_language = flow.text.language or config.default_language
    for name, step in flow.text.steps.items():
        scope = _StepScope(source=flow.source, path=("steps", name), language=own_language, step=name, tables=tables)
        yield from _original_texts(scope, step)
    for language, (text, source) in flow.translations.items():
        for name, translated in text.steps.items():
            if name in flow.text.steps:
                scope = _StepScope(source=source, path=("steps", name), language=language, step=name, tables=tables)
                yield from _translated_texts(scope, translated, flow.text.steps[name])


def _original_texts(scope: _StepScope, step: StepText) -> Iterator[TextLocation]:
    yield from _message_texts(scope, ("say",), step.say, [], has_buttons=bool(step.buttons))
    yield from _button_texts(scope, step)
    if step.again:
        yield scope.locate_text(("again",), step.again)
    yield from (scope.locate_text(("nudge", number, "say"), nudge.say) for number, nudge in enumerate(step.nudge))
    for key in ("agree", "decline", "skip", "done"):
        if getattr(step, key):
            yield scope.locate_label((key,), getattr(step, key))
    yield from _end_labels(scope, step, step)
    for label, choice in step.choices.items():
        yield scope.locate_label(("choices", label), label, at_key=True)
        yield from _message_texts(scope, ("choices", label, "say"), choice.say, [], choice=label)
    if step.notify:
        yield scope.locate_text(
            ("notify", "say"), step.notify.say, most_characters=MOST_CHARACTERS, text_kind="a mail to the team"
        )
    for key in ("mail", "relay"):
        calendar = getattr(getattr(step, key), "calendar", None)
        yield from _calendar_texts(scope, (key, "calendar"), calendar) if calendar else ()


def _end_labels(scope: _StepScope, labelled: StepText | TranslatedStep, step: StepText) -> Iterator[TextLocation]:
    """Yield the labels at the ends of a scale; each shares its button with its mark."""
    for key, mark in (("low", step.ask.lowest or "1"), ("high", step.ask.highest or "5")) if step.ask else ():
        if label := getattr(labelled, key):
            most = MOST_LABEL_CHARACTERS - len(mark) - 1
            yield scope.locate_text((key,), label, most_characters=most, text_kind="a button", is_plain=True)


def _button_texts(scope: _StepScope, step: StepText) -> Iterator[TextLocation]:
    for label, target in step.buttons.items():
        yield scope.locate_label(("buttons", label), label, is_plain=False, at_key=True)
        if classify_target(target) == "url":
            yield scope.locate_text(("buttons", label), target, text_kind="an address", is_address=True)


def _calendar_texts(
    scope: _StepScope, path: YamlPath, calendar: CalendarText | TranslatedCalendar
) -> Iterator[TextLocation]:
    for part in ("title", "where", "description"):
        if text := getattr(calendar, part):
            most = MOST_SUBJECT if part == "title" else MOST_TEXT
            yield scope.locate_text((*path, part), text, most_characters=most, text_kind=f"a calendar's {part}")


def _message_texts(
    scope: _StepScope,
    path: YamlPath,
    messages: Sequence[MessageItemModel],
    originals: Sequence[MessageItemModel],
    *,
    has_buttons: bool = False,
    choice: str = "",
) -> Iterator[TextLocation]:
    """Yield the texts of messages; ``originals`` is empty for the original itself."""
    # A translation of cards does not repeat the table: its first cards belong to the first of the original.
    cards = iter([message.cards for message in originals if message.cards])
    # Buttons go under the last text, and a message with buttons holds fewer characters.
    last = max((number for number, message in enumerate(messages) if message.text), default=-1)
    for number, message in enumerate(messages):
        if message.cards:
            original = next(cards, None) if originals else message.cards
            yield from _card_texts(scope, (*path, number, "cards"), message.cards, original)
        for kind in ("image", "video", "audio", "file"):
            if getattr(message, kind):
                yield scope.locate_text(
                    (*path, number, kind),
                    getattr(message, kind),
                    text_kind="an address",
                    choice=choice,
                    is_address=True,
                )
        if "text" in message.model_fields_set:
            has_buttons_below = has_buttons and number == last
            yield scope.locate_text(
                (*path, number),
                message.text,
                most_characters=MOST_BUTTON_TEXT if has_buttons_below else MOST_TEXT,
                text_kind="a message with buttons" if has_buttons_below else "a message",
                choice=choice,
            )


def _card_texts(scope: _StepScope, path: YamlPath, cards: Cards, original: Cards | None) -> Iterator[TextLocation]:
    table = scope.tables.get(original.table) if original else None
    # An unknown table is reported by the check of names; without its columns nothing can be said here.
    if original and table is None:
        return
    for part in ("title", "subtitle"):
        if getattr(cards, part):
            yield scope.locate_text(
                (*path, part),
                getattr(cards, part),
                most_characters=MOST_LINE_CHARACTERS,
                text_kind=f"a card's {part}",
                table=table,
            )
    for part in ("image", "link"):
        if getattr(cards, part):
            yield scope.locate_text(
                (*path, part), getattr(cards, part), text_kind="an address", table=table, is_address=True
            )
    # In the original a label is the key; in a translation it is the value behind the original label.
    translated = original is not cards
    for label, target in cards.buttons.items():
        button_path = (*path, "buttons", label)
        yield scope.locate_label(
            button_path, target if translated else label, is_plain=False, at_key=not translated, table=table
        )
        if not translated and classify_target(target) == "url":
            yield scope.locate_text(button_path, target, text_kind="an address", table=table, is_address=True)


def _translated_texts(scope: _StepScope, translated: TranslatedStep, step: StepText) -> Iterator[TextLocation]:
    yield from _message_texts(scope, ("say",), translated.say, step.say, has_buttons=bool(step.buttons))
    for label, text in translated.buttons.items():
        yield scope.locate_label(("buttons", label), text, is_plain=False)
    if translated.again:
        yield scope.locate_text(("again",), translated.again)
    yield from (scope.locate_text(("nudge", number), text) for number, text in enumerate(translated.nudge))
    for key in ("agree", "decline", "skip", "done"):
        if getattr(translated, key):
            yield scope.locate_label((key,), getattr(translated, key))
    yield from _end_labels(scope, translated, step)
    for label, choice in translated.choices.items():
        if choice.label:
            yield scope.locate_label(("choices", label, "label"), choice.label)
        originals = step.choices[label].say if label in step.choices else []
        yield from _message_texts(scope, ("choices", label, "say"), choice.say, originals, choice=label)
    if translated.notify:
        yield scope.locate_text(
            ("notify",), translated.notify, most_characters=MOST_CHARACTERS, text_kind="a mail to the team"
        )
    yield from _calendar_texts(scope, ("calendar",), translated.calendar)
