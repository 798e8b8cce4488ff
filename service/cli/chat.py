"""``doorstep chat``: talk to a flow on the terminal; the engine is that of the transcripts."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from babel.dates import format_datetime
from rich.markup import escape

from language.findings import did_you_mean
from service.cli import choose_workspace, output
from service.engine.clock import system_now
from service.transcripts.model import PersonText
from service.transcripts.perform_line import CannotError, begin
from service.transcripts.run import introduce
from service.transcripts.terminal_chat import Told, obey
from service.transcripts.world import Person, World
from service.workspace.edition import Edition, load

YOU = "you"
PROMPT = "[bold cyan]you ›[/] "
HELP = (
    "A number taps what stands in brackets; text in quotes is never a tap. "
    "/wait 20m  /code  /edit TEXT  /unsend  /send image  /press confirm  /does EVENT  /human TEXT  /follow REF  "
    "/mail  /state  /quit"
)


def chat(
    flow: Annotated[str, typer.Argument(metavar="FLOW", help="Such as newsletter.")],
    *,
    language: Annotated[str, typer.Option(help="Such as de; default: the workspace's first.")] = "",
    workspace: Annotated[Path | None, typer.Option(help="Workspace; default: as for check.")] = None,
    name: Annotated[str, typer.Option(help="Your first name; default: the bot does not know it.")] = "",
    email: Annotated[str, typer.Option(help="What your profile offers as address.")] = "mia@example.com",
) -> None:
    """Talk to a flow on the terminal: time moves when you say so, and mails stand in a box with their code."""
    folder = choose_workspace.workspace(workspace)
    edition, _ = load(folder)
    book = edition.rules.flows
    if flow not in book.flows:
        message = f"there is no flow “{flow}”. {did_you_mean(flow, book.flows)}"
        raise typer.BadParameter(message, param_hint="FLOW")
    if language and language not in edition.config.languages:
        message = f"“{language}” is no language of this workspace. {did_you_mean(language, edition.config.languages)}"
        raise typer.BadParameter(message, param_hint="--language")
    choose_workspace.tell(folder)
    world = World(edition.rules, edition.config, system_now())
    known = PersonText(first_name=name, language=language or edition.config.language, email=email)
    person = introduce(world, YOU, known, "")
    told = Told(edition=edition, world=world, person=person, out=output.out)
    output.out.print(f"[dim]{escape(HELP)}[/]", soft_wrap=True)
    _line(begin(world, person, flow))
    told.news()
    _talk(world, person, told, edition)


def _talk(world: World, person: Person, told: Told, edition: Edition) -> None:
    for line in _lines():
        if line == "/quit":
            break
        before = world.now
        try:
            obey(world, person, line, told)
        except CannotError as error:
            output.out.print(f"[red]{escape(str(error))}[/]", soft_wrap=True)
        if world.now != before:
            output.out.print(f"[dim]It is {escape(_time(world.now, edition))}.[/]")
        told.news()


def _time(at: datetime, edition: Edition) -> str:
    return format_datetime(at, "EEE d MMM HH:mm", tzinfo=ZoneInfo(edition.config.timezone), locale="en")


def _lines() -> Iterator[str]:
    """Yield what is typed, without blank lines; piped lines are shown too, so that the talk can be read."""
    asked = sys.stdin.isatty()
    while True:
        if asked:
            output.out.print(PROMPT, end="")
        line = sys.stdin.readline()
        if not line:
            return
        if line.strip():
            if not asked:
                _line(line.strip())
            yield line.strip()


def _line(text: str) -> None:
    output.out.print(f"{PROMPT}{escape(text)}", soft_wrap=True)
