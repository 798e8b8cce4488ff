"""What is wrong in the texts of a flow: too long for the platform, with unknown variables, or not translated."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flows.model import FlowText, StepText, TranslatedStep, TranslationText
from flows.reading import Written
from flows.texts import TextError, compile_text
from flows.turn import MESSAGE, MOST_CHIPS
from flows.voices import constants
from flows.words import command_words, normal
from subscribers.declarations import Declarations
from subscribers.findings import Finding, did_you_mean
from subscribers.source import Path, Source
from subscribers.template_words import single_braces, unclosed

LABEL = 20
"""Most characters of a quick reply's title (Messenger Send API)."""
GIVEN = ("hi", "first_name", "email")
"""Variables of a person, besides the declared fields."""
PLAIN_KEYS = ("again", "agree", "decline", "nudge")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A text and where it stands."""

    source: Source
    path: Path
    text: str


def mark_of(step: StepText) -> str:
    """Return the mark of a step's texts; a translation that keeps it knows when the original has changed."""
    texts = [
        step.say, step.again, step.agree, step.decline, step.nudge.say if step.nudge else "",
        [[label, choice.say] for label, choice in step.choices.items()],
    ]
    return hashlib.sha256(json.dumps(texts, ensure_ascii=False).encode()).hexdigest()[:8]


def flow(one: Written, house: Declarations) -> Iterator[Finding]:
    """Yield what is to be mended in the texts of a flow and its translations."""
    known = _variables(house)
    for place in _texts(one):
        yield from _text(place, known, house)
    yield from _labels(one, house)
    yield from _languages(one, house)
    for text, source in one.translations.values():
        yield from _translation(text, source, one.text, house)


def _variables(house: Declarations) -> frozenset[str]:
    return frozenset({*GIVEN, *house.fields, "word", *constants(house, house.language)})


def _texts(one: Written) -> Iterator[_Place]:
    for name, step in one.text.steps.items():
        path = ("steps", name)
        yield from _say(one.source, path, step.say)
        if step.again:
            yield _Place(source=one.source, path=(*path, "again"), text=step.again)
        if step.nudge:
            yield _Place(source=one.source, path=(*path, "nudge", "say"), text=step.nudge.say)
        for label, choice in step.choices.items():
            yield from _say(one.source, (*path, "choices", label), choice.say)
    for text, source in one.translations.values():
        for name, translated in text.steps.items():
            yield from _say(source, ("steps", name), translated.say)
            for key in ("again", "nudge"):
                if getattr(translated, key):
                    yield _Place(source=source, path=("steps", name, key), text=getattr(translated, key))
            for label, other in translated.choices.items():
                yield from _say(source, ("steps", name, "choices", label), other.say)


def _say(source: Source, path: Path, texts: list[str]) -> Iterator[_Place]:
    for at, text in enumerate(texts):
        yield _Place(source=source, path=(*path, "say", at), text=text)


def _text(place: _Place, known: frozenset[str], house: Declarations) -> Iterator[Finding]:
    if not place.text.strip():
        yield place.source.finding(place.path, "empty-text", "This text is empty, and Messenger refuses that.")
    if len(place.text) > MESSAGE:
        message = f"This text has {len(place.text):,} characters; a message holds {MESSAGE:,}."
        yield place.source.finding(place.path, "too-long", message, "Make a list of it; each item is a message.")
    try:
        used = compile_text(place.text).variables
    except TextError as error:
        slip = unclosed(place.text)
        told = (slip.message, slip.hint) if slip else (str(error), "")
        yield place.source.finding(place.path, "template", *told)
        return
    for single in single_braces(place.text, known):
        yield place.source.finding(place.path, "single-braces", single.message, single.hint, severity="warning")
    for name in sorted(used - known):
        message = f"There is no variable “{name}”."
        yield place.source.finding(place.path, "unknown-variable", message, did_you_mean(name, known))
    for name in sorted(used & {"first_name", *house.fields}):
        if name not in house.fields or not house.fields[name].fallback:
            hint = "“{{ hi }}” greets well without a name." if name == "first_name" else ""
            message = f"“{name}” can be empty and has no fallback in doorstep.yaml."
            yield place.source.finding(place.path, "no-fallback", message, f"Give it one under fields. {hint}".strip())


def _labels(one: Written, house: Declarations) -> Iterator[Finding]:
    commands = command_words(house)
    for place in _all_labels(one):
        if len(place.text) > LABEL:
            message = f"“{place.text}” has {len(place.text)} characters; a button holds {LABEL}."
            yield place.source.finding(place.path, "long-label", message, "Say it in fewer words.", key=True)
        if normal(place.text) in commands and commands[normal(place.text)] != "new_code":
            message = f"“{place.text}” works everywhere already and cannot be a choice."
            yield place.source.finding(place.path, "reserved-label", message, "Use another word.", key=True)
    for name, step in one.text.steps.items():
        path = ("steps", name, "choices")
        if len(step.choices) > MOST_CHIPS:
            message = f"{len(step.choices)} choices are more than the {MOST_CHIPS} that Messenger shows."
            yield one.source.finding(path, "many-choices", message, "Ask in two steps.", key=True)
        folded = [normal(label) for label in step.choices]
        for label in step.choices:
            if folded.count(normal(label)) > 1:
                message = f"“{label}” reads like another choice here."
                yield one.source.finding((*path, label), "same-label", message, key=True)


def _all_labels(one: Written) -> Iterator[_Place]:
    for name, step in one.text.steps.items():
        for label in step.choices:
            yield _Place(source=one.source, path=("steps", name, "choices", label), text=label)
        for key in ("agree", "decline"):
            if getattr(step, key):
                yield _Place(source=one.source, path=("steps", name, key), text=getattr(step, key))
    for text, source in one.translations.values():
        for name, translated in text.steps.items():
            for label, choice in translated.choices.items():
                yield _Place(source=source, path=("steps", name, "choices", label), text=choice.label)
            for key in ("agree", "decline"):
                if getattr(translated, key):
                    yield _Place(source=source, path=("steps", name, key), text=getattr(translated, key))


def _languages(one: Written, house: Declarations) -> Iterator[Finding]:
    own = one.text.language or house.language
    for language in house.languages:
        if language != own and language not in one.translations:
            beside = one.source.file.replace(".yaml", f".{language}.yaml")
            message = f"The flow has no texts in “{language}”, so people read them in “{own}”."
            yield one.source.finding(("flow",), "no-translation", message, f"Write {beside}.", severity="warning")


def _translation(text: TranslationText, source: Source, original: FlowText, house: Declarations) -> Iterator[Finding]:
    if text.language not in house.languages or text.language == (original.language or house.language):
        message = f"“{text.language}” is no other language of this workspace."
        hint = did_you_mean(text.language, house.languages)
        yield source.finding(("language",), "unknown-language", message, hint)
    for name, translated in text.steps.items():
        if name in original.steps:
            yield from _step(source, ("steps", name), translated, original.steps[name])
        else:
            message = f"The flow has no step “{name}”."
            yield source.finding(("steps", name), "unknown-step", message, did_you_mean(name, original.steps), key=True)
    for name, step in original.steps.items():
        if name not in text.steps and _has_texts(step):
            yield _missing(source, ("steps",), f"the step “{name}”")
    yield from _stale(text, source, original.steps)


def _has_texts(step: StepText) -> bool:
    return bool(step.say or step.choices or step.agree or step.again or step.nudge)


def _missing(source: Source, path: Path, what: str) -> Finding:
    return source.finding(
        path, "not-translated", f"The translation lacks {what}; people read the original.", severity="warning", key=True
    )


def _step(source: Source, path: Path, translated: TranslatedStep, step: StepText) -> Iterator[Finding]:
    if step.say and not translated.say:
        yield _missing(source, path, "“say”")
    if translated.say and not step.say:
        yield source.finding((*path, "say"), "not-in-original", "The original says nothing here.", key=True)
    for key in PLAIN_KEYS:
        if getattr(step, key) and not getattr(translated, key):
            yield _missing(source, path, f"“{key}”")
        if getattr(translated, key) and not getattr(step, key):
            yield source.finding((*path, key), "not-in-original", f"The original has no “{key}” here.", key=True)
    yield from _choices(source, path, translated, step)


def _choices(source: Source, path: Path, translated: TranslatedStep, step: StepText) -> Iterator[Finding]:
    for label in translated.choices:
        if label not in step.choices:
            message = f"The original has no choice “{label}”."
            hint = did_you_mean(label, step.choices)
            yield source.finding((*path, "choices", label), "unknown-choice", message, hint, key=True)
    for label, choice in step.choices.items():
        other = translated.choices.get(label)
        if other is None or not other.label:
            yield _missing(source, path, f"the choice “{label}”")
        if other and choice.say and not other.say:
            yield _missing(source, (*path, "choices", label), f"the answer to “{label}”")


def _stale(text: TranslationText, source: Source, steps: Mapping[str, StepText]) -> Iterator[Finding]:
    for name, mark in text.originals.items():
        if name in steps and mark != mark_of(steps[name]):
            yield source.finding(
                ("originals", name), "stale", f"The original of “{name}” has changed since it was translated.",
                f"Read it again, then write: {name}: {mark_of(steps[name])}", severity="warning",
            )
