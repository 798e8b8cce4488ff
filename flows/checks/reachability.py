"""Everything that rests on the ways between steps, for all flows together: reach, ends, times, variables, consent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from domain.workspace_config import WorkspaceConfig
from flows.checks import dead_ends, proof, texts, timers
from flows.checks.graph import Graph, graphs
from flows.checks.known_facts import Known, known
from flows.checks.longest_text import Shape
from flows.checks.text_locations import Place
from flows.language.model import END
from flows.language.read_files import FlowSource
from language.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Flowing:
    """All flows whose steps are known, as graphs."""

    graphs: Mapping[str, Graph]
    begun: frozenset[str]
    """Flows that can begin a conversation."""
    callers: Mapping[str, Sequence[tuple[str, str]]]
    """By called flow: flow and step of each call."""
    made: dict[str, frozenset[str]] = field(default_factory=dict)
    """By flow, what is known of a person whenever it has come to its end."""


def flowing(flows: Mapping[str, FlowSource], config: WorkspaceConfig) -> Flowing:
    """Return the graphs of flows; those that nothing begins and nothing calls count as begun."""
    made = graphs(flows)
    callers: dict[str, list[tuple[str, str]]] = {}
    for name, graph in made.items():
        for step, text in graph.steps.items():
            if text.call in made:
                callers.setdefault(text.call or "", []).append((name, step))
    offered = {*(one.flow for one in config.menu), *(one.flow for one in config.ice_breakers)}
    begun = {name for name, one in flows.items() if name in offered or name not in callers or _has_start(one)}
    return Flowing(graphs=made, begun=frozenset(begun), callers=callers)


def _has_start(one: FlowSource) -> bool:
    start = one.text.start
    own = start.button or start.words or start.links or start.comments
    return bool(own or any(text.words for text, _ in one.translations.values()))


def check(all_: Flowing, shapes: Sequence[tuple[str, Place, Shape]], may: texts.TextRules) -> Iterator[Finding]:
    """Yield what is wrong with the ways of flows; ``shapes`` are their texts with variables, by flow."""
    for graph in all_.graphs.values():
        yield from dead_ends.check(graph)
        yield from dead_ends.silent(graph, begun=graph.one.text.flow in all_.begun)
        yield from _addresses(all_, graph)
    yield from timers.window(all_.graphs, all_.begun)
    yield from _unset(all_, shapes, may)
    yield from proof.prove(all_.graphs, all_.begun)


def _unset(all_: Flowing, shapes: Sequence[tuple[str, Place, Shape]], may: texts.TextRules) -> Iterator[Finding]:
    """Look at the called before the callers for what they make known, then the other way for what they are given."""
    facts = may.unsure
    for name, graph in all_.graphs.items():
        end = known(graph, facts, entry=frozenset(), called=all_.made)
        all_.made[name] = frozenset(fact for fact in facts if END in end.at and end.holds(END, fact))
    found: dict[str, Known] = {}
    for name in reversed(list(all_.graphs)):
        entry = frozenset() if name in all_.begun else _given(all_, name, found, facts)
        found[name] = known(all_.graphs[name], facts, entry=entry, called=all_.made)
    for name, place, shape in shapes:
        if name in found and shape.used & facts:
            scene = texts.TextScope(graph=all_.graphs[name], known=found[name], called=all_.made)
            yield from texts.unset(place, shape, scene, may)


def _given(all_: Flowing, name: str, found: Mapping[str, Known], facts: frozenset[str]) -> frozenset[str]:
    """Return what is known whenever a flow that is only called is called."""
    calls = [(found[flow], step) for flow, step in all_.callers.get(name, ()) if flow in found]
    return frozenset(fact for fact in facts if calls and all(one.holds(step, fact) for one, step in calls))


def _addresses(all_: Flowing, graph: Graph) -> Iterator[Finding]:
    """Yield each step that sends a code though nobody is asked for an address, here, in a call, or by a caller."""
    name = graph.one.text.flow
    around = [name, *_called(all_, name), *(flow for flow, _ in all_.callers.get(name, ()))]
    asked = any(step.kind == "email" for flow in around for step in all_.graphs[flow].steps.values())
    for step, text in graph.steps.items() if not asked else ():
        for key in ("confirm", "prove"):
            if getattr(text, key):
                message = "A code is sent here, and no step of this flow asks for the address."
                hint = "Add a step with “ask: email”."
                yield graph.one.source.finding_at(("steps", step, key), "no-address", message, hint, key=True)


def _called(all_: Flowing, name: str) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for step in all_.graphs[waiting.pop()].steps.values():
            if step.call in all_.graphs and step.call not in found:
                found.add(step.call or "")
                waiting.append(step.call or "")
    return found
