"""Checks across flows for values that nothing gives: conditions that are never true, fields that stay empty.

A value counts as given wherever it can come from: ``set``, the label of a saved choice, the cell of a tapped card, a
typed answer (any), or another part of the product (an answer of a hook).  What cannot be known is never reported.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from domain.workspace_config import WorkspaceConfig
from flows.compiler.compile_mail import parse_field_date
from flows.language.matching import normalize_text
from flows.language.model import StepText
from flows.language.read_files import FlowSource
from flows.language.tables import Table
from flows.understanding.faq.find_entry import ANSWER, QUESTION, WORDS, is_faq
from language.conditions.comparisons import ORDERING_WORDS
from language.conditions.tokens import TokenReader, UnclearConditionError, variable_name
from language.findings import Finding, find_nearest, suggest_name
from language.yaml_source import YamlPath, YamlSource

_PROFILE_FIELDS = ("first_name", "email")
"""Fields that the profile or an address fills."""
_ORDERED = ORDERING_WORDS | {"before", "after", "today", "now"}
"""Words of a comparison that no value can be told from."""
_REACHED = re.compile(r"^(?:at least|more than|above|over) (\d+(?:\.\d+)?)$")


@dataclass(frozen=True, slots=True)
class GivenValues:
    """What flows can put into each field."""

    labels: dict[str, set[str]] = field(default_factory=dict)
    """By field, the values that are known in advance, in small letters."""
    open_fields: set[str] = field(default_factory=set)
    """Fields that take what people type, or what other programs send."""
    points: Counter[str] = field(default_factory=Counter)
    """By field, the most points that one walk through all flows gives."""

    def is_given(self, name: str) -> bool:
        """Return True if anything fills a field."""
        return name in self.labels or name in self.open_fields or name in self.points or name in _PROFILE_FIELDS


def collect_given_values(flows: Mapping[str, FlowSource], tables: Mapping[str, Table]) -> GivenValues:
    """Return what all flows can put into fields."""
    given = GivenValues()
    for flow in flows.values():
        for step in flow.text.steps.values():
            _collect_from_step(step, given, tables)
    return given


def _collect_from_step(step: StepText, given: GivenValues, tables: Mapping[str, Table]) -> None:
    for assigned in (step.set, *(choice.set for choice in step.choices.values())):
        for name, value in assigned.items():
            text = str(value).lower()
            given.labels.setdefault(name, set()).update(
                {"true": ("true", "yes"), "false": ("false", "no")}.get(text, (text,))
            )
    _collect_points(step, given)
    for name in _saved_fields(step):
        if step.kind in ("choice", "many"):
            given.labels.setdefault(name, set()).update(label.casefold() for label in step.choices)
        else:
            given.open_fields.add(name)
    # A tap on a card keeps the columns of its row that are named like a field; a table look-up may, too.
    for message in step.say:
        table = tables.get(message.cards.table) if message.cards else None
        for column in table.columns if table else ():
            cells = {str(row.get(column)).casefold() for row in table.original_rows} if table else set()
            given.labels.setdefault(column, set()).update(cells)


def _saved_fields(step: StepText) -> Iterator[str]:
    """Yield the fields that keep the answer of a step, whatever key of the step names them."""
    for key in ("save", "keep", "sets"):
        kept = getattr(step, key, None) or ()
        yield from (kept,) if isinstance(kept, str) else (str(name) for name in kept)


def _collect_points(step: StepText, given: GivenValues) -> None:
    names = {*step.score, *(name for choice in step.choices.values() for name in choice.score)}
    for name in names:
        best_choice = max((choice.score.get(name, 0) for choice in step.choices.values()), default=0)
        given.points[name] += max(0, step.score.get(name, 0)) + max(0, best_choice)


def check_missing_values(
    flow: FlowSource, given: GivenValues, config: WorkspaceConfig, tables: Mapping[str, Table]
) -> Iterator[Finding]:
    """Yield the conditions of a flow that never hold, and the times that are counted from an empty field."""
    for name, step in flow.text.steps.items():
        path: YamlPath = ("steps", name)
        if step.condition:
            yield from _check_condition(flow.source, (*path, "if"), step.condition, given, config)
        for number, message in enumerate(step.say):
            table = tables.get(message.cards.table) if message.cards else None
            if table and message.cards and message.cards.where:
                where_path = (*path, "say", number, "cards", "where")
                yield from _check_row_values(flow.source, where_path, message.cards.where, table)
        due = parse_field_date(step.relay.at) if step.relay and step.relay.at else None
        if due and due.field in config.fields and not given.is_given(due.field):
            message_text = f"Nothing ever fills “{due.field}”, so this is never told."
            hint = f"Ask for it and keep it: save: {due.field}."
            yield flow.source.finding_at((*path, "relay", "at"), "never-filled", message_text, hint, severity="warning")


def _check_condition(
    source: YamlSource, path: YamlPath, condition: str, given: GivenValues, config: WorkspaceConfig
) -> Iterator[Finding]:
    for name, value in _read_comparisons(condition, "field"):
        declared = config.fields.get(name)
        if declared is None or variable_name(value) or name in given.open_fields:
            continue
        reached = _REACHED.match(value)
        if declared.type == "number" and reached and name in given.points:
            yield from _check_reachable_points(source, path, name, float(reached[1]), given)
        elif declared.type in ("text", "yes_no") and value != "empty" and _ORDERED.isdisjoint(value.split()):
            known = given.labels.get(name, set())
            if value.casefold() not in known and name not in _PROFILE_FIELDS:
                message = f"Nothing ever sets “{name}” to “{value}”, so this is never true."
                hint = suggest_name(value, known) or f"Set it somewhere: set: {{{name}: {value}}}."
                yield source.finding_at(path, "never-true", message, hint, severity="warning")


def _check_reachable_points(
    source: YamlSource, path: YamlPath, name: str, wanted: float, given: GivenValues
) -> Iterator[Finding]:
    set_to = [float(value) for value in given.labels.get(name, ()) if value.replace(".", "", 1).isdigit()]
    most = given.points[name] + max(set_to, default=0)
    if most < wanted:
        message = f"“{name}” reaches {most:g} at most, so this is never true."
        yield source.finding_at(path, "never-true", message, "Give more points, or ask for fewer.", severity="warning")


def _check_row_values(source: YamlSource, path: YamlPath, where: str, table: Table) -> Iterator[Finding]:
    for column, value in _read_comparisons(where, ""):
        if column not in table.columns or variable_name(value) or value == "empty":
            continue
        written = (str(row.get(column)) for row in table.original_rows if row.get(column) not in (None, ""))
        cells = {cell.casefold(): cell for cell in written}
        known = cells.keys() | {"yes" for cell in cells if cell == "true"} | {"no" for cell in cells if cell == "false"}
        if _ORDERED.isdisjoint(value.split()) and value.casefold() not in known and not value[:1].isdigit():
            message = f"No row of {table.file} has “{value}” in “{column}”."
            close = find_nearest(value, cells)
            hint = f"Did you mean “{cells[close]}”?" if close else suggest_name(value, cells.values())
            yield source.finding_at(path, "never-true", message, hint, severity="warning")


def _read_comparisons(condition: str, keyword: str) -> Iterator[tuple[str, str]]:
    """Yield name and value of each “NAME is VALUE” that is not turned round by “not”."""
    tokens = TokenReader(condition)
    try:
        while tokens.peek():
            negated = tokens.take_words("not")
            if keyword and not tokens.take_words(keyword):
                tokens.take_name("a word")
                continue
            name = tokens.take_name("a name")
            if not tokens.take_words("is") or tokens.peek() in ("not", "between"):
                continue
            value = tokens.take_value()
            if not negated:
                yield name, value
            tokens.take_any_phrase("and", "or")
    except UnclearConditionError:  # reported by the check of names
        return


def check_faq_rows(table: Table) -> Iterator[Finding]:
    """Yield the rows of an FAQ that never answer: without an answer, or with the question or words of another."""
    if not is_faq(table):
        return
    first_rows: dict[str, str] = {}
    for number, row in enumerate(table.original_rows):
        if not row.get(ANSWER):
            yield _row_finding(
                table, number, "no-answer", f"“{row['id']}” has no answer, so it is left out.", "Write its answer."
            )
            continue
        words = row.get(WORDS)
        listed = " ".join(sorted(normalize_text(str(word)) for word in words)) if isinstance(words, tuple) else ""
        asked = f"{normalize_text(str(row.get(QUESTION) or ''))} | {listed}"
        first = first_rows.setdefault(asked, str(row["id"]))
        if first != row["id"]:
            message = f"“{row['id']}” is asked for like “{first}”, so neither of them answers."
            yield _row_finding(
                table, number, "same-question", message, "Make one row of them, or give them other words."
            )


def _row_finding(table: Table, number: int, code: str, message: str, hint: str) -> Finding:
    return Finding(
        file=table.file,
        line=table.lines[number] if table.lines else 0,
        column=1,
        code=code,
        message=message,
        hint=hint,
        severity="warning",
    )
