"""Builds the starts of a sequence by conditions and dates.  Pure."""

from collections.abc import Callable, Iterator

from domain.workspace_config import WorkspaceConfig
from language.conditions.parse import Condition
from language.durations import UnclearTimeError
from language.mail_times.occasions import parse_occasions
from language.yaml_source import YamlPath, YamlSource, path_of_item
from onboarding.language.model import SequenceModel
from onboarding.language.parts.timed_starts import WHEN, TimedStart, is_timed_start, make_key


def build_timed_starts(
    source: YamlSource,
    model: SequenceModel,
    config: WorkspaceConfig,
    read_condition: Callable[[YamlPath, str], Condition | None],
) -> Iterator[TimedStart]:
    """Yield the starts that can be read; ``read_condition`` reads a condition and reports what is wrong with it.

    What is wrong with a date is told by :mod:`onboarding.language.check_starts`.
    """
    for number, written in enumerate(model.starts):
        text = " ".join(written.split())
        key = make_key(model.sequence, text)
        if text.startswith(WHEN):
            condition = read_condition(path_of_item(source, "start", number), text.removeprefix(WHEN))
            if condition:
                yield TimedStart(text=text, key=key, condition=condition)
        elif is_timed_start(text):
            try:
                yield TimedStart(text=text, key=key, occasions=parse_occasions(text, config.timezone))
            except UnclearTimeError:
                continue
