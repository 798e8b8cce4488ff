"""Compiles one step of a flow file.

Texts and times that cannot be parsed are skipped here and reported by the checks, so a catalog can always be built.
"""

import hashlib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.effects import Button
from domain.workspace_config import WorkspaceConfig
from flows.answers.question import AskError, CompiledQuestion
from flows.compiled.language_packs import compile_or_keep
from flows.compiled.step import (
    DONE,
    NEXT,
    SKIP,
    TIMEOUT,
    Channel,
    ChoiceReply,
    LocalizedTexts,
    RecordChanges,
    Step,
    tap_payload,
)
from flows.compiler.compile_mail import compile_mail, find_calendar
from flows.compiler.compile_question import compile_ask
from flows.language.buttons import classify_target
from flows.language.default_replies import reply_text
from flows.language.matching import normalize_text
from flows.language.messages import MessageTemplate, compile_messages, list_buttons
from flows.language.model import ChoiceText, MessageItemModel, StepText
from flows.language.read_files import FlowSource
from flows.language.tables import Table
from flows.language.text_template import TextError, TextTemplate
from flows.language.translation_model import TranslatedStep
from language.conditions.parse import read_condition
from language.durations import duration_or_none

_SHARE = re.compile(r"(\d{1,3})\s*%?")
_NOT_TRANSLATED = TranslatedStep()


def compile_step(flow: FlowSource, name: str, config: WorkspaceConfig, tables: Mapping[str, Table]) -> Step:
    """Compile a step of a flow, in every language of the workspace."""
    step = flow.text.steps[name]
    language = flow.text.language or config.default_language
    texts = {code: text.steps.get(name, _NOT_TRANSLATED) for code, (text, _) in flow.translations.items()}
    timeout = step.wait or (step.timeout.after if step.timeout else "")
    return Step(
        name=name,
        kind=step.kind,
        line=flow.source.position_of(("steps", name), key=True).line,
        texts={
            code: _localize_texts(_LocalizedStep(flow, name, texts.get(code, _NOT_TRANSLATED), code, config, tables))
            for code in {language, *config.languages}
        },
        topic=step.consent or step.confirm or "",
        answer_field=step.save or "",
        tries=step.tries,
        nudge_delays=tuple(length for nudge in step.nudge if (length := duration_or_none(nudge.after))),
        timeout=duration_or_none(timeout) if timeout else None,
        timeout_trigger=NEXT if step.wait else TIMEOUT,
        choices=tuple(step.choices),
        label_hashes=tuple(label_hash(label) for label in step.choices),
        choice_changes=tuple(_choice_changes(choice) for choice in step.choices.values()),
        labels=_number_labels(step, list(texts.values()), config),
        mark_labels=_mark_labels(step, list(texts.values()), config),
        button_numbers=frozenset(number for number, _, _ in step_buttons(step)),
        can_skip=bool(step.skip),
        changes=_step_changes(step),
        my_data=step.my_data or "",
        has_else=bool(step.otherwise),
        question=_compile_asked(step, config),
        condition=read_condition(step.condition, config)[0] if step.condition else None,
        split_bounds=_split_bounds(step.split),
        called_flow=step.call or "",
        pool=step.code or "",
        mail=compile_mail(step),
        handover_reason=step.hand_over,
    )


def step_buttons(step: StepText) -> Iterator[tuple[int, str, str]]:
    """Yield number, label and target of the buttons that lead to a step."""
    for number, (label, target) in enumerate(list_buttons(step)):
        if classify_target(target) == "step":
            yield number, label, target


def label_hash(label: str) -> str:
    """Return a hash by which an old tap shows whether a choice still has the label that was tapped."""
    return hashlib.sha256(label.encode()).hexdigest()[:6]  # six digits suffice among 13 labels


def parse_share(share: str) -> int | None:
    """Return the number in ``50%``; None if the text is not a share."""
    match = _SHARE.fullmatch(share.strip())
    return int(match[1]) if match else None


def _split_bounds(split: Mapping[str, str]) -> tuple[float, ...]:
    # "50%", "25%", "25%" gives 0.5, 0.75, 1.0.  Shares that do not sum up to 100 (reported) are scaled.
    shares = [parse_share(share) or 0 for share in split.values()]
    whole = sum(shares) or 1
    return tuple(bound / whole for bound in itertools.accumulate(shares))


def _step_changes(step: StepText) -> RecordChanges | None:
    channels: dict[str, Channel] = {"": step.channel} if isinstance(step.channel, str) else dict(step.channel or {})
    changes = RecordChanges(
        tags=tuple(step.tag),
        removed_tags=frozenset(step.untag),
        fields=step.set,
        points=step.score,
        recorded_event=step.event or "",
        channels=channels,
        language=step.speak,
        withdrawn_topic=step.withdraw or "",
        notified_team=step.notify.team if step.notify else "",
    )
    return None if changes == RecordChanges() else changes


def _choice_changes(choice: ChoiceText) -> RecordChanges | None:
    changes = RecordChanges(tags=tuple(choice.tag), fields=choice.set, points=choice.score)
    return None if changes == RecordChanges() else changes


def _number_labels(step: StepText, translated: list[TranslatedStep], config: WorkspaceConfig) -> dict[str, int]:
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


def _done_labels(step: StepText, translated: list[TranslatedStep], config: WorkspaceConfig) -> list[str]:
    """Return every label that ends taking several choices; an empty list if the step takes one."""
    if step.kind != "many":
        return []
    built_in = (reply_text("label_done", config, language) for language in config.languages)
    return [label for label in (step.done, *(texts.done for texts in translated), *built_in) if label]


def _mark_labels(step: StepText, translated: list[TranslatedStep], config: WorkspaceConfig) -> dict[str, int]:
    """Return the mark that the label at an end of a scale means, in every language."""
    asked = _compile_asked(step, config)
    if asked is None or not asked.marks:
        return {}
    low, high = asked.marks[0], asked.marks[-1]
    ends = [(step.low, low), (step.high, high)]
    ends += [end for texts in translated for end in ((texts.low, low), (texts.high, high))]
    return {normalize_text(label): mark for label, mark in ends if label}


@dataclass(frozen=True, slots=True)
class _LocalizedStep:
    """A step in one language, and everything that its texts need."""

    flow: FlowSource
    name: str
    translated: TranslatedStep
    language: str
    config: WorkspaceConfig
    tables: Mapping[str, Table]

    @property
    def step(self) -> StepText:
        return self.flow.text.steps[self.name]

    def payload_of(self, action: str) -> str:
        return tap_payload(self.flow.text.flow, self.name, action)


def _localize_texts(localized: _LocalizedStep) -> LocalizedTexts:
    step, translated = localized.step, localized.translated
    calendar = find_calendar(step)
    nudges = itertools.zip_longest(translated.nudge, [nudge.say for nudge in step.nudge], fillvalue="")
    messages = _compile_messages(localized, step.say, translated.say, step.buttons)
    # A repeated question leaves out pictures and texts that only lead up to it.
    last_text = max((at for at, message in enumerate(messages) if message.text), default=0)
    return LocalizedTexts(
        messages=messages,
        plain_texts=_only_texts(messages),
        question=messages[last_text:],
        again=_optional_text(translated.again or step.again),
        nudges=tuple(compile_or_keep(own or original) for own, original in nudges if original),
        choice_replies=_compile_replies(localized),
        quick_replies=_build_quick_replies(localized),
        done=_build_done(localized) if step.kind == "many" else None,
        choice_labels=tuple(_choice_labels(localized)),
        agree_label=normalize_text(translated.agree or step.agree),
        decline_label=normalize_text(translated.decline or step.decline),
        team_notice=_optional_text(translated.notify or (step.notify.say if step.notify else "")),
        appointment_title=_optional_text(translated.calendar or calendar.title) if calendar else None,
    )


def _only_texts(messages: tuple[MessageTemplate, ...]) -> tuple[TextTemplate, ...]:
    """Return the texts of messages that are nothing but texts; empty if one is more (a picture, buttons, a pause)."""
    texts = tuple(
        message.text for message in messages if message.text and message == MessageTemplate(text=message.text)
    )
    return texts if len(texts) == len(messages) else ()


def _compile_replies(localized: _LocalizedStep) -> tuple[ChoiceReply, ...]:
    translated = localized.translated.choices
    return tuple(
        ChoiceReply(
            moves_on=bool(choice.go),
            messages=_compile_messages(localized, choice.say, translated[key].say if key in translated else []),
        )
        for key, choice in localized.step.choices.items()
    )


def _build_quick_replies(localized: _LocalizedStep) -> tuple[Button, ...]:
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
        asked = _compile_asked(step, localized.config)
        labelled = _label_marks(localized, asked.marks if asked else ())
    else:
        # Hashed is the original label: rewording a translation leaves old taps valid.
        both = zip(_choice_labels(localized), step.choices, strict=True)
        labelled = [(label, f"{at}.{label_hash(key)}") for at, (label, key) in enumerate(both)]
    if step.skip:
        labelled.append((translated.skip or step.skip, "skip"))
    return tuple(Button(label=label, payload=localized.payload_of(action)) for label, action in labelled)


def _choice_labels(localized: _LocalizedStep) -> list[str]:
    translated = localized.translated.choices
    return [translated[key].label or key if key in translated else key for key in localized.step.choices]


def _label_marks(localized: _LocalizedStep, marks: Sequence[int]) -> list[tuple[str, str]]:
    """Return label and action of each mark; the ends of the scale say what they mean: “0 Not at all”."""
    step, translated = localized.step, localized.translated
    ends = {marks[0]: translated.low or step.low, marks[-1]: translated.high or step.high} if marks else {}
    return [(f"{mark} {ends.get(mark, '')}".strip(), f"say.{mark}") for mark in marks]


def _build_done(localized: _LocalizedStep) -> Button:
    label = localized.translated.done or localized.step.done
    label = label or reply_text("label_done", localized.config, localized.language)
    return Button(label=label, payload=localized.payload_of("done"))


def _compile_asked(step: StepText, config: WorkspaceConfig) -> CompiledQuestion | None:
    try:
        return compile_ask(step.ask, config) if step.ask else None
    except AskError:
        return None  # the step then takes no answer, and the flow is left out for its error


def _compile_messages(
    localized: _LocalizedStep,
    items: Sequence[MessageItemModel],
    translated: Sequence[MessageItemModel],
    own_buttons: Mapping[str, str] | None = None,
) -> tuple[MessageTemplate, ...]:
    try:
        return compile_messages(
            items, translated, language=localized.language, make_payload=localized.payload_of, buttons=own_buttons,
            translated_labels=localized.translated.buttons, tables=localized.tables,
        )  # fmt: skip
    except TextError:
        return ()


def _optional_text(text: str) -> TextTemplate | None:
    return compile_or_keep(text) if text else None
