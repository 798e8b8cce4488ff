"""The proof that no path reaches a mail or an enrolment without an accepted consent for its topic before it.

For each topic the flow is looked at together with the state of that consent: *open* (never agreed), *agreed*, or *taken
back* (by ``withdraw``).  A state of the two together is a node; from the start, where the consent is open, everything
that can be reached is visited.  A ``confirm`` or ``relay`` of the topic that is reached in another state than agreed is
a counter-example, and the nodes that led there are its path.

* ``consent: T`` agrees on its way ``next``; on its ``else`` the consent is open, whatever it was before.
  Who is in already never passes it: the conversation ends there.
* ``if: consent T is confirmed`` knows it on its way ``next`` (and ``not …`` on its ``else``).
* ``withdraw: T`` and ``my_data: delete`` take it back.
* ``call`` enters the called flow in the state of the caller and returns with every state it can end in.  A flow that
  words, links, buttons or the menu can begin is looked at from its start with an open consent, too; one that is only
  called, with the states of its callers.
* “back” and old buttons return to a question that was asked before, with the state of now: that differs from the state
  it had only after ``withdraw``, so from there the way back to earlier questions is followed as well.  After a
  ``decline`` they return to the consent question itself, or behind it, where :mod:`flows.decide` asks for it again.
* A start word, link or button begins a flow at its start, which is looked at anyway.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from flows.checks.graph import WAITING, Graph, Way, spread
from flows.language.model import END, StepText
from flows.language.read_files import FlowSource
from language.findings import Finding

State = Literal["open", "agreed", "taken back"]
Node = tuple[str, State, bool]
"""Step (or end), state, and whether a “back” is under way."""

_ASKED = re.compile(r"^(not )?consent (\w+) is (not )?(?:agreed|confirmed|given)$")
_AGAIN = "back"
"""How a way back is shown in a path."""


@dataclass(slots=True, kw_only=True)
class _Seen:
    """What was found of one flow, entered in one state."""

    ends: set[State] = field(default_factory=set)
    bad: dict[str, list[str]] = field(default_factory=dict)
    """Flow and step that goes wrong, as one name → the path there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Everything the proof of one topic rests on."""

    topic: str
    graphs: Mapping[str, Graph]
    seen: dict[tuple[str, State], _Seen] = field(default_factory=dict)

    def enter(self, flow: str, state: State) -> _Seen:
        """Visit a flow from its start in a state, and what it calls (calls make no circle: that is another finding)."""
        if (flow, state) not in self.seen:
            self.seen[flow, state] = found = _Seen()
            _Walk(self, self.graphs[flow], state, found).go()
        return self.seen[flow, state]


class _Walk:
    """One visit of a flow."""

    def __init__(self, proof: Proof, graph: Graph, state: State, found: _Seen) -> None:
        self.proof = proof
        self.graph = graph
        self.reached = spread([graph.start], graph.ways)
        self.found = found
        first: Node = (graph.start, state, False)
        self.came: dict[Node, Node | None] = {first: None}
        self.waiting: list[Node] = [first]

    def go(self) -> None:
        """Visit every node."""
        for node in self.waiting:
            name, state, returning = node
            if name == END:
                self.found.ends.add(state)
            elif returning:
                self._return(node)
            else:
                self._arrive(node, name, state)

    def _arrive(self, node: Node, name: str, state: State) -> None:
        step = self.graph.steps[name]
        if needs(step) == self.proof.topic and state != "agreed":
            # One counter-example a step is enough, and the flow stops there: what follows rests on it.
            self.found.bad.setdefault(f"{self.graph.one.text.flow}:{name}", self._path(node))
            state = "agreed"
        if step.withdraw == self.proof.topic:
            state = "taken back"
        for way in self.graph.ways[name]:
            for after in self._after(step, way, state, node):
                self._visit((way.target, after, False), node)
        if state == "taken back" and step.kind in WAITING:
            self._before(node, state)

    def _return(self, node: Node) -> None:
        """Go on backward to the question that was asked before."""
        name, state, _ = node
        if self.graph.steps[name].kind in WAITING:
            self._visit((name, state, False), node)
            return
        self._before(node, state)

    def _before(self, node: Node, state: State) -> None:
        """Visit where a step was come from, going back."""
        for way in self.graph.back.get(node[0], ()):
            if way.source in self.reached:
                self._visit((way.source, state, True), node)

    def _after(self, step: StepText, way: Way, state: State, node: Node) -> Iterator[State]:
        if step.call and way.trigger == "next" and step.call in self.proof.graphs:
            yield from self._called(step.call, state, node)
        elif step.consent == self.proof.topic and way.trigger == "next":
            yield "agreed"
        elif step.consent == self.proof.topic and way.trigger == "else":
            yield "open"
        else:
            yield "agreed" if knows(step, way, self.proof.topic) else state

    def _called(self, flow: str, state: State, node: Node) -> Iterator[State]:
        inner = self.proof.enter(flow, state)
        for place, path in inner.bad.items():
            self.found.bad.setdefault(place, [*self._path(node), f"{flow}: {path[0]}", *path[1:]])
        yield from inner.ends

    def _visit(self, node: Node, came: Node) -> None:
        if node not in self.came:
            self.came[node] = came
            self.waiting.append(node)

    def _path(self, node: Node | None) -> list[str]:
        found: list[str] = []
        while node is not None:
            name, _, returning = node
            if not returning and (not found or found[-1] != name):
                found.append(name)
            elif returning and found and found[-1] != _AGAIN:
                found.append(_AGAIN)
            node = self.came[node]
        return found[::-1]


def needs(step: StepText) -> str:
    """Return the topic whose consent a step rests on; empty if it needs none."""
    return step.confirm or (step.relay.topic if step.relay and step.relay.topic else "")


def knows(step: StepText, way: Way, topic: str) -> bool:
    """Tell whether taking this way of an ``if`` proves the consent."""
    said = " ".join(step.condition.split())
    parts = [] if " or " in said else said.split(" and ")
    asked = [found for part in parts if (found := _ASKED.match(part)) and found[2] == topic]
    if way.trigger == "else":
        return len(parts) == 1 and any(bool(found[1]) != bool(found[3]) for found in asked)
    return way.trigger == "next" and any(bool(found[1]) == bool(found[3]) for found in asked)


def prove(graphs: Mapping[str, Graph], begun: frozenset[str]) -> Iterator[Finding]:
    """Yield a counter-example for each step that mails or enrols without consent; none is the proof.

    ``begun`` are the flows that can begin a conversation; the others are only called.
    """
    topics = {topic: None for graph in graphs.values() for step in graph.steps.values() if (topic := needs(step))}
    for topic in topics:
        proof = Proof(topic=topic, graphs=graphs)
        bad: dict[str, list[str]] = {}
        called = {one for graph in graphs.values() for step in graph.steps.values() if (one := step.call)}
        # The called stand before their callers: visited in this order, no visit has to go deep.
        for flow, state in ((flow, state) for flow in graphs if flow in called for state in get_args(State)):
            proof.enter(flow, state)
        for flow in (name for name in graphs if name in begun or name not in called):
            for place, path in proof.enter(flow, "open").bad.items():
                bad.setdefault(place, [f"{flow}: {path[0]}", *path[1:]] if not place.startswith(f"{flow}:") else path)
        yield from (_counter(graphs, topic, place, path) for place, path in bad.items())


def _counter(graphs: Mapping[str, Graph], topic: str, place: str, path: list[str]) -> Finding:
    flow, _, step = place.partition(":")
    one: FlowSource = graphs[flow].one
    confirms = one.text.steps[step].confirm
    done = f"“{topic}” is confirmed" if confirms else f"a mail of “{topic}” goes out"
    return one.source.finding_at(
        ("steps", step, "confirm" if confirms else "relay"),
        "no-consent",
        f"{' -> '.join(path)}: {done} without having been agreed to.",
        f"Lead every way here through a step with “consent: {topic}”.",
        key=True,
    )
