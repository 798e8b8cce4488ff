"""What stands on buttons: not too many, no two alike, none that could never be taken."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.workspace_config import WorkspaceConfig
from flows.language.matching import COMMANDS, collect_command_words, normalize_text
from flows.language.model import Ask, ChoiceText, StepText
from flows.language.read_files import FlowSource
from flows.language.translation_model import TranslatedStep
from language.findings import Finding
from language.yaml_source import YamlPath, YamlSource

MOST_CHIPS = 13
"""Most quick replies under a message (Messenger Send API)."""
OFFERED = {"email": 1, "phone": 1, "yes_no": 2, "consent": 2, "confirm": 1, "prove": 1}
"""Quick replies that a kind of step brings along: the profile's own, yes and no, a new code."""
STARS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Label:
    """A label, or another word that means the same choice."""

    source: YamlSource
    path: YamlPath
    text: str
    means: str
    """The original's label."""


def check(one: FlowSource, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield what is wrong with the buttons of one flow, in every language."""
    commands = collect_command_words(config)
    for name, step in one.text.steps.items():
        yield from _count(one.source, ("steps", name), step)
        yield from _dead(one.source, ("steps", name), name, step)
        yield from _alike(list(_original(one.source, ("steps", name), step)), commands)
        for text, source in one.translations.values():
            if name in text.steps:
                yield from _alike(list(_translated(source, ("steps", name), step, text.steps[name])), commands)


def _count(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    brought = _stars(step.ask) if step.ask and step.ask.kind == "rating" else OFFERED.get(step.kind, 0)
    count = len(step.choices) + brought + bool(step.skip)
    if count > MOST_CHIPS:
        along = brought + bool(step.skip)
        more = f", with the {along} that this step brings along," if along and step.choices else ""
        message = f"{len(step.choices) or count} choices{more} are more than the {MOST_CHIPS} that Messenger shows."
        yield source.finding_at((*path, "choices"), "many-choices", message, "Ask in two steps.", key=True)


def _stars(ask: Ask) -> int:
    lowest = int(ask.lowest) if ask.lowest.isdecimal() else 1
    return int(ask.highest) - lowest + 1 if ask.highest.isdecimal() else STARS


def _dead(source: YamlSource, path: YamlPath, name: str, step: StepText) -> Iterator[Finding]:
    """A choice that leads back to its own question and says and keeps nothing is as good as none."""
    for label, choice in step.choices.items():
        if choice.go == name and not _does(choice) and not step.save:
            message = f"“{label}” asks the same again, and nothing else."
            yield source.finding_at(
                (*path, "choices", label), "dead-choice", message, "Say something, or let it go elsewhere.", key=True
            )


def _does(choice: ChoiceText) -> bool:
    return bool(choice.say or choice.set or choice.score or choice.tag)


def _original(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[_Label]:
    for label, choice in step.choices.items():
        at = (*path, "choices", label)
        yield _Label(source=source, path=at, text=label, means=f"choice {label}")
        yield from (
            _Label(source=source, path=(*at, "words", number), text=word, means=f"choice {label}")
            for number, word in enumerate(choice.words)
        )
    for key in ("agree", "decline", "skip"):
        if getattr(step, key):
            yield _Label(source=source, path=(*path, key), text=getattr(step, key), means=key)
    for label in step.buttons:
        yield _Label(source=source, path=(*path, "buttons", label), text=label, means=f"button {label}")


def _translated(source: YamlSource, path: YamlPath, step: StepText, translated: TranslatedStep) -> Iterator[_Label]:
    for label in step.choices:
        other = translated.choices.get(label)
        at = (*path, "choices", label)
        if other:
            yield _Label(source=source, path=at, text=other.label or label, means=f"choice {label}")
            yield from (
                _Label(source=source, path=(*at, "words", number), text=word, means=f"choice {label}")
                for number, word in enumerate(other.words)
            )
    for key in ("agree", "decline", "skip"):
        if getattr(translated, key):
            yield _Label(source=source, path=(*path, key), text=getattr(translated, key), means=key)
    for label in step.buttons:
        if translated.buttons.get(label):
            at = (*path, "buttons", label)
            yield _Label(source=source, path=at, text=translated.buttons[label], means=f"button {label}")


def _alike(labels: list[_Label], commands: dict[str, str]) -> Iterator[Finding]:
    """Labels are compared as what people type is: without case, signs and emoji."""
    first: dict[str, _Label] = {}
    for one in labels:
        folded = normalize_text(one.text)
        if commands.get(folded) in set(COMMANDS) - {"new_code"}:
            message = f"“{one.text}” works everywhere already and cannot be a choice."
            yield one.source.finding_at(one.path, "reserved-label", message, "Use another word.", key=True)
        other = first.setdefault(folded, one)
        if other.means != one.means:
            message = f"“{one.text}” reads like “{other.text}”, another choice here, and could never be taken."
            yield one.source.finding_at(one.path, "same-label", message, "Use another word.", key=True)
