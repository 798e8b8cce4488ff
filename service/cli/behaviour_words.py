"""Reads what parts of a population do: “40%: cup.noted 3 a week for 30 days, box.ordered after 9 to 20 days”."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

import typer

from domain.record import Value
from domain.workspace_config import WorkspaceConfig
from language.durations import UnclearTimeError, parse_duration
from language.fields.told_values import read_told_values
from language.findings import suggest_name
from onboarding.language.catalog import MailSequence
from onboarding.tuning.population.behaviours import Habit, OneDeed, PopulationPart
from service.cli.simulated_person import AFTER, parse_answer, parse_deed, read_value
from service.cli.timezones import UnknownTimezoneError, check_timezone

OPTION = "--who"
WHOLE = 100
TO = " to "
_NONE = timedelta(0)
EXAMPLE = "Write: 40%: cup.noted 3 a week for 30 days, box.ordered after 9 to 20 days"
UNITS = {
    "hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1), "month": timedelta(days=30),
}  # fmt: skip

_PART = re.compile(r"\s*(?P<percent>\d{1,3}(?:\.\d+)?)\s*%\s*:\s*(?P<does>.+)")
_HABIT = re.compile(
    r"(?P<deed>.+?) (?P<times>\d{1,3}) (?:an?|per) (?P<unit>hour|day|week|month)"
    r"(?: from (?P<start>.+?))?(?: for (?P<length>.+))?"
)
_FIELD = re.compile(r"field (?P<name>\w+) is (?P<value>.+)")
_SHARE = re.compile(r"\s*(?P<zone>\S+)\s+(?P<percent>\d{1,3}(?:\.\d+)?)\s*%\s*")


def parse_behaviours(
    written: Sequence[str], config: WorkspaceConfig, sequences: Mapping[str, MailSequence]
) -> list[PopulationPart]:
    """Return the parts of a population; raises :class:`typer.BadParameter` that says what is wrong."""
    parts = [_parse_part(text, config, sequences) for text in written]
    if sum(part.percent for part in parts) > WHOLE:
        message = f"the parts make {sum(part.percent for part in parts):g}%. At most 100%; who is in none does nothing."
        raise typer.BadParameter(message, param_hint=OPTION)
    return parts


def parse_zones(written: str) -> list[tuple[str, float]]:
    """Return zones with their shares, such as ``Europe/Berlin 70%, America/New_York 30%``."""
    zones: list[tuple[str, float]] = []
    for text in filter(None, map(str.strip, written.split(","))):
        match = _SHARE.fullmatch(text)
        try:
            if match is None:
                message = f"“{text}” is not understood. Write: Europe/Berlin 70%, America/New_York 30%"
                raise typer.BadParameter(message, param_hint="--zones")
            zones.append((check_timezone(match["zone"]), float(match["percent"])))
        except UnknownTimezoneError as error:
            raise typer.BadParameter(str(error), param_hint="--zones") from None
    if sum(percent for _, percent in zones) > WHOLE:
        message = "the shares make more than 100%."
        raise typer.BadParameter(message, param_hint="--zones")
    return zones


def _parse_part(text: str, config: WorkspaceConfig, sequences: Mapping[str, MailSequence]) -> PopulationPart:
    match = _PART.fullmatch(text)
    if match is None:
        message = f"“{text}” is not understood. {EXAMPLE}"
        raise typer.BadParameter(message, param_hint=OPTION)
    does = tuple(_parse_does(each.strip(), config, sequences) for each in match["does"].split(","))
    return PopulationPart(name=" ".join(match["does"].split()), percent=float(match["percent"]), does=does)


def _parse_does(text: str, config: WorkspaceConfig, sequences: Mapping[str, MailSequence]) -> Habit | OneDeed:
    # A habit first: “cup.noted 3 a week for 30 days” would else be an event with words behind it.
    if habit := _HABIT.fullmatch(text):
        event, said = _parse_event(habit["deed"], config)
        if not int(habit["times"]):
            message = f"“{text}” is never. Leave it out."
            raise typer.BadParameter(message, param_hint=OPTION)
        return Habit(
            event=event,
            every=UNITS[habit["unit"]] / int(habit["times"]),
            start=_parse_time(habit["start"]) if habit["start"] else _NONE,
            length=_parse_time(habit["length"]) if habit["length"] else None,
            properties=said,
        )
    deed, _, span = text.partition(AFTER)
    earliest, _, latest = span.partition(TO)
    return _parse_deed(deed, _parse_span(earliest.strip(), latest.strip()), config, sequences)


def _parse_deed(
    deed: str,
    times: tuple[timedelta, timedelta],
    config: WorkspaceConfig,
    sequences: Mapping[str, MailSequence],
) -> OneDeed:
    earliest, latest = times
    if deed == "stops":
        return OneDeed(earliest=earliest, latest=latest, stops=True)
    if field := _FIELD.fullmatch(deed):
        told = _read_field(field["name"], field["value"], config)
        return OneDeed(earliest=earliest, latest=latest, fields=told)
    if deed.startswith("answers "):
        planned = parse_answer(deed.removeprefix("answers "), sequences)
        return OneDeed(earliest=earliest, latest=latest, answers=(planned.step, planned.label))
    event, said = _parse_event(deed, config)
    return OneDeed(earliest=earliest, latest=latest, event=event, properties=said)


def _parse_event(text: str, config: WorkspaceConfig) -> tuple[str, dict[str, Value]]:
    # Read as ``--did`` reads it, so that events and properties are named and refused the same way.
    parsed = parse_deed(text, config)
    return parsed.name, dict(parsed.properties)


def _read_field(name: str, written: str, config: WorkspaceConfig) -> dict[str, Value]:
    if name not in config.fields:
        message = f"there is no field “{name}”. {suggest_name(name, config.fields)}"
        raise typer.BadParameter(message, param_hint=OPTION)
    # A text field takes “7” as a text.
    for value in (read_value(written), written):
        told = read_told_values({name: value}, (name,), config.fields)
        if told is not None:
            return told
    message = f"“{written}” is no {config.fields[name].type}."
    raise typer.BadParameter(message, param_hint=OPTION)


def _parse_span(earliest: str, latest: str) -> tuple[timedelta, timedelta]:
    """Return the two ends of “9 to 20 days”; both are the same of “9 days”."""
    if not earliest:
        return _NONE, _NONE
    # The first number has the unit of the second, as people write it.
    first = f"{earliest} {latest.partition(' ')[2]}" if latest and earliest.isdecimal() else earliest
    ends = _parse_time(first), _parse_time(latest or first)
    return min(ends), max(ends)


def _parse_time(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except UnclearTimeError as error:
        message = f"{error}. {error.hint}"
        raise typer.BadParameter(message, param_hint=OPTION) from None
