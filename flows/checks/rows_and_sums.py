"""Checks of look-ups (``find``), of the conditions on rows that they share with cards, and of sums."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from domain.workspace_config import WorkspaceConfig
from flows.checks.known_facts import FlowFacts, path_without_fact
from flows.checks.longest_text import longest_cells
from flows.checks.names import as_sentence, unknown_name_finding
from flows.language.model import ChoiceText, StepText
from flows.language.read_files import FlowSource
from flows.language.set_values import is_sum, read_set_sum
from flows.language.tables import SEATS_COLUMN, Table, is_number
from language.conditions.parse import RowCondition, read_row_condition
from language.conditions.tokens import variable_name
from language.findings import Finding, suggest_declaration, suggest_name
from language.sums import Sum, UnclearSumError
from language.yaml_source import YamlPath, YamlSource

_PERSON_VARIABLES = ("first_name", "email", "code")
"""Variables besides the declared fields with which a condition on rows can compare."""
_BRACES = re.compile(r"\{\{.*?\}\}|\"[^\"]*\"|'[^']*'|“[^”]*”")
_WORD = re.compile(r"\w+")


def list_found_tables(flows: Iterable[FlowSource], tables: Mapping[str, Table]) -> dict[str, Table]:
    """Return the tables in which some flow looks something up."""
    named = {step.find.table for flow in flows for step in flow.text.steps.values() if step.find}
    return {name: table for name, table in tables.items() if name in named}


def longest_found(tables: Mapping[str, Table], languages: Iterable[str]) -> dict[str, str]:
    """Return the longest cell of each column of these tables, in any language."""
    longest: dict[str, str] = {}
    for table in tables.values():
        for cells in (longest_cells(table, language) for language in languages):
            for column, cell in cells.items():
                longest[column] = max(longest.get(column, ""), cell, key=len)
    return longest


def _check_literal_names(
    source: YamlSource, path: YamlPath, step: StepText, config: WorkspaceConfig, tables: Mapping[str, Table]
) -> Iterator[Finding]:
    """Yield a warning where a field is named in a look-up without braces, so that its name is what is looked for."""
    table = tables.get(step.find.table) if step.find else None
    if step.find is None or table is None:
        return
    words = _WORD.findall(_BRACES.sub(" ", step.find.where))
    for name in words:
        if name in config.fields and name not in table.columns:
            message = f"“{name}” is looked for as it stands here, and not what the field holds."
            hint = f"Did you mean {{{{ {name} }}}}?"
            yield source.finding_at((*path, "find", "where"), "unclear-condition", message, hint, severity="warning")


def check_row_conditions(flow: FlowSource, config: WorkspaceConfig, tables: Mapping[str, Table]) -> Iterator[Finding]:
    """Yield what is wrong with the conditions on rows of a flow."""
    source = flow.source
    for name, step in flow.text.steps.items():
        path: YamlPath = ("steps", name)
        for at, message in enumerate(step.say):
            if message.cards and message.cards.where and message.cards.table in tables:
                where_path = (*path, "say", at, "cards", "where")
                yield from _check_rows(source, where_path, message.cards.where, tables[message.cards.table], config)
        if step.find and step.find.table in tables:
            yield from _check_rows(source, (*path, "find", "where"), step.find.where, tables[step.find.table], config)
            yield from _check_literal_names(source, path, step, config, tables)


def _check_rows(
    source: YamlSource, path: YamlPath, where: str, table: Table, config: WorkspaceConfig
) -> Iterator[Finding]:
    """Yield what is wrong with a condition on the rows of a table."""
    condition, problems = read_row_condition(where, table.columns)
    for problem in problems:
        yield source.finding_at(path, problem.code, as_sentence(problem.message), problem.hint)
    yield from _check_number_columns(source, path, condition, config, table)
    variables = {*config.fields, *config.event_by_counter, *_PERSON_VARIABLES}
    for name in sorted(condition.variables - variables if condition else ()):
        yield unknown_name_finding(source, path, "variable", name, variables)


def _check_number_columns(
    source: YamlSource, path: YamlPath, condition: RowCondition | None, config: WorkspaceConfig, table: Table
) -> Iterator[Finding]:
    """Yield a warning for each column of texts that is compared with a number, because no row can fit."""
    number_fields = {name for name, field in config.fields.items() if field.type == "number"}
    for column, operand in sorted(condition.ordered if condition else ()):
        texts = [str(row[column]) for row in table.original_rows if row[column] not in ("", None)]
        # One cell that is a number is enough: the others may be left empty or “on request”.
        if texts and (is_number(operand) or variable_name(operand) in number_fields) and not any(map(is_number, texts)):
            message = f"“{column}” is compared with a number, and “{texts[0][:40]}” is none, so that row never fits."
            hint = f"Write numbers in {table.file}, with a point and no sign: 24.50."
            yield source.finding_at(path, "wrong-kind", message, hint, severity="warning")


# -- places ----------------------------------------------------------------------------------------------------
def check_places(flow: FlowSource, config: WorkspaceConfig, tables: Mapping[str, Table]) -> Iterator[Finding]:
    """Yield what is wrong with the places that a flow takes and gives back."""
    for name, step in flow.text.steps.items():
        path: YamlPath = ("steps", name)
        taken_of = tables.get(step.take.table) if step.take else None
        for at, table in ((("take", "from"), taken_of), (("give_back",), tables.get(step.give_back or ""))):
            if table and SEATS_COLUMN not in table.columns:
                message = f"The table “{table.name}” has no column “{SEATS_COLUMN}”, so nothing can be taken of it."
                yield flow.source.finding_at((*path, *at), "unknown-column", message, "Give its rows places: 12.")
        if taken_of and SEATS_COLUMN in taken_of.columns:
            yield from _check_place_numbers(flow.source, (*path, "take", "from"), taken_of)
        yield from _check_wanted(flow.source, (*path, "take", "places"), step, config)


def _check_place_numbers(source: YamlSource, path: YamlPath, table: Table) -> Iterator[Finding]:
    """Yield the first row whose places are no whole number."""
    for row in table.original_rows:
        cell = row[SEATS_COLUMN]
        if not isinstance(cell, int) or isinstance(cell, bool) or cell < 0:
            shown = f"“{str(cell)[:40]}”" if cell not in ("", None) else "nothing"
            message = f"“{row['id']}” of {table.file} has {shown} in “{SEATS_COLUMN}”, which is no whole number."
            yield source.finding_at(path, "wrong-kind", message, "Write how many there are: places: 12.")
            return


def _check_wanted(source: YamlSource, path: YamlPath, step: StepText, config: WorkspaceConfig) -> Iterator[Finding]:
    wanted = step.take.places if step.take else 1
    declared = config.fields.get(wanted) if isinstance(wanted, str) else None
    if declared and declared.type != "number":
        message = f"Places are counted by a number, and the field “{wanted}” is a {declared.type}."
        yield source.finding_at(path, "wrong-kind", message, f"Declare {wanted}: {{type: number}}.")
    if isinstance(wanted, int) and wanted < 1:
        message = f"A step takes at least one place, and here are {wanted}."
        yield source.finding_at(path, "wrong-kind", message, "“give_back” gives them back.")


def check_chosen_rows(flows: Iterable[FlowSource], tables: Mapping[str, Table]) -> Iterator[Finding]:
    """Yield the steps that take places of a table of which no flow lets anybody choose a row."""
    flows = tuple(flows)
    steps = [step for flow in flows for step in flow.text.steps.values()]
    chosen_of = {step.find.table for step in steps if step.find}
    chosen_of |= {item.cards.table for step in steps for item in step.say if item.cards and item.cards.buttons}
    for flow in flows:
        for name, step in flow.text.steps.items():
            if step.take and step.take.table in tables.keys() - chosen_of:
                message = f"Nobody chooses a row of “{step.take.table}”, so it is not known of which to take."
                hint = "Put cards with a button, or “find”, before it."
                yield flow.source.finding_at(("steps", name, "take"), "no-row-chosen", message, hint, key=True)


# -- sums ------------------------------------------------------------------------------------------------------
_REMEDY = "Such as: rate * people, or (price + 4.90) / 2."


def number_names(config: WorkspaceConfig) -> frozenset[str]:
    """Return the fields of numbers, and the counters of events."""
    return frozenset({
        *(name for name, field in config.fields.items() if field.type == "number"), *config.event_by_counter,
    })  # fmt: skip


def list_sums(step: StepText, config: WorkspaceConfig) -> Iterator[tuple[YamlPath, Sum | UnclearSumError]]:
    """Yield the sums of ``set`` in a step and its choices, with their path in the step."""
    marked: list[tuple[YamlPath, StepText | ChoiceText]] = [((), step)]
    marked += [(("choices", label), choice) for label, choice in step.choices.items()]
    for at, holder in marked:
        for name, value in holder.set.items():
            if is_sum(value, config.fields.get(name)):
                try:
                    yield (*at, "set", name), read_set_sum(value)
                except UnclearSumError as error:
                    yield (*at, "set", name), error


def check_sums(flow: FlowSource, config: WorkspaceConfig, tables: Mapping[str, Table]) -> Iterator[Finding]:
    """Yield what is wrong with the sums in ``set`` of a flow."""
    columns = {column for table in tables.values() for column in table.columns}
    for name, step in flow.text.steps.items():
        for at, read in list_sums(step, config):
            path: YamlPath = ("steps", name, *at)
            if isinstance(read, UnclearSumError):
                yield flow.source.finding_at(path, "bad-sum", str(read), _REMEDY)
            else:
                yield from check_sum_names(flow.source, path, read.names, config, columns)


def check_sum_names(
    source: YamlSource,
    path: YamlPath,
    names: frozenset[str],
    config: WorkspaceConfig,
    columns: set[str] | frozenset[str],
) -> Iterator[Finding]:
    """Yield the names in a sum that are unknown, or are no numbers."""
    numbers = number_names(config)
    for name in sorted(names - numbers - columns):
        if name in config.fields:
            message = f"A sum needs numbers, and the field “{name}” is a {config.fields[name].type}."
            yield source.finding_at(path, "wrong-kind", message, f"Declare {name}: {{type: number}}.")
        else:
            hint = suggest_declaration("field", name, numbers)
            yield source.finding_at(path, "unknown-field", f"There is no field “{name}”.", hint)


def check_empty_sums(scope: FlowFacts, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield the sums of ``set`` whose fields can be empty on some way there."""
    source = scope.graph.flow.source
    for name, step in scope.graph.steps.items():
        for at, read in list_sums(step, config):
            if isinstance(read, Sum):
                # The answer to the step's own question is there when one of its choices notes something.
                given = {step.save} if at[0] == "choices" else set()
                fields = sorted((read.names & number_names(config) & config.fields.keys()) - given)
                yield from explain_empty_sum(scope, source, ("steps", name, *at), name, fields)


def explain_empty_sum(
    scope: FlowFacts, source: YamlSource, path: YamlPath, step: str, fields: Sequence[str]
) -> Iterator[Finding]:
    """Yield a warning for the first of these fields that is not certain at a step."""
    for field in fields:
        if step in scope.known.bits_by_step and not scope.known.is_known(step, field):
            way = " -> ".join(path_without_fact(scope.graph, step, field, scope.facts_after_call))
            message = f"{way}: “{field}” can be empty here, and then this sum has no result."
            hint = f"Ask for it before, or go elsewhere by “if: field {field} is empty”."
            yield source.finding_at(path, "empty-in-sum", message, hint, severity="warning")
            return


def check_mail_rows(
    scope: FlowFacts, given: Mapping[str, Collection[str]], columns: Collection[str], fields: Collection[str]
) -> Iterator[Finding]:
    """Yield each variable that a mail expects to be given and that its step may lack.

    ``given`` names by mail the variables that it declares (``{# uses state #}``), ``columns`` are those of the tables
    in which rows are looked up.  A column that is named like one of ``fields`` is kept there, so it is never missing.
    """
    source = scope.graph.flow.source
    for step, text in scope.graph.steps.items():
        template = text.mail.template if text.mail else text.relay.mail if text.relay else ""
        path = ("steps", step, "mail" if text.mail else "relay")
        for name in sorted(set(given.get(template, ())) - set(fields)):
            if name not in columns:
                message = f"The mail “{template}” needs “{name}”, and no row that is looked up has it."
                yield source.finding_at(path, "not-given", message, suggest_name(name, columns), key=True)
            elif text.relay:
                message = f"The mail “{template}” needs “{name}” of a row, which a relay may have forgotten."
                hint = f"Keep it in a field: declare {name} under fields, and “find” fills it."
                yield source.finding_at(path, "not-given", message, hint, key=True)
            elif step in scope.known.bits_by_step and not scope.known.is_known(step, name):
                way = " -> ".join(path_without_fact(scope.graph, step, name, scope.facts_after_call))
                message = f"{way}: no row was looked up before the mail “{template}” says {{{{ {name} }}}}."
                yield source.finding_at(path, "not-given", message, "Put a step with “find” before it.", key=True)
