"""Checks of translations: missing texts, texts without an original, and originals that have changed since."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

from domain.workspace_config import WorkspaceConfig
from flows.language.model import FlowText, MessageItemModel, StepText
from flows.language.read_files import FlowSource
from flows.language.translation_model import TranslatedCalendar, TranslatedStep, TranslationText
from language.findings import Finding, suggest_name
from language.yaml_source import YamlPath, YamlSource

PLAIN_KEYS = ("again", "agree", "decline", "skip", "low", "high", "done")


def mark_of(step: StepText) -> str:
    """Return a fingerprint of the texts of a step: 8 hexadecimal digits.

    Translation files store it.  If it differs from the original of today, the translation is stale.
    """
    nudges = [nudge.say for nudge in step.nudge]
    texts: list[object] = [
        [_translatable_part(message) for message in step.say],
        step.again,
        step.agree,
        step.decline,
        # The forms below are those of older releases, so that the marks in existing files stay valid: one nudge is a
        # text, several are a list, and the later keys count only if one of them is used.
        nudges if len(nudges) > 1 else "".join(nudges),
        [[label, [_translatable_part(message) for message in choice.say]] for label, choice in step.choices.items()],
    ]
    more = [step.skip, list(step.buttons), step.notify.say if step.notify else "", _calendar_title(step)]
    newer = [step.low, step.high, step.done]
    marked = texts + more * any(more) + newer * any(newer)
    return hashlib.sha256(json.dumps(marked, ensure_ascii=False).encode()).hexdigest()[:8]


def _translatable_part(message: MessageItemModel) -> object:
    """Return the part of a message that a translator has to know."""
    return message.text or message.model_dump(exclude_unset=True, exclude={"pause"})


def _calendar_title(step: StepText) -> str:
    carrier = step.relay or step.mail
    return carrier.calendar.title if carrier and carrier.calendar else ""


def check_translations(flow: FlowSource, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield the findings in the translations of a flow, and a warning for each missing one."""
    own_language = flow.text.language or config.default_language
    for language in config.languages:
        file = flow.source.file.replace(".yaml", f".{language}.yaml")
        if language != own_language and language not in flow.translations and file not in flow.unreadable:
            message = f"The flow has no texts in “{language}”, so people read them in “{own_language}”."
            yield flow.source.finding_at(("flow",), "no-translation", message, f"Write {file}.", severity="warning")
    for text, source in flow.translations.values():
        yield from _check_translation(text, source, flow.text, config)


def _check_translation(
    text: TranslationText, source: YamlSource, original: FlowText, config: WorkspaceConfig
) -> Iterator[Finding]:
    if text.language not in config.languages or text.language == (original.language or config.default_language):
        message = f"“{text.language}” is no other language of this workspace."
        hint = suggest_name(text.language, config.languages)
        yield source.finding_at(("language",), "unknown-language", message, hint)
    for name, translated in text.steps.items():
        if name in original.steps:
            yield from _check_step(source, ("steps", name), translated, original.steps[name])
        else:
            message = f"The flow has no step “{name}”."
            yield source.finding_at(
                ("steps", name), "unknown-step", message, suggest_name(name, original.steps), key=True
            )
    for name, step in original.steps.items():
        if name not in text.steps and _has_texts(step):
            yield _missing_finding(source, ("steps",), f"the step “{name}”")
    yield from _check_stale(text, source, original.steps)


def _has_texts(step: StepText) -> bool:
    has_messages = any(message.text or message.cards for message in step.say)
    return bool(has_messages or step.choices or step.agree or step.again or step.nudge or step.skip or step.buttons)


def _missing_finding(source: YamlSource, path: YamlPath, missing_part: str) -> Finding:
    return source.finding_at(
        path,
        "not-translated",
        f"The translation lacks {missing_part}; people read the original.",
        "Write it.",
        severity="warning",
        key=True,
    )


def _check_step(source: YamlSource, path: YamlPath, translated: TranslatedStep, step: StepText) -> Iterator[Finding]:
    yield from _check_messages(source, path, translated.say, step.say)
    pairs: dict[str, tuple[object, object]] = {
        key: (getattr(step, key), getattr(translated, key)) for key in PLAIN_KEYS
    }
    pairs["notify"] = (step.notify, translated.notify)
    for key, (original, translation) in pairs.items():
        # “notify” is read by the team, so it may stay untranslated.
        if original and not translation and key in PLAIN_KEYS:
            yield _missing_finding(source, path, f"“{key}”")
        if translation and not original:
            yield _extra_finding(source, (*path, key), f"The original has no “{key}” here.")
    yield from _check_calendar(source, (*path, "calendar"), translated.calendar, step)
    if len(translated.nudge) < len(step.nudge):
        yield _missing_finding(source, path, "“nudge”")
    if len(translated.nudge) > len(step.nudge):
        yield _extra_finding(source, (*path, "nudge"), f"The original has {len(step.nudge) or 'no'} “nudge” here.")
    yield from _check_button_labels(source, (*path, "buttons"), translated.buttons, list(step.buttons))
    yield from _check_choices(source, path, translated, step)


def _check_calendar(
    source: YamlSource, path: YamlPath, translated: TranslatedCalendar, step: StepText
) -> Iterator[Finding]:
    carrier = step.relay or step.mail
    original = carrier.calendar if carrier else None
    written = [part for part in ("title", "where", "description") if getattr(translated, part)]
    if written and original is None:
        yield _extra_finding(source, path, "The original has no “calendar” here.")
        return
    for part in written:
        if not getattr(original, part):
            yield _extra_finding(source, (*path, part), f"The original has no “{part}” in its calendar.")


def _extra_finding(source: YamlSource, path: YamlPath, message: str) -> Finding:
    return source.finding_at(path, "not-in-original", message, "Take it out, or give it to the original.", key=True)


def _check_messages(
    source: YamlSource, path: YamlPath, translated: Sequence[MessageItemModel], original: Sequence[MessageItemModel]
) -> Iterator[Finding]:
    wanted = any(message.text for message in original)
    given = any(message.text for message in translated)
    if wanted and not given:
        yield _missing_finding(source, path, "“say”")
    if translated and not original:
        yield _extra_finding(source, (*path, "say"), "The original says nothing here.")
    # Cards are matched by their order, so only their number can be compared.
    if sum(bool(message.cards) for message in translated) > sum(bool(message.cards) for message in original):
        yield _extra_finding(source, (*path, "say"), "The original shows fewer cards here.")


def _check_button_labels(
    source: YamlSource, path: YamlPath, translated: Mapping[str, str], original: Sequence[str]
) -> Iterator[Finding]:
    for label in translated:
        if label not in original:
            message = f"The original has no button “{label}”."
            yield source.finding_at((*path, label), "unknown-button", message, suggest_name(label, original), key=True)
    for label in original:
        if label not in translated:
            yield _missing_finding(source, path, f"the button “{label}”")


def _check_choices(source: YamlSource, path: YamlPath, translated: TranslatedStep, step: StepText) -> Iterator[Finding]:
    for label in translated.choices:
        if label not in step.choices:
            message = f"The original has no choice “{label}”."
            hint = suggest_name(label, step.choices)
            yield source.finding_at((*path, "choices", label), "unknown-choice", message, hint, key=True)
    for label, choice in step.choices.items():
        translation = translated.choices.get(label)
        if translation is None or not translation.label:
            yield _missing_finding(source, path, f"the choice “{label}”")
        if translation and choice.say and not translation.say:
            yield _missing_finding(source, (*path, "choices", label), f"the answer to “{label}”")


def _check_stale(text: TranslationText, source: YamlSource, steps: Mapping[str, StepText]) -> Iterator[Finding]:
    for name, mark in text.originals.items():
        if name in steps and mark != mark_of(steps[name]):
            yield source.finding_at(
                ("originals", name),
                "stale",
                f"The original of “{name}” has changed since it was translated.",
                f"Read it again, then write: {name}: {mark_of(steps[name])}",
                severity="warning",
            )
