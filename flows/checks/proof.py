"""Proves that no path reaches a mail or an enrolment without an accepted consent to its topic before it.

This is model checking.  For each topic, a node is a step together with the state of the consent: *open* (never
agreed), *agreed*, or *taken back* (by ``withdraw``).  From the start of a flow, where the consent is open, every
reachable node is visited.  A ``confirm`` or ``relay`` of the topic, or a ``call`` that has it confirmed, in any
state but agreed is a counter-example, and
the nodes that led there are its path.

* ``consent: T`` leads to agreed on ``next`` and to open on ``else``, whatever the state was before.
  A person who is subscribed already does not pass it: the conversation ends there.
* ``if: consent T is confirmed`` proves agreed on ``next``, and ``if: not consent T is confirmed`` on ``else``.
* ``withdraw: T`` leads to taken back.  ``my_data: delete`` ends the conversation.
* ``call`` enters the called flow in the state of the caller and returns in every state in which that flow can end.  A
  flow with an entry point is also visited from its start with an open consent.  Any other flow is visited in the
  states of its callers only.  What it takes back holds at the caller's earlier questions too, since “back” leads there.
* “back” and old buttons return to an earlier question in the current state.  Only after ``withdraw`` is this state
  worse than the one that the question was first asked in, so only from there are the edges followed backward.  After
  ``decline`` they return to the consent question or behind it, where :mod:`flows.decide` asks for the consent again.
* Start words, links and buttons begin a flow at its start, which is visited anyway.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from flows.checks.graph import CONSENT_CONDITION, WAITING_KINDS, WAYS_OUT, Edge, FlowGraph, find_reachable
from flows.language.model import END, StepText
from flows.language.read_files import FlowSource
from language.findings import Finding

ConsentState = Literal["open", "agreed", "taken back"]
ProofNode = tuple[str, ConsentState, bool]
"""Step (or end), state of the consent, and whether a “back” is being followed."""

_AGREED = ("agreed", "confirmed", "given")
"""States of a consent that a condition may prove."""
_BACK = "back"
"""How following “back” is shown in a path."""


@dataclass(slots=True, kw_only=True)
class _FlowResult:
    """What visiting one flow in one state has found."""

    end_states: set[ConsentState] = field(default_factory=set)
    counterexamples: dict[str, list[str]] = field(default_factory=dict)
    """By flow and step (“newsletter:code”), the path to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentProof:
    """The proof of one topic."""

    topic: str
    """Topic whose consent is proved."""
    graphs: Mapping[str, FlowGraph]
    results: dict[tuple[str, ConsentState], _FlowResult] = field(default_factory=dict)

    def visit_flow(self, flow: str, state: ConsentState) -> _FlowResult:
        """Visit a flow from its start in a state, and the flows it calls; return what was found."""
        if (flow, state) not in self.results:
            # Stored before the visit: if calls made a circle, which is a finding of its own, the visit would still end.
            self.results[flow, state] = result = _FlowResult()
            _FlowWalk(self, self.graphs[flow], state, result).visit_nodes()
        return self.results[flow, state]


class _FlowWalk:
    """The visit of one flow in one state."""

    def __init__(self, proof: ConsentProof, graph: FlowGraph, state: ConsentState, result: _FlowResult) -> None:
        self.proof = proof
        self.graph = graph
        self.reached = find_reachable([graph.start], graph.edges)
        self.result = result
        first: ProofNode = (graph.start, state, False)
        self.came_from: dict[ProofNode, ProofNode | None] = {first: None}
        self.waiting: list[ProofNode] = [first]

    def visit_nodes(self) -> None:
        """Visit every node that can be reached."""
        # The list grows while it is read: breadth first, so the path to each node is a shortest one.
        for node in self.waiting:
            name, state, returning = node
            if name == END:
                self.result.end_states.add(state)
            elif returning:
                self._step_back(node)
            else:
                self._visit_step(node, name, state)

    def _visit_step(self, node: ProofNode, name: str, state: ConsentState) -> None:
        step = self.graph.steps[name]
        if needed_topic(step) == self.proof.topic and state != "agreed":
            # One counter-example a step is enough.  Behind it the consent counts as given, so that the steps that
            # follow do not repeat the same mistake.
            self.result.counterexamples.setdefault(f"{self.graph.flow.text.flow}:{name}", self._path_to(node))
            state = "agreed"
        if step.withdraw == self.proof.topic:
            state = "taken back"
        for edge in self.graph.edges[name]:
            for after in self._states_after(step, edge, state, node):
                self._add_node((edge.target, after, False), node)
        if state == "taken back" and step.kind in WAITING_KINDS:
            self._visit_earlier(node, state)

    def _step_back(self, node: ProofNode) -> None:
        """Go on backward until a question is reached."""
        name, state, _ = node
        if self.graph.steps[name].kind in WAITING_KINDS:
            self._add_node((name, state, False), node)
            return
        self._visit_earlier(node, state)

    def _visit_earlier(self, node: ProofNode, state: ConsentState) -> None:
        """Add the steps that lead to this one, going back."""
        # Only over steps that people can have come from, not over unreachable ones.
        for edge in self.graph.incoming_edges.get(node[0], ()):
            if edge.step in self.reached:
                self._add_node((edge.step, state, True), node)

    def _states_after(self, step: StepText, edge: Edge, state: ConsentState, node: ProofNode) -> Iterator[ConsentState]:
        if step.call and edge.trigger in ("next", *WAYS_OUT) and step.call in self.proof.graphs:
            yield from self._states_after_call(step.call, state, node)
        elif step.consent == self.proof.topic and edge.trigger == "next":
            yield "agreed"
        elif step.consent == self.proof.topic and edge.trigger in WAYS_OUT:
            yield "open"
        else:
            yield "agreed" if proves_consent(step, edge, self.proof.topic) else state

    def _states_after_call(self, flow: str, state: ConsentState, node: ProofNode) -> Iterator[ConsentState]:
        called_result = self.proof.visit_flow(flow, state)
        for location, path in called_result.counterexamples.items():
            self.result.counterexamples.setdefault(location, [*self._path_to(node), f"{flow}: {path[0]}", *path[1:]])
        if state != "taken back" and "taken back" in called_result.end_states:
            self._visit_earlier(node, "taken back")
        yield from called_result.end_states

    def _add_node(self, node: ProofNode, came_from: ProofNode) -> None:
        if node not in self.came_from:
            self.came_from[node] = came_from
            self.waiting.append(node)

    def _path_to(self, node: ProofNode | None) -> list[str]:
        path: list[str] = []
        while node is not None:
            name, _, returning = node
            # A step appears once, however many states of it the path goes through; so does a run of backs.
            if not returning and (not path or path[-1] != name):
                path.append(name)
            elif returning and path and path[-1] != _BACK:
                path.append(_BACK)
            node = self.came_from[node]
        return path[::-1]


def needed_topic(step: StepText) -> str:
    """Return the topic whose consent a step needs; empty if it needs none."""
    return step.confirm or (step.call and step.topic) or (step.relay.topic if step.relay and step.relay.topic else "")


def proves_consent(step: StepText, edge: Edge, topic: str) -> bool:
    """Return True if taking this edge of an ``if`` proves the consent."""
    words = " ".join(step.condition.split())
    # Of alternatives none is certain.
    parts = [] if " or " in words else words.split(" and ")
    found = filter(None, map(CONSENT_CONDITION.match, parts))
    matches = [match for match in found if match[2] == topic and match[4] in _AGREED]
    if edge.trigger == "else":
        # “else” of “not consent T is agreed and tag is x” proves nothing: the tag may be what failed.
        return len(parts) == 1 and any(bool(match[1]) != bool(match[3]) for match in matches)
    return edge.trigger == "next" and any(bool(match[1]) == bool(match[3]) for match in matches)


def check_consents(graphs: Mapping[str, FlowGraph], entry_flows: frozenset[str]) -> Iterator[Finding]:
    """Yield a counter-example for each step that mails or enrols without consent; if there are none, it is proved.

    ``entry_flows`` can begin a conversation; the others are only called.
    """
    topics = {
        topic: None for graph in graphs.values() for step in graph.steps.values() if (topic := needed_topic(step))
    }
    for topic in topics:
        proof = ConsentProof(topic=topic, graphs=graphs)
        counterexamples: dict[str, list[str]] = {}
        called = {callee for graph in graphs.values() for step in graph.steps.values() if (callee := step.call)}
        # `graphs` has called flows before their callers, so each call finds its result and nothing recurses deeply.
        for flow, state in ((flow, state) for flow in graphs if flow in called for state in get_args(ConsentState)):
            proof.visit_flow(flow, state)
        for flow in (name for name in graphs if name in entry_flows or name not in called):
            for location, path in proof.visit_flow(flow, "open").counterexamples.items():
                counterexamples.setdefault(
                    location, [f"{flow}: {path[0]}", *path[1:]] if not location.startswith(f"{flow}:") else path
                )
        yield from (
            _counterexample_finding(graphs, topic, location, path) for location, path in counterexamples.items()
        )


def _counterexample_finding(graphs: Mapping[str, FlowGraph], topic: str, location: str, path: list[str]) -> Finding:
    flow, _, step = location.partition(":")
    source_flow: FlowSource = graphs[flow].flow
    written = source_flow.text.steps[step]
    confirms = written.confirm or (written.call and written.topic)
    done = f"“{topic}” is confirmed" if confirms else f"a mail of “{topic}” goes out"
    return source_flow.source.finding_at(
        ("steps", step, ("topic" if written.call else "confirm") if confirms else "relay"),
        "no-consent",
        f"{' -> '.join(path)}: {done} without having been agreed to.",
        f"Lead every way here through a step with “consent: {topic}”.",
        key=True,
    )


def check_unproven_mails(graph: FlowGraph, graphs: Mapping[str, FlowGraph]) -> Iterator[Finding]:
    """Yield each mail whose way out asks for an address and comes back, with no step that proves it on the way.

    A mail goes to a proven address only, so the person would be asked for ever.
    """
    for name, step in graph.steps.items():
        if not step.mail or not step.otherwise or step.otherwise not in graph.steps:
            continue
        # Steps that prove end the search: behind them the address is good.
        open_steps, seen = [step.otherwise], set()
        while open_steps:
            here = open_steps.pop()
            if here in seen or here not in graph.steps or _proves(graph.steps[here], graphs):
                continue
            seen.add(here)
            open_steps += [edge.target for edge in graph.edges[here]] if here != name else []
        if name in seen and any(graph.steps[one].kind == "email" for one in seen):
            message = f"“{name}” mails to a proven address only, and no step on the way back to it proves the address."
            hint = "Put a step with “prove: address” behind the question for the address."
            yield graph.flow.source.finding_at(
                ("steps", name, "mail"), "unproven-mail", message, hint, severity="warning", key=True
            )


def _proves(step: StepText, graphs: Mapping[str, FlowGraph]) -> bool:
    """Return True if a step proves an address, or calls a flow that does."""
    if step.confirm or step.prove:
        return True
    called = graphs.get(step.call or "")
    return bool(called and any(one.confirm or one.prove or one.call for one in called.steps.values()))


def check_asking_again(graph: FlowGraph) -> Iterator[Finding]:
    """Yield each consent whose “no” leads at once to a question for the same consent."""
    for name, step in graph.steps.items():
        if not step.consent:
            continue
        declined = [edge.target for edge in graph.edges[name] if edge.trigger in ("else", "declines")]
        reached = find_reachable(declined, graph.edges, excluded=frozenset({"person", "time"}))
        again = [one for one in reached if one in graph.steps and graph.steps[one].consent == step.consent]
        if again:
            message = f"Who says no is asked for “{step.consent}” again at once, in “{min(again)}”."
            hint = "Let “else” lead on without asking: a no is an answer."
            yield graph.flow.source.finding_at(
                ("steps", name, "else"), "asks-again", message, hint, severity="warning", key=True
            )
