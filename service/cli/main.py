"""The ``doorstep`` command.

Exit codes: 0 good; 1 the user's files or the outcome are wrong; 2 wrong usage or settings.

This module imports nothing heavy: ``--help`` and ``--version`` answer from it and the command table alone.
"""

import re
import sys
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from service.cli.command_table import COMMANDS


def load_command(name: str) -> Any:  # noqa: ANN401  typer keeps click's types to itself
    """Import a command by its name in :data:`COMMANDS` and return it, ready to be run."""
    if name == "run":
        _import_structlog_alone()
    module, _, attribute = COMMANDS[name].location.partition(":")
    command = getattr(import_module(f"service.cli.{module}"), attribute)
    # Typer turns functions into commands only inside of an app, so each gets one of its own.
    app = typer.Typer(add_completion=False)
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=name)
    else:
        app.command(name)(command)
    return typer.main.get_group(app).commands[name]


def _import_structlog_alone() -> None:
    """Spare the service 4 MB: structlog imports rich and greenlet where it finds them, and we use neither by it."""
    # None in this table makes an import fail, as if the package were not installed (Python's import system, 5.3.1).
    unneeded = [name for name in ("rich", "greenlet") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(unneeded))  # type: ignore[arg-type]  # typed as a table of modules only
    import_module("structlog")
    for name in unneeded:
        del sys.modules[name]


_NAME = re.compile(r"-(?:[A-Za-z0-9_][A-Za-z0-9_-]{14}|-(?=.*[A-Z_])[A-Za-z0-9_-]{14})")
"""A name in the store (16 URL-safe characters) that begins like an option; options have small letters and hyphens."""


def _set_names_apart(arguments: list[str]) -> list[str]:
    """Return arguments with names that begin with a hyphen, one of 64, where no option is looked for."""
    names = [argument for argument in arguments if _NAME.fullmatch(argument)]
    if not names or "--" in arguments:
        return arguments
    return [*(argument for argument in arguments if argument not in names), "--", *names]


class _Commands(TyperGroup):
    """The commands: each is listed from the table, and loaded only when it is run."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401  as above
        """Parse the words behind ``doorstep``; ``subject erase -Ab3…`` names a person."""
        return super().parse_args(ctx, _set_names_apart(args))

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002  as above
        """Return the names of all."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002  as above
        """Return a command as the list shows it, without its code; None if there is none of this name."""
        entry = COMMANDS.get(cmd_name)
        return TyperCommand(cmd_name, help=entry.help, rich_help_panel=entry.group) if entry else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401  as above
        """Return the name, the loaded command and the arguments that are left for it."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, load_command(name) if name and listed else listed, rest


cli = typer.Typer(
    name="doorstep",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A Messenger bot that proves an email opt-in twice and onboards by what people really do.",
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001  typer hands the option's value over
    if wanted:
        typer.echo(f"doorstep {version('doorstep')}")
        raise typer.Exit


@cli.callback()
def _warn_of_unknown_settings(
    context: typer.Context,
    *,
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Warn of settings that nobody reads; ``run`` refuses them."""
    if context.invoked_subcommand == "run":
        return
    from service.cli import output  # noqa: PLC0415  rich and the findings: help and version do without them
    from service.runtime import settings  # noqa: PLC0415  pydantic: same

    for line in settings.unknown_names():
        output.print_warning(line)


def main() -> None:
    """Run the command; what the user can mend is told in a sentence, never as a traceback."""
    try:
        cli()
    except Exception as error:
        from service.cli import failures  # noqa: PLC0415  imports every exception's module: only a failure pays that

        exit_code = failures.print_failure(error)
        if exit_code is None:
            raise
        sys.exit(exit_code)
