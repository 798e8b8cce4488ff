"""Coverage: which steps and transitions of the flows were visited by transcripts, and which were not."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from flows.compiled.catalog import Flow, FlowCatalog
from flows.compiled.transitions import Transition, list_transitions
from flows.language.model import END
from service.transcripts.participant import Participant
from service.transcripts.watched_flow import TakenTransition


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedPart:
    """A step or transition that no transcript visited."""

    flow: str
    file: str
    line: int
    step: str
    way: Transition | None = None
    """The transition that was not taken; None if the step itself was not visited."""

    def __str__(self) -> str:
        """Return the part as it is printed: ``step bye``, or ``hello → bye (Not now)``."""
        if self.way is None:
            return f"step {self.step}"
        label = f" ({self.way.label})" if self.way.label else ""
        return f"{self.step} → {self.way.target}{label}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowCoverage:
    """How much of one flow transcripts visited."""

    flow: str
    file: str
    steps: int
    ways: int
    missed: tuple[MissedPart, ...]

    @property
    def steps_visited(self) -> int:
        """Number of steps that were visited."""
        return self.steps - sum(part.way is None for part in self.missed)

    @property
    def ways_taken(self) -> int:
        """Number of transitions that were taken."""
        return self.ways - sum(part.way is not None for part in self.missed)

    @property
    def percent(self) -> float:
        """Visited steps and taken transitions, as a percentage of all."""
        return 100 * (self.steps_visited + self.ways_taken) / (self.steps + self.ways)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRecorder:
    """What all transcripts of a run have visited so far."""

    taken_in_line: list[TakenTransition]
    """Filled by the watched flows while a line is played; see :func:`service.transcripts.watched_flow.watch_flows`."""
    transitions: set[TakenTransition] = field(default_factory=set)
    visited: set[tuple[str, str]] = field(default_factory=set)
    """Flow and step of each step at which a person stood after a line."""

    def record_line(self, people: Iterable[Participant]) -> frozenset[tuple[str, str]]:
        """Record what the line just played visited; return flow and step of every step it passed."""
        # Where people stand is not implied by the transitions: a step that begins a flow is entered without one.
        stands = {(talk.flow, talk.step) for person in people if (talk := person.record.conversation)}
        passed = frozenset(passed_steps(self.taken_in_line) | stands)
        self.transitions.update(self.taken_in_line)
        self.visited.update(stands)
        self.taken_in_line.clear()  # the next line begins with none
        return passed


def measure_coverage(
    book: FlowCatalog, transitions: Iterable[TakenTransition], visited: Iterable[tuple[str, str]]
) -> list[FlowCoverage]:
    """Return the coverage of each flow by these transitions and steps."""
    visited_steps = set(visited)
    taken: set[tuple[str, str, str]] = set()
    for flow, step, trigger, target in transitions:
        taken.add((flow, step, trigger))  # the target follows from these three
        visited_steps |= {(flow, step), (flow, target)}
    return [_measure_flow(flow, visited_steps, taken, book.default_language) for flow in book.flows.values()]


def _measure_flow(
    flow: Flow, visited_steps: set[tuple[str, str]], taken: set[tuple[str, str, str]], language: str
) -> FlowCoverage:
    flow_transitions = list_transitions(flow, language)
    missed = []  # in the order of the file: each step, then its transitions
    for step in flow.steps.values():
        if (flow.name, step.name) not in visited_steps:
            missed.append(MissedPart(flow=flow.name, file=flow.file, line=step.line, step=step.name))
        missed += [
            MissedPart(flow=flow.name, file=flow.file, line=step.line, step=step.name, way=transition)
            for transition in flow_transitions
            if transition.step == step.name and (flow.name, step.name, transition.trigger) not in taken
        ]
    return FlowCoverage(
        flow=flow.name, file=flow.file, steps=len(flow.steps), ways=len(flow_transitions), missed=tuple(missed)
    )


def total_percent(flow_coverages: Iterable[FlowCoverage]) -> float:
    """Return the percentage over all flows; 100 if there is nothing to visit."""
    flows = list(flow_coverages)
    total = sum(flow.steps + flow.ways for flow in flows)
    visited = sum(flow.steps_visited + flow.ways_taken for flow in flows)
    return 100 * visited / total if total else 100.0


def passed_steps(transitions: Iterable[TakenTransition]) -> set[tuple[str, str]]:
    """Return flow and step of every step that these transitions leave or reach."""
    # ``end`` is a target, but no step of the flow.
    return {(flow, name) for flow, step, _, target in transitions for name in (step, target) if name != END}
