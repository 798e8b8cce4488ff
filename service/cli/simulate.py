"""``doorstep simulate``: what a sequence would send to a person, in virtual time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from operator import itemgetter
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
from language.durations import UnclearTimeError, parse_duration
from language.findings import suggest_name
from onboarding.tuning import simulate
from onboarding.tuning.simulate import SimulatedMoment, confirmed_person
from service.cli import choose_workspace, output, timezones
from service.cli.start_moment import StartOption, choose_start
from service.engine.clock import fresh_entropy, system_now
from service.workspace.edition import load_edition

KEYS = Keyring("simulated people have no secrets at all")
AFTER = " after "
MAIL, EVENT, START, OTHER = "[green]✉[/]", "[yellow]★[/]", "[cyan]▶[/]", "·"
"""Sign before a line: a mail goes out, the person did something, a sequence starts, anything else."""

DelayedEvent = tuple[timedelta, str]
"""Delay after the start, and name of the event."""


def simulate_sequence(
    sequence: Annotated[str, typer.Argument(metavar="SEQUENCE", help="Such as tasting_book.")],
    *,
    workspace: Annotated[Path | None, typer.Option(help="Workspace; default: as for check.")] = None,
    did: Annotated[list[str] | None, typer.Option(help="“cup.noted after 2 days”; may be given often.")] = None,
    timezone: Annotated[str, typer.Option(help="Where the person lives; default: the workspace's.")] = "",
    at: StartOption = "",
    json: Annotated[bool, typer.Option("--json", help="Print moments as JSON.")] = False,
) -> None:
    """Walk one person through a sequence: which mails go, when, and why."""
    folder = choose_workspace.choose_workspace(workspace)
    edition, _ = load_edition(folder)
    catalog = edition.rules.sequences
    if sequence not in catalog.sequences:
        message = f"there is no sequence “{sequence}”. {suggest_name(sequence, catalog.sequences)}"
        raise typer.BadParameter(message, param_hint="SEQUENCE")
    simulated, zone = catalog.sequences[sequence], _read_zone(timezone or edition.config.timezone)
    delayed = sorted((_parse_event(text, edition.config) for text in did or ()), key=itemgetter(0))
    start = choose_start(at, edition.config.timezone, system_now())
    person = confirmed_person(edition.config, KEYS, simulated.topic, start, timezone=timezone)
    context = Context(now=start, entropy=fresh_entropy(), keys=KEYS, config=edition.config)
    events = [
        (delay, ProductEvent(id=str(number), at=start + delay, name=name))
        for number, (delay, name) in enumerate(delayed)
    ]
    # The person gets this sequence alone: others on the same topic would start beside it.
    alone = replace(catalog, sequences={sequence: simulated})
    moments = list(simulate.simulate(alone, person, simulated.topic, events, context))
    if json:
        output.print_json([_export_moment(moment) for moment in moments])
        return
    choose_workspace.print_workspace(folder)
    _print_moments(moments, [(start + delay, name) for delay, name in delayed], edition.config, zone)


def _read_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezones.check_timezone(name))
    except timezones.UnknownTimezoneError as error:
        raise typer.BadParameter(str(error), param_hint="--timezone") from None


def _export_moment(moment: SimulatedMoment) -> dict[str, Any]:
    mails = [{"template": mail.template, "step": mail.step} for mail in moment.mails]
    reasons = [{"text": reason.text, "about": reason.about, "step": reason.step} for reason in moment.reasons]
    return {"at": moment.at, "mails": mails, "reasons": reasons}


def _parse_event(text: str, config: WorkspaceConfig) -> DelayedEvent:
    """Return a delay and an event written as ``cup.noted after 2 days``; raises :class:`typer.BadParameter`."""
    name, after, delay = text.strip().partition(AFTER)
    if not after and " " in name:  # “cup.noted 2 days”: the message below shows how it is written
        name, _, delay = name.partition(" ")
    if name not in config.events:
        message = f"“{name}” is not declared. {suggest_name(name, config.events)}"
        raise typer.BadParameter(message, param_hint="--did")
    try:
        length = parse_duration(delay) if delay else timedelta(0)
    except UnclearTimeError as error:
        message = f"{error}. {error.hint}"
        raise typer.BadParameter(message, param_hint="--did") from None
    if delay and not after:
        message = f"“{text}” is not understood. Write: {name}{AFTER}{delay}"
        raise typer.BadParameter(message, param_hint="--did")
    return length, name


def _print_moments(
    moments: Sequence[SimulatedMoment], events: list[tuple[datetime, str]], config: WorkspaceConfig, zone: ZoneInfo
) -> None:
    waiting = list(events)
    for moment in moments:
        # What the person did stands above the mails that follow from it.
        while waiting and waiting[0][0] <= moment.at:
            at, name = waiting.pop(0)
            _print_line(at, EVENT, config.pick_text(config.events[name].label, config.default_language), zone)
        for reason in moment.reasons:
            _print_line(moment.at, _choose_sign(reason, moment), reason.text, zone)


def _choose_sign(reason: Reason, moment: SimulatedMoment) -> str:
    # A mail and the reason that it went out are reported side by side; the reason's sentence names the template.
    for mail in moment.mails:
        if reason.step == mail.step and reason.text.startswith(f"{mail.template} goes out"):
            return MAIL
    return START if reason.text.startswith(f"{reason.about} starts:") else OTHER


def _print_line(at: datetime, sign: str, text: str, zone: ZoneInfo) -> None:
    when = format_datetime(at, "EEE d MMM HH:mm", tzinfo=zone, locale="en")
    output.out.print(f"{when}  {sign} {escape(text)}", soft_wrap=True)
