"""Checks a sequence beyond its shape: undeclared names, and steps that are never reached or never end.  Pure."""

from collections.abc import Collection, Iterator, Mapping

from domain.workspace_config import WorkspaceConfig
from language.findings import Finding, suggest_declaration, suggest_name
from language.mail_times.field_moments import is_field_moment
from language.yaml_source import YamlPath, YamlSource
from onboarding.language.catalog import MailSequence, Send
from onboarding.language.check_acts import ActCheck, list_actions
from onboarding.language.check_starts import check_service_sequence, check_starts
from onboarding.language.check_times import check_field_date
from onboarding.language.model import END, SequenceModel, StepModel, WaitForModel, WaitWhenModel
from onboarding.language.parts.goals import GoalModel
from onboarding.language.questions import check_question
from onboarding.language.ways import immediate_next_steps, next_steps


def check_names(source: YamlSource, model: SequenceModel, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield a finding for each unknown name, and for each step that does not do exactly one thing.

    Templates are checked where the mails are known (``service.workspace.checks.cross_references``).
    """
    yield from _check_name(source, ("topic",), "topic", model.topic, config.topics)
    if isinstance(model.goal, GoalModel):
        yield from _check_name(source, ("goal", "event"), "event", model.goal.event, config.events)
    yield from check_starts(source, model, config)
    yield from _check_migrate(source, model)
    yield from check_service_sequence(source, model, config)
    for name, step in model.steps.items():
        yield from _check_step(source, name, step, model)
        yield from check_question(source, name, step, model, config)
        yield from ActCheck(source=source, path=("steps", name), step=step, model=model, config=config).find_all()
        if isinstance(step.wait, WaitForModel):
            for number, event in enumerate(step.wait.event):
                yield from _check_name(source, ("steps", name, "wait", "for", number), "event", event, config.events)
        elif isinstance(step.wait, str) and is_field_moment(step.wait):
            yield from check_field_date(source, ("steps", name, "wait"), step.wait, config)


def _check_name(
    source: YamlSource, path: YamlPath, kind: str, name: str, declared: Collection[str]
) -> Iterator[Finding]:
    if name not in declared:
        message = f"“{name}” is no {kind} of doorstep.yaml."
        yield source.finding_at(path, f"unknown-{kind}", message, suggest_declaration(kind, name, declared))


def _check_step(source: YamlSource, name: str, step: StepModel, model: SequenceModel) -> Iterator[Finding]:
    here: YamlPath = ("steps", name)
    # The models allow every key on every step; that exactly one is used is checked here.
    actions = list_actions(step)
    if name == END:
        yield source.finding_at(
            here, "step-named-end", "“end” is the end; no step can have this name.", "Name it otherwise.", key=True
        )
    if not actions:
        hint = "Give it something to do, such as “send”, “wait” or “if”."
        yield source.finding_at(here, "no-action", f"The step “{name}” does nothing.", hint, key=True)
    if len(actions) > 1:
        message = f"The step “{name}” does {len(actions)} things: {', '.join(actions)}."
        yield source.finding_at(
            here, "two-actions", message, "Make each a step of its own; they run downward.", key=True
        )
    if step.anyway and not (step.send or step.relay):
        message = "“anyway” belongs to a step with “send”."
        yield source.finding_at((*here, "anyway"), "misplaced", message, "Take it out.", key=True)
    if step.at and not step.send:
        message = "“at” belongs to a step with “send”."
        yield source.finding_at((*here, "at"), "misplaced", message, "Take it out.", key=True)
    for word, target in (("go", step.go), ("else", step.otherwise)):
        if target is not None and target != END and target not in model.steps:
            hint = suggest_name(target, [*model.steps, END])
            yield source.finding_at((*here, word), "unknown-step", f"“{target}” is no step here.", hint)
    yield from _check_else(source, here, step)


def _check_migrate(source: YamlSource, model: SequenceModel) -> Iterator[Finding]:
    for old, new in model.migrate.items():
        here: YamlPath = ("migrate", old)
        # “migrate” is for steps that are gone; an entry for one that exists would never be used.
        if old in model.steps:
            message = f"The step “{old}” is still here, so nobody is moved away from it."
            yield source.finding_at(here, "needless-migrate", message, "Take it out.", severity="warning", key=True)
        if new != END and new not in model.steps:
            hint = suggest_name(new, [*model.steps, END])
            yield source.finding_at(here, "unknown-step", f"“{new}” is no step here.", hint)


def _check_else(source: YamlSource, here: YamlPath, step: StepModel) -> Iterator[Finding]:
    is_dated = isinstance(step.wait, str) and is_field_moment(step.wait)
    is_awaiting = isinstance(step.wait, WaitForModel | WaitWhenModel)
    has_way_out = step.condition or step.choices or step.code or is_dated or is_awaiting
    if step.otherwise is not None and not has_way_out:
        message = "“else” is the way out of an “if”, a code, a wait for an event or for a date; here it is never taken."
        yield source.finding_at((*here, "else"), "needless-else", message, "Take it out.", key=True)
    # “go” alone would lead to the same step whether the condition holds or not.
    if step.condition and step.otherwise is None:
        message = "The condition has no “else”, so it would decide nothing."
        yield source.finding_at(here, "missing-else", message, "Say where to go if it does not hold.", key=True)


def check_paths(source: YamlSource, sequence: MailSequence) -> Iterator[Finding]:
    """Yield a finding for each step that is never reached, never ends, or leads back to itself without a wait."""
    reached = _steps_from(sequence, sequence.first)
    for name in sequence.steps:
        here: YamlPath = ("steps", name)
        if name not in reached:
            message = f"The step “{name}” is never reached."
            yield source.finding_at(here, "unreachable", message, severity="warning", key=True)
        elif END not in _steps_from(sequence, name):
            hint = f"Lead one of its ways to “{END}”."
            yield source.finding_at(here, "never-ends", f"From “{name}” no way leads to the end.", hint, key=True)
        # Steps between two waits run in the same moment, so such a loop would run for ever in one decision.
        if name in _steps_without_waiting(sequence, name):
            message = f"“{name}” leads back to itself without a wait for time to pass."
            yield source.finding_at(here, "loop-without-wait", message, "Put “wait: 1 day” into the loop.", key=True)
        elif isinstance(sequence.steps[name].action, Send) and name in _steps_after(sequence, name):
            message = f"“{name}” stands in a loop, but goes out once in a pass only."
            hint = "Lead the loop past it, or to a mail of its own."
            yield source.finding_at(here, "sent-once", message, hint, severity="warning", key=True)


def _steps_from(sequence: MailSequence, start: str) -> set[str]:
    return {start, *_steps_after(sequence, start)}


def _steps_after(sequence: MailSequence, start: str) -> set[str]:
    return _reachable_from({name: next_steps(step) for name, step in sequence.steps.items()}, start)


def _steps_without_waiting(sequence: MailSequence, start: str) -> set[str]:
    return _reachable_from({name: immediate_next_steps(step) for name, step in sequence.steps.items()}, start)


def _reachable_from(edges: Mapping[str, tuple[str, ...]], start: str) -> set[str]:
    """Return every step that can be reached from ``start`` in one move or more; ``start`` too if it is in a loop."""
    reachable: set[str] = set()
    open_ends = list(edges.get(start, ()))
    while open_ends:
        name = open_ends.pop()
        if name not in reachable:
            reachable.add(name)
            open_ends.extend(edges.get(name, ()))  # END and unknown names lead nowhere
    return reachable
