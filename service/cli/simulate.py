"""``doorstep simulate``: what a sequence would send to a person, in virtual time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from babel.dates import format_datetime
from rich.markup import escape

from domain.decision import Context, Reason
from domain.events import ProductEvent
from domain.keyring import Keyring
from domain.workspace_config import WorkspaceConfig
from language.durations import SpokenTimeError, parse_duration
from language.findings import did_you_mean
from onboarding.tuning.simulate import Moment, confirmed_person
from onboarding.tuning.simulate import simulate as walk
from service.cli import choose_workspace, output, timezones
from service.engine.clock import fresh_entropy, system_now
from service.workspace.edition import load

KEYS = Keyring("simulated people have no secrets at all")
AFTER = " after "
MAIL, DEED, START, OTHER = "[green]✉[/]", "[yellow]★[/]", "[cyan]▶[/]", "·"
"""What stands before a line: a mail goes out, the person did something, a sequence starts, anything else."""

Deed = tuple[timedelta, str]
"""After how long, and which event."""


def simulate(
    sequence: Annotated[str, typer.Argument(metavar="SEQUENCE", help="Such as tasting_book.")],
    *,
    workspace: Annotated[Path | None, typer.Option(help="Workspace; default: as for check.")] = None,
    did: Annotated[list[str] | None, typer.Option(help="“cup.noted after 2 days”; may be given often.")] = None,
    timezone: Annotated[str, typer.Option(help="Where the person lives; default: the workspace's.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print moments as JSON.")] = False,
) -> None:
    """Walk one person through a sequence: which mails go, when, and why."""
    folder = choose_workspace.workspace(workspace)
    edition, _ = load(folder)
    book = edition.rules.sequences
    if sequence not in book.sequences:
        message = f"there is no sequence “{sequence}”. {did_you_mean(sequence, book.sequences)}"
        raise typer.BadParameter(message, param_hint="SEQUENCE")
    found, zone = book.sequences[sequence], _zone(timezone or edition.config.timezone)
    deeds = sorted((_deed(one, edition.config) for one in did or ()), key=lambda one: one[0])
    start = system_now()
    person = confirmed_person(edition.config, KEYS, found.topic, start, timezone=timezone)
    context = Context(now=start, entropy=fresh_entropy(), keys=KEYS, config=edition.config)
    events = [
        (delay, ProductEvent(id=str(number), at=start + delay, name=name)) for number, (delay, name) in enumerate(deeds)
    ]
    moments = list(walk(replace(book, sequences={sequence: found}), person, found.topic, events, context))
    if json:
        output.as_json([_plain(one) for one in moments])
        return
    choose_workspace.tell(folder)
    _print(moments, [(start + delay, name) for delay, name in deeds], edition.config, zone)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezones.checked(name))
    except timezones.NoZoneError as error:
        raise typer.BadParameter(str(error), param_hint="--timezone") from None


def _plain(moment: Moment) -> dict[str, Any]:
    mails = [{"template": one.template, "step": one.step} for one in moment.mails]
    reasons = [{"text": one.text, "about": one.about, "step": one.step} for one in moment.reasons]
    return {"at": moment.at, "mails": mails, "reasons": reasons}


def _deed(said: str, config: WorkspaceConfig) -> Deed:
    name, after, delay = said.strip().partition(AFTER)
    if not after and " " in name:
        name, _, delay = name.partition(" ")
    if name not in config.events:
        message = f"“{name}” is not declared. {did_you_mean(name, config.events)}"
        raise typer.BadParameter(message, param_hint="--did")
    try:
        length = parse_duration(delay) if delay else timedelta(0)
    except SpokenTimeError as error:
        message = f"{error}. {error.hint}"
        raise typer.BadParameter(message, param_hint="--did") from None
    if delay and not after:
        message = f"“{said}” is not understood. Write: {name}{AFTER}{delay}"
        raise typer.BadParameter(message, param_hint="--did")
    return length, name


def _print(
    moments: Sequence[Moment], deeds: list[tuple[datetime, str]], config: WorkspaceConfig, zone: ZoneInfo
) -> None:
    told = list(deeds)
    for moment in moments:
        while told and told[0][0] <= moment.at:
            at, name = told.pop(0)
            _line(at, DEED, config.text(config.events[name].label, config.language), zone)
        for reason in moment.reasons:
            _line(moment.at, _mark(reason, moment), reason.text, zone)


def _mark(reason: Reason, moment: Moment) -> str:
    for mail in moment.mails:
        if reason.step == mail.step and reason.text.startswith(f"{mail.template} goes out"):
            return MAIL
    return START if reason.text.startswith(f"{reason.about} starts:") else OTHER


def _line(at: datetime, mark: str, text: str, zone: ZoneInfo) -> None:
    said = format_datetime(at, "EEE d MMM HH:mm", tzinfo=zone, locale="en")
    output.out.print(f"{said}  {mark} {escape(text)}", soft_wrap=True)
