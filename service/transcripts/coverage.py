"""Coverage: which steps and ways of the flows some transcript visited, and which none did."""

from collections.abc import Iterable
from dataclasses import dataclass

from flows.compiled.catalog import Flow, FlowBook
from flows.compiled.transitions import Way, ways
from flows.language.model import END
from service.transcripts.watched_flow import Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """Something that no transcript visited."""

    flow: str
    file: str
    line: int
    step: str
    way: Way | None = None
    """None: the step itself."""

    def __str__(self) -> str:
        """Say it in one line."""
        if self.way is None:
            return f"step {self.step}"
        label = f" ({self.way.label})" if self.way.label else ""
        return f"{self.step} → {self.way.target}{label}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of one flow was visited."""

    flow: str
    file: str
    steps: int
    ways: int
    missed: tuple[Missed, ...]

    @property
    def steps_visited(self) -> int:
        """Steps that were visited."""
        return self.steps - sum(one.way is None for one in self.missed)

    @property
    def ways_taken(self) -> int:
        """Ways that were taken."""
        return self.ways - sum(one.way is not None for one in self.missed)

    @property
    def percent(self) -> float:
        """Visited steps and taken ways, of all."""
        return 100 * (self.steps_visited + self.ways_taken) / (self.steps + self.ways)


def coverage(book: FlowBook, taken: Iterable[Taken], stood: Iterable[tuple[str, str]]) -> list[Coverage]:
    """Return the coverage of each flow by the ways that were taken and the steps somebody stood at."""
    seen = set(stood)
    trodden: set[tuple[str, str, str]] = set()
    for flow, step, trigger, target in taken:
        trodden.add((flow, step, trigger))
        seen |= {(flow, step), (flow, target)}
    return [_of(flow, seen, trodden, book.language) for flow in book.flows.values()]


def _of(flow: Flow, seen: set[tuple[str, str]], trodden: set[tuple[str, str, str]], language: str) -> Coverage:
    every = ways(flow, language)
    missed = []
    for step in flow.steps.values():
        if (flow.name, step.name) not in seen:
            missed.append(Missed(flow=flow.name, file=flow.file, line=step.line, step=step.name))
        missed += [
            Missed(flow=flow.name, file=flow.file, line=step.line, step=step.name, way=way)
            for way in every
            if way.step == step.name and (flow.name, step.name, way.trigger) not in trodden
        ]
    return Coverage(flow=flow.name, file=flow.file, steps=len(flow.steps), ways=len(every), missed=tuple(missed))


def total(every: Iterable[Coverage]) -> float:
    """Return the percentage over all flows."""
    flows = list(every)
    whole = sum(one.steps + one.ways for one in flows)
    done = sum(one.steps_visited + one.ways_taken for one in flows)
    return 100 * done / whole if whole else 100.0


def passed_steps(taken: Iterable[Taken]) -> set[tuple[str, str]]:
    """Return flow and step of every step these ways touch."""
    return {(flow, name) for flow, step, _, target in taken for name in (step, target) if name != END}
