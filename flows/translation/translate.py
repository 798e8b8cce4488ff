"""Writes the texts of a flow as a table for translators, and builds a translation file from the table.

Each line names flow, step and part (``say 1``, ``again``, ``choice No mail yet``), the original, the translation and
its state: ``new`` if it is missing, ``stale`` if the original has changed since, else ``ok``.

A translation file holds a mark of each step's original.  The mark is renewed if all texts of the step were made from
the present original, and each stale one was changed or its state set to ``ok``.  Otherwise the old mark stays, and the
check goes on reporting the step.

A translation may hold more than texts (other pictures, more messages than the original); that is kept.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Literal

import yaml

from flows.checks.translations import mark_of
from flows.language.csv_tables import escape_cell, unescape_cell
from flows.language.model import FlowText, StepText
from flows.language.translation_model import TranslatedStep, TranslationText
from flows.translation.calendar_texts import calendar_parts
from flows.translation.entry_texts import build_entry_keys, original_entry_texts, translated_entry_texts
from flows.translation.write_step import PLAIN, write_step

State = Literal["new", "stale", "ok"]
OUTDATED = "outdated"
"""Mark of a translation that was made from an older original, if that one's mark is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationLine:
    """One text of a flow, and its translation."""

    flow: str
    step: str
    """Empty: of the flow itself."""
    part: str
    original: str
    translation: str = ""
    state: State = "new"


COLUMNS = tuple(field.name for field in fields(TranslationLine))


class NoLinesError(ValueError):
    """A table does not hold lines for translators.  The message says which columns it needs."""


# -- out ----------------------------------------------------------------------------------------------------
def list_lines(text: FlowText, translation: TranslationText | None) -> list[TranslationLine]:
    """Return every text of a flow with its translation, in the order of the file."""
    lines: list[TranslationLine] = []
    for step, original in _original_texts(text).items():
        translated = _translated_texts(translation, step) if translation else {}
        stale = bool(translation and step in text.steps and _is_stale(text, translation, step))
        # Parts of the original in its order, then those that only the translation has.
        for part in dict.fromkeys((*original, *translated)):
            state: State = "new" if not translated.get(part) else "stale" if stale else "ok"
            lines.append(
                TranslationLine(
                    flow=text.flow, step=step, part=part, original=original.get(part, ""),
                    translation=translated.get(part, ""), state=state,
                )
            )  # fmt: skip
    return lines


def to_csv(lines: Iterable[TranslationLine]) -> str:
    """Return lines as CSV with a header row, for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([escape_cell(getattr(line, name)) for name in COLUMNS] for line in lines)
    return out.getvalue()


def from_csv(text: str) -> list[TranslationLine]:
    """Read lines from CSV, with commas or semicolons.  Raises :class:`NoLinesError`."""
    text = text.removeprefix("\ufeff")  # Excel begins UTF-8 files with a byte order mark
    # Spreadsheets in countries with a decimal comma separate by semicolons.
    head = text.split("\n", 1)[0]
    try:
        rows = list(csv.DictReader(io.StringIO(text), delimiter=";" if ";" in head else ","))
    except csv.Error as error:
        message = f"The table cannot be read: {error}."
        raise NoLinesError(message) from None
    if not {"flow", "step", "part", "translation"} <= {*(rows[0] if rows else ())}:
        message = f"The table needs the columns {', '.join(COLUMNS)}."
        raise NoLinesError(message)
    return [_parse_row(row) for row in rows]


def _parse_row(row: Mapping[str, str | None]) -> TranslationLine:
    cells = {name: unescape_cell((row.get(name) or "").replace("\r\n", "\n")) for name in COLUMNS}
    state_cell = cells.pop("state").strip().casefold()
    state: State = "stale" if state_cell == "stale" else "ok" if state_cell == "ok" else "new"
    return TranslationLine(**cells, state=state)


# -- back ---------------------------------------------------------------------------------------------------
def build_translation(
    text: FlowText,
    language: str,
    lines: Iterable[TranslationLine],
    translation: TranslationText | None = None,
    old_file: str = "",
) -> tuple[str, list[TranslationLine]]:
    """Return a translation file made of lines, and the lines that fit nowhere.

    ``translation`` is the present one, ``old_file`` its text: the comment at its top stays.
    """
    present = {(line.step, line.part): line for line in list_lines(text, translation)}
    given_lines: dict[str, dict[str, TranslationLine]] = {step: {} for step in ("", *text.steps)}
    unknown: list[TranslationLine] = []
    for line in lines:
        if line.flow == text.flow and (line.step, line.part) in present:
            given_lines[line.step][line.part] = line
        else:
            unknown.append(line)
    # A translator may send back a part of the table only: the other texts stay as they are.
    for (step, part), line in present.items():
        given_lines[step].setdefault(part, line)
    head = {"flow": text.flow, "language": language}
    file = {**head, **_build_file(text, given_lines, present, translation)}
    return _head_comment(old_file) + _dump_yaml(file), unknown


def _build_file(
    text: FlowText,
    given_lines: Mapping[str, Mapping[str, TranslationLine]],
    present: Mapping[tuple[str, str], TranslationLine],
    translation: TranslationText | None,
) -> dict[str, object]:
    """Return words, steps and marks of the translation."""
    steps: dict[str, object] = {}
    marks: dict[str, str] = {}
    for name, step in text.steps.items():
        lines = given_lines[name]
        texts = {part: line.translation for part, line in lines.items() if line.translation.strip()}
        if texts:
            old_step = translation.steps.get(name) if translation else None
            steps[name] = write_step(step, texts, old_step or TranslatedStep())
            before = {part: present[name, part] for part in lines}
            marks[name] = _choose_mark(step, lines, before, translation.originals.get(name, "") if translation else "")
    start = build_entry_keys({part: line.translation for part, line in given_lines[""].items()})
    return {**start, "steps": steps, "originals": marks}


def _choose_mark(
    step: StepText, lines: Mapping[str, TranslationLine], before: Mapping[str, TranslationLine], old: str
) -> str:
    """Return the mark of a step's translation: the present original's if all of it was reviewed.

    ``before`` are the lines as they stand now, ``old`` is the mark so far.
    """
    # A line that carries another original was exported before the flow changed, so it was reviewed against that one.
    reviewed = all(
        line.original == before[part].original
        and (line.state != "stale" or line.translation != before[part].translation)
        for part, line in lines.items()
    )
    present = mark_of(step)
    return present if reviewed else OUTDATED if old in ("", present) else old


def _is_stale(text: FlowText, translation: TranslationText, step: str) -> bool:
    mark = translation.originals.get(step)
    return mark is not None and mark != mark_of(text.steps[step])


def _head_comment(old_file: str) -> str:
    comment_lines: list[str] = []
    for line in old_file.splitlines(keepends=True):
        if not line.startswith("#"):
            break
        comment_lines.append(line)
    return "".join(comment_lines)


def _dump_yaml(file: Mapping[str, object]) -> str:
    dumped: str = yaml.safe_dump(file, allow_unicode=True, sort_keys=False, width=10**6)
    return dumped


# -- parts --------------------------------------------------------------------------------------------------
def _original_texts(text: FlowText) -> dict[str, dict[str, str]]:
    """Return the texts of a flow by step and part; under an empty name those of the flow itself."""
    return {"": original_entry_texts(text), **{name: dict(_step_parts(step)) for name, step in text.steps.items()}}


def _step_parts(step: StepText) -> Iterator[tuple[str, str]]:
    yield from _message_parts("", step)
    yield from ((f"button {label}", label) for label in step.buttons)
    carrier = step.relay or step.mail
    plain = {"notify": step.notify.say if step.notify else ""}
    for name in PLAIN:
        if text := plain.get(name) or getattr(step, name, ""):
            yield name, str(text)
    yield from calendar_parts(carrier.calendar if carrier else None)
    yield from ((f"nudge {at}", nudge.say) for at, nudge in enumerate(step.nudge, 1))
    for label, choice in step.choices.items():
        yield f"choice {label}", label
        if choice.words:
            yield f"choice {label} words", ", ".join(choice.words)
        texts = (message.text for message in choice.say if message.text)
        yield from ((f"choice {label} say {at}", text) for at, text in enumerate(texts, 1))


def _message_parts(prefix: str, step: StepText | TranslatedStep) -> Iterator[tuple[str, str]]:
    """Yield the texts that a step says: messages and cards."""
    texts = (message.text for message in step.say if message.text)
    yield from ((f"{prefix}say {at}", text) for at, text in enumerate(texts, 1))
    for at, cards in enumerate((message.cards for message in step.say if message.cards), 1):
        yield from ((f"cards {at} {name}", text) for name in ("title", "subtitle") if (text := getattr(cards, name)))
        # In the original a button maps its label to a target, in a translation to the translated label.
        original = isinstance(step, StepText)
        buttons = cards.buttons.items()
        yield from ((f"cards {at} button {label}", label if original else value) for label, value in buttons)


def _translated_texts(translation: TranslationText, step: str) -> dict[str, str]:
    if not step:
        return translated_entry_texts(translation)
    translated = translation.steps.get(step)
    return dict(_translated_parts(translated)) if translated else {}


def _translated_parts(step: TranslatedStep) -> Iterator[tuple[str, str]]:
    yield from _message_parts("", step)
    yield from ((f"button {label}", text) for label, text in step.buttons.items())
    yield from ((name, text) for name in PLAIN if (text := str(getattr(step, name))))
    yield from calendar_parts(step.calendar)
    yield from ((f"nudge {at}", text) for at, text in enumerate(step.nudge, 1))
    for label, choice in step.choices.items():
        yield f"choice {label}", choice.label
        if choice.words:
            yield f"choice {label} words", ", ".join(choice.words)
        texts = (message.text for message in choice.say if message.text)
        yield from ((f"choice {label} say {at}", text) for at, text in enumerate(texts, 1))
