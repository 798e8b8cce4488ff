"""``doorstep run``: the service."""

from typing import Annotated, cast

import typer
import uvloop

from service import logs, settings
from service.app import Role
from service.serve import serve

ROLES = ("all", "web", "worker")


def run(
    *, role: Annotated[str, typer.Option(help="all, web (answers) or worker (wakes and sends).")] = "all"
) -> None:
    """Run the service until SIGTERM; a missing setting refuses to start, by name."""
    if role not in ROLES:
        message = f"“{role}” is none of {', '.join(ROLES)}"
        raise typer.BadParameter(message, param_hint="--role")
    config = settings.read()
    logs.configure()
    uvloop.run(serve(config, cast("Role", role)))
