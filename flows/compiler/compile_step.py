"""Compiles one step of a flow file.

Texts and times that cannot be parsed are skipped here and reported by the checks, so a catalog can always be built.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence

from domain.record import Value
from domain.workspace_config import WorkspaceConfig
from flows.compiled.language_packs import compile_or_keep
from flows.compiled.row_lookup import RowLookup
from flows.compiled.step import (
    ELSE,
    NEXT,
    TIMEOUT,
    Channel,
    ChoiceReply,
    LocalizedTexts,
    RecordChanges,
    Step,
    StepHook,
    Taking,
)
from flows.compiler.compile_mail import compile_appointment_texts, compile_mail, find_calendar
from flows.compiler.compile_question import compile_asked
from flows.compiler.compile_replies import (
    LocalizedStep,
    build_done,
    build_quick_replies,
    choice_labels,
    enumerate_labels,
    label_hash,
    mark_labels,
    number_labels,
    step_buttons,
)
from flows.compiler.compile_split import split_bounds
from flows.language.cases import read_case
from flows.language.matching import normalize_text
from flows.language.messages import MessageTemplate, compile_messages
from flows.language.model import ChoiceText, MessageItemModel, StepText
from flows.language.read_files import FlowSource
from flows.language.set_values import is_sum, sum_or_none
from flows.language.tables import Table
from flows.language.translation_model import TranslatedStep
from flows.understanding.choosing.choice_index import compile_choices
from language.conditions.parse import Condition, read_condition, read_row_condition
from language.durations import duration_or_none
from language.sums import Sum
from language.text_template import TextError, TextTemplate

_NOT_TRANSLATED = TranslatedStep()
ANSWER_OF_HOOK = "30 seconds"
"""How long an answer of a hook is waited for, if a step does not say."""


def compile_step(flow: FlowSource, name: str, config: WorkspaceConfig, tables: Mapping[str, Table]) -> Step:
    """Compile a step of a flow, in every language of the workspace."""
    step = flow.text.steps[name]
    language = flow.text.language or config.default_language
    texts = {code: text.steps.get(name, _NOT_TRANSLATED) for code, (text, _) in flow.translations.items()}
    timeout = step.wait or (step.timeout.after if step.timeout else "")
    if step.hook:
        timeout = step.at_most or ANSWER_OF_HOOK
    labels = number_labels(step, list(texts.values()), config)
    return Step(
        name=name,
        kind=step.kind,
        line=flow.source.position_of(("steps", name), key=True).line,
        texts={
            code: _localize_texts(LocalizedStep(flow, name, texts.get(code, _NOT_TRANSLATED), code, config, tables))
            for code in {language, *config.languages}
        },
        topic=step.consent or step.confirm or step.topic or "",
        answer_field=step.save or "",
        tries=step.tries,
        nudge_delays=tuple(length for nudge in step.nudge if (length := duration_or_none(nudge.after))),
        timeout=duration_or_none(timeout) if timeout else None,
        timeout_trigger=NEXT if step.wait else ELSE if step.hook else TIMEOUT,
        choices=tuple(step.choices),
        label_hashes=tuple(label_hash(label) for label in step.choices),
        choice_changes=tuple(_choice_changes(choice, config) for choice in step.choices.values()),
        labels=labels,
        choice_index=compile_choices(labels, len(step.choices), enumerate_labels(step, texts.values())),
        mark_labels=mark_labels(step, list(texts.values()), config),
        button_numbers=frozenset(number for number, _, _ in step_buttons(step)),
        can_skip=bool(step.skip),
        changes=_step_changes(step, config),
        my_data=step.my_data or "",
        has_else=bool(step.otherwise),
        own_ways_out=frozenset(step.ways_out) - {ELSE},
        question=compile_asked(step.ask, config),
        condition=read_condition(step.condition, config)[0] if step.condition else None,
        lookup=_compile_lookup(step, tables),
        cases=tuple(_compile_cases(step, config)),
        split_bounds=split_bounds(step.split),
        called_flow=step.call or "",
        pool=step.code or "",
        taking=_compile_taking(step),
        hook=StepHook(name=step.hook, told=tuple(step.fields), sets=tuple(step.sets)) if step.hook else None,
        mail=compile_mail(step),
        result=step.result or "",
        persona=step.persona or "",
        handover_reason=step.hand_over,
    )


def _compile_lookup(step: StepText, tables: Mapping[str, Table]) -> RowLookup | None:
    table = tables.get(step.find.table) if step.find else None
    condition = read_row_condition(step.find.where, table.columns)[0] if step.find and table else None
    return RowLookup(table=table.name, condition=condition) if table and condition else None


def _compile_taking(step: StepText) -> Taking | None:
    if step.take is None:
        return None
    places = step.take.places
    number, field = (places, "") if isinstance(places, int) else (0, places)
    return Taking(table=step.take.table, number=number, field=field)


def _compile_cases(step: StepText, config: WorkspaceConfig) -> Iterator[tuple[str, Condition]]:
    """Yield the cases of a switch; one that cannot be read is reported, and its flow left out."""
    for case in step.cases if step.switch else ():
        condition, _ = read_case(step.switch or "", case, config)
        if condition is not None:
            yield case, condition


YES_NO_WORDS = {"yes": True, "true": True, "no": False, "false": False}
"""Words of ``set`` for the two values of a yes_no field."""


def _read_sums(written: Mapping[str, Value], config: WorkspaceConfig) -> dict[str, Sum]:
    sums = {name: sum_or_none(value, config.fields.get(name)) for name, value in written.items()}
    return {name: one for name, one in sums.items() if one is not None}


def _step_changes(step: StepText, config: WorkspaceConfig) -> RecordChanges | None:
    channels: dict[str, Channel] = {"": step.channel} if isinstance(step.channel, str) else dict(step.channel or {})
    changes = RecordChanges(
        tags=tuple(step.tag),
        removed_tags=frozenset(step.untag),
        fields=_read_set_values(step.set, config),
        sums=_read_sums(step.set, config),
        points=step.score,
        recorded_event=step.event or "",
        channels=channels,
        language=step.speak,
        withdrawn_topic=step.withdraw or "",
        returned_table=step.give_back or "",
        notified_team=step.notify.team if step.notify else "",
    )
    return None if changes == RecordChanges() else changes


def _read_set_values(written: Mapping[str, Value], config: WorkspaceConfig) -> Mapping[str, Value]:
    """Return the values of ``set`` as they are kept: ``yes`` stays a word in YAML, and means true in a yes_no field."""
    truths = {
        name: YES_NO_WORDS[value.casefold()]
        for name, value in written.items()
        if name in config.fields and config.fields[name].type == "yes_no"
        if isinstance(value, str) and value.casefold() in YES_NO_WORDS
    }
    # A sum is kept by its result (:func:`_read_sums`).
    return {name: value for name, value in {**written, **truths}.items() if not is_sum(value, config.fields.get(name))}


def _choice_changes(choice: ChoiceText, config: WorkspaceConfig) -> RecordChanges | None:
    fields, sums = _read_set_values(choice.set, config), _read_sums(choice.set, config)
    changes = RecordChanges(tags=tuple(choice.tag), fields=fields, sums=sums, points=choice.score)
    return None if changes == RecordChanges() else changes


def _localize_texts(localized: LocalizedStep) -> LocalizedTexts:
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
        quick_replies=build_quick_replies(localized),
        done=build_done(localized) if step.kind == "many" else None,
        choice_labels=tuple(choice_labels(localized)),
        agree_label=normalize_text(translated.agree or step.agree),
        decline_label=normalize_text(translated.decline or step.decline),
        team_notice=_optional_text(translated.notify or (step.notify.say if step.notify else "")),
        appointment=compile_appointment_texts(calendar, translated.calendar) if calendar else None,
    )


def _only_texts(messages: tuple[MessageTemplate, ...]) -> tuple[TextTemplate, ...]:
    """Return the texts of messages that are nothing but texts; empty if one is more (a picture, buttons, a pause)."""
    texts = tuple(
        message.text for message in messages if message.text and message == MessageTemplate(text=message.text)
    )
    return texts if len(texts) == len(messages) else ()


def _compile_replies(localized: LocalizedStep) -> tuple[ChoiceReply, ...]:
    translated = localized.translated.choices
    return tuple(
        ChoiceReply(
            moves_on=bool(choice.go),
            messages=_compile_messages(localized, choice.say, translated[key].say if key in translated else []),
        )
        for key, choice in localized.step.choices.items()
    )


def _compile_messages(
    localized: LocalizedStep,
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
