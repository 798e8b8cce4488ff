"""Checks what begins a sequence, and which of its words do nothing where its mails rest on a contract.  Pure."""

from collections.abc import Iterator

from domain.workspace_config import WorkspaceConfig
from language.conditions.parse import read_condition
from language.durations import UnclearTimeError
from language.findings import Finding, suggest_name
from language.mail_times.occasions import is_occasion, parse_occasions
from language.yaml_source import YamlPath, YamlSource, path_of_item
from onboarding.language.check_times import check_counted_field
from onboarding.language.model import CONFIRMED, WHERE, SequenceModel
from onboarding.language.parts.timed_starts import WHEN, is_timed_start

MARKETING_WORDS = ("holdout", "hours", "priority")
"""Words above the steps that speak of marketing mails alone."""


def check_starts(source: YamlSource, model: SequenceModel, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield a finding for each start that cannot begin anything, or only once."""
    untimed = [start for start in model.starts if not is_timed_start(start)]
    for number, start in enumerate(model.starts):
        path = path_of_item(source, "start", number)
        if is_occasion(start):
            yield from _check_date(source, path, start, config)
        elif start.startswith(WHEN):
            condition, _ = read_condition(start.removeprefix(WHEN), config, model.sequence)
            if condition and not condition.can_turn_false:
                message = f"“{condition.text}” never turns false again, so everybody begins once at most."
                event = min(condition.events, default=CONFIRMED)
                hint = f"Say within which time, such as “in 30 days”, or begin with the event itself: start: {event}"
                yield source.finding_at(path, "never-again", message, hint, severity="warning")
        elif start != CONFIRMED and (event := start.partition(WHERE)[0].strip()) not in config.events:
            message = f"“{event}” starts nothing: it is no event of doorstep.yaml."
            yield source.finding_at(path, "unknown-event", message, _suggest_start(event, config))
    if len(untimed) > 1:
        message = f"It begins with “{untimed[0]}” and with “{untimed[1]}”; what a pass counts would be unclear."
        hint = "Keep one of them; conditions and dates can stand beside it."
        yield source.finding_at(("start",), "several-starts", message, hint)


def _suggest_start(text: str, config: WorkspaceConfig) -> str:
    """Return what to write instead: a condition or a date if it looks like one, else the nearest event."""
    words = text.split()
    date = next((name for name in words if name in config.fields), "")
    if date:
        return f"Write it such as “3 days before {date}” or “every year on {date}”."
    if words[:1] == [WHEN.strip()]:
        return "Write a condition behind “when”, such as “when tag is reader”."
    return suggest_name(text, [CONFIRMED, *config.events])


def _check_date(source: YamlSource, path: YamlPath, text: str, config: WorkspaceConfig) -> Iterator[Finding]:
    try:
        field = parse_occasions(text, config.timezone).field
    except UnclearTimeError as error:
        yield source.finding_at(path, "unclear-time", f"{error}.", error.hint)
        return
    yield from check_counted_field(source, path, field, config)


def check_service_sequence(source: YamlSource, model: SequenceModel, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield what cannot be in a service sequence: a confirmation that begins it, and words that do nothing there."""
    if model.topic not in config.contract_topics:
        return
    if model.start == CONFIRMED:
        message = f"Nobody confirms “{model.topic}”: it rests on a contract, so this never begins."
        hint = f"Begin it with an event. {suggest_name('', config.events)}"
        yield source.finding_at(("start",), "contract-topic", message, hint.strip())
    needless = "Mails of a contract leave at any hour, before all others and to everybody, so “{}” does nothing here."
    hint = "Take it out, or give the mails that are marketing a topic that people agree to."
    if not any(step.topic for step in model.steps.values()):
        for word in MARKETING_WORDS:
            if word in model.model_fields_set:
                yield source.finding_at((word,), "misplaced", needless.format(word), hint, severity="warning", key=True)
    for name, step in model.steps.items():
        if step.at and not step.topic:
            message = needless.format("at")
            path = ("steps", name, "at")
            before = "Put a wait before it, such as “7 days, then 10:00 their time”."
            yield source.finding_at(path, "misplaced", message, before, severity="warning", key=True)
