"""``doorstep run``: the service."""

from pathlib import Path
from typing import Annotated, cast

import structlog
import typer
import uvloop

from service.cli import choose_workspace
from service.cli.check import places
from service.cli.open_store import naming_the_store
from service.runtime import logs, settings
from service.runtime.app import Role
from service.runtime.serve import serve
from service.workspace.edition import read_files

ROLES = ("all", "web", "worker")

log = structlog.get_logger("doorstep")


def run(*, role: Annotated[str, typer.Option(help="all, web (answers) or worker (wakes and sends).")] = "all") -> None:
    """Run the service until SIGTERM; a missing setting refuses to start, by name."""
    if role not in ROLES:
        message = f"“{role}” is none of {', '.join(ROLES)}"
        raise typer.BadParameter(message, param_hint="--role")
    env = settings.read()
    logs.configure()
    if env.workspace:
        _warn(choose_workspace.existing(env.workspace))
    with naming_the_store(env):
        uvloop.run(serve(env, cast("Role", role)))


def _warn(folder: Path) -> None:
    """Say loudly that people will read another company's name."""
    files, _ = read_files(folder)
    count = places(files)
    if count:
        remedy = f"People will read the name of the demo's brand. See each place: doorstep check {folder}"
        log.warning("workspace_speaks_of_amsel_tea", count=count, remedy=remedy)
