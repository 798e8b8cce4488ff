"""From sequence files to a ``SequenceBook``, or to findings that name line and remedy."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from domain.workspace_config import WorkspaceConfig
from language.conditions.parse import read_condition
from language.durations import SpokenTimeError, parse_duration, parse_local
from language.findings import Finding
from language.yaml_source import Path, Source, read, validate
from onboarding.language.catalog import (
    Action,
    Goal,
    If,
    Premise,
    Send,
    Sequence,
    SequenceBook,
    Spot,
    Step,
    WaitFor,
    WaitLocal,
    WaitTime,
    ways,
)
from onboarding.language.check import WHOLE, check_names, check_ways, percent
from onboarding.language.model import END, SequenceModel, StepModel, WaitForModel

A_TIME = "Or a time, such as “Friday 09:00 their time”."
"""The other thing that a wait can be."""

__all__ = ["SequenceBook", "compile_sequences"]


def compile_sequences(files: Mapping[str, str], config: WorkspaceConfig) -> tuple[SequenceBook, list[Finding]]:
    """Compile all of ``sequences/*.yaml``.

    A sequence with an error is left out of the book; the findings say why.
    """
    sequences: dict[str, Sequence] = {}
    findings: list[Finding] = []
    for path in sorted(path for path in files if path.startswith("sequences/") and path.endswith((".yaml", ".yml"))):
        source = read(files[path], path)
        sequence, found = _compile(source, config)
        findings += found
        if sequence and sequence.name in sequences:
            message = f"“{sequence.name}” is already the sequence of {sequences[sequence.name].file}."
            findings.append(source.finding(("sequence",), "duplicate-sequence", message, "Give it another name."))
        elif sequence:
            findings += _same_start(source, sequence, sequences)
            sequences[sequence.name] = sequence
    book = SequenceBook(sequences=MappingProxyType(sequences), hash=_hash(*(one.hash for one in sequences.values())))
    return book, findings


def _same_start(source: Source, sequence: Sequence, others: Mapping[str, Sequence]) -> Iterator[Finding]:
    """Warn of sequences that begin with the same confirmation: a person would be in both."""
    for other in others.values():
        if other.topic == sequence.topic:
            message = f"“{other.name}” starts when “{sequence.topic}” is confirmed too, so people get both welcomes."
            hint = "Make one sequence of them, or give one a topic of its own."
            yield source.finding(("topic",), "same-start", message, hint, severity="warning")


def _compile(source: Source, config: WorkspaceConfig) -> tuple[Sequence | None, list[Finding]]:
    model, found = validate(source, SequenceModel)
    findings = [*source.findings, *found]
    if model is None:
        return None, findings
    builder = _Builder(source, model, config)
    sequence = builder.sequence()
    findings += [*builder.findings, *check_names(source, model, config)]
    if not _broken(findings):
        findings += check_ways(source, sequence)
    return (None if _broken(findings) else sequence), findings


def _broken(findings: list[Finding]) -> bool:
    return any(one.severity == "error" for one in findings)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


class _Builder:
    """Builds one sequence; what cannot be read becomes a finding and a harmless stand-in."""

    def __init__(self, source: Source, model: SequenceModel, config: WorkspaceConfig) -> None:
        self.source = source
        self.model = model
        self.config = config
        self.findings: list[Finding] = []

    def sequence(self) -> Sequence:
        names = list(self.model.steps)
        below = dict(zip(names, [*names[1:], END], strict=True))
        steps = {name: self.step(name, step, below[name]) for name, step in self.model.steps.items()}
        steps = {name: replace(step, premise=_premise(steps, name)) for name, step in steps.items()}
        return Sequence(
            name=self.model.sequence,
            topic=self.model.topic,
            file=self.source.file,
            hash=_hash(json.dumps(self.source.value)),
            goal=self.goal(),
            first=names[0],
            steps=MappingProxyType(steps),
            templates=tuple(self.templates()),
            migrate=MappingProxyType(dict(self.model.migrate)),
        )

    def templates(self) -> Iterator[tuple[str, Spot]]:
        for name, step in self.model.steps.items():
            path: Path = ("steps", name, "send")
            if isinstance(step.send, str):
                yield step.send, self.spot(path)
            for template in step.send if isinstance(step.send, dict) else ():
                yield template, self.spot((*path, template), key=True)

    def spot(self, path: Path, *, key: bool = False) -> Spot:
        mark = self.source.mark(path, key=key)
        return Spot(file=self.source.file, line=mark.line, column=mark.column)

    def goal(self) -> Goal | None:
        goal = self.model.goal
        if goal is None:
            return None
        wait = self.wait_time(("goal", "within"), goal.within)
        return Goal(event=goal.event, within=wait.length)

    def step(self, name: str, step: StepModel, below: str) -> Step:
        go = step.go or below
        return Step(
            name=name,
            line=self.source.mark(("steps", name), key=True).line,
            action=self.action(("steps", name), step),
            go=go,
            otherwise=step.otherwise or go,
        )

    def action(self, path: Path, step: StepModel) -> Action:
        if isinstance(step.send, str):
            return Send(split=((step.send, WHOLE),))
        if step.send:
            return Send(split=tuple((name, percent(weight)) for name, weight in step.send.items()))
        if isinstance(step.wait, WaitForModel):
            wait, most = step.wait, self.wait_time((*path, "wait", "at_most"), step.wait.at_most)
            return WaitFor(event=wait.event, times=wait.times, at_most=most.length, said=most.said)
        if step.condition:
            return self.condition((*path, "if"), step.condition)
        return self.wait((*path, "wait"), step.wait or "1 day")

    def wait(self, path: Path, said: str) -> WaitTime | WaitLocal:
        try:
            return WaitLocal(at=parse_local(said)) if ":" in said else self.length(said)
        except SpokenTimeError as error:
            other = "" if ":" in said or error.hint.startswith("Did") else f" {A_TIME}"
            return self.unclear(path, error, other)

    def wait_time(self, path: Path, said: str) -> WaitTime:
        try:
            return self.length(said)
        except SpokenTimeError as error:
            return self.unclear(path, error)

    def length(self, said: str) -> WaitTime:
        return WaitTime(length=parse_duration(said), said=said.strip())

    def unclear(self, path: Path, error: SpokenTimeError, other: str = "") -> WaitTime:
        self.findings.append(self.source.finding(path, "unclear-time", f"{error}.", f"{error.hint}{other}"))
        return self.length("1 day")

    def condition(self, path: Path, said: str) -> If | WaitTime:
        condition, troubles = read_condition(said, self.config)
        self.findings += [self.source.finding(path, one.code, f"{one.message}.", one.hint) for one in troubles]
        return If(condition=condition) if condition else self.wait_time(path, "1 day")


def _premise(steps: Mapping[str, Step], name: str) -> Premise | None:
    """Return what did not happen whenever this send is reached: the same wait ran out on every way to it."""
    if not isinstance(steps[name].action, Send):
        return None
    found = set(_premises(steps, name, frozenset()))
    return found.pop() if len(found) == 1 else None


def _premises(steps: Mapping[str, Step], name: str, passed: frozenset[str]) -> Iterator[Premise | None]:
    if name == next(iter(steps)):
        yield None
    for step in steps.values():
        if name not in ways(step) or step.name in passed:
            continue
        if isinstance(step.action, WaitFor):
            ran_out = Premise(event=step.action.event, times=step.action.times)
            yield None if name == step.go else ran_out
        elif isinstance(step.action, If):
            yield from _premises(steps, step.name, passed | {name})
        else:
            yield None
