"""What a translation lacks, has too much, or was made from a text that has changed since."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

from domain.workspace_config import WorkspaceConfig
from flows.language.model import FlowText, MessageItemModel, StepText
from flows.language.read_files import FlowSource
from flows.language.translation_model import TranslatedStep, TranslationText
from language.findings import Finding, suggest_name
from language.yaml_source import YamlPath, YamlSource

PLAIN_KEYS = ("again", "agree", "decline", "skip")


def mark_of(step: StepText) -> str:
    """Return the mark of a step's texts; a translation that keeps it knows when the original has changed."""
    nudges = [nudge.say for nudge in step.nudge]
    texts: list[object] = [
        [_shown(said) for said in step.say],
        step.again,
        step.agree,
        step.decline,
        nudges if len(nudges) > 1 else "".join(nudges),
        [[label, [_shown(said) for said in choice.say]] for label, choice in step.choices.items()],
    ]
    more = [step.skip, list(step.buttons), step.notify.say if step.notify else "", _title(step)]
    return hashlib.sha256(json.dumps(texts + more * any(more), ensure_ascii=False).encode()).hexdigest()[:8]


def _shown(said: MessageItemModel) -> object:
    """Return what of a thing that is said a translator has to know."""
    return said.text or said.model_dump(exclude_unset=True, exclude={"pause"})


def _title(step: StepText) -> str:
    carrier = step.relay or step.mail
    return carrier.calendar.title if carrier and carrier.calendar else ""


def check(one: FlowSource, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield what is to be mended in the translations of a flow, and which of them are missing."""
    own = one.text.language or config.default_language
    for language in config.languages:
        if language != own and language not in one.translations:
            beside = one.source.file.replace(".yaml", f".{language}.yaml")
            message = f"The flow has no texts in “{language}”, so people read them in “{own}”."
            yield one.source.finding_at(("flow",), "no-translation", message, f"Write {beside}.", severity="warning")
    for text, source in one.translations.values():
        yield from _translation(text, source, one.text, config)


def _translation(
    text: TranslationText, source: YamlSource, original: FlowText, config: WorkspaceConfig
) -> Iterator[Finding]:
    if text.language not in config.languages or text.language == (original.language or config.default_language):
        message = f"“{text.language}” is no other language of this workspace."
        hint = suggest_name(text.language, config.languages)
        yield source.finding_at(("language",), "unknown-language", message, hint)
    for name, translated in text.steps.items():
        if name in original.steps:
            yield from _step(source, ("steps", name), translated, original.steps[name])
        else:
            message = f"The flow has no step “{name}”."
            yield source.finding_at(
                ("steps", name), "unknown-step", message, suggest_name(name, original.steps), key=True
            )
    for name, step in original.steps.items():
        if name not in text.steps and _has_texts(step):
            yield _missing(source, ("steps",), f"the step “{name}”")
    yield from _stale(text, source, original.steps)


def _has_texts(step: StepText) -> bool:
    said = any(said.text or said.cards for said in step.say)
    return bool(said or step.choices or step.agree or step.again or step.nudge or step.skip or step.buttons)


def _missing(source: YamlSource, path: YamlPath, what: str) -> Finding:
    return source.finding_at(
        path,
        "not-translated",
        f"The translation lacks {what}; people read the original.",
        "Write it.",
        severity="warning",
        key=True,
    )


def _step(source: YamlSource, path: YamlPath, translated: TranslatedStep, step: StepText) -> Iterator[Finding]:
    yield from _says(source, path, translated.say, step.say)
    have: dict[str, tuple[object, object]] = {key: (getattr(step, key), getattr(translated, key)) for key in PLAIN_KEYS}
    have["notify"] = (step.notify, translated.notify)
    have["calendar"] = (_title(step), translated.calendar)
    for key, (original, other) in have.items():
        # Who reads a notification is the team, and an appointment's title may be a name: both may stay.
        if original and not other and key in PLAIN_KEYS:
            yield _missing(source, path, f"“{key}”")
        if other and not original:
            yield _extra(source, (*path, key), f"The original has no “{key}” here.")
    if len(translated.nudge) < len(step.nudge):
        yield _missing(source, path, "“nudge”")
    if len(translated.nudge) > len(step.nudge):
        yield _extra(source, (*path, "nudge"), f"The original has {len(step.nudge) or 'no'} “nudge” here.")
    yield from _labels(source, (*path, "buttons"), translated.buttons, _buttons(step))
    yield from _choices(source, path, translated, step)


def _extra(source: YamlSource, path: YamlPath, message: str) -> Finding:
    return source.finding_at(path, "not-in-original", message, "Take it out, or give it to the original.", key=True)


def _says(
    source: YamlSource, path: YamlPath, translated: Sequence[MessageItemModel], original: Sequence[MessageItemModel]
) -> Iterator[Finding]:
    wanted = any(said.text for said in original)
    given = any(said.text for said in translated)
    if wanted and not given:
        yield _missing(source, path, "“say”")
    if translated and not original:
        yield _extra(source, (*path, "say"), "The original says nothing here.")
    if sum(bool(said.cards) for said in translated) > sum(bool(said.cards) for said in original):
        yield _extra(source, (*path, "say"), "The original shows fewer cards here.")


def _buttons(step: StepText) -> list[str]:
    return list(step.buttons)


def _labels(
    source: YamlSource, path: YamlPath, translated: Mapping[str, str], original: Sequence[str]
) -> Iterator[Finding]:
    for label in translated:
        if label not in original:
            message = f"The original has no button “{label}”."
            yield source.finding_at((*path, label), "unknown-button", message, suggest_name(label, original), key=True)
    for label in original:
        if label not in translated:
            yield _missing(source, path, f"the button “{label}”")


def _choices(source: YamlSource, path: YamlPath, translated: TranslatedStep, step: StepText) -> Iterator[Finding]:
    for label in translated.choices:
        if label not in step.choices:
            message = f"The original has no choice “{label}”."
            hint = suggest_name(label, step.choices)
            yield source.finding_at((*path, "choices", label), "unknown-choice", message, hint, key=True)
    for label, choice in step.choices.items():
        other = translated.choices.get(label)
        if other is None or not other.label:
            yield _missing(source, path, f"the choice “{label}”")
        if other and choice.say and not other.say:
            yield _missing(source, (*path, "choices", label), f"the answer to “{label}”")


def _stale(text: TranslationText, source: YamlSource, steps: Mapping[str, StepText]) -> Iterator[Finding]:
    for name, mark in text.originals.items():
        if name in steps and mark != mark_of(steps[name]):
            yield source.finding_at(
                ("originals", name),
                "stale",
                f"The original of “{name}” has changed since it was translated.",
                f"Read it again, then write: {name}: {mark_of(steps[name])}",
                severity="warning",
            )
