"""Texts of a flow for a translator, as lines of a table, and back into a translation file.

Each line names flow, step and part (``say 1``, ``again``, ``choice No mail yet``), the original, the translation and
its state: ``new`` where it is missing, ``stale`` where the original has changed since, else ``ok``.  Coming back, a
step's mark is renewed when everything in it was made from the present original, and whatever was stale was changed or
its state set to ``ok``; else the old mark stays and the check goes on reporting it.

What a translation holds besides texts (other pictures, more messages than the original) is kept.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Literal

import yaml

from flows.checks.translations import mark_of
from flows.language.csv_tables import cell_of, text_of
from flows.language.messages import kind_of
from flows.language.model import Cards, FlowText, StepText, TranslatedStep, TranslationText
from flows.translation.entry_texts import WORDS, originals, translations, written

State = Literal["new", "stale", "ok"]
OUTDATED = "outdated"
"""Mark of a translation that was made from an older original whose own mark is not known."""
PLAIN = ("again", "skip", "agree", "decline", "notify", "calendar")
"""Parts of a step that are one text each, under the same name in the translation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One text."""

    flow: str
    step: str
    """Empty: of the flow itself."""
    part: str
    original: str
    translation: str = ""
    state: State = "new"


COLUMNS = tuple(one.name for one in fields(Line))


class NoLinesError(ValueError):
    """A table does not hold lines for translators.  The message says which columns it needs."""


# -- out ----------------------------------------------------------------------------------------------------
def lines(text: FlowText, translation: TranslationText | None) -> list[Line]:
    """Return every text of a flow with its translation, in the order of the file."""
    found: list[Line] = []
    for step, original in _originals(text).items():
        done = _translations(translation, step) if translation else {}
        stale = bool(translation and step in text.steps and _is_stale(text, translation, step))
        for part in dict.fromkeys((*original, *done)):
            state: State = "new" if not done.get(part) else "stale" if stale else "ok"
            found.append(
                Line(
                    flow=text.flow, step=step, part=part, original=original.get(part, ""),
                    translation=done.get(part, ""), state=state,
                )
            )  # fmt: skip
    return found


def to_csv(many: Iterable[Line]) -> str:
    """Return lines as CSV with a head, for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([cell_of(getattr(one, name)) for name in COLUMNS] for one in many)
    return out.getvalue()


def from_csv(text: str) -> list[Line]:
    """Read lines from CSV, with commas or semicolons.  Raises :class:`NoLinesError`."""
    text = text.removeprefix("\ufeff")
    head = text.split("\n", 1)[0]
    try:
        rows = list(csv.DictReader(io.StringIO(text), delimiter=";" if ";" in head else ","))
    except csv.Error as error:
        message = f"The table cannot be read: {error}."
        raise NoLinesError(message) from None
    if not {"flow", "step", "part", "translation"} <= {*(rows[0] if rows else ())}:
        message = f"The table needs the columns {', '.join(COLUMNS)}."
        raise NoLinesError(message)
    return [_line(row) for row in rows]


def _line(row: Mapping[str, str | None]) -> Line:
    given = {name: text_of((row.get(name) or "").replace("\r\n", "\n")) for name in COLUMNS}
    said = given.pop("state").strip().casefold()
    state: State = "stale" if said == "stale" else "ok" if said == "ok" else "new"
    return Line(**given, state=state)


# -- back ---------------------------------------------------------------------------------------------------
def translated(
    text: FlowText, language: str, many: Iterable[Line], translation: TranslationText | None = None, was: str = ""
) -> tuple[str, list[Line]]:
    """Return a translation file made of lines, and the lines that fit nowhere.

    ``translation`` is the present one, ``was`` its file: the comment at its top stays.
    """
    known = {(one.step, one.part): one for one in lines(text, translation)}
    given: dict[str, dict[str, Line]] = {step: {} for step in ("", *text.steps)}
    strange: list[Line] = []
    for one in many:
        if one.flow == text.flow and (one.step, one.part) in known:
            given[one.step][one.part] = one
        else:
            strange.append(one)
    for (step, part), one in known.items():
        given[step].setdefault(part, one)
    head = {"flow": text.flow, "language": language}
    return _head(was) + _dumped({**head, **_file(text, given, known, translation)}), strange


def _file(
    text: FlowText,
    given: Mapping[str, Mapping[str, Line]],
    known: Mapping[tuple[str, str], Line],
    translation: TranslationText | None,
) -> dict[str, object]:
    """Return words, steps and marks of the translation."""
    steps: dict[str, object] = {}
    marks: dict[str, str] = {}
    for name, step in text.steps.items():
        many = given[name]
        texts = {part: one.translation for part, one in many.items() if one.translation.strip()}
        if texts:
            kept = translation.steps.get(name) if translation else None
            steps[name] = _step(step, texts, kept or TranslatedStep())
            before = {part: known[name, part] for part in many}
            marks[name] = _mark(step, many, before, translation.originals.get(name, "") if translation else "")
    start = written({part: one.translation for part, one in given[""].items()})
    return {**start, "steps": steps, "originals": marks}


def _mark(step: StepText, many: Mapping[str, Line], before: Mapping[str, Line], old: str) -> str:
    """Return the mark of a step's translation: the present original's, unless something was not read again.

    ``before`` are the lines as they stand now, ``old`` the mark so far.
    """
    read = all(
        one.original == before[part].original and (one.state != "stale" or one.translation != before[part].translation)
        for part, one in many.items()
    )
    present = mark_of(step)
    return present if read else OUTDATED if old in ("", present) else old


def _is_stale(text: FlowText, translation: TranslationText, step: str) -> bool:
    mark = translation.originals.get(step)
    return mark is not None and mark != mark_of(text.steps[step])


def _head(was: str) -> str:
    kept: list[str] = []
    for line in was.splitlines(keepends=True):
        if not line.startswith("#"):
            break
        kept.append(line)
    return "".join(kept)


def _dumped(file: Mapping[str, object]) -> str:
    dumped: str = yaml.safe_dump(file, allow_unicode=True, sort_keys=False, width=10**6)
    return dumped


# -- parts --------------------------------------------------------------------------------------------------
def _originals(text: FlowText) -> dict[str, dict[str, str]]:
    """Return the texts of a flow by step and part; under an empty name those of the flow itself."""
    return {"": originals(text), **{name: dict(_parts(step)) for name, step in text.steps.items()}}


def _parts(step: StepText) -> Iterator[tuple[str, str]]:
    yield from _says("", step)
    yield from ((f"button {label}", label) for label in step.buttons)
    carrier = step.relay or step.mail
    title = carrier.calendar.title if carrier and carrier.calendar else ""
    plain = {"notify": step.notify.say if step.notify else "", "calendar": title}
    for name in PLAIN:
        if said := plain.get(name) or getattr(step, name, ""):
            yield name, str(said)
    yield from ((f"nudge {at}", one.say) for at, one in enumerate(step.nudge, 1))
    for label, choice in step.choices.items():
        yield f"choice {label}", label
        if choice.words:
            yield f"choice {label} words", ", ".join(choice.words)
        texts = (one.text for one in choice.say if one.text)
        yield from ((f"choice {label} say {at}", one) for at, one in enumerate(texts, 1))


def _says(prefix: str, step: StepText | TranslatedStep) -> Iterator[tuple[str, str]]:
    """Yield the texts that a step says: messages and cards."""
    texts = (one.text for one in step.say if one.text)
    yield from ((f"{prefix}say {at}", one) for at, one in enumerate(texts, 1))
    for at, cards in enumerate((one.cards for one in step.say if one.cards), 1):
        yield from ((f"cards {at} {name}", one) for name in ("title", "subtitle") if (one := getattr(cards, name)))
        own = isinstance(step, StepText)
        yield from ((f"cards {at} button {label}", label if own else one) for label, one in cards.buttons.items())


def _translations(translation: TranslationText, step: str) -> dict[str, str]:
    if not step:
        return translations(translation)
    done = translation.steps.get(step)
    return dict(_translated_parts(done)) if done else {}


def _translated_parts(step: TranslatedStep) -> Iterator[tuple[str, str]]:
    yield from _says("", step)
    yield from ((f"button {label}", one) for label, one in step.buttons.items())
    yield from ((name, one) for name in PLAIN if (one := str(getattr(step, name))))
    yield from ((f"nudge {at}", one) for at, one in enumerate(step.nudge, 1))
    for label, choice in step.choices.items():
        yield f"choice {label}", choice.label
        if choice.words:
            yield f"choice {label} words", ", ".join(choice.words)
        texts = (one.text for one in choice.say if one.text)
        yield from ((f"choice {label} say {at}", one) for at, one in enumerate(texts, 1))


# -- a step as it is written --------------------------------------------------------------------------------
def _step(original: StepText, texts: Mapping[str, str], kept: TranslatedStep) -> object:
    """Return a translated step as it is written: its texts alone where it says nothing but texts."""
    written: dict[str, object] = {}
    if says := _said(original, texts, kept):
        written["say"] = says[0] if len(says) == 1 else says
    if buttons := {label: texts[f"button {label}"] for label in original.buttons if f"button {label}" in texts}:
        written["buttons"] = buttons
    written.update({name: texts[name] for name in PLAIN if name in texts})
    if nudges := _nudges([one.say for one in original.nudge], texts):
        written["nudge"] = nudges[0] if len(nudges) == 1 else nudges
    if choices := {label: one for label in original.choices if (one := _choice(label, texts))}:
        written["choices"] = choices
    return written["say"] if list(written) == ["say"] and isinstance(written["say"], str | list) else written


def _nudges(originals: list[str], texts: Mapping[str, str]) -> list[str]:
    """Return the reminders up to the last that is translated; the original stands where one before it is not."""
    last = max((at for at in range(1, len(originals) + 1) if f"nudge {at}" in texts), default=0)
    return [texts.get(f"nudge {at}", one) for at, one in enumerate(originals[:last], 1)]


def _choice(label: str, texts: Mapping[str, str]) -> object:
    """Return a translated choice: its label alone where that is all there is."""
    named, says = texts.get(f"choice {label}", ""), _numbered(f"choice {label} say", texts)
    written: dict[str, object] = {"label": named} if named else {}
    if says:
        written["say"] = says[0] if len(says) == 1 else says
    if words := texts.get(f"choice {label} words", ""):
        written[WORDS] = [one.strip() for one in words.split(",")]
    return named if list(written) == ["label"] else written


def _said(original: StepText, texts: Mapping[str, str], kept: TranslatedStep) -> list[object]:
    """Return what is said, in the order of the original: texts, cards, and what else the translation had."""
    waiting = _numbered("say", texts)
    others = [one for one in kept.say if kind_of(one) not in ("text", "cards", "pause")]
    says: list[object] = []
    cards = 0
    for item in original.say:
        kind = kind_of(item)
        if kind == "text" and waiting:
            says.append(waiting.pop(0))
        elif item.cards:
            cards += 1
            says += [{"cards": one}] if (one := _cards(item.cards, cards, texts)) else []
        elif other := next((one for one in others if kind_of(one) == kind), None):
            others.remove(other)
            says.append({kind: getattr(other, kind)})
    return [*says, *waiting]


def _cards(original: Cards, at: int, texts: Mapping[str, str]) -> dict[str, object]:
    named = {name: texts[f"cards {at} {name}"] for name in ("title", "subtitle") if f"cards {at} {name}" in texts}
    keys = {label: f"cards {at} button {label}" for label in original.buttons}
    buttons = {label: texts[key] for label, key in keys.items() if key in texts}
    return {**named, **({"buttons": buttons} if buttons else {})}


def _numbered(prefix: str, texts: Mapping[str, str]) -> list[str]:
    """Return the texts under ``prefix 1``, ``prefix 2`` and so on, in order."""
    found = {part.removeprefix(f"{prefix} "): one for part, one in texts.items() if part.startswith(f"{prefix} ")}
    return [found[at] for at in sorted((at for at in found if at.isdecimal()), key=int)]
