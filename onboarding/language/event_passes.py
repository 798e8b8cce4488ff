"""Checks and reads what sequences ask of arriving events: ``where``, passes for each value, counted clicks.  Pure."""

from collections.abc import Iterator, Sequence

from domain.declarations import MAIL_CLICKED
from domain.links.measured import CLICKS
from domain.workspace_config import WorkspaceConfig
from language.conditions.parse import ConditionProblem, RowCondition, read_row_condition
from language.findings import Finding
from language.yaml_source import YamlPath, YamlSource, path_of_item
from onboarding.language.catalog import MailSequence, Send
from onboarding.language.model import CONFIRMED, WHERE, SequenceModel, WaitForModel
from onboarding.language.parts.file_position import FilePosition
from onboarding.language.parts.goals import GoalModel
from onboarding.language.parts.timed_starts import is_timed_start, read_again

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
    return where, tuple(_say_of_event(problem, events, config) for problem in problems)


def path_of_start(source: YamlSource, model: SequenceModel) -> YamlPath:
    """Return the place of the event that starts the sequence; of the first start if only time does."""
    number = next((at for at, start in enumerate(model.starts) if not is_timed_start(start)), 0)
    return path_of_item(source, "start", number)


def _say_of_event(problem: ConditionProblem, events: Sequence[str], config: WorkspaceConfig) -> ConditionProblem:
    if problem.code != "unknown-column":
        return problem
    told = problem.message.split("”")[0].removeprefix("“")
    lacking = [event for event in events if told not in config.taken_properties[event]]
    return ConditionProblem(
        code="unkept-property",
        message=f"“{told}” is not kept by {' and '.join(f'“{event}”' for event in lacking)}",
        hint=f"Write in doorstep.yaml: {lacking[0]}: {{label: …, keep: [{told}]}}",
    )


def check_each(source: YamlSource, model: SequenceModel, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield what is wrong with passes for each value: no event starts them, or the property is not kept."""
    again = read_again(model.again, model.starts)
    if not again.startswith(EACH):
        return
    told = again.removeprefix(EACH).strip()
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
    if event == MAIL_CLICKED:
        hint = "Ask for a mail of the pass instead: clicked MAIL."  # no program tells clicks, so none could name it
    return source.finding_at(("again",), "unkept-property", message, hint, severity="error" if serious else "warning")


def _counted_events(model: SequenceModel) -> set[str]:
    waits = [event for step in model.steps.values() if isinstance(step.wait, WaitForModel) for event in step.wait.event]
    return {*waits, *model.exits, *([model.goal.event] if isinstance(model.goal, GoalModel) else [])}


def check_clicks(
    source: YamlSource, model: SequenceModel, sequence: MailSequence, config: WorkspaceConfig
) -> Iterator[Finding]:
    """Warn of each place that asks for clicks which nobody counts, so that it would wait for ever."""
    counting = {name for name, topic in config.topics.items() if CLICKS in topic.measures}
    no_topic = "No topic counts clicks, so none is ever heard of here."
    if not counting:
        for path in _places_of_clicks(source, model, sequence):
            mark = source.position_of(path)
            yield _uncounted(FilePosition(file=source.file, line=mark.line, column=mark.column), no_topic)
    for condition, place in sequence.asked:
        uncounted = [mail for mail in sorted(condition.clicked_mails) if _is_uncounted(mail, sequence, counting)]
        if MAIL_CLICKED in condition.events and not counting:
            yield _uncounted(place, no_topic)
        elif uncounted:
            message = f"The topic of “{uncounted[0]}” counts no clicks, so none on it is ever heard of."
            yield _uncounted(place, message)


def _is_uncounted(mail: str, sequence: MailSequence, counting: set[str]) -> bool:
    """Return True if this sequence sends a mail, and only under topics of which no clicks are counted."""
    sends = [step.action for step in sequence.steps.values() if isinstance(step.action, Send)]
    topics = {send.topic or sequence.topic for send in sends if mail in send.templates}
    return bool(topics) and counting.isdisjoint(topics)


def _places_of_clicks(source: YamlSource, model: SequenceModel, sequence: MailSequence) -> Iterator[YamlPath]:
    """Yield where the event itself is named: starts, exits, the goal, waits and winners."""
    for part, texts in (("start", model.starts), ("exit", model.exits)):
        for number, text in enumerate(texts):
            if text.partition(WHERE)[0].strip() == MAIL_CLICKED:
                yield path_of_item(source, part, number)
    if isinstance(model.goal, GoalModel) and model.goal.event == MAIL_CLICKED:
        yield ("goal", "event")
    for name, step in model.steps.items():
        if isinstance(step.wait, WaitForModel) and MAIL_CLICKED in step.wait.event:
            yield ("steps", name, "wait", "for", step.wait.event.index(MAIL_CLICKED))
        action = sequence.steps[name].action
        if isinstance(action, Send) and action.winner and action.winner.event == MAIL_CLICKED:
            yield ("steps", name, "winner")


def _uncounted(place: FilePosition, message: str) -> Finding:
    hint = "Write measures: [clicks] under the topic in doorstep.yaml, and say it in its wording."
    return Finding(
        file=place.file, line=place.line, column=place.column, code="uncounted-clicks", message=message, hint=hint,
        severity="warning",
    )  # fmt: skip
