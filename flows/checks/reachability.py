"""Runs the checks that need the graphs of all flows: dead ends, the messaging window, variables and consents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from domain.workspace_config import WorkspaceConfig
from flows.checks import dead_ends, never_happens, proof, rows_and_sums, texts, timers
from flows.checks.graph import FlowGraph, build_graphs
from flows.checks.known_facts import FlowFacts, KnownFacts, find_known_facts
from flows.checks.longest_text import TextShape
from flows.checks.text_locations import TextLocation
from flows.language.model import END
from flows.language.read_files import FlowSource
from language.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowGraphs:
    """The graphs of all flows without broken references."""

    by_flow: Mapping[str, FlowGraph]
    entry_flows: frozenset[str]
    """Flows that can begin a conversation."""
    callers: Mapping[str, Sequence[tuple[str, str]]]
    """By called flow: flow and step of each call."""
    lost_flows: frozenset[str] = frozenset()
    """Flows that nothing begins and nobody calls."""
    facts_at_end: dict[str, frozenset[str]] = field(default_factory=dict)
    """By flow, the facts that are certain at its end; after a look-up by ``table_fact``."""


def build_flow_graphs(flows: Mapping[str, FlowSource], config: WorkspaceConfig) -> FlowGraphs:
    """Return the graphs of these flows; a flow without entry point and without caller counts as an entry flow."""
    by_flow = build_graphs(flows)
    callers: dict[str, list[tuple[str, str]]] = {}
    for name, graph in by_flow.items():
        for step, text in graph.steps.items():
            if text.call in by_flow:
                callers.setdefault(text.call or "", []).append((name, step))
    # The menu and the ice breakers of the Page begin flows as well.
    offered_flows = {*(one.flow for one in config.menu), *(one.flow for one in config.ice_breakers)}
    offered_flows |= {page.flow for page in config.pages.values()}
    entry_flows = {
        name for name, one in flows.items() if name in offered_flows or name not in callers or _has_entry_point(one)
    }
    begun_flows = {name for name, one in flows.items() if name in offered_flows or _has_entry_point(one)}
    return FlowGraphs(
        by_flow=by_flow,
        entry_flows=frozenset(entry_flows),
        callers=callers,
        lost_flows=frozenset(entry_flows - begun_flows),
    )


def _has_entry_point(flow: FlowSource) -> bool:
    start = flow.text.start
    original = start.button or start.words or start.links or start.comments
    return bool(original or any(text.words for text, _ in flow.translations.values()))


def check_flow_graphs(
    flow_graphs: FlowGraphs, shapes: Sequence[tuple[str, TextLocation, TextShape]], rules: texts.TextRules
) -> Iterator[Finding]:
    """Yield what is wrong with the graphs; ``shapes`` are the texts with variables, with their flow."""
    for graph in flow_graphs.by_flow.values():
        yield from dead_ends.check_dead_ends(graph)
        yield from dead_ends.check_silent_questions(graph, is_entry=graph.flow.text.flow in flow_graphs.entry_flows)
        # Whoever calls a flow speaks after it, so only the end of a conversation must not be silent,
        # and only there nobody was asked before whether they have subscribed.
        if graph.flow.text.flow in flow_graphs.entry_flows:
            yield from dead_ends.check_silent_ends(graph)
            yield from never_happens.check_lost_subscribers(graph)
        yield from _check_addresses(flow_graphs, graph)
        yield from proof.check_unproven_mails(graph, flow_graphs.by_flow)
        yield from proof.check_asking_again(graph)
    yield from timers.check_window(flow_graphs.by_flow, flow_graphs.entry_flows)
    yield from _check_unset_variables(flow_graphs, shapes, rules)
    yield from proof.check_consents(flow_graphs.by_flow, flow_graphs.entry_flows)


def check_lost_flows(flow_graphs: FlowGraphs) -> Iterator[Finding]:
    """Yield the flows that nothing begins."""
    for name in flow_graphs.lost_flows:
        source = flow_graphs.by_flow[name].flow.source
        message = f"Nothing begins “{name}”: no word, link, button, comment or menu, and no flow calls it."
        hint = f"Give it a start, such as start: {{words: [{name}]}}."
        yield source.finding_at(("flow",), "no-start", message, hint, severity="warning")


def _check_unset_variables(
    flow_graphs: FlowGraphs, shapes: Sequence[tuple[str, TextLocation, TextShape]], rules: texts.TextRules
) -> Iterator[Finding]:
    """Yield the variables that can be empty in a text.

    Facts pass through calls in both directions: a called flow can set a field for its caller, and the caller for it.
    """
    facts = rules.tracked_variables
    for name, graph in flow_graphs.by_flow.items():
        # First what each call makes true, callees before callers.
        known = find_known_facts(graph, facts, entry=frozenset(), facts_after_call=flow_graphs.facts_at_end)
        flow_graphs.facts_at_end[name] = frozenset(
            fact for fact in facts if END in known.bits_by_step and known.is_known(END, fact)
        )
    # Then what is known within each flow, callers before callees.
    known_by_flow: dict[str, KnownFacts] = {}
    for name in reversed(list(flow_graphs.by_flow)):
        entry = (
            frozenset()
            if name in flow_graphs.entry_flows
            else _facts_from_callers(flow_graphs, name, known_by_flow, facts)
        )
        known_by_flow[name] = find_known_facts(
            flow_graphs.by_flow[name], facts, entry=entry, facts_after_call=flow_graphs.facts_at_end
        )
    for name, location, shape in shapes:
        if name in known_by_flow and (shape.required | shape.sum_variables) & facts:
            scope = FlowFacts(
                graph=flow_graphs.by_flow[name], known=known_by_flow[name], facts_after_call=flow_graphs.facts_at_end
            )
            yield from texts.check_unset_variables(location, shape, scope, rules)
    for name, known in known_by_flow.items():
        scope = FlowFacts(graph=flow_graphs.by_flow[name], known=known, facts_after_call=flow_graphs.facts_at_end)
        yield from rows_and_sums.check_empty_sums(scope, rules.config)
        yield from rows_and_sums.check_mail_rows(scope, rules.given, rules.found_columns, rules.config.fields)


def _facts_from_callers(
    flow_graphs: FlowGraphs, name: str, known_by_flow: Mapping[str, KnownFacts], facts: frozenset[str]
) -> frozenset[str]:
    """Return the facts that are known at every call of a flow."""
    calls = [(known_by_flow[flow], step) for flow, step in flow_graphs.callers.get(name, ()) if flow in known_by_flow]
    return frozenset(fact for fact in facts if calls and all(known.is_known(step, fact) for known, step in calls))


def _check_addresses(flow_graphs: FlowGraphs, graph: FlowGraph) -> Iterator[Finding]:
    """Yield each step that sends a confirmation code if neither its flow nor callers or callees ask for an address."""
    name = graph.flow.text.flow
    # The address may be asked for by a caller before, or by a called flow on the way.
    related_flows = [
        name,
        *_find_called_flows(flow_graphs, name),
        *(flow for flow, _ in flow_graphs.callers.get(name, ())),
    ]
    asked = any(step.kind == "email" for flow in related_flows for step in flow_graphs.by_flow[flow].steps.values())
    for step, text in graph.steps.items() if not asked else ():
        for key in ("confirm", "prove"):
            if getattr(text, key):
                message = "A code is sent here, and no step of this flow asks for the address."
                hint = "Add a step with “ask: email”."
                yield graph.flow.source.finding_at(("steps", step, key), "no-address", message, hint, key=True)


def _find_called_flows(flow_graphs: FlowGraphs, name: str) -> set[str]:
    called: set[str] = set()
    waiting = [name]
    while waiting:
        for step in flow_graphs.by_flow[waiting.pop()].steps.values():
            if step.call in flow_graphs.by_flow and step.call not in called:
                called.add(step.call or "")
                waiting.append(step.call or "")
    return called
