"""Checks what begins a sequence: declared events and fields, and conditions that can come to hold again.  Pure."""

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
            yield source.finding_at(path, "unknown-event", message, suggest_name(event, [CONFIRMED, *config.events]))
    if len(untimed) > 1:
        message = f"It begins with “{untimed[0]}” and with “{untimed[1]}”; what a pass counts would be unclear."
        hint = "Keep one of them; conditions and dates can stand beside it."
        yield source.finding_at(("start",), "several-starts", message, hint)


def _check_date(source: YamlSource, path: YamlPath, text: str, config: WorkspaceConfig) -> Iterator[Finding]:
    try:
        field = parse_occasions(text, config.timezone).field
    except UnclearTimeError as error:
        yield source.finding_at(path, "unclear-time", f"{error}.", error.hint)
        return
    yield from check_counted_field(source, path, field, config)
