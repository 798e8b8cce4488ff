"""Runs all checks of flows, for ``doorstep check`` and before publishing; the form of the files is checked before.

Each kind of mistake has a module in this folder.  The checks of one flow run first.  The checks of graphs then run for
all flows together, because flows can call each other.  All are linear in the number of steps and texts.  The finding
codes and their meaning are listed in :mod:`language.finding_codes.catalog`.
"""

from collections.abc import Collection, Mapping, Sequence

from domain.workspace_config import WorkspaceConfig
from flows.checks import (
    cases,
    claimed_twice,
    comments,
    dead_ends,
    key_combinations,
    known_facts,
    labels,
    missing_values,
    names,
    never_happens,
    reachability,
    rows_and_sums,
    texts,
    timers,
    translations,
)
from flows.checks.graph import list_calls
from flows.checks.longest_text import TextShape, longest_field_values
from flows.checks.text_locations import TextLocation, list_text_locations
from flows.language.read_files import FlowSource
from flows.language.tables import Table
from language.findings import Finding

_GRAPH_BREAKING_CODES = frozenset({"unknown-step", "unknown-flow", "two-questions", "cyclic-call", "reserved-step"})
"""With one of these errors the graph of a flow is not what the author meant, so its graph is not checked."""


_NO_FIELD, _NO_VARIABLE = "There is no field ", "There is no variable "
"""How the findings of a missing field, and of a text with its name, begin."""
_CAUSE_BY_CODE = {"no-consent": "unknown-topic", "no-fallback": "unknown-field", "code-unset": "unknown-pool"}
"""By finding, the finding that is its likely cause, and hides it: a misspelt topic makes its consent missing."""


def check_flows(
    flows: Mapping[str, FlowSource],
    config: WorkspaceConfig,
    tables: Mapping[str, Table] | None = None,
    written: names.WrittenNames | None = None,
    mail_variables: Mapping[str, Collection[str]] | None = None,
) -> list[Finding]:
    """Return the findings in these flows and their translations.

    ``mail_variables`` names by mail the variables that its step must give.
    ``written`` are the names of all files; what refers to one that cannot be read is left out, as its own findings say
    enough.
    """
    tables = tables or {}
    written = names.WrittenNames(
        flows=frozenset({*flows, *(written.flows if written else ())}),
        tables=frozenset({*tables, *(written.tables if written else ())}),
    )
    found_tables = rows_and_sums.list_found_tables(flows.values(), tables)
    found_columns = rows_and_sums.longest_found(found_tables, config.languages)
    rules = texts.build_text_rules(config, longest_field_values(flows.values(), config), found_columns, mail_variables)
    variables = rules.variables
    shapes: list[tuple[str, TextLocation, TextShape]] = []
    known_values = cases.list_known_values(flows.values(), config, tables)
    findings = [
        *(found for flow in flows.values() for found in cases.check_cases(flow, config, known_values)),
        *claimed_twice.check_entry_points(flows, config),
        *claimed_twice.check_label_words(flows, config),
        *comments.check_comments(flows, config),
        *dead_ends.check_calls(flows),
        *dead_ends.check_called_topics(flows),
        *rows_and_sums.check_chosen_rows(flows.values(), tables),
    ]
    for table in tables.values():
        findings += missing_values.check_faq_rows(table)
    given = missing_values.collect_given_values(flows, tables)
    all_read = written.flows <= set(flows)  # else a file that cannot be read may give what is missed here
    for name, flow in flows.items():
        findings += missing_values.check_missing_values(flow, given, config, tables) if all_read else []
        findings += _check_one_flow(flow, config, tables, written)
        for location in list_text_locations(flow, config, tables):
            for result in texts.check_text(location, rules, variables):
                # A valid template also gives its structure, which the checks of the graph need below.
                if isinstance(result, Finding):
                    findings.append(result)
                else:
                    shapes.append((name, location, result))
    broken_files = {one.file for one in findings if one.code in _GRAPH_BREAKING_CODES and one.severity == "error"}
    broken_flows = {name for name, one in flows.items() if one.source.file in broken_files} | written.flows - set(flows)
    sound_flows = _leave_out_callers(flows, broken_flows)
    codes = {one.code for one in findings}
    graphs = reachability.build_flow_graphs(sound_flows, config)
    graphs.facts_at_end.update({known_facts.table_fact(name): table.columns for name, table in found_tables.items()})
    graph_findings = [
        *reachability.check_flow_graphs(graphs, shapes, rules),
        # A flow that was left out may be the one that calls it.
        *(reachability.check_lost_flows(graphs) if set(sound_flows) == written.flows else ()),
    ]
    findings = _leave_out_followers(findings)
    return [*findings, *(one for one in graph_findings if _CAUSE_BY_CODE.get(one.code) not in codes)]


def _leave_out_followers(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings without the texts that name a field which is missing where it should be kept."""
    missing = {one.message.removeprefix(_NO_FIELD) for one in findings if one.code == "unknown-field"}
    return [
        one
        for one in findings
        if one.code != "unknown-variable" or one.message.removeprefix(_NO_VARIABLE) not in missing
    ]


def _leave_out_callers(flows: Mapping[str, FlowSource], broken: Collection[str]) -> dict[str, FlowSource]:
    """Return the flows that call no broken one, directly or by way of others: what holds after the call is unknown."""
    sound = {name: flow for name, flow in flows.items() if name not in broken}
    while callers := {
        name for name, flow in sound.items() if any(called not in sound for _, called in list_calls(flow))
    }:
        sound = {name: flow for name, flow in sound.items() if name not in callers}
    return sound


def _check_one_flow(
    flow: FlowSource, config: WorkspaceConfig, tables: Mapping[str, Table], written: names.WrittenNames
) -> list[Finding]:
    return [
        *names.check_names(flow, config, tables, written),
        *key_combinations.check_key_combinations(flow),
        *timers.check_durations(flow),
        *timers.check_field_dates(flow, config),
        *rows_and_sums.check_row_conditions(flow, config, tables),
        *rows_and_sums.check_places(flow, config, tables),
        *rows_and_sums.check_sums(flow, config, rows_and_sums.list_found_tables([flow], tables)),
        *labels.check_labels(flow, config),
        *never_happens.check_never_happens(flow),
        *translations.check_translations(flow, config),
    ]
