"""Names in a flow that nobody declared, and values that do not fit what was declared."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from domain.workspace_config import FieldDeclaration, WorkspaceConfig
from flows.answers.question import AskError
from flows.checks.graph import all_buttons
from flows.compiler.compile_mail import NOW, parse_field_date
from flows.compiler.compile_question import compile_ask
from flows.language.buttons import classify_target
from flows.language.model import END, CalendarText, ChoiceText, FlowText, StepText
from flows.language.read_files import FlowSource
from flows.language.tables import Table, is_number
from language.conditions.parse import RowCondition, read_condition, read_row_condition
from language.conditions.tokens import variable_name
from language.findings import Finding, suggest_declaration, suggest_name
from language.yaml_source import YamlPath, YamlSource

STAY = "stay"
"""In ``migrate``: who stands there finishes in the old version."""
_VALUES: Mapping[str, tuple[type, ...]] = {"number": (int, float), "yes_no": (bool,)}
"""What a value of a field is in Python; everything else is text."""
KEPT: Mapping[str, tuple[str, ...]] = {
    "email": ("email", "text"), "phone": ("phone", "text"), "number": ("number",), "rating": ("number",),
    "date": ("date",), "time": ("time",), "moment": ("moment",), "yes_no": ("yes_no",),
}  # fmt: skip
"""Types of field that can keep the answer to a kind of question; of the others: text."""
_DATED = ("date", "moment")
_OF_EVERYBODY = ("first_name", "email", "code")
"""Variables of a person besides the declared fields, as far as rows can be compared with them."""
_FILES = {"flow": "Write flows/{}.yaml.", "table": "Write tables/{}.yaml."}
"""What to write where there is none of a kind at all."""
_FAQ = (("answer",), ("question", "words"))
"""Columns of a table that answers questions: one of each group has to be there (:mod:`flows.language.faq`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Name:
    """A name that stands in a file, and those it may be."""

    path: YamlPath
    kind: str
    name: str
    known: Collection[str]
    key: bool = False


def check(
    one: FlowSource, config: WorkspaceConfig, tables: Mapping[str, Table], flows: Collection[str]
) -> Iterator[Finding]:
    """Yield a finding for each name that is not known."""
    text, source = one.text, one.source
    if END in text.steps:
        hint = "Give the step another name."
        yield source.finding_at(("steps", END), "reserved-step", "“end” ends a flow.", hint, key=True)
    for language, path in ((text.language, ("language",)), *_spoken(text)):
        if language and language not in config.languages:
            message = f"“{language}” is no language of this workspace."
            yield source.finding_at(path, "unknown-language", message, suggest_name(language, config.languages))
    for old in text.migrate:
        if old in text.steps:
            message = f"The step “{old}” is still there, so nobody has to move."
            hint = "Take it out."
            yield source.finding_at(("migrate", old), "needless-migrate", message, hint, severity="warning", key=True)
    for wanted in _wanted(text, config, tables, flows):
        if wanted.name and wanted.name not in wanted.known:
            yield unknown(source, wanted.path, wanted.kind, wanted.name, wanted.known, key=wanted.key)
    for name, step in text.steps.items():
        yield from _values(source, ("steps", name), step, config)
        yield from _conditions(source, ("steps", name), step, config, tables)
        yield from _moments(source, ("steps", name), step, config)
        table = tables.get(step.ask.table or config.faq or "") if step.ask else None
        yield from _answers(source, ("steps", name), step, table)
        yield from _asked(source, ("steps", name), step, config)


def unknown(
    source: YamlSource, path: YamlPath, kind: str, name: str, known: Collection[str], *, key: bool = False
) -> Finding:
    """Return the finding for a name that is not known, with the nearest one."""
    hint = suggest_declaration(kind, name[:60], known) or _FILES.get(kind, "").format(name[:60])
    return source.finding_at(path, f"unknown-{kind}", f"There is no {kind} “{name[:60]}”.", hint, key=key)


def _spoken(text: FlowText) -> Iterator[tuple[str, YamlPath]]:
    yield from ((step.speak, ("steps", name, "speak")) for name, step in text.steps.items())


def _wanted(
    text: FlowText, config: WorkspaceConfig, tables: Mapping[str, Table], flows: Collection[str]
) -> Iterator[_Name]:
    steps = [*text.steps, END]
    yield _Name(path=("persona",), kind="persona", name=text.persona or "", known=config.personas)
    for old, new in text.migrate.items():
        yield _Name(path=("migrate", old), kind="step", name=new, known=[*steps, STAY])
    for name, step in text.steps.items():
        path: YamlPath = ("steps", name)
        yield from _targets(path, step, steps)
        yield from _declared(path, step, config)
        yield _Name(path=(*path, "call"), kind="flow", name=step.call or "", known=flows)
        for at, said in enumerate(step.say):
            if said.cards:
                yield _Name(path=(*path, "say", at, "cards", "from"), kind="table", name=said.cards.table, known=tables)
        if step.ask and step.ask.table:
            yield _Name(path=(*path, "ask", "table"), kind="table", name=step.ask.table, known=tables)


def _targets(path: YamlPath, step: StepText, steps: list[str]) -> Iterator[_Name]:
    yield _Name(path=(*path, "go"), kind="step", name=step.go, known=steps)
    yield _Name(path=(*path, "else"), kind="step", name=step.otherwise, known=steps)
    if step.timeout:
        yield _Name(path=(*path, "timeout", "go"), kind="step", name=step.timeout.go, known=steps)
    for label, choice in step.choices.items():
        yield _Name(path=(*path, "choices", label, "go"), kind="step", name=choice.go, known=steps)
    for part in step.split:
        yield _Name(path=(*path, "split", part), kind="step", name=part, known=steps, key=True)
    for label, target in all_buttons(step):
        if classify_target(target) == "step":
            at = (*path, "buttons", label) if label in step.buttons else (*path, "say")
            yield _Name(path=at, kind="step", name=target, known=steps)


def _declared(path: YamlPath, step: StepText, config: WorkspaceConfig) -> Iterator[_Name]:
    channels = step.channel if isinstance(step.channel, dict) else {}
    singles: list[tuple[YamlPath, str, str | None, Collection[str]]] = [
        ((*path, "consent"), "topic", step.consent, config.topics),
        ((*path, "confirm"), "topic", step.confirm, config.topics),
        ((*path, "withdraw"), "topic", step.withdraw, config.topics),
        ((*path, "relay", "topic"), "topic", step.relay.topic if step.relay else None, config.topics),
        ((*path, "save"), "field", step.save, config.fields),
        ((*path, "event"), "event", step.event, config.events),
        ((*path, "code"), "pool", step.code, config.pools),
        ((*path, "notify", "team"), "team", step.notify.team if step.notify else None, config.team),
        *(((*path, "channel", topic), "topic", topic, config.topics) for topic in channels),
        *(((*path, key), "tag", tag, config.tags) for key in ("tag", "untag") for tag in getattr(step, key)),
    ]
    yield from (_Name(path=at, kind=kind, name=name or "", known=known) for at, kind, name, known in singles)
    marks: list[tuple[YamlPath, StepText | ChoiceText]] = [(path, step)]
    marks += [((*path, "choices", label), choice) for label, choice in step.choices.items()]
    for at, one in marks:
        for key in ("set", "score"):
            for name in getattr(one, key):
                yield _Name(path=(*at, key, name), kind="field", name=name, known=config.fields, key=True)
        if isinstance(one, ChoiceText):
            yield from (_Name(path=(*at, "tag"), kind="tag", name=tag, known=config.tags) for tag in one.tag)


def _values(source: YamlSource, path: YamlPath, step: StepText, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield values that do not fit the type of their field."""
    marks: list[tuple[YamlPath, StepText | ChoiceText]] = [(path, step)]
    marks += [((*path, "choices", label), choice) for label, choice in step.choices.items()]
    for at, one in marks:
        for name, value in one.set.items():
            declared = config.fields.get(name)
            if declared and not _fits(value, declared):
                message = f"The field “{name}” is a {declared.type}, and “{value}” is none."
                hint = f"Its type stands under fields: {name}."
                yield source.finding_at((*at, "set", name), "wrong-kind", message, hint)
        for name in one.score:
            declared = config.fields.get(name)
            if declared and declared.type != "number":
                message = f"Points are numbers, and the field “{name}” is a {declared.type}."
                yield source.finding_at(
                    (*at, "score", name), "wrong-kind", message, f"Declare {name}: {{type: number}}."
                )
    declared = config.fields.get(step.save or "")
    wanted = KEPT.get(step.ask.kind if step.ask else "", ("text",))
    if declared and declared.type not in wanted:
        kind = step.ask.kind if step.ask else "choice"
        message = f"The answer to “{kind}” is a {wanted[0]}, and the field “{step.save}” is a {declared.type}."
        yield source.finding_at((*path, "save"), "wrong-kind", message, f"Declare {step.save}: {{type: {wanted[0]}}}.")


def _fits(value: object, declared: FieldDeclaration) -> bool:
    wanted = _VALUES.get(declared.type, (str,))
    return isinstance(value, wanted) and (declared.type == "yes_no" or not isinstance(value, bool))


def _conditions(
    source: YamlSource, path: YamlPath, step: StepText, config: WorkspaceConfig, tables: Mapping[str, Table]
) -> Iterator[Finding]:
    if step.condition:
        for trouble in read_condition(step.condition, config)[1]:
            yield source.finding_at((*path, "if"), trouble.code, _sentence(trouble.message), trouble.hint)
    for at, said in enumerate(step.say):
        if said.cards and said.cards.where and said.cards.table in tables:
            place = (*path, "say", at, "cards", "where")
            condition, troubles = read_row_condition(said.cards.where, tables[said.cards.table].columns)
            for trouble in troubles:
                yield source.finding_at(place, trouble.code, _sentence(trouble.message), trouble.hint)
            yield from _numbers(source, place, condition, config, tables[said.cards.table])
            known = {*config.fields, *config.event_by_counter, *_OF_EVERYBODY}
            for name in sorted(condition.variables - known if condition else ()):
                yield unknown(source, place, "variable", name, known)


def _numbers(
    source: YamlSource, place: YamlPath, condition: RowCondition | None, config: WorkspaceConfig, table: Table
) -> Iterator[Finding]:
    """Yield a warning for each column of texts that is compared with a number: no row can ever fit."""
    numbers = {name for name, field in config.fields.items() if field.type == "number"}
    for column, operand in sorted(condition.ordered if condition else ()):
        texts = [str(row[column]) for row in table.original_rows if row[column] not in ("", None)]
        if texts and (is_number(operand) or variable_name(operand) in numbers) and not any(map(is_number, texts)):
            message = f"“{column}” is compared with a number, and “{texts[0][:40]}” is none, so that row never fits."
            hint = f"Write numbers in {table.file}, with a point and no sign: 24.50."
            yield source.finding_at(place, "wrong-kind", message, hint, severity="warning")


def _asked(source: YamlSource, path: YamlPath, step: StepText, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield a question that cannot be: a range that is none, a pattern that is unsafe, keys of another kind."""
    try:
        if step.ask:
            compile_ask(step.ask, config)
    except AskError as error:
        place = (*path, "ask", error.key)
        yield source.finding_at(
            place, "bad-ask", _sentence(str(error)), error.hint, key=error.key in ("table", "files")
        )


def _answers(source: YamlSource, path: YamlPath, step: StepText, table: Table | None) -> Iterator[Finding]:
    """Yield the columns that a table of answers lacks."""
    if table is None or step.kind != "question":
        return
    for group in _FAQ:
        if table.columns.isdisjoint(group):
            column = "” or “".join(group)
            message = f"The table “{table.name}” has no column “{column}”, so it answers nothing."
            yield source.finding_at((*path, "ask"), "unknown-column", message, f"Give its rows “{column}”.", key=True)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _moments(source: YamlSource, path: YamlPath, step: StepText, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield a relay's time and a calendar's start that are none."""
    if step.relay and step.relay.at:
        at, moment = (*path, "relay", "at"), parse_field_date(step.relay.at)
        if moment is None:
            message = f"“{step.relay.at[:40]}” is not understood."
            yield source.finding_at(
                at, "bad-time", message, "Such as “1 day before tasting_at” or “2 hours after now”."
            )
        elif moment.field:
            yield from _dated(source, at, moment.field, config)
    for key in ("mail", "relay"):
        calendar: CalendarText | None = getattr(getattr(step, key), "calendar", None)
        if calendar:
            yield from _dated(source, (*path, key, "calendar", "starts"), calendar.starts, config)


def _dated(source: YamlSource, path: YamlPath, name: str, config: WorkspaceConfig) -> Iterator[Finding]:
    if name not in config.fields:
        yield unknown(source, path, "field", name, [*config.fields, NOW])
    elif config.fields[name].type not in _DATED:
        message = f"“{name}” is a {config.fields[name].type}, and a time is counted from a date or moment."
        yield source.finding_at(path, "wrong-kind", message, f"Declare {name}: {{type: moment}}.")
