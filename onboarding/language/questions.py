"""Questions in mails, and outcomes of tasks: reads ``choices`` of a step, also as a scale, and checks them.  Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from domain.workspace_config import WorkspaceConfig
from language.findings import Finding, suggest_declaration, suggest_name
from language.yaml_source import YamlPath, YamlSource
from onboarding.language.acts import Act, GiveTask
from onboarding.language.catalog import Send
from onboarding.language.model import END, SequenceModel, StepModel
from onboarding.language.parts.question import Question
from onboarding.language.parts.waits import WaitTime

MOST_ANSWERS = 11
"""A scale from 0 to 10; more buttons than that nobody reads in a mail."""
LONGEST_LABEL = 64
"""Characters of an answer."""
LONGEST_QUICK_REPLY = 20
"""Characters of a quick reply (Messenger Platform, Quick replies, title)."""
LARGEST_ANSWER = 100
"""Largest number of a scale."""

_RANGE = re.compile(r"(?P<first>\d{1,3})(?: to (?P<last>\d{1,3}))?")


def add_question(action: Send | Act, step: StepModel, at_most: WaitTime) -> Send | Act:
    """Return a mail or a task with what the step asks, if it asks something."""
    if not step.choices or not isinstance(action, Send | GiveTask):
        return action
    answers = expand_choices(step.choices)
    question = Question(
        choices={label: target for label, target, _ in answers},
        at_most=at_most.length,
        text=at_most.text,
        save=step.save or "",
        free=step.free or "",
        labels=step.labels,
        is_scale=is_scale(step.choices),
    )
    return replace(action, question=question)


def is_scale(choices: Mapping[str, str]) -> bool:
    """Return True if every label is a number or a range of numbers, such as ``0 to 6``."""
    return bool(choices) and all(_RANGE.fullmatch(label) for label in choices)


def expand_choices(choices: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return (answer, step, label as written) of each answer; of a scale for each number, ascending."""
    if not is_scale(choices):
        return [(label, target, label) for label, target in choices.items()]
    numbers = sorted((number, written) for written in choices for number in _read_range(written))
    return [(str(number), choices[written], written) for number, written in numbers]


def _read_range(label: str) -> range:
    match = _RANGE.fullmatch(label)
    if match is None:
        return range(0)
    first = int(match["first"])
    last = int(match["last"] or first)
    return range(first, min(last, LARGEST_ANSWER) + 1)


def check_question(
    source: YamlSource, name: str, step: StepModel, model: SequenceModel, config: WorkspaceConfig
) -> Iterator[Finding]:
    """Yield what is wrong with the question of a step, and with its words on a step that asks nothing."""
    path: YamlPath = ("steps", name)
    if not step.choices:
        for word in ("at_most", "save", "labels", "free"):
            if getattr(step, word):
                message = f"“{word}” belongs to a step with “choices”."
                yield source.finding_at((*path, word), "misplaced", message, "Take it out.", key=True)
        return
    if not (step.send or step.relay or step.task):
        message = "“choices” belongs to a step with “send”, “relay” or “task”."
        yield source.finding_at((*path, "choices"), "misplaced", message, "Ask it in a mail.", key=True)
    if model.draft and not step.task:
        message = "A draft asks nothing: its mails wait for approval, and an answer would be waited for meanwhile."
        yield source.finding_at((*path, "choices"), "misplaced", message, "Take “draft” out.", key=True)
    yield from _check_ways(source, path, step, model)
    yield from _check_labels(source, (*path, "choices"), step.choices)
    if not step.task and not is_scale(step.choices):
        yield from _check_languages(source, path, step, config)
    if step.relay:
        yield from _check_quick_replies(source, path, step)
    yield from _check_fields(source, path, step, config)


def _check_fields(source: YamlSource, path: YamlPath, step: StepModel, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield what is wrong with the fields that keep the answer, and what people add to it."""
    for word in ("save", "free"):
        field = getattr(step, word)
        if field and field not in config.fields:
            message = f"“{field}” is no field of doorstep.yaml."
            hint = suggest_declaration("field", field, config.fields)
            yield source.finding_at((*path, word), "unknown-field", message, hint)
    if step.save in config.fields:
        yield from _check_kind(source, path, step, config.fields[step.save].type)
    yield from _check_free(source, path, step, config)


def _check_free(source: YamlSource, path: YamlPath, step: StepModel, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield a finding for own words that have no page to be written on, or no field that can keep them."""
    if step.free and step.task:
        message = "The team adds no words to a task."
        yield source.finding_at((*path, "free"), "misplaced", message, "Take “free” out.", key=True)
    elif step.free in config.fields and config.fields[step.free].type != "text":
        message = f"The field “{step.free}” is a {config.fields[step.free].type}, and people write texts."
        yield source.finding_at((*path, "free"), "wrong-kind", message, f"Declare {step.free}: {{type: text}}.")


def _check_kind(source: YamlSource, path: YamlPath, step: StepModel, kind: str) -> Iterator[Finding]:
    """Yield a finding for a field that cannot keep the answers."""
    if kind == "text" or (kind == "number" and is_scale(step.choices)):
        return
    message = f"The field “{step.save}” is a {kind}, and the answers are {_name_kind(step.choices)}."
    hint = f"Declare {step.save}: {{type: {'number' if is_scale(step.choices) else 'text'}}}."
    yield source.finding_at((*path, "save"), "wrong-kind", message, hint)


def _name_kind(choices: Mapping[str, str]) -> str:
    return "numbers" if is_scale(choices) else "texts"


def _check_ways(source: YamlSource, path: YamlPath, step: StepModel, model: SequenceModel) -> Iterator[Finding]:
    for label, target in step.choices.items():
        if target != END and target not in model.steps:
            hint = suggest_name(target, [*model.steps, END])
            yield source.finding_at((*path, "choices", label), "unknown-step", f"“{target}” is no step here.", hint)
    if step.otherwise is None:
        message = "The question has no “else”, so who does not answer would go nowhere."
        if step.task:
            message = "The task has no “else”, so the pass would go nowhere if nobody does it."
        yield source.finding_at(path, "missing-else", message, "Say where to go without an answer.", key=True)
    if step.at_most is None:
        message = f"The {'task' if step.task else 'question'} does not say how long an answer is waited for."
        yield source.finding_at(path, "missing-time", message, "Write “at_most: 7 days”.", key=True)


def _check_labels(source: YamlSource, path: YamlPath, choices: Mapping[str, str]) -> Iterator[Finding]:
    answers = [answer for answer, _, _ in expand_choices(choices)]
    seen = Counter(" ".join(answer.casefold().split()) for answer in answers)
    for answer in [answer for answer, times in seen.items() if times > 1]:
        message = f"“{answer}” can be answered twice."
        yield source.finding_at(path, "same-answer", message, "Each answer stands once.", key=True)
    for label in choices:
        if not label.strip() or len(label) > LONGEST_LABEL:
            message = f"An answer has 1 to {LONGEST_LABEL} characters."
            yield source.finding_at(path, "bad-answer", message, "Make it a few words.", key=True)
    if is_scale(choices):
        yield from _check_gaps(source, path, choices, answers)
    # One alone asks for a sign: “else” says what it means that none came.
    if not 1 <= len(answers) <= MOST_ANSWERS:
        message = f"The question has {len(answers)} answer{'' if len(answers) == 1 else 's'}."
        yield source.finding_at(path, "bad-answer", message, f"It needs 1 to {MOST_ANSWERS}.", key=True)


def _check_languages(source: YamlSource, path: YamlPath, step: StepModel, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield answers that are missing in a language, and labels of answers or languages that there are not."""
    for language, shown in step.labels.items():
        if language not in config.languages:
            message = f"“{language}” is no language of this workspace."
            hint = suggest_name(language, config.languages)
            yield source.finding_at((*path, "labels", language), "unknown-language", message, hint, key=True)
        for label, text in shown.items():
            place = (*path, "labels", language, label)
            if label not in step.choices:
                message = f"“{label}” is no answer of this question."
                yield source.finding_at(place, "unknown-choice", message, suggest_name(label, step.choices), key=True)
            if not text.strip() or len(text) > LONGEST_LABEL:
                message = f"An answer has 1 to {LONGEST_LABEL} characters."
                yield source.finding_at(place, "bad-answer", message, "Make it a few words.")
        # Two equal buttons would not tell which of them was pressed.
        if len(set(shown.values())) < len(shown):
            message = f"Two answers read the same in “{language}”."
            yield source.finding_at(
                (*path, "labels", language), "same-answer", message, "Each answer stands once.", key=True
            )
    for language in config.languages[1:]:
        if missing := [label for label in step.choices if not step.labels.get(language, {}).get(label)]:
            message = f"The answer “{missing[0]}” is missing in “{language}”; people read it as it stands here."
            hint = f"Write labels: {{{language}: {{{missing[0]}: …}}}}."
            yield source.finding_at((*path, "choices"), "not-translated", message, hint, severity="warning", key=True)


def _check_quick_replies(source: YamlSource, path: YamlPath, step: StepModel) -> Iterator[Finding]:
    """Yield answers that are too long for a button of the chat."""
    written = [((*path, "choices", label), label) for label in step.choices]
    written += [
        ((*path, "labels", code, label), text) for code, shown in step.labels.items() for label, text in shown.items()
    ]
    for place, text in written:
        if len(text) > LONGEST_QUICK_REPLY:
            message = f"“{text}” has {len(text)} characters; a button of the chat shows {LONGEST_QUICK_REPLY}."
            yield source.finding_at(place, "bad-answer", message, "Make it shorter.", key=True)


def _check_gaps(
    source: YamlSource, path: YamlPath, choices: Mapping[str, str], answers: list[str]
) -> Iterator[Finding]:
    for label in choices:
        if not _read_range(label):
            message = f"“{label}” holds no number."
            yield source.finding_at(path, "bad-answer", message, "The smaller number comes first.", key=True)
    numbers = sorted(map(int, answers))
    missing = sorted(set(range(numbers[0], numbers[-1])) - set(numbers)) if numbers else []
    if missing:
        message = f"The scale leaves out {missing[0]}."
        yield source.finding_at(
            path, "scale-gap", message, "Each number between its ends belongs to an answer.", key=True
        )
