"""The ``doorstep`` command.

Exit codes: 0 good; 1 the user's files or the outcome are wrong; 2 wrong usage or settings.
"""

import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from os import PathLike, fsdecode
from typing import Annotated, Any

import typer
from rich.markup import escape
from typer.core import TyperGroup

from domain.keyring import ShortSecretError
from domain.ports import StoreError, StoreSettingsError
from service.cli import output
from service.runtime import settings
from service.runtime.supervisor import ServiceFailedError
from service.workspace.edition import WorkspaceError
from service.workspace.publishing.publish import NothingLiveError

COMMANDS: Mapping[str, str] = {
    **{name: name for name in ("demo", "run", "init", "check", "schema", "simulate", "sends", "plan", "apply")},
    **{name: name for name in ("rollback", "replay", "unanswered", "waiting", "resume")},
    "send-test": "send_test",
    "test": "test:transcripts",
    "try": "try_draft:try_flow",
    **{name: name for name in ("link", "report", "chat", "diagram", "translate", "consent", "codes", "subject")},
    "messenger": "messenger",
}
"""Each command's module in ``service.cli``, and its name there if that is another."""


class _Commands(TyperGroup):
    """The commands, each loaded when it is asked for: ``run`` needs none of the others in memory."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002  typer keeps click's types to itself
        """Return the names of all."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002  as above
        """Load a command; None: there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(f"service.cli.{module}"), name or module)
        app = typer.Typer(add_completion=False)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=cmd_name)
        else:
            app.command(cmd_name)(found)
        return typer.main.get_group(app).commands[cmd_name]


cli = typer.Typer(
    name="doorstep",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A Messenger bot that proves an email opt-in twice and onboards by what people really do.",
)


def _say_version(wanted: bool) -> None:  # noqa: FBT001  typer hands the option's value over
    if wanted:
        typer.echo(f"doorstep {version('doorstep')}")
        raise typer.Exit


@cli.callback()
def _first(
    context: typer.Context,
    *,
    _: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Warn of settings that nobody reads; ``run`` refuses them."""
    for line in settings.unknown() if context.invoked_subcommand != "run" else ():
        output.err.print(f"[yellow]doorstep:[/] {escape(line)}", soft_wrap=True)


def main() -> None:
    """Run the command; what the user can mend is told in a sentence, never as a traceback."""
    try:
        cli()
    except WorkspaceError as error:
        output.findings([one for one in error.findings if one.severity == "error"])
        _leave("the workspace has errors; nothing was done.", output.WRONG)
    except (settings.SettingsError, ShortSecretError, StoreSettingsError) as error:
        _leave(str(error), output.USAGE)
    except (StoreError, ServiceFailedError, NothingLiveError) as error:
        _leave(str(error), output.WRONG)
    except OSError as error:
        if not isinstance(error.filename, str | bytes | PathLike):
            raise
        _leave(f"{fsdecode(error.filename)}: {error.strerror}.", output.WRONG)


def _leave(message: str, code: int) -> None:
    for line in message.splitlines():
        output.err.print(f"doorstep: {line}", markup=False, soft_wrap=True)
    sys.exit(code)
