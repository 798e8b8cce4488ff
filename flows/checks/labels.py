"""Checks of labels: too many quick replies, two that read alike, and choices without effect."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.workspace_config import WorkspaceConfig
from flows.answers.question import AskError
from flows.answers.ratings import read_scale
from flows.language.matching import COMMANDS, collect_command_words, normalize_text
from flows.language.model import Ask, ChoiceText, StepText
from flows.language.read_files import FlowSource
from flows.language.translation_model import TranslatedStep
from flows.understanding.agreement import contradicts_side
from language.findings import Finding
from language.yaml_source import YamlPath, YamlSource

MOST_QUICK_REPLIES = 13
"""Most quick replies under a message (Messenger Send API)."""
BUILT_IN_REPLIES = {"email": 1, "phone": 1, "yes_no": 2, "consent": 2, "confirm": 1, "prove": 1, "many": 1}
"""Quick replies a kind of step adds: the profile's email or phone, yes and no, agree and decline, new code, done."""
LABEL_KEYS = ("agree", "decline", "skip", "low", "high", "done")
"""Keys of a step that are labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Label:
    """A label, or another word for the same choice."""

    source: YamlSource
    path: YamlPath
    text: str
    meaning: str
    """The choice, key or button of the original, such as “choice Strong”; equal for words that mean the same."""


def check_labels(flow: FlowSource, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield what is wrong with the labels of one flow, in every language."""
    commands = collect_command_words(config)
    for name, step in flow.text.steps.items():
        yield from _check_reply_count(flow.source, ("steps", name), step)
        yield from _check_effects(flow.source, ("steps", name), step)
        yield from _check_choice_words(flow.source, ("steps", name), step)
        yield from _check_dead_choices(flow.source, ("steps", name), name, step)
        if step.consent:
            yield from _check_sides(flow.source, ("steps", name), step.agree, step.decline, keys=["agree", "decline"])
        yield from _check_same_labels(list(_original_labels(flow.source, ("steps", name), step)), commands)
        for text, source in flow.translations.values():
            if name in text.steps and step.consent:
                translated = text.steps[name]
                yield from _check_sides(
                    source, ("steps", name), translated.agree or step.agree, translated.decline or step.decline,
                    keys=[key for key in ("agree", "decline") if getattr(translated, key)],
                )  # fmt: skip
            if name in text.steps:
                yield from _check_same_labels(
                    list(_translated_labels(source, ("steps", name), step, text.steps[name])), commands
                )


def _check_sides(source: YamlSource, path: YamlPath, agree: str, decline: str, *, keys: list[str]) -> Iterator[Finding]:
    """Yield each label of a consent that says the opposite of what it does: typed, it could not be read."""
    sides = {"agree": (agree, "agrees", "Write a yes, such as: Yes, please"),
             "decline": (decline, "declines", "Write a no, such as: No, thanks")}  # fmt: skip
    for key in keys:
        label, does, hint = sides[key]
        if label and contradicts_side(normalize_text(label), agrees=key == "agree"):
            message = f"“{label}” {does} here, and says the opposite."
            yield source.finding_at((*path, key), "contrary-label", message, hint)


def _check_reply_count(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    # A rating has a quick reply for each mark: “ask: rating, to: 10” has ten.
    built_in = _count_marks(step.ask) if step.ask and step.ask.kind == "rating" else BUILT_IN_REPLIES.get(step.kind, 0)
    # “Done” and “skip” are never shown together: the one stands there when something is taken, the other before.
    extra = built_in + (bool(step.skip) and step.kind != "many")
    count = len(step.choices) + extra
    if count > MOST_QUICK_REPLIES:
        more = f", with the {extra} that this step brings along," if extra and step.choices else ""
        message = (
            f"{len(step.choices) or count} choices{more} are more than the {MOST_QUICK_REPLIES} that Messenger shows."
        )
        yield source.finding_at((*path, "choices"), "many-choices", message, "Ask in two steps.", key=True)


def _count_marks(ask: Ask) -> int:
    try:
        lowest, highest = read_scale(ask)
    except AskError:
        return 0  # reported by the check of names
    return highest - lowest + 1


def _check_effects(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    """Yield the choices that lead nowhere though they should, or somewhere though they cannot."""
    for label, choice in step.choices.items():
        if step.kind == "many" and choice.go:
            message = f"“{label}” leads nowhere of its own: where several are taken, all go on by “go” of the step."
            hint = "Take it out, or ask for one (ask: choice)."
            yield source.finding_at((*path, "choices", label, "go"), "misplaced", message, hint)
        elif step.kind != "many" and not choice.go and not choice.say:
            message = f"“{label}” needs a step to go to, or something to say."
            hint = f"{label}: a_step; or, where several may be taken, ask: many."
            yield source.finding_at((*path, "choices", label), "missing", message, hint, key=True)


def _check_dead_choices(source: YamlSource, path: YamlPath, name: str, step: StepText) -> Iterator[Finding]:
    """Yield each choice that leads back to its own question without saying or keeping anything."""
    for label, choice in step.choices.items():
        if choice.go == name and not _has_effect(choice) and not step.save:
            message = f"“{label}” asks the same again, and nothing else."
            yield source.finding_at(
                (*path, "choices", label), "dead-choice", message, "Say something, or let it go elsewhere.", key=True
            )


def _check_choice_words(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[Finding]:
    """Yield the words of choices that were meant as a list and lack its brackets."""
    for label, choice in step.choices.items():
        words_path = (*path, "choices", label, "words")
        if len(choice.words) == 1 and "," in choice.words[0] and (*words_path, 0) not in source.positions:
            message = f"“{choice.words[0][:60]}” is one word here, with its comma."
            hint = f"A list needs brackets: [{choice.words[0][:60]}]."
            yield source.finding_at(words_path, "comma-in-word", message, hint, severity="warning")


def _has_effect(choice: ChoiceText) -> bool:
    return bool(choice.say or choice.set or choice.score or choice.tag)


def _original_labels(source: YamlSource, path: YamlPath, step: StepText) -> Iterator[_Label]:
    for label, choice in step.choices.items():
        choice_path = (*path, "choices", label)
        yield _Label(source=source, path=choice_path, text=label, meaning=f"choice {label}")
        yield from (
            _Label(source=source, path=(*choice_path, "words", number), text=word, meaning=f"choice {label}")
            for number, word in enumerate(choice.words)
        )
    for key in LABEL_KEYS:
        if getattr(step, key):
            yield _Label(source=source, path=(*path, key), text=getattr(step, key), meaning=key)
    for label in step.buttons:
        yield _Label(source=source, path=(*path, "buttons", label), text=label, meaning=f"button {label}")


def _translated_labels(
    source: YamlSource, path: YamlPath, step: StepText, translated: TranslatedStep
) -> Iterator[_Label]:
    for label in step.choices:
        translation = translated.choices.get(label)
        label_path = (*path, "choices", label)
        if translation:
            yield _Label(source=source, path=label_path, text=translation.label or label, meaning=f"choice {label}")
            yield from (
                _Label(source=source, path=(*label_path, "words", number), text=word, meaning=f"choice {label}")
                for number, word in enumerate(translation.words)
            )
    for key in LABEL_KEYS:
        if getattr(translated, key):
            yield _Label(source=source, path=(*path, key), text=getattr(translated, key), meaning=key)
    for label in step.buttons:
        if translated.buttons.get(label):
            label_path = (*path, "buttons", label)
            yield _Label(source=source, path=label_path, text=translated.buttons[label], meaning=f"button {label}")


def _check_same_labels(labels: list[_Label], commands: dict[str, str]) -> Iterator[Finding]:
    """Yield labels that are command words or equal to another label, compared as typed answers are."""
    first_labels: dict[str, _Label] = {}
    for label in labels:
        # Without case, signs and emoji: “👍 Yes!” and “yes” are the same answer.
        normalized = normalize_text(label.text)
        if commands.get(normalized) in set(COMMANDS) - {"new_code"}:
            message = f"“{label.text}” works everywhere already and cannot be a choice."
            yield label.source.finding_at(label.path, "reserved-label", message, "Use another word.", key=True)
        first = first_labels.setdefault(normalized, label)
        if first.meaning != label.meaning:
            message = f"“{label.text}” reads like “{first.text}”, another choice here, and could never be taken."
            yield label.source.finding_at(label.path, "same-label", message, "Use another word.", key=True)
