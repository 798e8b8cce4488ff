"""Flows as graphs: the edges between steps, and what each edge needs to be taken.

An edge needs *nothing* (it is taken at once), *time* (a wait or a timeout), or a *person* (an answer, a tap, the
team).  The way on from a ``call`` needs what the called flow needs from start to end.  Graphs are therefore built in
the order of calls, a called flow before its callers.

The compiled machine has transitions of its own (:mod:`flows.compiled.transitions`), which tell neither time nor
answers; a test compares the two on every shipped flow.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import chain
from typing import Literal, cast, get_args

from flows.compiled.step import list_ways_out
from flows.language.buttons import classify_target
from flows.language.model import END, KIND_BY_KEY, AskKind, StepKind, StepText
from flows.language.read_files import FlowSource
from language.durations import duration_or_none

Needs = Literal["nothing", "time", "person"]
EdgeTrigger = Literal[
    "next", "skip", "choice", "button", "timeout", "split", "case", "else", "declines", "no_rows", "gives_up"
]
WayOut = Literal["else", "declines", "no_rows", "gives_up"]
WAYS_OUT: frozenset[EdgeTrigger] = frozenset(get_args(WayOut))
"""Triggers of the ways out of a step."""

QUESTION_KINDS: frozenset[str] = frozenset(get_args(AskKind)) - {"choice"}
"""Kinds of step that wait for an answer in words."""
CONSENT_CONDITION = re.compile(r"^(not )?consent (\w+) is (not )?(\w+)$")
"""A condition that asks for the state of a consent, and nothing else."""
WAITING_KINDS: frozenset[str] = QUESTION_KINDS | {"choice", "consent", "confirm", "prove"}
"""Kinds of step that wait for an answer of the person."""
_NO_TIME = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """An edge from a step to another, or to the end."""

    step: str
    target: str
    needs: Needs
    trigger: EdgeTrigger
    label: str = ""
    """Choice, button, case or part of a split that takes it."""
    after: timedelta = _NO_TIME
    """Time it takes, if it needs time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What a called flow needs from its start to its end."""

    can_end: bool
    """True if it can end at all."""
    at_once: bool
    """True if it can end without an answer and without time."""
    unanswered: bool
    """True if it can end without an answer."""


UNKNOWN_PASSAGE = Passage(can_end=True, at_once=False, unanswered=False)
"""Assumed of an unknown flow, and of one in a circle of calls: it ends after an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowGraph:
    """The steps and edges of a flow."""

    flow: FlowSource
    start: str
    edges: Mapping[str, tuple[Edge, ...]]
    """By step, in the order written."""
    incoming_edges: Mapping[str, tuple[Edge, ...]] = field(repr=False)
    """By step (or end), the edges that lead there."""

    @property
    def steps(self) -> Mapping[str, StepText]:
        """The steps as written in the file."""
        return self.flow.text.steps


def list_kinds(step: StepText) -> list[str]:
    """Return the keys by which a step waits or decides; a valid step has at most one."""
    return [name for key, name in (("ask", "ask"), *KIND_BY_KEY.items()) if getattr(step, key)]


def all_buttons(step: StepText) -> Iterator[tuple[str, str]]:
    """Yield label and target of each button of a step and of its cards."""
    yield from step.buttons.items()
    for message in step.say:
        yield from message.cards.buttons.items() if message.cards else ()


def step_buttons(step: StepText) -> Iterator[tuple[str, str]]:
    """Yield label and step of each button that leads to a step."""
    yield from ((label, target) for label, target in all_buttons(step) if classify_target(target) == "step")


def build_graphs(flows: Mapping[str, FlowSource]) -> dict[str, FlowGraph]:
    """Return the graph of each flow, called flows before their callers."""
    graph_by_flow: dict[str, FlowGraph] = {}
    passages: dict[str, Passage] = {}
    for name in order_by_calls(flows):
        graph_by_flow[name] = _build_graph(flows[name], passages)
        passages[name] = _measure_passage(graph_by_flow[name])
    return graph_by_flow


def list_calls(flow: FlowSource) -> Iterator[tuple[str, str]]:
    """Yield each step that calls a flow, and the called flow."""
    yield from ((name, step.call) for name, step in flow.text.steps.items() if step.call)


def order_by_calls(flows: Mapping[str, FlowSource]) -> list[str]:
    """Return the names of the flows, each after those that it calls; a circle of calls has no such order."""
    order: list[str] = []
    seen: set[str] = set()
    for root in flows:
        # Depth first with a stack of its own, because a chain of calls may be longer than Python recurses.
        # True marks a flow whose callees have been pushed: when it comes up again, all of them stand in `order`.
        stack: list[tuple[str, bool]] = [(root, False)]
        while stack:
            name, done = stack.pop()
            if done:
                order.append(name)
            elif name not in seen and name in flows:
                seen.add(name)
                stack.append((name, True))
                stack += ((called, False) for _, called in list_calls(flows[name]))
    return order


def _build_graph(flow: FlowSource, passages: Mapping[str, Passage]) -> FlowGraph:
    names = list(flow.text.steps)
    edges = _build_edges(flow, names, passages)
    incoming: dict[str, list[Edge]] = {}
    for edge in chain.from_iterable(edges.values()):
        incoming.setdefault(edge.target, []).append(edge)
    incoming_edges = {name: tuple(step_edges) for name, step_edges in incoming.items()}
    return FlowGraph(flow=flow, start=names[0], edges=edges, incoming_edges=incoming_edges)


def _build_edges(flow: FlowSource, names: list[str], passages: Mapping[str, Passage]) -> dict[str, tuple[Edge, ...]]:
    # An edge to an unknown step is left out: the check of names reports it.
    targets = {*names, END}
    edges: dict[str, tuple[Edge, ...]] = {}
    for name, next_step in zip(names, [*names[1:], END], strict=True):
        step_edges = _edges_from(name, flow.text.steps[name], next_step, passages)
        edges[name] = tuple(edge for edge in step_edges if edge.target in targets)
    return edges


def _edges_from(name: str, step: StepText, next_step: str, passages: Mapping[str, Passage]) -> Iterator[Edge]:
    # Without “go” the next step of the file follows.
    kind, onward = step.kind, step.go or next_step
    if step.my_data == "delete":
        # Deleting the data ends the conversation, whatever else the step says.
        yield Edge(step=name, target=END, needs="nothing", trigger="next")
        return
    way_on = Edge(step=name, target=onward, needs="nothing", trigger="next")
    for label, target in step_buttons(step):
        yield replace(way_on, target=target, needs="person", trigger="button", label=label)
    if kind in WAITING_KINDS:
        yield from _question_edges(name, step, way_on, kind)
    elif kind == "call":
        passage = passages.get(step.call or "", UNKNOWN_PASSAGE)
        needs: Needs = "nothing" if passage.at_once else "time" if passage.unanswered else "person"
        # A called flow that never ends never comes back, so the caller has no way on.
        yield from (replace(way_on, needs=needs),) if passage.can_end else ()
    elif kind == "split":
        yield from (
            replace(way_on, target=target, trigger="split", label=share) for target, share in step.split.items()
        )
    elif kind == "switch":
        yield from (replace(way_on, target=target, trigger="case", label=case) for case, target in step.cases.items())
    else:
        yield from _unasked_edges(step, way_on, kind)
    yield from _way_out_edges(step, way_on, kind)


def _question_edges(name: str, step: StepText, way_on: Edge, kind: StepKind) -> Iterator[Edge]:
    """Yield the edges of a step that waits for an answer."""
    for label, choice in step.choices.items():
        if choice.go:
            yield Edge(step=name, target=choice.go, needs="person", trigger="choice", label=label)
    # Of “ask: choice” each choice says where it leads; other questions have one way on for every answer.
    if kind != "choice":
        yield replace(way_on, needs="person")
    if step.skip:
        yield replace(way_on, needs="person", trigger="skip")
    if kind in ("confirm", "prove"):
        # An address that was confirmed before needs no code, so the step is passed at once.
        yield way_on
    if step.timeout:
        after = duration_or_none(step.timeout.after) or _NO_TIME
        yield replace(way_on, target=step.timeout.go, needs="time", trigger="timeout", after=after)


def _unasked_edges(step: StepText, way_on: Edge, kind: StepKind) -> Iterator[Edge]:
    """Yield the edges of a step that waits for no answer."""
    if kind == "wait":
        yield replace(way_on, needs="time", after=duration_or_none(step.wait) or _NO_TIME)
    else:
        yield replace(way_on, needs="person") if kind == "hand_over" else way_on


def _way_out_edges(step: StepText, way_on: Edge, kind: StepKind) -> Iterator[Edge]:
    has_cards, targets = any(message.cards for message in step.say), step.ways_out
    for way in list_ways_out(kind, targets, has_cards=False):
        needs: Needs = "person" if kind in WAITING_KINDS or kind == "call" else "nothing"
        yield replace(way_on, target=targets.get(way, END), trigger=cast("WayOut", way), needs=needs)
    if has_cards:
        # Cards of which no row fits are not shown, so nobody is asked.
        shown: WayOut = "no_rows" if step.no_rows else "else"
        yield replace(way_on, target=targets.get(shown, END), trigger=shown, needs="nothing")


def find_reachable(
    start: Iterable[str], edges: Mapping[str, tuple[Edge, ...]], *, excluded: frozenset[str] = frozenset()
) -> set[str]:
    """Return the start and all steps reachable from it without edges that need something ``excluded``."""
    reached = set(start)
    waiting = list(reached)
    while waiting:
        for edge in edges.get(waiting.pop(), ()):
            if edge.needs not in excluded and edge.target not in reached:
                reached.add(edge.target)
                waiting.append(edge.target)
    return reached


def _measure_passage(graph: FlowGraph) -> Passage:
    def can_end(*excluded: str) -> bool:
        return END in find_reachable([graph.start], graph.edges, excluded=frozenset(excluded))

    return Passage(can_end=can_end(), at_once=can_end("time", "person"), unanswered=can_end("person"))
