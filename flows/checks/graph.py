"""The ways between the steps of a flow, and what each of them needs to be taken.

A way needs *nothing* (it is taken at once), *time* (a wait or a timeout), or a *person* (an answer, a tap, somebody
of the team).  A ``call`` stands for the called flow, so its way on needs what that flow needs from start to end:
flows are therefore looked at in the order of their calls, the called before the caller.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal, get_args

from flows.language.buttons import classify_target
from flows.language.model import END, KIND_BY_KEY, AskKind, StepKind, StepText
from flows.language.read_files import FlowSource
from language.durations import duration_or_none

Needs = Literal["nothing", "time", "person"]
Trigger = Literal["next", "else", "skip", "choice", "button", "timeout", "split"]

ASKING: frozenset[str] = frozenset(get_args(AskKind)) - {"choice"}
"""Kinds of step that wait for an answer in words."""
WAITING: frozenset[str] = ASKING | {"choice", "consent", "confirm", "prove"}
"""Kinds of step that wait for an answer of the person."""
_NO_TIME = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way from a step to another, or to the end."""

    source: str
    target: str
    needs: Needs
    trigger: Trigger
    label: str = ""
    """The choice, button or part of a split it belongs to."""
    after: timedelta = _NO_TIME
    """How long it takes, if it needs time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """What it takes to come through a called flow."""

    ends: bool
    """It can come to its end at all."""
    at_once: bool
    """It can without anybody's answer and without time."""
    alone: bool
    """It can without anybody's answer."""


SLOW = Passing(ends=True, at_once=False, alone=False)
"""What is assumed of a flow that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A flow as steps and ways."""

    one: FlowSource
    start: str
    ways: Mapping[str, tuple[Way, ...]]
    """By step, in the order written."""
    back: Mapping[str, tuple[Way, ...]] = field(repr=False)
    """By step (or end), the ways that lead there."""

    @property
    def steps(self) -> Mapping[str, StepText]:
        """The steps as written."""
        return self.one.text.steps


def kinds(step: StepText) -> list[str]:
    """Return the keys of everything a step waits for or decides by; a good step has one at most."""
    return [name for key, name in (("ask", "ask"), *KIND_BY_KEY.items()) if getattr(step, key)]


def all_buttons(step: StepText) -> Iterator[tuple[str, str]]:
    """Yield label and target of each button, those of its cards included."""
    yield from step.buttons.items()
    for said in step.say:
        yield from said.cards.buttons.items() if said.cards else ()


def step_buttons(step: StepText) -> Iterator[tuple[str, str]]:
    """Yield label and step of each button that leads to a step."""
    yield from ((label, target) for label, target in all_buttons(step) if classify_target(target) == "step")


def graphs(flows: Mapping[str, FlowSource]) -> dict[str, Graph]:
    """Return the graph of each flow, the called before the callers; a flow in a circle of calls counts as slow."""
    made: dict[str, Graph] = {}
    passing: dict[str, Passing] = {}
    for name in called_first(flows):
        made[name] = _graph(flows[name], passing)
        passing[name] = _passing(made[name])
    return made


def calls(one: FlowSource) -> Iterator[tuple[str, str]]:
    """Yield step and called flow."""
    yield from ((name, step.call) for name, step in one.text.steps.items() if step.call)


def called_first(flows: Mapping[str, FlowSource]) -> list[str]:
    """Return the names of the flows, each after those it calls (as far as there is no circle)."""
    order: list[str] = []
    seen: set[str] = set()
    for root in flows:
        stack: list[tuple[str, bool]] = [(root, False)]
        while stack:
            name, done = stack.pop()
            if done:
                order.append(name)
            elif name not in seen and name in flows:
                seen.add(name)
                stack.append((name, True))
                stack += ((called, False) for _, called in calls(flows[name]))
    return order


def _graph(one: FlowSource, passing: Mapping[str, Passing]) -> Graph:
    names = list(one.text.steps)
    ways = _all_ways(one, names, passing)
    back: dict[str, list[Way]] = {}
    for way in (way for many in ways.values() for way in many):
        back.setdefault(way.target, []).append(way)
    return Graph(one=one, start=names[0], ways=ways, back={name: tuple(many) for name, many in back.items()})


def _all_ways(one: FlowSource, names: list[str], passing: Mapping[str, Passing]) -> dict[str, tuple[Way, ...]]:
    known = {*names, END}
    return {
        name: tuple(way for way in _ways(name, one.text.steps[name], below, passing) if way.target in known)
        for name, below in zip(names, [*names[1:], END], strict=True)
    }


def _ways(name: str, step: StepText, below: str, passing: Mapping[str, Passing]) -> Iterator[Way]:
    kind, onward = step.kind, step.go or below
    if step.my_data == "delete":
        yield Way(source=name, target=END, needs="nothing", trigger="next")
        return
    on = Way(source=name, target=onward, needs="nothing", trigger="next")
    out = replace(on, target=step.otherwise or END, trigger="else")
    for label, target in step_buttons(step):
        yield replace(on, target=target, needs="person", trigger="button", label=label)
    if kind in WAITING:
        yield from _answers(name, step, on, out, kind)
    elif kind == "call":
        through = passing.get(step.call or "", SLOW)
        needs: Needs = "nothing" if through.at_once else "time" if through.alone else "person"
        yield from (replace(on, needs=needs),) if through.ends else ()
    elif kind == "split":
        yield from (replace(on, target=target, trigger="split", label=share) for target, share in step.split.items())
    else:
        yield from _onward(step, on, out, kind)


def _answers(name: str, step: StepText, on: Way, out: Way, kind: StepKind) -> Iterator[Way]:
    """Ways out of a question."""
    for label, choice in step.choices.items():
        if choice.go:
            yield Way(source=name, target=choice.go, needs="person", trigger="choice", label=label)
    if kind != "choice":
        yield replace(on, needs="person")
    if step.skip:
        yield replace(on, needs="person", trigger="skip")
    yield replace(out, needs="person")
    if kind in ("confirm", "prove"):
        # An address that was proven before needs no code: the step is passed at once.
        yield on
    if step.timeout:
        after = duration_or_none(step.timeout.after) or _NO_TIME
        yield replace(on, target=step.timeout.go, needs="time", trigger="timeout", after=after)


def _onward(step: StepText, on: Way, out: Way, kind: StepKind) -> Iterator[Way]:
    """Ways out of a step that asks nobody."""
    if kind == "wait":
        yield replace(on, needs="time", after=duration_or_none(step.wait) or _NO_TIME)
    else:
        yield replace(on, needs="person") if kind == "hand_over" else on
    if kind in ("if", "code", "mail") or any(said.cards for said in step.say):
        # Cards of which no row fits take the way out, too.
        yield out


def spread(start: Iterable[str], ways: Mapping[str, tuple[Way, ...]], *, but: frozenset[str] = frozenset()) -> set[str]:
    """Return all steps that can be reached, the start included; ways that need one of ``but`` are not taken."""
    found = set(start)
    open_ends = list(found)
    while open_ends:
        for way in ways.get(open_ends.pop(), ()):
            if way.needs not in but and way.target not in found:
                found.add(way.target)
                open_ends.append(way.target)
    return found


def _passing(graph: Graph) -> Passing:
    def ends(*but: str) -> bool:
        return END in spread([graph.start], graph.ways, but=frozenset(but))

    return Passing(ends=ends(), at_once=ends("time", "person"), alone=ends("person"))


def path(graph: Graph, target: str, *, but: frozenset[str] = frozenset()) -> list[str]:
    """Return the steps of a shortest way from the start to a step."""
    came: dict[str, str] = {graph.start: ""}
    waiting = [graph.start]
    for name in waiting:
        for way in graph.ways.get(name, ()):
            if way.target not in came and way.needs not in but:
                came[way.target] = name
                waiting.append(way.target)
    found: list[str] = []
    while target:
        found.append(target)
        target = came.get(target, "")
    return found[::-1]
