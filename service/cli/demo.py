"""``doorstep demo``: everything in one process, to look at and to play with."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.panel import Panel

from language.findings import Finding
from service.cli import output
from service.cli.start_moment import choose_start
from service.demo.compose import Demo, copy_shipped_workspace, run_demo
from service.engine.clock import system_now
from service.runtime import logs, settings
from service.runtime.serve import until_signal
from service.workspace.edition import load_edition

WORKSPACE = Path("workspace")


def start_demo(
    *,
    at: Annotated[
        str,
        typer.Option(metavar="TIME", help="When it begins, such as “2026-11-23 10:00” or “Mon 10:00”; default: now."),
    ] = "",
) -> None:
    """Run the demo: the service, a stand-in for Messenger, a mailbox, and the playground to look at it all."""
    # Refused editions are printed below as findings; a log line would say it twice.
    logs.configure_logging(level="WARNING", pretty=True, told_elsewhere=("edition_refused",))
    uvloop.run(_run_until_stopped(_read_start(at) if at else None))


def _read_start(at: str) -> datetime:
    """Return the moment at which the demo begins, in the workspace's time zone."""
    copy_shipped_workspace(WORKSPACE)  # its doorstep.yaml has the time zone
    edition, _ = load_edition(WORKSPACE)
    return choose_start(at, edition.config.timezone, system_now())


async def _run_until_stopped(start: datetime | None) -> None:
    own = settings.read_settings(needed=False)
    async with (
        until_signal() as stop,
        run_demo(WORKSPACE, host=own.host, port=own.port, data=own.data, start=start) as demo,
    ):
        service = demo.doorstep
        service.supervisor.call_on_failure(stop.set)
        service.editions.listeners.append(lambda: print_refused_edition(service.editions.findings))
        _print_welcome(demo)
        await stop.wait()
        output.out.print("Stopping; everything is kept in var/ for the next time.")
    # Only now, when everything is stopped, may a failed task end the process with an error.
    service.supervisor.raise_failure()


def print_refused_edition(findings: Sequence[Finding]) -> None:
    """Print the errors of a saved file as ``doorstep check`` would."""
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        output.print_findings(errors)
        output.out.print(f"[red]{output.count_noun(len(errors), 'error')}: the texts from before go on.[/]")


def _print_welcome(demo: Demo) -> None:
    config = demo.doorstep.editions.current.config
    output.out.print(
        Panel.fit(
            f"[bold]Open {demo.url}/playground[/]\n\n"
            f"Chat with {config.bot} of {config.brand}, opt in, read your mail, move the clock.\n"
            f"Then edit a text and save it; it is taken over at once:\n\n"
            f"  {demo.workspace}/flows/newsletter.yaml        what {config.bot} says\n"
            f"  {demo.workspace}/sequences/tasting_book.yaml  which mails follow, and when\n"
            f"  {demo.workspace}/emails/welcome.mjml          what they look like\n"
            f"  {demo.workspace}/doorstep.yaml                who you are\n\n"
            f"Make it yours: doorstep init my-brand      Stop: Ctrl-C",
            title="Doorstep demo",
            border_style="green",
        )
    )
