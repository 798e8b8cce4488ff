"""Checks of the graph: unreachable steps, steps that never end, silent questions, and circles."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from flows.checks.graph import WAITING_KINDS, Edge, FlowGraph, find_reachable, list_calls
from flows.language.model import END
from flows.language.read_files import FlowSource
from language.findings import Finding

MOST_CALLS = 5
"""Most flows that may call each other in a chain; see :class:`domain.record.Frame`."""


def check_dead_ends(graph: FlowGraph) -> Iterator[Finding]:
    """Yield the unreachable and the endless steps of a flow."""
    yield from _check_ends(graph)
    yield from _check_circles(graph)


def _check_ends(graph: FlowGraph) -> Iterator[Finding]:
    source = graph.flow.source
    reached = find_reachable([graph.start], graph.edges)
    # All steps from which the end can be reached: walk backward from the end, once for all steps.
    reversed_edges = {name: tuple(map(_reverse_edge, edges)) for name, edges in graph.incoming_edges.items()}
    ending = find_reachable([END], reversed_edges)
    for name in graph.steps:
        path = ("steps", name)
        if name not in reached:
            yield source.finding_at(
                path,
                "unreachable",
                f"Nothing leads to “{name}”.",
                "Go there from a step, or take it out.",
                severity="warning",
                key=True,
            )
        elif name not in ending:
            yield source.finding_at(
                path, "never-ends", f"From “{name}” no way leads to the end.", "Let one “go: end”.", key=True
            )


def check_silent_questions(graph: FlowGraph, *, is_entry: bool) -> Iterator[Finding]:
    """Yield each question without a text, neither in its own step nor on an edge that leads there.

    ``is_entry`` is true if the flow can begin a conversation.
    """
    # The caller of a flow has said something before, and a flow that begins at a comment has replied to it.
    after_speech = set() if is_entry and not graph.flow.text.start.comments else {graph.start}
    edges = chain.from_iterable(graph.edges.values())
    waiting = [*after_speech, *(edge.target for edge in edges if _has_speech(graph, edge))]
    while waiting:
        name = waiting.pop()
        after_speech.add(name)
        # The text still stands last when a silent step passes on; after an answer it is old.
        if name in graph.steps and graph.steps[name].kind not in WAITING_KINDS:
            waiting += [edge.target for edge in graph.edges[name] if edge.target not in after_speech]
    for name, step in graph.steps.items():
        if (step.ask or step.choices) and not step.say and name not in after_speech:
            message = f"“{name}” asks and says nothing, so nobody knows that an answer is waited for."
            yield graph.flow.source.finding_at(
                ("steps", name),
                "silent-question",
                message,
                "Give the step a “say” with the question.",
                severity="warning",
                key=True,
            )


def check_silent_ends(graph: FlowGraph) -> Iterator[Finding]:
    """Yield each way out that ends the conversation without a word; the engine then says a sentence of its own."""
    source = graph.flow.source
    # Backward from the end over steps that say nothing: whoever comes to one of them hears nothing any more.
    silent_steps, waiting = {END}, [END]
    while waiting:
        for edge in graph.incoming_edges.get(waiting.pop(), ()):
            if edge.needs == "nothing" and edge.step not in silent_steps and not _has_speech(graph, edge):
                silent_steps.add(edge.step)
                waiting.append(edge.step)
    for name, step in graph.steps.items():
        for edge in graph.edges[name]:
            if edge.trigger in step.ways_out and edge.target in silent_steps and _leaves_unanswered(graph, edge):
                message = f"“{edge.trigger}” of “{name}” ends the conversation without a word."
                hint = f"Lead it to a step that says how to go on: {edge.trigger}: later"
                yield source.finding_at(("steps", name, edge.trigger), "silent-end", message, hint, severity="warning")


def _leaves_unanswered(graph: FlowGraph, edge: Edge) -> bool:
    """Return True if somebody who takes this way out has heard nothing since their last answer."""
    step = graph.steps[edge.step]
    # Any text answers such a question, so nobody is ever asked again until they give up.
    if step.ask and step.ask.kind == "text" and not step.ask.pattern and edge.trigger != "declines":
        return False
    # The text of “code” and “mail” is said before they fail; a condition only sorts people, whatever was said before.
    waits = step.kind in WAITING_KINDS or step.kind == "find"
    return waits or edge.trigger == "no_rows" or any(message.cards for message in step.say)


def _has_speech(graph: FlowGraph, edge: Edge) -> bool:
    """Return True if a text goes out on this edge: of its step, of a flow called there, or of its choice."""
    step = graph.steps[edge.step]
    # Cards of which no row fits are not shown, and with them nothing else of the step.
    if edge.trigger == "no_rows" and step.kind != "find":
        return False
    choice = step.choices.get(edge.label)
    if step.kind in WAITING_KINDS:
        # The text of a waiting step is its question; only the reply to a choice comes after the answer.
        return bool(choice and choice.say)
    return bool(step.say or step.call or step.hand_over)


def _reverse_edge(edge: Edge) -> Edge:
    return Edge(step=edge.target, target=edge.step, needs=edge.needs, trigger=edge.trigger)


def _check_circles(graph: FlowGraph) -> Iterator[Finding]:
    """Yield the circles that never stop: a valid one waits for an answer, or takes time and can be left by one."""
    reported: set[str] = set()
    for circle in find_circles(graph.edges, excluded=frozenset({"person", "time"})):
        reported |= set(circle)
        yield _circle_finding(graph, circle, "goes round at once, for ever")
    for circle in find_circles(graph.edges, excluded=frozenset({"person"})):
        if reported.isdisjoint(circle) and not any(graph.steps[name].kind in WAITING_KINDS for name in circle):
            yield _circle_finding(graph, circle, "goes round for ever, and nobody is asked")


def _circle_finding(graph: FlowGraph, circle: Sequence[str], what_happens: str) -> Finding:
    members = set(circle)
    edges = chain.from_iterable(graph.edges[name] for name in circle)
    inside = [edge for edge in edges if edge.target in members and edge.needs != "person"]
    return graph.flow.source.finding_at(
        ("steps", circle[0]),
        "endless-circle",
        f"“{' -> '.join(_shortest_circle(circle[0], inside))}” {what_happens}.",
        "Ask something in it, or let one of its steps go elsewhere.",
        key=True,
    )


def _shortest_circle(start: str, edges: Sequence[Edge]) -> list[str]:
    """Return the steps of a shortest circle through ``start``, by breadth-first search."""
    successors: dict[str, list[str]] = {}
    for edge in edges:
        successors.setdefault(edge.step, []).append(edge.target)
    came_from: dict[str, str] = {}
    waiting = [start]
    for name in waiting:
        for target in successors.get(name, ()):
            if target == start:
                path = [start]
                while name != start:
                    path.append(name)
                    name = came_from[name]  # noqa: PLW2901  the search is over, the loop does not go on
                return [start, *path[::-1]]
            if target not in came_from:
                came_from[target] = name
                waiting.append(target)
    return [start]


def find_circles(edges: Mapping[str, tuple[Edge, ...]], *, excluded: frozenset[str]) -> Iterator[list[str]]:
    """Yield the steps of each circle that needs nothing ``excluded``, in the order of the file."""
    order = {name: number for number, name in enumerate(edges)}
    successors = {
        name: [edge.target for edge in step_edges if edge.needs not in excluded and edge.target in edges]
        for name, step_edges in edges.items()
    }
    for component in find_components(successors):
        if len(component) > 1 or component[0] in successors[component[0]]:
            # A component of one step is a circle only if the step leads to itself.
            yield sorted(component, key=order.__getitem__)


def find_components(successors: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Yield the strongly connected components, each after those that it leads to (Tarjan 1972)."""
    walk = _TarjanWalk(successors)
    for root in successors:
        if root not in walk.visit_numbers:
            yield from walk.components_from(root)


class _TarjanWalk:
    """Tarjan's algorithm with a stack of its own instead of recursion: a flow can be thousands of steps deep.

    The low link of a node is the smallest visit number that it reaches over nodes of the stack.  A node whose low link
    is its own number is the first of a component, and the component is everything above it on the stack.
    """

    def __init__(self, successors: Mapping[str, Sequence[str]]) -> None:
        self.successors = successors
        self.visit_numbers: dict[str, int] = {}
        self._low_links: dict[str, int] = {}
        self._stack: list[str] = []
        self._on_stack: set[str] = set()
        self._open_nodes: list[tuple[str, Iterator[str]]] = []

    def components_from(self, root: str) -> Iterator[list[str]]:
        """Yield the components that can be reached from a node and were not yielded yet."""
        self._open_node(root)
        while self._open_nodes:
            name, targets = self._open_nodes[-1]
            target = next(targets, None)
            if target is None:
                yield from self._close_node(name)
            elif target not in self.visit_numbers:
                self._open_node(target)
            # A target off the stack belongs to a finished component and says nothing about this one.
            elif target in self._on_stack:
                self._low_links[name] = min(self._low_links[name], self.visit_numbers[target])

    def _open_node(self, name: str) -> None:
        self.visit_numbers[name] = self._low_links[name] = len(self.visit_numbers)
        self._stack.append(name)
        self._on_stack.add(name)
        self._open_nodes.append((name, iter(self.successors[name])))

    def _close_node(self, name: str) -> Iterator[list[str]]:
        self._open_nodes.pop()
        if self._open_nodes:
            # What recursion would do on return: the parent reaches whatever this node reaches.
            parent = self._open_nodes[-1][0]
            self._low_links[parent] = min(self._low_links[parent], self._low_links[name])
        if self._low_links[name] == self.visit_numbers[name]:
            component = _pop_until(self._stack, name)
            self._on_stack.difference_update(component)
            yield component


def _pop_until(stack: list[str], name: str) -> list[str]:
    """Pop ``name`` and everything above it."""
    component = [stack.pop()]
    while component[-1] != name:
        component.append(stack.pop())
    return component


def check_calls(flows: Mapping[str, FlowSource]) -> Iterator[Finding]:
    """Yield calls in a circle, and chains of more than ``MOST_CALLS`` calls."""
    callees = {name: [called for _, called in list_calls(flow) if called in flows] for name, flow in flows.items()}
    depth: dict[str, int] = {}
    for component in find_components(callees):
        if len(component) > 1 or component[0] in callees[component[0]]:
            for name in component:
                yield from _call_circle_findings(flows[name], name, set(component))
        for name in component:
            # Components come callees first, so the depth of each callee is known; within a circle it counts as 0.
            depth[name] = 1 + max((depth.get(called, 0) for called in callees[name]), default=-1)
            if depth[name] == MOST_CALLS + 1:
                yield from _deep_call_findings(flows[name], name, depth)


def _call_circle_findings(flow: FlowSource, name: str, circle: set[str]) -> Iterator[Finding]:
    for step, called in list_calls(flow):
        if called in circle:
            message = f"“{name}” calls “{called}”, which in turn calls “{name}”."
            hint = "Use “go” within one flow, or end the one before the other begins."
            yield flow.source.finding_at(("steps", step, "call"), "cyclic-call", message, hint)


def _deep_call_findings(flow: FlowSource, name: str, depth: Mapping[str, int]) -> Iterator[Finding]:
    for step, called in list_calls(flow):
        if depth.get(called) == MOST_CALLS:
            message = f"“{name}” and the flows it calls stand {MOST_CALLS + 1} deep in each other; {MOST_CALLS} can."
            hint = "Put the steps of one of them into the other."
            yield flow.source.finding_at(("steps", step, "call"), "deep-calls", message, hint)


def check_called_topics(flows: Mapping[str, FlowSource]) -> Iterator[Finding]:
    """Yield each call that names a topic for a flow which proves no address: nothing would confirm it."""
    for flow in flows.values():
        for name, step in flow.text.steps.items():
            called = flows.get(step.call or "")
            if step.topic and called and not any(one.prove for one in called.text.steps.values()):
                message = f"“{step.call}” has no step with “prove: address”, so nothing there confirms “{step.topic}”."
                hint = f"Give it one, or confirm the topic here: confirm: {step.topic}."
                yield flow.source.finding_at(("steps", name, "topic"), "topic-unconfirmed", message, hint, key=True)
