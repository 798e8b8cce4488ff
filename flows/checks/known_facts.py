"""Facts that are certain about a person at each step, whatever path led there.

A fact is a variable that has a value, such as the field ``mood`` or a drawn voucher.  It is known at a step if every
path there sets it.  This is a data-flow analysis: each step has a set of facts, and where edges meet, the
intersection counts.  A set is the bits of one number, so an intersection is one ``&``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flows.checks.graph import QUESTION_KINDS, Edge, FlowGraph
from flows.language.cases import EMPTY, case_values
from flows.language.model import END, StepText
from flows.language.set_values import certain_values

LEFT_VARIABLE = "places_left"
"""Variable with the number of places that were left when some were taken, or could not be."""
VOUCHER_VARIABLE = "code"
"""Variable with the voucher that a step has drawn from a pool."""
# “field mood is not empty and tag is reader” is certain of mood; the alternative of an “or” is not.
_FILLED = re.compile(r"(?:^| and )field (\w+) is not empty(?= and |$)")
_EMPTY = re.compile(r"^field (\w+) is empty$")
# Comparing with a value proves that there is one: “field mood is good”, “field mood begins g”.
_EQUALS = re.compile(r"(?:^| and )field (\w+) (?:is (?!not |empty)|contains |begins )")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFacts:
    """The facts that are known in a flow."""

    bit_by_fact: Mapping[str, int]
    """Bit of each fact."""
    bits_by_step: Mapping[str, int]
    """Known facts at a step, before it does anything; under ``end`` those at the end of the flow."""

    def is_known(self, step: str, fact: str) -> bool:
        """Return True if a fact is certain at a step."""
        # -1 has every bit: at a step that no path reaches, everything is true.
        return bool(self.bits_by_step.get(step, -1) & self.bit_by_fact.get(fact, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFacts:
    """The graph of a flow with its known facts."""

    graph: FlowGraph
    known: KnownFacts
    facts_after_call: Mapping[str, frozenset[str]]
    """By called flow, the facts that are known after the call; by table, those after a look-up."""


def table_fact(table: str) -> str:
    """Return the name under which facts after a call also hold what a look-up in a table makes known."""
    return f"table {table}"  # no flow has a space in its name


def facts_from_step(step: StepText) -> Iterator[str]:
    """Yield the facts that a step makes true: the fields it sets."""
    yield from certain_values(step.set)
    yield from step.score


def facts_from_edge(step: StepText, edge: Edge, facts_after_call: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Yield the facts of an edge: the saved answer, the fields of a choice, a drawn voucher, the result of a call."""
    kind = step.kind
    if edge.trigger == "choice" and edge.label in step.choices:
        choice = step.choices[edge.label]
        yield from certain_values(choice.set)
        yield from choice.score
    if step.save and (edge.trigger == "choice" or (edge.trigger == "next" and kind in QUESTION_KINDS)):
        yield step.save
    if kind == "code" and edge.trigger == "next":
        yield VOUCHER_VARIABLE
    if kind == "take":
        yield LEFT_VARIABLE
    if kind == "call" and edge.trigger == "next":
        yield from facts_after_call.get(step.call or "", ())
    if step.find and edge.trigger == "next":
        yield from facts_after_call.get(table_fact(step.find.table), ())
        yield step.save or ""
    if kind == "switch" and edge.trigger == "case" and EMPTY not in case_values(edge.label, "text"):
        yield step.switch or ""
    if kind == "if":
        yield from _facts_from_condition(step.condition, edge)


def _facts_from_condition(condition: str, edge: Edge) -> Iterator[str]:
    words = " ".join(condition.split())
    if edge.trigger == "else":
        yield from _EMPTY.findall(words)
    elif " or " not in words:
        yield from _FILLED.findall(words)
        yield from _EQUALS.findall(words)


def find_known_facts(
    graph: FlowGraph, facts: frozenset[str], *, entry: frozenset[str], facts_after_call: Mapping[str, frozenset[str]]
) -> KnownFacts:
    """Return the facts that are known at each step.

    ``entry`` is known at the start; ``facts_after_call`` are the facts that a call makes true, by called flow.
    """
    bit_by_fact = {name: 1 << at for at, name in enumerate(sorted(facts))}

    def combine_facts(names: Iterator[str]) -> int:
        return _unite_bits(bit_by_fact.get(name, 0) for name in names)

    gained = {
        name: [
            (
                edge.target,
                combine_facts(facts_from_step(step)) | combine_facts(facts_from_edge(step, edge, facts_after_call)),
            )
            for edge in graph.edges[name]
        ]
        for name, step in graph.steps.items()
    }
    bits_by_step: dict[str, int] = {graph.start: combine_facts(iter(entry))}
    waiting = [graph.start]
    while waiting:
        # A step whose facts changed is looked at again.  Facts only shrink, so this ends after a few rounds.
        # A dict instead of a set keeps the order, and with it the result, the same in every run.
        later: dict[str, None] = {}
        for name in waiting:
            for target, new in gained.get(name, ()):
                # The first path to a step gives its facts; each further path can only take some away.
                common = bits_by_step.get(target, -1) & (bits_by_step[name] | new)
                if bits_by_step.get(target) != common:
                    bits_by_step[target] = common
                    # The end has no step, and so no edges to follow.
                    if target != END:
                        later[target] = None
        waiting = list(later)
    return KnownFacts(bit_by_fact=bit_by_fact, bits_by_step=bits_by_step)


def _unite_bits(bits: Iterator[int]) -> int:
    united = 0
    for bit in bits:
        united |= bit
    return united


def path_without_fact(
    graph: FlowGraph, step_name: str, fact: str, facts_after_call: Mapping[str, frozenset[str]]
) -> list[str]:
    """Return a shortest path to a step that does not set a fact; empty if there is none."""
    came_from: dict[str, str] = {graph.start: ""}
    waiting = [graph.start]
    for here in waiting:
        if here == step_name:
            break
        step = graph.steps.get(here)
        # The fact is known behind this step, so the search does not go on from here.
        if step is None or fact in facts_from_step(step):
            continue
        for edge in graph.edges[here]:
            if edge.target not in came_from and fact not in facts_from_edge(step, edge, facts_after_call):
                came_from[edge.target] = here
                waiting.append(edge.target)
    path: list[str] = []
    while step_name and step_name in came_from:
        path.append(step_name)
        step_name = came_from[step_name]
    return path[::-1]
