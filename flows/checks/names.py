"""Checks of names: references to undeclared things, and values that do not fit a declaration."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from domain.workspace_config import FieldDeclaration, WorkspaceConfig
from flows.answers.question import AskError
from flows.checks.graph import all_buttons
from flows.compiler.compile_question import compile_ask
from flows.compiler.compile_step import YES_NO_WORDS
from flows.language.buttons import classify_target
from flows.language.model import END, ChoiceText, FlowText, StepText
from flows.language.read_files import FlowSource
from flows.language.set_values import is_sum
from flows.language.tables import Table
from language.conditions.parse import read_condition
from language.findings import Finding, suggest_declaration, suggest_name
from language.model_errors import show_value
from language.yaml_source import YamlPath, YamlSource

STAY = "stay"
"""Target in ``migrate``: people at this step finish the old version of the flow."""
_PYTHON_TYPES: Mapping[str, tuple[type, ...]] = {"number": (int, float), "yes_no": (bool,)}
"""Python types of a field's value, by field type; of other types it is text."""
ANSWER_FIELD_TYPES: Mapping[str, tuple[str, ...]] = {
    "email": ("email", "text"), "phone": ("phone", "text"), "number": ("number",), "rating": ("number",),
    "date": ("date",), "time": ("time",), "moment": ("moment",), "yes_no": ("yes_no",), "many": ("list",),
}  # fmt: skip
"""Types of field that can store the answer, by kind of question; of other kinds it is text."""
_FILE_HINTS = {"flow": "Write flows/{}.yaml.", "table": "Write tables/{}.yaml."}
"""Hint if there is nothing of this kind to suggest."""
_FAQ_COLUMNS = (("answer",), ("question", "words"))
"""Columns of an FAQ table; it needs one column of each group (:mod:`flows.understanding.faq.find_entry`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reference:
    """A reference by name in a file, and the names that exist."""

    path: YamlPath
    kind: str
    name: str
    allowed: Collection[str]
    at_key: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenNames:
    """Names that files stand for, whether they could be read or not: what refers to a broken file is not wrong."""

    flows: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()


def check_names(
    flow: FlowSource, config: WorkspaceConfig, tables: Mapping[str, Table], written: WrittenNames
) -> Iterator[Finding]:
    """Yield unknown names and values of the wrong type."""
    text, source = flow.text, flow.source
    if END in text.steps:
        hint = "Give the step another name."
        yield source.finding_at(("steps", END), "reserved-step", "“end” ends a flow.", hint, key=True)
    for language, path in ((text.language, ("language",)), *_list_speak_languages(text)):
        if language and language not in config.languages:
            message = f"“{language}” is no language of this workspace."
            yield source.finding_at(path, "unknown-language", message, suggest_name(language, config.languages))
    for old_step in text.migrate:
        if old_step in text.steps:
            message = f"The step “{old_step}” is still there, so nobody has to move."
            hint = "Take it out."
            yield source.finding_at(
                ("migrate", old_step), "needless-migrate", message, hint, severity="warning", key=True
            )
    for reference in _list_references(text, config, written):
        if reference.name and reference.name not in reference.allowed:
            yield _reference_finding(source, reference, config, written)
    for name, step in text.steps.items():
        yield from _check_values(source, ("steps", name), step, config)
        yield from _check_condition(source, ("steps", name), step, config)
        table = tables.get(step.ask.table or config.faq or "") if step.ask else None
        yield from _check_faq_columns(source, ("steps", name), step, table)
        yield from _check_question(source, ("steps", name), step, config)


def _reference_finding(
    source: YamlSource, reference: _Reference, config: WorkspaceConfig, written: WrittenNames
) -> Finding:
    if reference.kind == "topic" and reference.name in config.contract_topics:
        message = f"Nobody agrees to “{reference.name}”: it rests on a contract."
        hint = "Name a topic that people agree to."
        return source.finding_at(reference.path, "contract-topic", message, hint, key=reference.at_key)
    return unknown_name_finding(
        source,
        reference.path,
        reference.kind,
        reference.name,
        reference.allowed,
        key=reference.at_key,
        flows=written.flows,
    )


def unknown_name_finding(
    source: YamlSource,
    path: YamlPath,
    kind: str,
    name: str,
    allowed: Collection[str],
    *,
    key: bool = False,
    flows: Collection[str] = (),
) -> Finding:
    """Return the finding for an unknown name, with the nearest known name as the hint."""
    # At most 60 characters: a name of a megabyte must not be repeated in a finding.
    if kind == "step" and name in flows:
        message = f"There is no step “{name}”; it is a flow."
        return source.finding_at(path, "unknown-step", message, f"Call it from a step: call: {name}", key=key)
    if "," in name:
        hint = f"A list needs brackets: [{name[:60]}]."
        return source.finding_at(path, f"unknown-{kind}", f"There is no {kind} “{name[:60]}”.", hint, key=key)
    hint = suggest_declaration(kind, name[:60], allowed) or _FILE_HINTS.get(kind, "").format(name[:60])
    return source.finding_at(path, f"unknown-{kind}", f"There is no {kind} “{name[:60]}”.", hint, key=key)


def _list_speak_languages(text: FlowText) -> Iterator[tuple[str, YamlPath]]:
    yield from ((step.speak, ("steps", name, "speak")) for name, step in text.steps.items())


def _list_references(text: FlowText, config: WorkspaceConfig, written: WrittenNames) -> Iterator[_Reference]:
    # A reference without a name is a key that the step does not have, and is skipped by the caller.
    steps = [*text.steps, END]
    yield _Reference(path=("persona",), kind="persona", name=text.persona or "", allowed=config.personas)
    for old_step, new_step in text.migrate.items():
        yield _Reference(path=("migrate", old_step), kind="step", name=new_step, allowed=[*steps, STAY])
    for name, step in text.steps.items():
        path: YamlPath = ("steps", name)
        yield from _target_references(path, step, steps)
        yield from _declared_references(path, step, config)
        yield _Reference(path=(*path, "call"), kind="flow", name=step.call or "", allowed=written.flows)
        for number, message in enumerate(step.say):
            if message.cards:
                yield _Reference(
                    path=(*path, "say", number, "cards", "from"),
                    kind="table",
                    name=message.cards.table,
                    allowed=written.tables,
                )
        if step.find:
            yield _Reference(path=(*path, "find", "table"), kind="table", name=step.find.table, allowed=written.tables)
        for number, asked in enumerate(step.ask.steps if step.ask else ()):
            yield _Reference(path=(*path, "ask", "steps", number), kind="step", name=asked, allowed=list(text.steps))
        taken_of = step.take.table if step.take else ""
        for key, table in ((("take", "from"), taken_of), (("give_back",), step.give_back or "")):
            yield _Reference(path=(*path, *key), kind="table", name=table, allowed=written.tables)
        if step.ask and step.ask.table:
            yield _Reference(path=(*path, "ask", "table"), kind="table", name=step.ask.table, allowed=written.tables)


def _target_references(path: YamlPath, step: StepText, steps: list[str]) -> Iterator[_Reference]:
    yield _Reference(path=(*path, "go"), kind="step", name=step.go, allowed=steps)
    for way, target in step.ways_out.items():
        yield _Reference(path=(*path, way), kind="step", name=target, allowed=steps)
    if step.timeout:
        yield _Reference(path=(*path, "timeout", "go"), kind="step", name=step.timeout.go, allowed=steps)
    for label, choice in step.choices.items():
        yield _Reference(path=(*path, "choices", label, "go"), kind="step", name=choice.go, allowed=steps)
    for case, target in step.cases.items():
        yield _Reference(path=(*path, "cases", case), kind="step", name=target, allowed=steps)
    for part in step.split:
        yield _Reference(path=(*path, "split", part), kind="step", name=part, allowed=steps, at_key=True)
    for label, target in all_buttons(step):
        if classify_target(target) == "step":
            button_path = (*path, "buttons", label) if label in step.buttons else (*path, "say")
            yield _Reference(path=button_path, kind="step", name=target, allowed=steps)


def _field_of_places(step: StepText) -> str:
    return step.take.places if step.take and isinstance(step.take.places, str) else ""


def _declared_references(path: YamlPath, step: StepText, config: WorkspaceConfig) -> Iterator[_Reference]:
    channels = step.channel if isinstance(step.channel, dict) else {}
    singles: list[tuple[YamlPath, str, str | None, Collection[str]]] = [
        ((*path, "persona"), "persona", step.persona, config.personas),
        ((*path, "consent"), "topic", step.consent, config.consent_topics),
        ((*path, "confirm"), "topic", step.confirm, config.consent_topics),
        ((*path, "topic"), "topic", step.topic, config.consent_topics),
        ((*path, "withdraw"), "topic", step.withdraw, config.consent_topics),
        ((*path, "relay", "topic"), "topic", step.relay.topic if step.relay else None, config.consent_topics),
        ((*path, "save"), "field", step.save, config.fields),
        ((*path, "switch"), "field", step.switch, config.fields),
        ((*path, "event"), "event", step.event, config.events),
        ((*path, "code"), "pool", step.code, config.pools),
        ((*path, "hook"), "hook", step.hook, config.hooks),
        *(((*path, key), "field", name, config.fields) for key in ("fields", "sets") for name in getattr(step, key)),
        ((*path, "notify", "team"), "team", step.notify.team if step.notify else None, config.team),
        ((*path, "take", "places"), "field", _field_of_places(step), config.fields),
        *(((*path, "channel", topic), "topic", topic, config.topics) for topic in channels),
        *(((*path, key), "tag", tag, config.tags) for key in ("tag", "untag") for tag in getattr(step, key)),
    ]
    yield from (_Reference(path=at, kind=kind, name=name or "", allowed=known) for at, kind, name, known in singles)
    marked: list[tuple[YamlPath, StepText | ChoiceText]] = [(path, step)]
    marked += [((*path, "choices", label), choice) for label, choice in step.choices.items()]
    for at, holder in marked:
        for key in ("set", "score"):
            for name in getattr(holder, key):
                yield _Reference(path=(*at, key, name), kind="field", name=name, allowed=config.fields, at_key=True)
        if isinstance(holder, ChoiceText):
            yield from (_Reference(path=(*at, "tag"), kind="tag", name=tag, allowed=config.tags) for tag in holder.tag)


def _check_values(source: YamlSource, path: YamlPath, step: StepText, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield values that do not fit the type of their field, and questions whose answer does not fit."""
    marked: list[tuple[YamlPath, StepText | ChoiceText]] = [(path, step)]
    marked += [((*path, "choices", label), choice) for label, choice in step.choices.items()]
    for at, holder in marked:
        for name, value in holder.set.items():
            declaration = config.fields.get(name)
            if declaration and not _fits_type(value, declaration) and not is_sum(value, declaration):
                message = f"The field “{name}” is a {declaration.type}, and “{show_value(value)}” is none."
                hint = _suggest_value(name, declaration)
                yield source.finding_at((*at, "set", name), "wrong-kind", message, hint)
        for name in holder.score:
            declaration = config.fields.get(name)
            if declaration and declaration.type != "number":
                message = f"Points are numbers, and the field “{name}” is a {declaration.type}."
                yield source.finding_at(
                    (*at, "score", name), "wrong-kind", message, f"Declare {name}: {{type: number}}."
                )
    declaration = config.fields.get(step.save or "")
    fitting_types = ANSWER_FIELD_TYPES.get(step.ask.kind if step.ask else "", ("text",))
    if declaration and declaration.type not in fitting_types:
        kind = step.ask.kind if step.ask else "choice"
        message = (
            f"The answer to “{kind}” is a {fitting_types[0]}, and the field “{step.save}” is a {declaration.type}."
        )
        yield source.finding_at(
            (*path, "save"), "wrong-kind", message, f"Declare {step.save}: {{type: {fitting_types[0]}}}."
        )


def _suggest_value(name: str, declaration: FieldDeclaration) -> str:
    """Return what to write in place of a value of the wrong type."""
    if declaration.type == "yes_no":
        return f"Write {name}: true, or {name}: false."
    return f"Its type stands under fields: {name}."


def _fits_type(value: object, declaration: FieldDeclaration) -> bool:
    if declaration.type == "yes_no" and isinstance(value, str) and value.casefold() in YES_NO_WORDS:
        return True
    python_types = _PYTHON_TYPES.get(declaration.type, (str,))
    # `True` is an int to Python, but no number to a field.
    return isinstance(value, python_types) and (declaration.type == "yes_no" or not isinstance(value, bool))


def _check_condition(source: YamlSource, path: YamlPath, step: StepText, config: WorkspaceConfig) -> Iterator[Finding]:
    if step.condition:
        for problem in read_condition(step.condition, config)[1]:
            yield source.finding_at(
                (*path, "if"), problem.code, as_sentence(problem.message), problem.hint, severity=problem.severity
            )


def _check_question(source: YamlSource, path: YamlPath, step: StepText, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield what compiling a question reports: an empty range, an unsafe pattern, keys of another kind."""
    try:
        if step.ask:
            compile_ask(step.ask, config)
    except AskError as error:
        key_path = (*path, "ask", error.key)
        yield source.finding_at(
            key_path, "bad-ask", as_sentence(str(error)), error.hint, key=error.key in ("table", "files")
        )


def _check_faq_columns(source: YamlSource, path: YamlPath, step: StepText, table: Table | None) -> Iterator[Finding]:
    """Yield the columns that an FAQ table lacks."""
    if table is None or step.kind != "question":
        return
    for group in _FAQ_COLUMNS:
        if table.columns.isdisjoint(group):
            column = "” or “".join(group)
            message = f"The table “{table.name}” has no column “{column}”, so it answers nothing."
            yield source.finding_at((*path, "ask"), "unknown-column", message, f"Give its rows “{column}”.", key=True)


def as_sentence(text: str) -> str:
    """Return a text as a sentence: with a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
