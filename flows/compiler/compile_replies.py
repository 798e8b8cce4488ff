"""Compiles what can be tapped, or typed in its place, at a step: labels, marks of a scale, quick replies."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.effects import Button
from domain.workspace_config import WorkspaceConfig
from flows.compiled.step import DONE, SKIP, tap_payload
from flows.compiler.compile_question import compile_asked
from flows.language.buttons import classify_target
from flows.language.default_replies import reply_text
from flows.language.matching import normalize_text
from flows.language.messages import list_buttons
from flows.language.model import StepText
from flows.language.read_files import FlowSource
from flows.language.tables import Table
from flows.language.translation_model import TranslatedStep


@dataclass(frozen=True, slots=True)
class LocalizedStep:
    """A step in one language, and everything that its texts need."""

    flow: FlowSource
    name: str
    translated: TranslatedStep
    language: str
    config: WorkspaceConfig
    tables: Mapping[str, Table]

    @property
    def step(self) -> StepText:
        """The step as written."""
        return self.flow.text.steps[self.name]

    def payload_of(self, action: str) -> str:
        """Return the payload of an action of this step."""
        return tap_payload(self.flow.text.flow, self.name, action)


def label_hash(label: str) -> str:
    """Return a hash by which an old tap shows whether a choice still has the label that was tapped."""
    return hashlib.sha256(label.encode()).hexdigest()[:6]  # six digits suffice among 13 labels


def step_buttons(step: StepText) -> Iterator[tuple[int, str, str]]:
    """Yield number, label and target of the buttons that lead to a step."""
    for number, (label, target) in enumerate(list_buttons(step)):
        if classify_target(target) == "step":
            yield number, label, target


def number_labels(step: StepText, translated: list[TranslatedStep], config: WorkspaceConfig) -> dict[str, int]:
    """Return the number that a normalised label or word means; the first meaning counts."""
    # ``setdefault`` everywhere: of two choices with the same word the upper one has it, and the original comes before
    # its translations.
    numbers: dict[str, int] = {}
    for number, (key, choice) in enumerate(step.choices.items()):
        numbers.setdefault(normalize_text(key), number)
        for texts in translated:
            choice_text = texts.choices.get(key)
            shown = choice_text.label if choice_text and choice_text.label else key
            numbers.setdefault(normalize_text(shown), number)
            for word in choice_text.words if choice_text else ():
                numbers.setdefault(normalize_text(word), number)
        for word in choice.words:
            numbers.setdefault(normalize_text(word), number)
    for number, label, _ in step_buttons(step):
        for shown in (label, *(texts.buttons.get(label, label) for texts in translated)):
            numbers.setdefault(normalize_text(shown), len(step.choices) + number)
    for label in (step.skip, *(texts.skip for texts in translated)):
        if label:
            numbers.setdefault(normalize_text(label), SKIP)
    for label in _done_labels(step, translated, config):
        numbers.setdefault(normalize_text(label), DONE)
    return numbers


def enumerate_labels(step: StepText, translated: Iterable[TranslatedStep]) -> list[tuple[str, int]]:
    """Return the labels of the choices as they are written, in every language, with their numbers."""
    labels = [(key, number) for number, key in enumerate(step.choices)]
    for texts in translated:
        shown = (texts.choices[key].label if key in texts.choices else "" for key in step.choices)
        labels += [(label, number) for number, label in enumerate(shown) if label]
    return labels


def _done_labels(step: StepText, translated: list[TranslatedStep], config: WorkspaceConfig) -> list[str]:
    """Return every label that ends taking several choices; an empty list if the step takes one."""
    if step.kind != "many":
        return []
    built_in = (reply_text("label_done", config, language) for language in config.languages)
    return [label for label in (step.done, *(texts.done for texts in translated), *built_in) if label]


def mark_labels(step: StepText, translated: list[TranslatedStep], config: WorkspaceConfig) -> dict[str, int]:
    """Return the mark that the label at an end of a scale means, in every language."""
    asked = compile_asked(step.ask, config)
    if asked is None or not asked.marks:
        return {}
    low, high = asked.marks[0], asked.marks[-1]
    ends = [(step.low, low), (step.high, high)]
    ends += [end for texts in translated for end in ((texts.low, low), (texts.high, high))]
    return {normalize_text(label): mark for label, mark in ends if label}


def build_quick_replies(localized: LocalizedStep) -> tuple[Button, ...]:
    """Return the quick replies under a step: those of its question, then ``skip``."""
    step, translated = localized.step, localized.translated
    if step.consent:
        wording, _ = localized.config.consent_wording(step.consent, localized.language)
        labelled = [
            (translated.agree or step.agree, f"agree.{wording}"),
            (translated.decline or step.decline, "decline"),
        ]
    elif step.kind == "yes_no":
        labelled = [
            (reply_text(f"label_{word}", localized.config, localized.language), f"say.{word}") for word in ("yes", "no")
        ]
    elif step.kind == "rating":
        asked = compile_asked(step.ask, localized.config)
        labelled = _label_marks(localized, asked.marks if asked else ())
    else:
        # Hashed is the original label: rewording a translation leaves old taps valid.
        both = zip(choice_labels(localized), step.choices, strict=True)
        labelled = [(label, f"{at}.{label_hash(key)}") for at, (label, key) in enumerate(both)]
    if step.skip:
        labelled.append((translated.skip or step.skip, "skip"))
    return tuple(Button(label=label, payload=localized.payload_of(action)) for label, action in labelled)


def choice_labels(localized: LocalizedStep) -> list[str]:
    """Return the labels of the choices in this language."""
    translated = localized.translated.choices
    return [translated[key].label or key if key in translated else key for key in localized.step.choices]


def _label_marks(localized: LocalizedStep, marks: Sequence[int]) -> list[tuple[str, str]]:
    """Return label and action of each mark; the ends of the scale say what they mean: “0 Not at all”."""
    step, translated = localized.step, localized.translated
    ends = {marks[0]: translated.low or step.low, marks[-1]: translated.high or step.high} if marks else {}
    return [(f"{mark} {ends.get(mark, '')}".strip(), f"say.{mark}") for mark in marks]


def build_done(localized: LocalizedStep) -> Button:
    """Return the quick reply that ends taking several choices."""
    label = localized.translated.done or localized.step.done
    label = label or reply_text("label_done", localized.config, localized.language)
    return Button(label=label, payload=localized.payload_of("done"))
