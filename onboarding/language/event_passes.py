"""Checks and reads what sequences ask of arriving events: ``where`` of waits, and passes for each value.  Pure."""

from collections.abc import Iterator, Sequence

from domain.workspace_config import WorkspaceConfig
from language.conditions.parse import ConditionProblem, RowCondition, read_row_condition
from language.findings import Finding
from language.yaml_source import YamlPath, YamlSource, path_of_item
from onboarding.language.model import CONFIRMED, SequenceModel, WaitForModel
from onboarding.language.parts.goals import GoalModel
from onboarding.language.parts.timed_starts import is_timed_start

EACH = "each "
"""Begins the word of ``again`` that names a property of the starting event."""


def read_where(
    text: str | None, events: Sequence[str], config: WorkspaceConfig
) -> tuple[RowCondition | None, tuple[ConditionProblem, ...]]:
    """Read what an arriving event must say; only properties that all the events keep can be asked."""
    if text is None:
        return None, ()
    taken = [config.taken_properties.get(event, frozenset()) for event in events]
    kept = sorted(frozenset.intersection(*taken))
    where, problems = read_row_condition(text, kept)
    return where, tuple(_say_of_event(problem, events) for problem in problems)


def path_of_start(source: YamlSource, model: SequenceModel) -> YamlPath:
    """Return the place of the event that starts the sequence; of the first start if only time does."""
    number = next((at for at, start in enumerate(model.starts) if not is_timed_start(start)), 0)
    return path_of_item(source, "start", number)


def _say_of_event(problem: ConditionProblem, events: Sequence[str]) -> ConditionProblem:
    if problem.code != "unknown-column":
        return problem
    told = problem.message.split("”")[0].removeprefix("“")
    return ConditionProblem(
        code="unkept-property",
        message=f"“{told}” is not kept by {' and '.join(f'“{event}”' for event in events)}",
        hint=f"Write in doorstep.yaml: {events[0]}: {{label: …, keep: [{told}]}}",
    )


def check_each(source: YamlSource, model: SequenceModel, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield what is wrong with passes for each value: no event starts them, or the property is not kept."""
    if not (model.again or "").startswith(EACH):
        return
    told = (model.again or "").removeprefix(EACH).strip()
    # Without an event in “start”, only conditions and dates begin it, and none of those tells a value.
    if model.start in ("", CONFIRMED):
        message = f"There is a pass for each “{told}” only where an event starts them."
        yield source.finding_at(("again",), "unclear-time", message, "Write “after 30 days”, or another start.")
        return
    if model.start in config.events and told not in config.taken_properties[model.start]:
        yield _unkept(source, told, model.start, "error")
    for event in sorted(_counted_events(model) - {model.start}):
        # Such an event would count for every order that the person has.
        if event in config.events and told not in config.taken_properties[event]:
            yield _unkept(source, told, event, "warning")


def _unkept(source: YamlSource, told: str, event: str, severity: str) -> Finding:
    serious = severity == "error"
    message = f"“{told}” is not kept by “{event}”" + (
        ", so no pass can be told from another." if serious else f", so it counts in the passes of every {told}."
    )
    hint = f"Write in doorstep.yaml: {event}: {{label: …, keep: [{told}]}}"
    return source.finding_at(("again",), "unkept-property", message, hint, severity="error" if serious else "warning")


def _counted_events(model: SequenceModel) -> set[str]:
    waits = [event for step in model.steps.values() if isinstance(step.wait, WaitForModel) for event in step.wait.event]
    return {*waits, *model.exits, *([model.goal.event] if isinstance(model.goal, GoalModel) else [])}
