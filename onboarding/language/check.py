"""What is wrong with a sequence beyond its shape: names nobody declared, and ways that lead nowhere good."""

from collections.abc import Collection, Iterator, Mapping

from domain.workspace_config import WorkspaceConfig
from language.findings import Finding, declare, did_you_mean
from language.yaml_source import Path, Source
from onboarding.language.catalog import Send, Sequence, prompt_ways, ways
from onboarding.language.model import END, SequenceModel, StepModel, WaitForModel

WHOLE = 100
"""Percent."""


def check_names(source: Source, model: SequenceModel, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield a finding for each name that is not known, and for each step that does not do exactly one thing.

    Templates are checked where the mails are known (``service.workspace.checks.cross_references``).
    """
    yield from _unknown(source, ("topic",), "topic", model.topic, config.topics)
    if model.goal:
        yield from _unknown(source, ("goal", "event"), "event", model.goal.event, config.events)
    yield from _check_migrate(source, model)
    for name, step in model.steps.items():
        yield from _check_step(source, name, step, model)
        if isinstance(step.wait, WaitForModel):
            yield from _unknown(source, ("steps", name, "wait", "for"), "event", step.wait.event, config.events)


def _unknown(source: Source, path: Path, kind: str, name: str, known: Collection[str]) -> Iterator[Finding]:
    if name not in known:
        message = f"“{name}” is no {kind} of doorstep.yaml."
        yield source.finding(path, f"unknown-{kind}", message, declare(kind, name, known))


def _check_step(source: Source, name: str, step: StepModel, model: SequenceModel) -> Iterator[Finding]:
    here: Path = ("steps", name)
    doing = [word for word, value in (("send", step.send), ("wait", step.wait), ("if", step.condition)) if value]
    if name == END:
        yield source.finding(here, "step-named-end", "“end” is the end; no step can have this name.", key=True)
    if not doing:
        hint = "Give it “send”, “wait” or “if”."
        yield source.finding(here, "no-action", f"The step “{name}” does nothing.", hint, key=True)
    if len(doing) > 1:
        message = f"The step “{name}” does {len(doing)} things: {', '.join(doing)}."
        yield source.finding(here, "two-actions", message, "Make each a step of its own; they run downward.", key=True)
    for word, target in (("go", step.go), ("else", step.otherwise)):
        if target is not None and target != END and target not in model.steps:
            hint = did_you_mean(target, [*model.steps, END])
            yield source.finding((*here, word), "unknown-step", f"“{target}” is no step here.", hint)
    yield from _check_else(source, here, step)
    if isinstance(step.send, dict):
        yield from _check_split(source, (*here, "send"), step.send)


def _check_migrate(source: Source, model: SequenceModel) -> Iterator[Finding]:
    for old, new in model.migrate.items():
        here: Path = ("migrate", old)
        if old in model.steps:
            message = f"The step “{old}” is still here, so nobody is moved away from it."
            yield source.finding(here, "needless-migrate", message, "Take it out.", severity="warning", key=True)
        if new != END and new not in model.steps:
            hint = did_you_mean(new, [*model.steps, END])
            yield source.finding(here, "unknown-step", f"“{new}” is no step here.", hint)


def _check_else(source: Source, here: Path, step: StepModel) -> Iterator[Finding]:
    if step.otherwise is not None and not step.condition and not isinstance(step.wait, WaitForModel):
        message = "“else” is the way out of an “if” or of a wait for an event; here it is never taken."
        yield source.finding((*here, "else"), "needless-else", message, "Take it out.", key=True)
    if step.condition and step.otherwise is None:
        message = "The condition has no “else”, so it would decide nothing."
        yield source.finding(here, "missing-else", message, "Say where to go if it does not hold.", key=True)


def _check_split(source: Source, path: Path, split: Mapping[str, str]) -> Iterator[Finding]:
    total = sum(percent(weight) for weight in split.values())
    if total != WHOLE:
        message = f"The parts of this split add up to {total}%."
        yield source.finding(path, "split-not-100", message, "Together they must be 100%.")


def percent(weight: str) -> int:
    """Return the number in ``50%``."""
    return int(weight.removesuffix("%"))


def check_ways(source: Source, sequence: Sequence) -> Iterator[Finding]:
    """Yield a finding for each step that is never reached, never ends, or goes round without time passing."""
    reached = _reached(sequence, sequence.first)
    for name in sequence.steps:
        here: Path = ("steps", name)
        if name not in reached:
            message = f"The step “{name}” is never reached."
            yield source.finding(here, "unreachable", message, severity="warning", key=True)
        elif END not in _reached(sequence, name):
            hint = f"Lead one of its ways to “{END}”."
            yield source.finding(here, "never-ends", f"From “{name}” no way leads to the end.", hint, key=True)
        if name in _promptly(sequence, name):
            message = f"“{name}” leads back to itself without a wait for time to pass."
            yield source.finding(here, "loop-without-wait", message, "Put “wait: 1 day” into the loop.", key=True)
        elif isinstance(sequence.steps[name].action, Send) and name in _onward(sequence, name):
            message = f"“{name}” stands in a loop, but goes out once in a pass only."
            yield source.finding(here, "sent-once", message, severity="warning", key=True)


def _reached(sequence: Sequence, start: str) -> set[str]:
    return {start, *_onward(sequence, start)}


def _onward(sequence: Sequence, start: str) -> set[str]:
    return _spread({name: ways(step) for name, step in sequence.steps.items()}, start)


def _promptly(sequence: Sequence, start: str) -> set[str]:
    return _spread({name: prompt_ways(step) for name, step in sequence.steps.items()}, start)


def _spread(edges: Mapping[str, tuple[str, ...]], start: str) -> set[str]:
    """Return all that can be reached from ``start`` in one move or more."""
    found: set[str] = set()
    open_ends = list(edges.get(start, ()))
    while open_ends:
        name = open_ends.pop()
        if name not in found:
            found.add(name)
            open_ends.extend(edges.get(name, ()))
    return found
