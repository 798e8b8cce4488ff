"""Builds a wait: for a length of time, a time of day, workdays, a date, an event, or a condition.  Pure."""

from language.durations import UnclearTimeError, parse_local_time
from language.mail_times.field_moments import is_field_moment, parse_field_moment
from language.mail_times.workdays import is_counted_wait, parse_counted_wait
from language.yaml_source import YamlPath
from onboarding.language.model import WaitForModel, WaitModel, WaitWhenModel
from onboarding.language.parts.waits import Wait, WaitCounted, WaitDated, WaitFor, WaitLocal, WaitTime, WaitWhen
from onboarding.language.read_values import ValueReader, parse_length

A_TIME = "Or a time, such as “Friday 09:00 their time”."
"""Hint for a wait that was not understood as a length of time."""


def build_wait(path: YamlPath, wait: WaitModel, reader: ValueReader) -> Wait:
    """Return what a step waits for."""
    match wait:
        case WaitForModel():
            return _build_wait_for(path, wait, reader)
        case WaitWhenModel():
            return _build_wait_when(path, wait, reader)
        case _:
            return _build_wait_until(path, wait, reader)


def _build_wait_for(path: YamlPath, wait: WaitForModel, reader: ValueReader) -> WaitFor:
    at_most = reader.read_time((*path, "at_most"), wait.at_most)
    return WaitFor(
        event=wait.event[0],
        others=tuple(wait.event[1:]),
        times=wait.times,
        at_most=at_most.length,
        text=at_most.text,
        where=reader.read_where((*path, "where"), wait.where, wait.event),
        ever=wait.since == "ever",
    )


def _build_wait_when(path: YamlPath, wait: WaitWhenModel, reader: ValueReader) -> WaitWhen | WaitTime:
    condition = reader.read_condition((*path, "when"), wait.when)
    at_most = reader.read_time((*path, "at_most"), wait.at_most)
    return WaitWhen(condition=condition, at_most=at_most.length, text=at_most.text) if condition else at_most


def _build_wait_until(path: YamlPath, text: str, reader: ValueReader) -> WaitTime | WaitLocal | WaitCounted | WaitDated:
    try:
        if is_field_moment(text):
            return WaitDated(moment=parse_field_moment(text, reader.config.timezone), text=" ".join(text.split()))
        if is_counted_wait(text):
            return WaitCounted(wait=parse_counted_wait(text), text=" ".join(text.split()))
        # Only a time of day has a colon: “Friday 09:00 their time” against “3 days”.
        return WaitLocal(at=parse_local_time(text)) if ":" in text else parse_length(text)
    except UnclearTimeError as error:
        other = "" if ":" in text or error.hint.startswith("Did") else f" {A_TIME}"
        return reader.report_unclear_time(path, error, other)
