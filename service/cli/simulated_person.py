"""Reads what ``doorstep simulate`` is told of its person: what they do, what they answer, what is known of them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import typer
from msgspec.structs import replace

from domain.record import Subscriber, Value
from domain.workspace_config import WorkspaceConfig
from language.durations import UnclearTimeError, parse_duration
from language.fields.told_values import read_told_values
from language.findings import suggest_name
from onboarding.language.catalog import MailSequence
from onboarding.language.ways import list_asking_steps
from onboarding.tuning.planned_answers import ANSWERED_AFTER, PlannedAnswer

AFTER = " after "
_PROPERTY = re.compile(r" (?P<name>[\w.]+)=(?P<value>\S+)")
_KNOWN = re.compile(r"(?:field (?P<field>\w+)|(?P<tag>tag)) is (?P<value>.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayedEvent:
    """Something that the person does."""

    delay: timedelta
    """After the start."""
    name: str
    properties: Mapping[str, Value] = field(default_factory=dict)


def parse_deed(text: str, config: WorkspaceConfig) -> DelayedEvent:
    """Return what is written as ``order.placed total=40 after 2 days``; raises :class:`typer.BadParameter`."""
    written, after, delay = text.strip().partition(AFTER)
    said = {match["name"]: read_value(match["value"]) for match in _PROPERTY.finditer(written)}
    name = _PROPERTY.sub("", written)
    if not after and " " in name:  # “cup.noted 2 days”: the message below shows how it is written
        name, _, delay = name.partition(" ")
    if name not in config.events:
        message = f"“{name}” is not declared. {suggest_name(name, config.events)}"
        raise typer.BadParameter(message, param_hint="--did")
    for key in said:
        if key not in (kept := config.taken_properties[name]):
            message = f"{name} keeps no “{key}”. {suggest_name(key, kept)}"
            raise typer.BadParameter(message, param_hint="--did")
    length = _parse_delay(delay, timedelta(0), "--did")
    if delay and not after:
        message = f"“{text}” is not understood. Write: {name}{AFTER}{delay}"
        raise typer.BadParameter(message, param_hint="--did")
    return DelayedEvent(delay=length, name=name, properties=said)


def _parse_delay(delay: str, default: timedelta, option: str) -> timedelta:
    try:
        return parse_duration(delay) if delay else default
    except UnclearTimeError as error:
        message = f"{error}. {error.hint}"
        raise typer.BadParameter(message, param_hint=option) from None


def parse_answer(text: str, sequences: Mapping[str, MailSequence]) -> PlannedAnswer:
    """Return what is written as ``still=Keep me after 2 days``; raises :class:`typer.BadParameter`."""
    written, _, delay = text.strip().partition(AFTER)
    step, _, label = (part.strip() for part in written.partition("="))
    # By the name of the step alone: several sequences are rarely walked together.
    asking = {
        name: asked for sequence in sequences.values() for name, asked in list_asking_steps(sequence).items()
    }  # fmt: skip
    name = step.rpartition("/")[2]
    if name not in asking:
        message = f"“{step}” is no step that asks something. {suggest_name(name, asking)}"
        raise typer.BadParameter(message, param_hint="--answers")
    labels = {one.casefold(): one for one in asking[name]}
    if label.casefold() not in labels:
        known = suggest_name(label, list(filter(None, labels.values()))) or "It is only done: write nothing behind “=”."
        message = f"“{label}” is no answer of {step}. {known}"
        raise typer.BadParameter(message, param_hint="--answers")
    length = _parse_delay(delay, ANSWERED_AFTER, "--answers")
    return PlannedAnswer(step=step, label=labels[label.casefold()], delay=length)


def put_known(record: Subscriber, known: Iterable[str], config: WorkspaceConfig) -> Subscriber:
    """Return the person with what ``--with`` says is known at the start; raises :class:`typer.BadParameter`."""
    for text in known:
        match = _KNOWN.fullmatch(text.strip())
        if match is None:
            message = f"“{text}” is not understood. Write “field plan is pro”, or “tag is reader”."
            raise typer.BadParameter(message, param_hint="--with")
        record = _put_tag(record, match["value"], config) if match["tag"] else _put_field(record, match, config)
    return record


def _put_tag(record: Subscriber, tag: str, config: WorkspaceConfig) -> Subscriber:
    if tag not in config.tags:
        message = f"there is no tag “{tag}”. {suggest_name(tag, config.tags)}"
        raise typer.BadParameter(message, param_hint="--with")
    return replace(record, tags=(*record.tags, tag))


def _put_field(record: Subscriber, match: re.Match[str], config: WorkspaceConfig) -> Subscriber:
    name, written = match["field"], match["value"]
    if name not in config.fields:
        message = f"there is no field “{name}”. {suggest_name(name, config.fields)}"
        raise typer.BadParameter(message, param_hint="--with")
    for value in (read_value(written), written):  # a text field takes “7” as a text
        if read_told_values({name: value}, (name,), config.fields) is not None:
            return replace(record, fields={**record.fields, name: value})
    kind = config.fields[name].type
    message = f"“{written}” is no {kind}. Dates are written 2026-12-24, moments 2026-12-24T18:30+01:00."
    raise typer.BadParameter(message, param_hint="--with")


def read_value(written: str) -> Value:
    """Return a number if it is written as one, else the text."""
    try:
        return int(written) if written.lstrip("-").isdecimal() else float(written)
    except ValueError:
        return written
