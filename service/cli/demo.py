"""``doorstep demo``: everything in one process, to look at and to play with."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.panel import Panel

from language.findings import Finding
from service.cli import output
from service.cli.start_moment import choose_start
from service.cli.workspace_folder import explain_missing_folder
from service.demo.compose import Demo, copy_shipped_workspace, find_free_port, run_demo
from service.engine.clock import system_now
from service.runtime import logs, settings
from service.runtime.serve import until_signal
from service.workspace.edition import CONFIG_FILE, load_edition

WORKSPACE = Path("workspace")


def start_demo(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="Workspace to play; default: ./workspace, the shipped one copied."),
    ] = None,
    *,
    at: Annotated[
        str,
        typer.Option(metavar="TIME", help="When it begins, such as “2026-11-23 10:00” or “Mon 10:00”; default: now."),
    ] = "",
    mailjet: Annotated[
        bool, typer.Option("--mailjet", help="Marketing mail goes by a stand-in for Mailjet, with a page of its own.")
    ] = False,
) -> None:
    """Run the demo: the service, a stand-in for Messenger, a mailbox, and the playground to look at it all."""
    # Refused editions are printed below as findings; a log line would say it twice.
    logs.configure_logging(level="WARNING", pretty=True, told_elsewhere=("edition_refused",))
    own = settings.read_settings(needed=False)
    find_free_port(own.host, own.port)  # told before anything is set up
    if folder is not None:
        _require_workspace(folder)
    workspace = folder or WORKSPACE
    start = _read_start(workspace, at) if at else None
    running = run_demo(
        workspace, host=own.host, port=own.port, data=_choose_data(workspace, own), start=start, by_mailjet=mailjet
    )
    uvloop.run(_run_until_stopped(running, _choose_data(workspace, own)))


def _require_workspace(folder: Path) -> None:
    """Refuse a folder that is no workspace: only ``./workspace`` may be filled with the shipped one."""
    if not folder.is_dir():
        raise output.print_error(explain_missing_folder(folder), output.USAGE)
    if not (folder / CONFIG_FILE).is_file():
        message = f"{folder} has no {CONFIG_FILE}. To make a workspace: doorstep init DIR --bare"
        raise output.print_error(message, output.USAGE)


def _choose_data(workspace: Path, own: settings.Settings) -> Path:
    """Return the folder of the store: one for each workspace, since people stand in the flows of theirs."""
    is_default = own.data == settings.Settings.model_fields["data"].default
    if workspace.resolve() == WORKSPACE.resolve() or not is_default:
        return own.data
    return own.data.parent / workspace.resolve().name / own.data.name


def _read_start(workspace: Path, at: str) -> datetime:
    """Return the moment at which the demo begins, in the workspace's time zone."""
    if workspace == WORKSPACE:
        copy_shipped_workspace(workspace)  # its doorstep.yaml has the time zone
    edition, _ = load_edition(workspace)
    return choose_start(at, edition.config.timezone, system_now())


async def _run_until_stopped(running: AbstractAsyncContextManager[Demo], data: Path) -> None:
    async with until_signal() as stop, running as demo:
        service = demo.doorstep
        service.supervisor.call_on_failure(stop.set)
        service.editions.listeners.append(lambda: print_refused_edition(service.editions.findings))
        _print_welcome(demo)
        await stop.wait()
        output.out.print(f"Stopping; everything is kept in {data.parent}/ for the next time.")
    # Only now, when everything is stopped, may a failed task end the process with an error.
    service.supervisor.raise_failure()


def print_refused_edition(findings: Sequence[Finding]) -> None:
    """Print the errors of a saved file as ``doorstep check`` would."""
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        output.print_findings(errors)
        output.out.print(f"[red]{output.count_noun(len(errors), 'error')}: the texts from before go on.[/]")


def _print_welcome(demo: Demo) -> None:
    edition = demo.doorstep.editions.current
    config = edition.config
    files = "\n".join(f"  {demo.workspace}/{name:<29} {what}" for name, what in _list_files(edition.files, config.bot))
    mailjet = f"Marketing mail goes by Mailjet, played at {demo.mailjet_url}\n\n" if demo.mailjet else ""
    output.out.print(
        Panel.fit(
            f"[bold]Open {demo.url}/playground[/]\n\n"
            f"Chat with {config.bot} of {config.brand}, opt in, read your mail, move the clock.\n"
            f"Then edit a text and save it; it is taken over at once:\n\n"
            f"{files}\n\n{mailjet}"
            f"{_name_next_step(demo.workspace)}      Stop: Ctrl-C",
            title="Doorstep demo",
            border_style="green",
        )
    )


def _name_next_step(workspace: Path) -> str:
    """Return what to type next: a folder of one's own need not be made any more."""
    is_shipped = workspace.resolve() == WORKSPACE.resolve()
    if is_shipped:
        return "Make it yours: doorstep init my-brand --bare"
    return f"Find mistakes: doorstep check {workspace}"


def _list_files(files: Collection[str], bot: str) -> Iterator[tuple[str, str]]:
    """Yield the files to begin with, of those that the workspace has, and what each says."""
    for folder, first, what in (
        ("flows", "newsletter.yaml", f"what {bot} says"),
        ("sequences", "tasting_book.yaml", "which mails follow, and when"),
        ("emails", "welcome.mjml", "what they look like"),
    ):
        # Originals before translations, and no layout: “newsletter.yaml” before “newsletter.de.yaml”.
        names = sorted(name for name in files if name.startswith(f"{folder}/") and not name.startswith("emails/_"))
        names.sort(key=lambda name: name.count("."))
        if names:
            yield f"{folder}/{first}" if f"{folder}/{first}" in names else names[0], what
    yield CONFIG_FILE, "who you are"
