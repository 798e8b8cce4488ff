"""Steps that nothing leads to, that never come to an end, and circles in which nobody is asked."""

from collections.abc import Iterator, Mapping, Sequence

from flows.checks.graph import WAITING, Graph, Way, calls, spread
from flows.language.model import END
from flows.language.read_files import FlowSource
from language.findings import Finding

MOST_CALLS = 5
"""Flows that may stand in each other; see :class:`domain.record.Frame`."""


def check(graph: Graph) -> Iterator[Finding]:
    """Yield what is wrong with the ways of one flow."""
    yield from _ends(graph)
    yield from _circles(graph)


def _ends(graph: Graph) -> Iterator[Finding]:
    source = graph.one.source
    reached = spread([graph.start], graph.ways)
    backwards = {name: tuple(_turned(way) for way in many) for name, many in graph.back.items()}
    ending = spread([END], backwards)
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


def silent(graph: Graph, *, begun: bool) -> Iterator[Finding]:
    """Yield each question that nobody hears: neither its step says something nor what leads there.

    A flow that is only called goes on from what its caller said; one that begins at a comment has answered that.
    """
    told = set() if begun and not graph.one.text.start.comments else {graph.start}
    waiting = [*told, *(way.target for many in graph.ways.values() for way in many if _says(graph, way))]
    while waiting:
        name = waiting.pop()
        told.add(name)
        if name in graph.steps and graph.steps[name].kind not in WAITING:
            waiting += [way.target for way in graph.ways[name] if way.target not in told]
    for name, step in graph.steps.items():
        if (step.ask or step.choices) and not step.say and name not in told:
            message = f"“{name}” asks and says nothing, so nobody knows that an answer is waited for."
            yield graph.one.source.finding_at(
                ("steps", name),
                "silent-question",
                message,
                "Give the step a “say” with the question.",
                severity="warning",
                key=True,
            )


def _says(graph: Graph, way: Way) -> bool:
    """Tell whether something is said on a way: by the step it comes from, a flow called there, or a choice."""
    step = graph.steps[way.source]
    choice = step.choices.get(way.label)
    if step.kind in WAITING:
        return bool(choice and choice.say)
    return bool(step.say or step.call or step.hand_over)


def _turned(way: Way) -> Way:
    return Way(source=way.target, target=way.source, needs=way.needs, trigger=way.trigger)


def _circles(graph: Graph) -> Iterator[Finding]:
    """A circle is good if it takes somebody's answer, or takes time and somebody can leave it by answering."""
    told: set[str] = set()
    for circle in circles(graph.ways, without=frozenset({"person", "time"})):
        told |= set(circle)
        yield _circle(graph, circle, "goes round at once, for ever")
    for circle in circles(graph.ways, without=frozenset({"person"})):
        if told.isdisjoint(circle) and not any(graph.steps[name].kind in WAITING for name in circle):
            yield _circle(graph, circle, "goes round for ever, and nobody is asked")


def _circle(graph: Graph, circle: Sequence[str], told: str) -> Finding:
    among = set(circle)
    inside = [way for name in circle for way in graph.ways[name] if way.target in among and way.needs != "person"]
    return graph.one.source.finding_at(
        ("steps", circle[0]),
        "endless-circle",
        f"“{' -> '.join(_shown(circle[0], inside))}” {told}.",
        "Ask something in it, or let one of its steps go elsewhere.",
        key=True,
    )


def _shown(start: str, inside: Sequence[Way]) -> list[str]:
    """Return the steps of a shortest circle through ``start``."""
    leads: dict[str, list[str]] = {}
    for way in inside:
        leads.setdefault(way.source, []).append(way.target)
    came: dict[str, str] = {}
    waiting = [start]
    for name in waiting:
        for target in leads.get(name, ()):
            if target == start:
                found = [start]
                while name != start:
                    found.append(name)
                    name = came[name]  # noqa: PLW2901  the walk is over: this leads back to its start
                return [start, *found[::-1]]
            if target not in came:
                came[target] = name
                waiting.append(target)
    return [start]


def circles(ways: Mapping[str, tuple[Way, ...]], *, without: frozenset[str]) -> Iterator[list[str]]:
    """Yield the steps of each circle made of ways that need none of ``without`` (Tarjan, without recursion)."""
    place = {name: at for at, name in enumerate(ways)}
    leads = {
        name: [way.target for way in many if way.needs not in without and way.target in ways]
        for name, many in ways.items()
    }
    for part in components(leads):
        if len(part) > 1 or part[0] in leads[part[0]]:
            yield sorted(part, key=place.__getitem__)


def components(leads: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Yield the strongly connected parts, each after those it leads to (Tarjan 1972)."""
    walk = _Components(leads)
    for root in leads:
        if root not in walk.number:
            yield from walk.below(root)


class _Components:
    """Tarjan's walk, with a stack of its own instead of recursion: a flow can be thousands of steps deep."""

    def __init__(self, leads: Mapping[str, Sequence[str]]) -> None:
        self.leads = leads
        self.number: dict[str, int] = {}
        self._low: dict[str, int] = {}
        self._stack: list[str] = []
        self._standing: set[str] = set()
        self._work: list[tuple[str, Iterator[str]]] = []

    def below(self, root: str) -> Iterator[list[str]]:
        """Yield the parts that can be reached from a step and were not yielded yet."""
        self._enter(root)
        while self._work:
            name, targets = self._work[-1]
            target = next(targets, None)
            if target is None:
                yield from self._leave(name)
            elif target not in self.number:
                self._enter(target)
            elif target in self._standing:
                self._low[name] = min(self._low[name], self.number[target])

    def _enter(self, name: str) -> None:
        self.number[name] = self._low[name] = len(self.number)
        self._stack.append(name)
        self._standing.add(name)
        self._work.append((name, iter(self.leads[name])))

    def _leave(self, name: str) -> Iterator[list[str]]:
        self._work.pop()
        if self._work:
            above = self._work[-1][0]
            self._low[above] = min(self._low[above], self._low[name])
        if self._low[name] == self.number[name]:
            part = _off(self._stack, name)
            self._standing.difference_update(part)
            yield part


def _off(stack: list[str], name: str) -> list[str]:
    """Take everything from ``name`` upward off the stack."""
    part = [stack.pop()]
    while part[-1] != name:
        part.append(stack.pop())
    return part


def calling(flows: Mapping[str, FlowSource]) -> Iterator[Finding]:
    """Yield calls that go round in a circle, and flows that stand in each other too deep."""
    leads = {name: [called for _, called in calls(one) if called in flows] for name, one in flows.items()}
    depth: dict[str, int] = {}
    for part in components(leads):
        if len(part) > 1 or part[0] in leads[part[0]]:
            for name in part:
                yield from _round(flows[name], name, set(part))
        for name in part:
            depth[name] = 1 + max((depth.get(called, 0) for called in leads[name]), default=-1)
            if depth[name] == MOST_CALLS + 1:
                yield from _deep(flows[name], name, depth)


def _round(one: FlowSource, name: str, part: set[str]) -> Iterator[Finding]:
    for step, called in calls(one):
        if called in part:
            message = f"“{name}” calls “{called}”, which in turn calls “{name}”."
            hint = "Use “go” within one flow, or end the one before the other begins."
            yield one.source.finding_at(("steps", step, "call"), "cyclic-call", message, hint)


def _deep(one: FlowSource, name: str, depth: Mapping[str, int]) -> Iterator[Finding]:
    for step, called in calls(one):
        if depth.get(called) == MOST_CALLS:
            message = f"“{name}” and the flows it calls stand {MOST_CALLS + 1} deep in each other; {MOST_CALLS} can."
            hint = "Put the steps of one of them into the other."
            yield one.source.finding_at(("steps", step, "call"), "deep-calls", message, hint)
