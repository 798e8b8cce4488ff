"""``doorstep chat``: talk to a flow on the terminal, with the engine of the transcripts."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from babel.dates import format_datetime
from rich.markup import escape

from language.findings import suggest_name
from service.cli import choose_workspace, output
from service.cli.start_moment import StartOption, choose_start
from service.engine.clock import system_now
from service.transcripts.model import PersonText
from service.transcripts.participant import Participant
from service.transcripts.perform_line import CannotPlayError, begin_flow
from service.transcripts.run import introduce_person
from service.transcripts.terminal_chat import TerminalChat, handle_input
from service.transcripts.world import TranscriptWorld
from service.workspace.edition import Edition, load_edition

PERSON_NAME = "you"
PROMPT = "[bold cyan]you ›[/] "
HELP = (
    "A number taps what stands in brackets; text in quotes is never a tap. "
    "/wait 20m  /code  /edit TEXT  /unsend  /send image  /press confirm  /does EVENT  /human TEXT  /follow REF  "
    "/mail  /state  /quit"
)


def chat_with_flow(
    flow: Annotated[str, typer.Argument(metavar="FLOW", help="Such as newsletter.")],
    *,
    language: Annotated[str, typer.Option(help="Such as de; default: the workspace's first.")] = "",
    workspace: Annotated[Path | None, typer.Option(help="Workspace; default: as for check.")] = None,
    name: Annotated[str, typer.Option(help="Your first name; default: the bot does not know it.")] = "",
    email: Annotated[str, typer.Option(help="What your profile offers as address.")] = "mia@example.com",
    at: StartOption = "",
) -> None:
    """Talk to a flow on the terminal: time moves when you say so, and mails stand in a box with their code."""
    folder = choose_workspace.choose_workspace(workspace)
    edition, _ = load_edition(folder)
    catalog = edition.rules.flows
    if flow not in catalog.flows:
        message = f"there is no flow “{flow}”. {suggest_name(flow, catalog.flows)}"
        raise typer.BadParameter(message, param_hint="FLOW")
    if language and language not in edition.config.languages:
        message = f"“{language}” is no language of this workspace. {suggest_name(language, edition.config.languages)}"
        raise typer.BadParameter(message, param_hint="--language")
    start = choose_start(at, edition.config.timezone, system_now())
    choose_workspace.print_workspace(folder)
    world = TranscriptWorld(edition.rules, edition.config, start)
    profile = PersonText(first_name=name, language=language or edition.config.default_language, email=email)
    person = introduce_person(world, PERSON_NAME, profile, "")
    terminal = TerminalChat(edition=edition, world=world, person=person, out=output.out)
    output.out.print(f"[dim]{escape(HELP)}[/]", soft_wrap=True)
    _print_line(begin_flow(world, person, flow))
    terminal.show_news()
    _play_lines(world, person, terminal, edition)


def _play_lines(world: TranscriptWorld, person: Participant, terminal: TerminalChat, edition: Edition) -> None:
    for line in _read_lines():
        if line == "/quit":
            break
        before = world.now  # a line such as “/wait 20m” moves it
        try:
            handle_input(world, person, line, terminal)
        except CannotPlayError as error:
            output.out.print(f"[red]{escape(str(error))}[/]", soft_wrap=True)
        if world.now != before:
            output.out.print(f"[dim]It is {escape(_format_time(world.now, edition))}.[/]")
        terminal.show_news()


def _format_time(at: datetime, edition: Edition) -> str:
    return format_datetime(at, "EEE d MMM HH:mm", tzinfo=ZoneInfo(edition.config.timezone), locale="en")


def _read_lines() -> Iterator[str]:
    """Yield what is typed, without blank lines."""
    on_terminal = sys.stdin.isatty()
    while True:
        if on_terminal:
            output.out.print(PROMPT, end="")
        line = sys.stdin.readline()
        if not line:  # the end of the input; an empty line is "\n"
            return
        if line.strip():
            if not on_terminal:  # a terminal shows what is typed by itself; piped lines would be missing in the chat
                _print_line(line.strip())
            yield line.strip()


def _print_line(text: str) -> None:
    output.out.print(f"{PROMPT}{escape(text)}", soft_wrap=True)
