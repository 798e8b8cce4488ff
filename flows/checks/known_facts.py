"""What is known of a person on arriving at each step, whatever way they came.

A fact (“field mood is set”, “a code was drawn”) holds at a step if every way there makes it true.  Facts are bits of
one number, so that meeting of ways is one ``&``; going round until nothing changes takes a few passes over the flow.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flows.checks.graph import ASKING, Graph, Way
from flows.language.model import END, StepText

CODE = "code"
"""The variable that holds a code drawn from a pool."""
_FILLED = re.compile(r"(?:^| and )field (\w+) is not empty(?= and |$)")
_EMPTY = re.compile(r"^field (\w+) is empty$")
_EQUALS = re.compile(r"(?:^| and )field (\w+) (?:is (?!not |empty)|contains |begins )")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Facts of a flow."""

    names: Mapping[str, int]
    """Bit of each fact."""
    at: Mapping[str, int]
    """Facts on arriving at a step, before it does anything; under ``end``, on coming to the end."""

    def holds(self, step: str, name: str) -> bool:
        """Tell whether a fact is sure on arriving at a step."""
        return bool(self.at.get(step, -1) & self.names.get(name, 0))


def arriving(step: StepText) -> Iterator[str]:
    """Yield what is known after arriving at a step: the fields it sets."""
    yield from step.set
    yield from step.score


def taking(step: StepText, way: Way, called: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Yield what is known after taking a way: the answer that was kept, what a choice sets, a code that was drawn."""
    kind = step.kind
    if way.trigger == "choice" and way.label in step.choices:
        choice = step.choices[way.label]
        yield from (*choice.set, *choice.score)
    if step.save and (way.trigger == "choice" or (way.trigger == "next" and kind in ASKING)):
        yield step.save
    if kind == "code" and way.trigger == "next":
        yield CODE
    if kind == "call" and way.trigger == "next":
        yield from called.get(step.call or "", ())
    if kind == "if":
        yield from _conditions(step.condition, way)


def _conditions(condition: str, way: Way) -> Iterator[str]:
    said = " ".join(condition.split())
    if way.trigger == "else":
        yield from _EMPTY.findall(said)
    elif " or " not in said:
        yield from _FILLED.findall(said)
        yield from _EQUALS.findall(said)


def known(graph: Graph, facts: frozenset[str], *, entry: frozenset[str], called: Mapping[str, frozenset[str]]) -> Known:
    """Return what is known at each step; ``entry`` is known at the start, ``called`` what called flows make known."""
    names = {name: 1 << at for at, name in enumerate(sorted(facts))}

    def bits(said: Iterator[str]) -> int:
        return _union(names.get(name, 0) for name in said)

    added = {
        name: [(way.target, bits(arriving(step)) | bits(taking(step, way, called))) for way in graph.ways[name]]
        for name, step in graph.steps.items()
    }
    at: dict[str, int] = {graph.start: bits(iter(entry))}
    waiting = [graph.start]
    while waiting:
        later: dict[str, None] = {}
        for name in waiting:
            for target, new in added.get(name, ()):
                met = at[name] | new if target not in at else at[target] & (at[name] | new)
                if at.get(target) != met:
                    at[target] = met
                    if target != END:
                        later[target] = None
        waiting = list(later)
    return Known(names=names, at=at)


def _union(bits: Iterator[int]) -> int:
    found = 0
    for one in bits:
        found |= one
    return found


def without(graph: Graph, name: str, fact: str, called: Mapping[str, frozenset[str]]) -> list[str]:
    """Return the steps of a shortest way to a step on which a fact is not made true; empty if there is none."""
    came: dict[str, str] = {graph.start: ""}
    waiting = [graph.start]
    for here in waiting:
        if here == name:
            break
        step = graph.steps.get(here)
        if step is None or fact in arriving(step):
            continue
        for way in graph.ways[here]:
            if way.target not in came and fact not in taking(step, way, called):
                came[way.target] = here
                waiting.append(way.target)
    found: list[str] = []
    while name and name in came:
        found.append(name)
        name = came[name]
    return found[::-1]
