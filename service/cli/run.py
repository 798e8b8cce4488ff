"""``doorstep run``: the service."""

from pathlib import Path
from typing import Annotated, cast

import structlog
import typer
import uvloop

from service.cli.open_store import name_unreachable_store
from service.cli.workspace_folder import require_folder
from service.runtime import logs, settings
from service.runtime.app import Role
from service.runtime.interpreter import describe_slow_build
from service.runtime.serve import serve_until_signal
from service.workspace.brand_leftovers import count_brand_words, forget_example
from service.workspace.edition import read_files

ROLES = ("all", "web", "worker")

log = structlog.get_logger("doorstep")


def run_service(
    *,
    role: Annotated[str, typer.Option(help="all, web (answers) or worker (wakes and sends).")] = "all",
    accept_loss: Annotated[bool, typer.Option(help="Start on a store that may lose data; for a laptop.")] = False,
) -> None:
    """Run the service until SIGTERM; a missing setting refuses to start, by name."""
    if role not in ROLES:
        message = f"“{role}” is none of {', '.join(ROLES)}"
        raise typer.BadParameter(message, param_hint="--role")
    service_settings = settings.read_settings()
    if accept_loss:
        service_settings = service_settings.model_copy(update={"accept_loss": True})
    logs.configure_logging()
    # At level info: it costs a tenth of the time and nothing else, so nobody has to be woken for it.
    if remedy := describe_slow_build():
        log.info("python_without_profiles", remedy=remedy)
    if service_settings.workspace:  # without one the service serves what ``apply`` made live
        _warn_of_demo_brand(require_folder(service_settings.workspace))
    with name_unreachable_store(service_settings):
        uvloop.run(serve_until_signal(service_settings, cast("Role", role)))


def _warn_of_demo_brand(folder: Path) -> None:
    """Warn in the log if people will read the name of the demo's brand."""
    files, _ = read_files(folder)
    count = count_brand_words(files)
    forget_example()
    if count:
        remedy = f"People will read the name of the demo's brand. See each place: doorstep check {folder}"
        log.warning("workspace_speaks_of_amsel_tea", count=count, remedy=remedy)
