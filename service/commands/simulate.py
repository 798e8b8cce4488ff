"""``doorstep simulate``: what a sequence would send to a person, in virtual time."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

import typer
from babel.dates import format_datetime
from rich.markup import escape

from onboarding.simulate import Moment, confirmed_person
from onboarding.simulate import simulate as walk
from service.clock import fresh_entropy, system_now
from service.commands import printing
from service.workspace import load
from subscribers.decision import Context
from subscribers.declarations import Declarations
from subscribers.durations import SpokenTimeError, parse_duration
from subscribers.events import ProductEvent
from subscribers.findings import did_you_mean
from subscribers.keyring import Keyring

KEYS = Keyring("simulated people have no secrets at all")


def simulate(
    sequence: Annotated[str, typer.Argument(metavar="SEQUENCE", help="Such as tasting_book.")],
    *,
    workspace: Annotated[Path | None, typer.Option(help="Workspace; default: the shipped one.")] = None,
    did: Annotated[list[str] | None, typer.Option(help="“cup.noted after 2 days”; may be given often.")] = None,
    timezone: Annotated[str, typer.Option(help="Where the person lives; default: the workspace's.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print moments as JSON.")] = False,
) -> None:
    """Walk one person through a sequence: which mails go, when, and why."""
    edition, _ = load(workspace)
    found = edition.rules.sequences.sequences.get(sequence)
    if found is None:
        message = f"there is no sequence “{sequence}”. {did_you_mean(sequence, edition.rules.sequences.sequences)}"
        raise typer.BadParameter(message, param_hint="SEQUENCE")
    if timezone and timezone not in available_timezones():
        message = f"“{timezone}” is no IANA time zone. {did_you_mean(timezone, available_timezones())}"
        raise typer.BadParameter(message, param_hint="--timezone")
    start = system_now()
    happenings = [_happening(one, edition.house) for one in did or ()]
    person = confirmed_person(edition.house, KEYS, found.topic, start, timezone=timezone)
    context = Context(now=start, entropy=fresh_entropy(), keys=KEYS, house=edition.house)
    events = [
        (delay, ProductEvent(id=str(number), at=start + delay, name=name))
        for number, (delay, name) in enumerate(happenings)
    ]
    moments = list(walk(edition.rules.sequences, person, found.topic, events, context))
    if json:
        printing.as_json([_plain(one) for one in moments])
        return
    for moment in moments:
        _print(moment, edition.house, timezone)


def _plain(moment: Moment) -> dict[str, Any]:
    mails = [{"template": one.template, "step": one.step} for one in moment.mails]
    reasons = [{"text": one.text, "about": one.about, "step": one.step} for one in moment.reasons]
    return {"at": moment.at, "mails": mails, "reasons": reasons}


def _happening(said: str, house: Declarations) -> tuple[timedelta, str]:
    name, _, delay = said.partition(" after ")
    if name not in house.events:
        message = f"“{name}” is not declared. {did_you_mean(name, house.events)}"
        raise typer.BadParameter(message, param_hint="--did")
    try:
        return (parse_duration(delay) if delay else timedelta(0)), name
    except SpokenTimeError as error:
        raise typer.BadParameter(str(error), param_hint="--did") from None


def _print(moment: Moment, house: Declarations, timezone: str) -> None:
    at = format_datetime(moment.at, "EEE d MMM HH:mm", tzinfo=ZoneInfo(timezone or house.timezone), locale="en")
    steps = {mail.step for mail in moment.mails}
    for reason in moment.reasons:
        mark = "[green]✉[/]" if reason.step in steps else "·"
        printing.out.print(f"{at}  {mark} {escape(reason.text)}", soft_wrap=True)
